/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <immintrin.h>

#include "conv2d_bf16_amx.h"

#include <string.h>

void
acu_conv2d_bf16_amx (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv, int width, int height,
                     int add)
{
  conv2d_bf16 (dst, dst_step, dst_row, src, conv, width, height, add);
}

void
acu_conv2d_gradient_bf16_amx (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient)
{
  conv2d_gradient_bf16 (sums, group_floats, gradient);
}
