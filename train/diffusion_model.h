/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the training of a diffusion upscaler begins with: its frozen networks within its own weights, and how much is missing in their estimate. */
#ifndef ACU_DIFFUSION_MODEL_H
#define ACU_DIFFUSION_MODEL_H

#include "batches.h"
#include "diffusion.h"
#include "run_file.h"

G_BEGIN_DECLS

/* New weights of the run's network with the run's frozen networks and its kappa in them. ACU_ERROR_FORMAT when these networks are no compact ones, or do not
 * enlarge as many times as the run says. */
AcuWeights *acu_diffusion_model_new (const AcuRunFile *run, GError **error);

/* Measures `spread` and `likeness` on crops like those that are learnt from, unless the run says them, and sets them in the weights' metadata and in `diffusion`. The same in every process and for
 * any number of threads. */
gboolean acu_diffusion_model_measure (AcuWeights *weights, AcuTrainDiffusion *diffusion, const AcuRunFile *run, const AcuBatchOptions *batch, GError **error);

G_END_DECLS

#endif
