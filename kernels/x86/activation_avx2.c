/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>
#include <string.h>

#define LANES 8

/* The steps of exp_polynomial() in activation.c, one by one; min and max return their second operand for a NaN. */
static inline __m256
exp_polynomial (__m256 x)
{
  const __m256 round = _mm256_set1_ps (ACU_EXP_ROUND);
  __m256 rounded, n, f, p;
  __m256i bits;

  x = _mm256_min_ps (_mm256_set1_ps (ACU_EXP_LIMIT), x);
  x = _mm256_max_ps (_mm256_set1_ps (-ACU_EXP_LIMIT), x);
  rounded = _mm256_add_ps (_mm256_mul_ps (x, _mm256_set1_ps (ACU_EXP_LOG2E)), round);
  n = _mm256_sub_ps (rounded, round);
  f = _mm256_sub_ps (x, _mm256_mul_ps (n, _mm256_set1_ps (ACU_EXP_LN2_HIGH)));
  f = _mm256_sub_ps (f, _mm256_mul_ps (n, _mm256_set1_ps (ACU_EXP_LN2_LOW)));
  p = _mm256_set1_ps (ACU_EXP_P0);
  p = _mm256_add_ps (_mm256_mul_ps (p, f), _mm256_set1_ps (ACU_EXP_P1));
  p = _mm256_add_ps (_mm256_mul_ps (p, f), _mm256_set1_ps (ACU_EXP_P2));
  p = _mm256_add_ps (_mm256_mul_ps (p, f), _mm256_set1_ps (ACU_EXP_P3));
  p = _mm256_add_ps (_mm256_mul_ps (p, f), _mm256_set1_ps (ACU_EXP_P4));
  p = _mm256_add_ps (_mm256_mul_ps (p, f), _mm256_set1_ps (ACU_EXP_P5));
  p = _mm256_add_ps (_mm256_mul_ps (p, _mm256_mul_ps (f, f)), f);
  p = _mm256_add_ps (p, _mm256_set1_ps (1.0f));
  bits = _mm256_add_epi32 (_mm256_castps_si256 (rounded), _mm256_set1_epi32 (127));
  return _mm256_mul_ps (p, _mm256_castsi256_ps (_mm256_slli_epi32 (bits, 23)));
}

static inline __m256
activate (__m256 v, AcuActivation kind)
{
  const __m256 one = _mm256_set1_ps (1.0f);
  __m256 minus = _mm256_xor_ps (v, _mm256_set1_ps (-0.0f));

  return _mm256_div_ps (kind == ACU_ACTIVATION_SWISH ? v : one, _mm256_add_ps (one, exp_polynomial (minus)));
}

void
acu_activation_avx2 (float *dst, const float *src, size_t n, AcuActivation kind)
{
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    _mm256_storeu_ps (dst + i, activate (_mm256_loadu_ps (src + i), kind));
  if (i < n)
    {
      float rest[LANES] = { 0 };

      memcpy (rest, src + i, (n - i) * sizeof (float));
      _mm256_storeu_ps (rest, activate (_mm256_loadu_ps (rest), kind));
      memcpy (dst + i, rest, (n - i) * sizeof (float));
    }
}
