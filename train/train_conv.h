/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions between whole maps, forwards and backwards, with the engine's kernels. */
#ifndef ACU_TRAIN_CONV_H
#define ACU_TRAIN_CONV_H

#include "map.h"
#include "train_net.h"

G_BEGIN_DECLS

/* Plans a layer between maps of so many stored channels; weights come later. `bf16`: with the kernels of kernels/bf16.h. NULL with ACU_ERROR_MEMORY or ACU_ERROR_UNSUPPORTED. */
AcuTrainConv *acu_train_conv_new (const AcuNet *net, const AcuLayer *layer, int in_channels, int in_stored, int stored,
                                  gboolean bf16, GError **error);
void acu_train_conv_free (AcuTrainConv *conv);

/* Packs weights [coarse][fine][kernel_height][kernel_width] and a bias (NULL: zeros) for all ways. */
void acu_train_conv_pack (AcuTrainConv *conv, const float *weights, const float *bias);

/* Bytes of scratch memory, aligned to 64, that the functions below need, for maps of up to so many pixels. */
gsize acu_train_conv_scratch_bytes (const AcuTrainConv *conv, int width, int height);

/* Fine to coarse, coarse to fine. `biased`: with the layer's bias. `add`: adds to what is in `to`. */
void acu_train_conv_gather (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                            gboolean biased, gboolean add, void *scratch);
void acu_train_conv_scatter (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *coarse, const AcuMap *fine,
                             gboolean biased, gboolean add, void *scratch);

/* Floats of the raw gradient of the weights. */
gsize acu_train_conv_sums (const AcuTrainConv *conv);
/* Adds the raw gradient of the weights: the fine map beside the coarse one, of which one is the gradient. */
void acu_train_conv_add_weights (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                                 float *sums, void *scratch);
/* Raw gradients [group][kernel_height][kernel_width][fine_stored][16] in the order of the weights. */
void acu_train_conv_unpack (const AcuTrainConv *conv, const float *sums, float *weights);

/* For the ways of other kernels. The kernel of one phase of the transpose, [fine_stored][coarse_stored][height][width], of
 * weights [coarse_stored][fine_stored][kernel_height][kernel_width]; and the first pixel of a phase on the fine map. */
void acu_train_conv_turn (const AcuTrainConv *conv, const float *weights, int phase_x, int phase_y, int width, int height, float *turned);
int acu_train_conv_phase_start (int phase, int before, int stride);

G_END_DECLS

#endif
