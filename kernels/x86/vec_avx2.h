/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The vectors of winograd_body.h in AVX2 with FMA and F16C. */
#ifndef ACU_VEC_AVX2_H
#define ACU_VEC_AVX2_H

#include <immintrin.h>
#include <stdint.h>

#define LANES 8
typedef __m256 vec;
#define V_FUNCTION __attribute__ ((always_inline)) static inline

V_FUNCTION vec v_load (const float *p) { return _mm256_loadu_ps (p); }
V_FUNCTION void v_store (float *p, vec v) { _mm256_storeu_ps (p, v); }
V_FUNCTION vec v_set1 (float v) { return _mm256_set1_ps (v); }
V_FUNCTION vec v_add (vec a, vec b) { return _mm256_add_ps (a, b); }
V_FUNCTION vec v_sub (vec a, vec b) { return _mm256_sub_ps (a, b); }
V_FUNCTION vec v_mul (vec a, vec b) { return _mm256_mul_ps (a, b); }
V_FUNCTION vec v_div (vec a, vec b) { return _mm256_div_ps (a, b); }
V_FUNCTION vec v_fma (vec a, vec b, vec c) { return _mm256_fmadd_ps (a, b, c); }
V_FUNCTION vec v_fnma (vec a, vec b, vec c) { return _mm256_fnmadd_ps (a, b, c); }
V_FUNCTION vec v_negate (vec v) { return _mm256_xor_ps (v, _mm256_set1_ps (-0.0f)); }
V_FUNCTION vec v_minimum (vec a, vec b) { return _mm256_min_ps (a, b); }
V_FUNCTION vec v_maximum (vec a, vec b) { return _mm256_max_ps (a, b); }
V_FUNCTION vec v_load_f16 (const uint16_t *p) { return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) p)); }
V_FUNCTION vec v_load_i32 (const int32_t *p) { return _mm256_cvtepi32_ps (_mm256_loadu_si256 ((const __m256i *) p)); }

V_FUNCTION void
v_store_f16 (uint16_t *p, vec v)
{
  _mm_storeu_si128 ((__m128i *) p, _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT));
}

V_FUNCTION vec
v_slope (vec v, vec slope)
{
  __m256 negative = _mm256_cmp_ps (v, _mm256_setzero_ps (), _CMP_LT_OQ);

  return _mm256_blendv_ps (v, _mm256_mul_ps (v, slope), negative);
}

V_FUNCTION vec
v_power (vec rounded)
{
  __m256i bits = _mm256_add_epi32 (_mm256_castps_si256 (rounded), _mm256_set1_epi32 (127));

  return _mm256_castsi256_ps (_mm256_slli_epi32 (bits, 23));
}

V_FUNCTION vec
v_max_magnitude (vec a, vec v)
{
  __m256i magnitude = _mm256_and_si256 (_mm256_castps_si256 (v), _mm256_set1_epi32 (0x7fffffff));

  return _mm256_castsi256_ps (_mm256_max_epu32 (_mm256_castps_si256 (a), magnitude));
}

V_FUNCTION float
v_reduce_magnitude (vec a)
{
  __m256i all = _mm256_castps_si256 (a);
  __m128i m = _mm_max_epu32 (_mm256_castsi256_si128 (all), _mm256_extracti128_si256 (all, 1));

  m = _mm_max_epu32 (m, _mm_shuffle_epi32 (m, _MM_SHUFFLE (1, 0, 3, 2)));
  m = _mm_max_epu32 (m, _mm_shuffle_epi32 (m, _MM_SHUFFLE (2, 3, 0, 1)));
  return _mm_cvtss_f32 (_mm_castsi128_ps (m));
}

V_FUNCTION float
v_reduce_sum (const vec *parts)
{
  __m256 a = _mm256_add_ps (parts[0], parts[1]);
  __m128 b = _mm_add_ps (_mm256_castps256_ps128 (a), _mm256_extractf128_ps (a, 1));

  b = _mm_add_ps (b, _mm_movehl_ps (b, b));
  return _mm_cvtss_f32 (_mm_add_ss (b, _mm_movehdup_ps (b)));
}

V_FUNCTION void
v_store_i16 (int16_t *dst, int part, vec a, vec b)
{
  _mm256_storeu_si256 ((__m256i *) (dst + part * 2 * LANES),
                       _mm256_packs_epi32 (_mm256_cvtps_epi32 (a), _mm256_cvtps_epi32 (b)));
}

V_FUNCTION void
v_store_i16_single (int16_t *dst, vec a)
{
  __m256i whole = _mm256_cvtps_epi32 (a);

  _mm_storeu_si128 ((__m128i *) dst, _mm_packs_epi32 (_mm256_castsi256_si128 (whole), _mm256_extracti128_si256 (whole, 1)));
}

#endif
