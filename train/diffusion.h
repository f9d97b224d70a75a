/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The forward process of a diffusion upscaler (core/arch/diffusion_parts.h): from pictures and their small versions to what a step reads and how its answer becomes a picture. */
#ifndef ACU_TRAIN_DIFFUSION_H
#define ACU_TRAIN_DIFFUSION_H

#include "diffusion_parts.h"
#include "tape.h"

G_BEGIN_DECLS

/* Of a way. */
#define ACU_DIFFUSION_MOST_STEPS 15

/* The frozen networks of a file, and its numbers. */
typedef struct AcuTrainDiffusion
{
  AcuDiffusion numbers;
  guint64 seed;                   /* of noise */
  double first_share;             /* of pictures that are those of the first step, 0 to 1 */
  double used_share;              /* of those that come about as in use, 0 to 1 */
  AcuNet *before_net, *first_net; /* before: NULL for none */
  AcuTrainNet *before, *first;
} AcuTrainDiffusion;

/* `seed`: as below. `bf16`: see acu_train_net_new(). An error from acu_diffusion_read() or of building. Keeps nothing of `weights`. */
AcuTrainDiffusion *acu_train_diffusion_new (const AcuWeights *weights, guint64 seed, gboolean bf16, GError **error);
/* NULL is allowed. */
void acu_train_diffusion_free (AcuTrainDiffusion *diffusion);

/* Cells on a side for small pictures with that side; floats of what a step reads of them. */
int acu_train_diffusion_cells (const AcuTrainDiffusion *diffusion, int side);
gsize acu_train_diffusion_input_floats (const AcuTrainDiffusion *diffusion, int side);

/* What one thread needs for pictures of one size. */
typedef struct AcuForward AcuForward;

/* Small pictures of side². ACU_ERROR_MEMORY. */
AcuForward *acu_forward_new (const AcuTrainDiffusion *diffusion, int side, GError **error);
/* NULL is allowed. */
void acu_forward_free (AcuForward *forward);

/* Draws η (√η from that of the first to that of the last step, more of the latter) and noise, by seed, step and sample alone. `input` gets what a step reads; the picture
 * that its answer F stands for is base + result × F (F as a picture, interleaved like `large`). Returns `result`. *eta may be NULL. */
float acu_forward_fill (AcuForward *forward, const float *small, const float *large, guint64 step, guint64 sample, float *input, float *base, double *eta);

/* The steps that a picture has behind it where it comes about as in use: how many η there are in etas[], from that of the first step down to its own. 1: it is not one of them,
 * but acu_forward_fill()'s. */
int acu_forward_way (const AcuForward *forward, guint64 step, guint64 sample, double etas[ACU_DIFFUSION_MOST_STEPS]);

/* One step of use, from etas[i - 1] to etas[i], with the answer F as a picture and new noise: brings `input` and `base` up to date, and returns the answer's next factor. */
float acu_forward_step (const AcuForward *forward, const double *etas, int i, const float *answer, guint64 step, guint64 sample, float *input, float *base);

/* Adds to sums[0] the mean square of truth - E over one picture, to sums[1] the mean product of two of its colours. */
void acu_forward_missing (AcuForward *forward, const float *small, const float *large, double *sums);

G_END_DECLS

#endif
