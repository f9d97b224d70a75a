/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A trained net as weights in memory and as a model file. */
#ifndef ACU_TRAIN_MODEL_FILE_H
#define ACU_TRAIN_MODEL_FILE_H

#include "train_net.h"

G_BEGIN_DECLS

/* The parameters of `net` with other `values` (of the same layout), and all tensors of `original` that are not trained, as weights in memory; with
 * original's metadata. NULL with ACU_ERROR_MEMORY. */
AcuWeights *acu_model_weights (const AcuTrainNet *net, const float *values, const AcuWeights *original, GError **error);

/* Writes weights as a safetensors file; `metadata` as for acu_save_safetensors(), beside that of the weights. */
gboolean acu_model_save (const AcuWeights *weights, const char *path, AcuTensorType type, const char *const *metadata, GError **error);

/* Copies every tensor of `from` whose name and shape `to` has. Returns how many there were. ACU_ERROR_FORMAT (as -1) for values that are no numbers. */
int acu_model_copy_tensors (const AcuWeights *to, const AcuWeights *from, GError **error);

G_END_DECLS

#endif
