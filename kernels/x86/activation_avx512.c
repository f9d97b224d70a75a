/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>
#include <string.h>

#define LANES 16

/* The steps of exp_polynomial() in activation.c, one by one; min and max return their second operand for a NaN. */
static inline __m512
exp_polynomial (__m512 x)
{
  const __m512 round = _mm512_set1_ps (ACU_EXP_ROUND);
  __m512 rounded, n, f, p;
  __m512i bits;

  x = _mm512_min_ps (_mm512_set1_ps (ACU_EXP_LIMIT), x);
  x = _mm512_max_ps (_mm512_set1_ps (-ACU_EXP_LIMIT), x);
  rounded = _mm512_add_ps (_mm512_mul_ps (x, _mm512_set1_ps (ACU_EXP_LOG2E)), round);
  n = _mm512_sub_ps (rounded, round);
  f = _mm512_sub_ps (x, _mm512_mul_ps (n, _mm512_set1_ps (ACU_EXP_LN2_HIGH)));
  f = _mm512_sub_ps (f, _mm512_mul_ps (n, _mm512_set1_ps (ACU_EXP_LN2_LOW)));
  p = _mm512_set1_ps (ACU_EXP_P0);
  p = _mm512_add_ps (_mm512_mul_ps (p, f), _mm512_set1_ps (ACU_EXP_P1));
  p = _mm512_add_ps (_mm512_mul_ps (p, f), _mm512_set1_ps (ACU_EXP_P2));
  p = _mm512_add_ps (_mm512_mul_ps (p, f), _mm512_set1_ps (ACU_EXP_P3));
  p = _mm512_add_ps (_mm512_mul_ps (p, f), _mm512_set1_ps (ACU_EXP_P4));
  p = _mm512_add_ps (_mm512_mul_ps (p, f), _mm512_set1_ps (ACU_EXP_P5));
  p = _mm512_add_ps (_mm512_mul_ps (p, _mm512_mul_ps (f, f)), f);
  p = _mm512_add_ps (p, _mm512_set1_ps (1.0f));
  bits = _mm512_add_epi32 (_mm512_castps_si512 (rounded), _mm512_set1_epi32 (127));
  return _mm512_mul_ps (p, _mm512_castsi512_ps (_mm512_slli_epi32 (bits, 23)));
}

static inline __m512
activate (__m512 v, AcuActivation kind)
{
  const __m512 one = _mm512_set1_ps (1.0f);
  __m512 minus = _mm512_xor_ps (v, _mm512_set1_ps (-0.0f));

  return _mm512_div_ps (kind == ACU_ACTIVATION_SWISH ? v : one, _mm512_add_ps (one, exp_polynomial (minus)));
}

void
acu_activation_avx512 (float *dst, const float *src, size_t n, AcuActivation kind)
{
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    _mm512_storeu_ps (dst + i, activate (_mm512_loadu_ps (src + i), kind));
  if (i < n)
    {
      float rest[LANES] = { 0 };

      memcpy (rest, src + i, (n - i) * sizeof (float));
      _mm512_storeu_ps (rest, activate (_mm512_loadu_ps (rest), kind));
      memcpy (dst + i, rest, (n - i) * sizeof (float));
    }
}
