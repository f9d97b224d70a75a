/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The ways of train_conv.h with kernels of bfloat16 numbers: factors have 8 significant bits, sums 24. Only train_conv.c calls this. */
#ifndef ACU_TRAIN_CONV_BF16_H
#define ACU_TRAIN_CONV_BF16_H

#include "map.h"
#include "train_net.h"

G_BEGIN_DECLS

/* Weights for the ways of `conv`, whose sizes are set. NULL when there is not enough memory. */
AcuTrainConvBf16 *acu_train_conv_bf16_new (const AcuTrainConv *conv);
/* NULL is allowed. */
void acu_train_conv_bf16_free (AcuTrainConvBf16 *bf16);

/* Packs weights [coarse_stored][fine_stored][kernel_height][kernel_width]. `turned`: room for as many. */
void acu_train_conv_bf16_pack (const AcuTrainConv *conv, const float *weights, float *turned);

/* Bytes of scratch memory for maps of at most that many pixels each way. */
gsize acu_train_conv_bf16_scratch_bytes (const AcuTrainConv *conv, int width, int height);

void acu_train_conv_bf16_gather (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                                 const float *bias, gboolean add, void *scratch);
void acu_train_conv_bf16_scatter (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *coarse, const AcuMap *fine,
                                  const float *bias, gboolean add, void *scratch);
/* For layers whose stride is 1. */
void acu_train_conv_bf16_add_weights (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                                      float *sums, void *scratch);

G_END_DECLS

#endif
