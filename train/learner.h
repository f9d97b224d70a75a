/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A network that learns: its weights, its optimiser, and its gradient. */
#ifndef ACU_LEARNER_H
#define ACU_LEARNER_H

#include "create.h"
#include "optimiser.h"
#include "spectral.h"

G_BEGIN_DECLS

typedef struct AcuLearner
{
  AcuWeights *weights;            /* as they were at first: names, shapes, metadata */
  AcuNet *net;
  AcuTrainNet *train;
  AcuOptimiser *optimiser;
  float *gradients;
  AcuSpectral *spectral;          /* NULL: the values are used as they are */
  float *effective;               /* the values after spectral normalisation */
} AcuLearner;

/* Takes `weights` (NULL: they could not be made, and *error says why), with the tensors of a model where they fit (`start` not NULL). `bf16`: see
 * acu_train_net_new(). ACU_ERROR_FORMAT when none of the model's tensors fits. */
AcuLearner *acu_learner_new (AcuWeights *weights, const char *start, const AcuOptimiserOptions *options, gint64 steps, gboolean spectral, gboolean bf16,
                             GError **error);
/* NULL is allowed. */
void acu_learner_free (AcuLearner *learner);

/* Brings the kernels' weights up to date; before each batch. */
void acu_learner_prepare (AcuLearner *learner, int threads);
/* One step by learner->gradients, which are by the weights in use. Returns the gradient's norm; see acu_optimiser_step(). */
double acu_learner_step (AcuLearner *learner, int threads);

G_END_DECLS

#endif
