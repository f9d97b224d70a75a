/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"
#include "winograd_private.h"

#include "vec_avx512.h"

/* In assembly, so that the compiler has no reason to move sums between registers. */
V_FUNCTION __m512i
multiply_add (__m512i sum, __m512i v, __m512i w)
{
  __asm__ ("vfmadd231ps %2, %1, %0" : "+v" (sum) : "v" (v), "v" (w));
  return sum;
}

#define NUMBER float
#define V_NUMBER float
#define PAIR 1
#include "products_avx512.h"

static void
products_f32 (float *m, const float *v, const float *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  products (m, v, weights, n, channels, groups, positions, ahead);
}

#include "winograd_body.h"

#include "pointwise_body.h"

#include "few_body.h"

#include "finish_body.h"

FINISH (acu_finish_avx512)

int
acu_winograd_f32_avx512 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, NULL, ACU_WINOGRAD_F32, 0);
}

int
acu_winograd_i16_avx512_with (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch,
                              ProductsI16 whole)
{
  return winograd (tiles, n, ahead, conv, scratch, whole, ACU_WINOGRAD_I16, 0);
}

int
acu_winograd_i16_avx512_planes (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch,
                                ProductsI16 whole)
{
  return winograd (tiles, n, ahead, conv, scratch, whole, ACU_WINOGRAD_I16, 1);
}

int
acu_pointwise_avx512_with (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch,
                           ProductsI16 whole)
{
  return pointwise (dst, src, residual, conv, n, scratch, whole, 0);
}

int
acu_pointwise_avx512_planes (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch,
                             ProductsI16 whole)
{
  return pointwise (dst, src, residual, conv, n, scratch, whole, 1);
}

void
acu_conv2d_few_avx512 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  conv2d_few (dst, dst_step, src, conv, width);
}
