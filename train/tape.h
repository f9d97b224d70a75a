/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* One picture's way through a net, kept so that gradients can be found by going back (reverse-mode differentiation). A tape belongs to one
 * thread at a time; many may use the same AcuTrainNet. */
#ifndef ACU_TAPE_H
#define ACU_TAPE_H

#include "map.h"
#include "train_net.h"

G_BEGIN_DECLS

typedef struct AcuTape
{
  const AcuTrainNet *net;
  AcuShape *shapes;
  AcuMap *maps, *gradients;       /* one a layer; gradients' pixels are NULL where none is wanted */
  gboolean *started;              /* whether that gradient has been written already */
  GPtrArray *memory;
  void *scratch;
} AcuTape;

/* A tape for pictures of this size. `input_gradient`: whether that of the picture is wanted, too; `learns`: whether those of the parameters are
 * (else only the picture's). An error from acu_net_infer(), or ACU_ERROR_MEMORY. */
AcuTape *acu_tape_new (const AcuTrainNet *net, int width, int height, gboolean learns, gboolean input_gradient, GError **error);
void acu_tape_free (AcuTape *tape);

/* Runs the net on a picture of the net's input channels, interleaved without gaps. Returns the result's map, which lasts until the next call. */
const AcuMap *acu_tape_forward (AcuTape *tape, const float *picture);

/* The map of the result's gradient, to be filled before acu_tape_backward(); what is there is of no use. */
const AcuMap *acu_tape_output_gradient (AcuTape *tape);

/* Goes back. Adds the parameters' raw gradients to sums[net->n_sums] (NULL: not wanted). */
void acu_tape_backward (AcuTape *tape, float *sums);

/* The gradient of the picture, after acu_tape_backward(). */
const AcuMap *acu_tape_input_gradient (const AcuTape *tape);

/* For the layers' functions: the map that the gradient of input `k` of a layer goes to, or NULL when it is not wanted. *add says whether it is to
 * be added to what is there already. */
const AcuMap *acu_tape_gradient (AcuTape *tape, guint layer, guint k, gboolean *add);

/* What a kind of layer does. */
typedef struct AcuLayerOperations
{
  void (*forward) (AcuTape *tape, guint layer);
  /* tape->gradients[layer] is there; the inputs' are made, and the parameters' added to `sums`, which may be NULL. */
  void (*backward) (AcuTape *tape, guint layer, float *sums);
} AcuLayerOperations;

extern const AcuLayerOperations acu_operations_conv2d, acu_operations_slope, acu_operations_sigmoid, acu_operations_swish, acu_operations_add,
  acu_operations_mul, acu_operations_affine, acu_operations_concat, acu_operations_crop, acu_operations_nearest,
  acu_operations_bicubic, acu_operations_pixel_shuffle, acu_operations_global_pool;

G_END_DECLS

#endif
