/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* From the sums of a convolution to its feature map, where the convolution itself does not do it. */
#ifndef ACU_FINISH_H
#define ACU_FINISH_H

#include "winograd.h"

/* channels: a multiple of ACU_WINOGRAD_GROUP. slope: a number a channel, for ACU_WINOGRAD_SLOPE. What a residual, if there is one, is added by:
 * v * scale[0] + residual * scale[1] (two products, then one sum). ACU_WINOGRAD_GATE: times sigmoid (sum) * gate[0] + gate[1] at the end. */
typedef struct AcuFinish
{
  int channels;
  AcuElement element, residual_element;
  AcuWinogradActivation activation;
  const float *slope;
  float scale[2], gate[2];
} AcuFinish;

/* `width` pixels of sums become as many of a map; residual may be NULL. Sigmoids are good for 17 bits. Returns whether all results are finite, and
 * within 16-bit floats where these are stored. Thread-safe for results that no two calls share. */
typedef int (*acu_finish_fn) (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width);

#endif
