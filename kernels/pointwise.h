/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions whose windows share no pixels (1 × 1; kernel = stride; transposed ones with kernel = stride, a row of results at a time): one
 * matrix product over the window's numbers, in the 16-bit block floating point of winograd.h, with one factor a window. */
#ifndef ACU_POINTWISE_H
#define ACU_POINTWISE_H

#include "winograd.h"

/* Slices times rows of the kernel. */
#define ACU_POINTWISE_MAX_RUNS 32

/* A window is `runs` runs of numbers, each a multiple of ACU_WINOGRAD_GROUP long (kernel width × channels); those of the next window follow
 * at once. activation: not ACU_WINOGRAD_GATE. `weights` and `factor` come from acu_pointwise_pack(); bias and slope hold
 * out_channels rounded up to the group. */
typedef struct AcuPointwise
{
  AcuI16Order order;
  int runs;
  int run_numbers[ACU_POINTWISE_MAX_RUNS];
  AcuElement run_elements[ACU_POINTWISE_MAX_RUNS];
  int out_channels;
  AcuElement out_element, residual_element;
  float scale[2];                 /* with a residual, the result is v * scale[0] + residual * scale[1] (two products, then one sum) */
  AcuWinogradActivation activation;
  const void *weights;
  const float *factor, *bias, *slope;
} AcuPointwise;

/* Makes the results of n windows, out_channels numbers apart. src[run]: the first window's; residual: likewise, as far apart as the results, or
 * NULL. `scratch`: acu_pointwise_scratch_bytes() bytes,
 * aligned to 64. Returns whether all results are finite, and within 16-bit floats where these are stored: where not, what was stored is of
 * no use. Thread-safe. */
typedef int (*acu_pointwise_fn) (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);

/* As for Winograd convolutions. */
size_t acu_pointwise_weights_bytes (const AcuPointwise *conv);
size_t acu_pointwise_scratch_bytes (const AcuPointwise *conv);

/* Packs weights given as [out_channels][numbers of all runs]; factor[] gets one number an output channel, rounded up to the group. */
void acu_pointwise_pack (void *packed, float *factor, const AcuPointwise *conv, const float *weights);

#endif
