/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "winograd_private.h"

#include <immintrin.h>

static inline __m512i
multiply_add (__m512i sum, __m512i v, __m512i w)
{
  return _mm512_add_epi32 (sum, _mm512_madd_epi16 (v, w));
}

#define NUMBER int32_t
#define V_NUMBER int16_t
#define PAIR 2
#include "products_avx512.h"

int
acu_winograd_i16_avx512 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return acu_winograd_i16_avx512_with (tiles, n, ahead, conv, scratch, products);
}

int
acu_pointwise_avx512 (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  return acu_pointwise_avx512_with (dst, src, residual, conv, n, scratch, products);
}
