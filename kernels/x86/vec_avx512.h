/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The vectors of winograd_body.h in AVX-512. */
#ifndef ACU_VEC_AVX512_H
#define ACU_VEC_AVX512_H

#include <immintrin.h>
#include <stdint.h>

#define LANES 16
typedef __m512 vec;
#define V_FUNCTION __attribute__ ((always_inline)) static inline

V_FUNCTION vec v_load (const float *p) { return _mm512_loadu_ps (p); }
V_FUNCTION void v_store (float *p, vec v) { _mm512_storeu_ps (p, v); }
V_FUNCTION vec v_set1 (float v) { return _mm512_set1_ps (v); }
V_FUNCTION vec v_add (vec a, vec b) { return _mm512_add_ps (a, b); }
V_FUNCTION vec v_sub (vec a, vec b) { return _mm512_sub_ps (a, b); }
V_FUNCTION vec v_mul (vec a, vec b) { return _mm512_mul_ps (a, b); }
V_FUNCTION vec v_div (vec a, vec b) { return _mm512_div_ps (a, b); }
V_FUNCTION vec v_fma (vec a, vec b, vec c) { return _mm512_fmadd_ps (a, b, c); }
V_FUNCTION vec v_fnma (vec a, vec b, vec c) { return _mm512_fnmadd_ps (a, b, c); }
V_FUNCTION vec v_negate (vec v) { return _mm512_xor_ps (v, _mm512_set1_ps (-0.0f)); }
V_FUNCTION vec v_minimum (vec a, vec b) { return _mm512_min_ps (a, b); }
V_FUNCTION vec v_maximum (vec a, vec b) { return _mm512_max_ps (a, b); }
V_FUNCTION vec v_load_f16 (const uint16_t *p) { return _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) p)); }
V_FUNCTION vec v_load_i32 (const int32_t *p) { return _mm512_cvtepi32_ps (_mm512_loadu_si512 (p)); }

V_FUNCTION void
v_store_f16 (uint16_t *p, vec v)
{
  _mm256_storeu_si256 ((__m256i *) p, _mm512_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

/* As acu_bf16_from_float(). */
V_FUNCTION void
v_store_bf16 (uint16_t *p, vec v)
{
#ifdef __AVX512BF16__
  _mm256_storeu_si256 ((__m256i *) p, (__m256i) _mm512_cvtneps_pbh (v));
#else
  const __m512i bits = _mm512_castps_si512 (v), magnitude = _mm512_and_si512 (bits, _mm512_set1_epi32 (0x7fffffff));
  const __mmask16 none = _mm512_cmp_epi32_mask (magnitude, _mm512_set1_epi32 (0x800000), _MM_CMPINT_LT);
  const __mmask16 no_number = _mm512_cmp_epi32_mask (magnitude, _mm512_set1_epi32 (0x7f800000), _MM_CMPINT_NLE);
  __m512i odd = _mm512_and_si512 (_mm512_srli_epi32 (bits, 16), _mm512_set1_epi32 (1));
  __m512i rounded = _mm512_add_epi32 (bits, _mm512_add_epi32 (odd, _mm512_set1_epi32 (0x7fff)));

  rounded = _mm512_mask_and_epi32 (rounded, none, bits, _mm512_set1_epi32 ((int) 0x80000000));
  rounded = _mm512_mask_or_epi32 (rounded, no_number, bits, _mm512_set1_epi32 (0x400000));
  _mm256_storeu_si256 ((__m256i *) p, _mm512_cvtepi32_epi16 (_mm512_srli_epi32 (rounded, 16)));
#endif
}

V_FUNCTION vec
v_slope (vec v, vec slope)
{
  return _mm512_mask_mul_ps (v, _mm512_cmp_ps_mask (v, _mm512_setzero_ps (), _CMP_LT_OQ), v, slope);
}

V_FUNCTION vec
v_power (vec rounded)
{
  __m512i bits = _mm512_add_epi32 (_mm512_castps_si512 (rounded), _mm512_set1_epi32 (127));

  return _mm512_castsi512_ps (_mm512_slli_epi32 (bits, 23));
}

V_FUNCTION vec
v_max_magnitude (vec a, vec v)
{
  __m512i magnitude = _mm512_and_si512 (_mm512_castps_si512 (v), _mm512_set1_epi32 (0x7fffffff));

  return _mm512_castsi512_ps (_mm512_max_epu32 (_mm512_castps_si512 (a), magnitude));
}

V_FUNCTION float
v_reduce_magnitude (vec a)
{
  uint32_t bits = _mm512_reduce_max_epu32 (_mm512_castps_si512 (a));

  return _mm_cvtss_f32 (_mm_castsi128_ps (_mm_cvtsi32_si128 ((int) bits)));
}

V_FUNCTION float
v_reduce_sum (const vec *parts)
{
  __m256 a = _mm256_add_ps (_mm512_castps512_ps256 (parts[0]), _mm512_extractf32x8_ps (parts[0], 1));
  __m128 b = _mm_add_ps (_mm256_castps256_ps128 (a), _mm256_extractf128_ps (a, 1));

  b = _mm_add_ps (b, _mm_movehl_ps (b, b));
  return _mm_cvtss_f32 (_mm_add_ss (b, _mm_movehdup_ps (b)));
}

V_FUNCTION void
v_store_i16 (int16_t *dst, int part, vec a, vec b)
{
  _mm512_storeu_si512 (dst + part * 2 * LANES, _mm512_packs_epi32 (_mm512_cvtps_epi32 (a), _mm512_cvtps_epi32 (b)));
}

V_FUNCTION void
v_store_i16_single (int16_t *dst, vec a)
{
  _mm256_storeu_si256 ((__m256i *) dst, _mm512_cvtsepi32_epi16 (_mm512_cvtps_epi32 (a)));
}

/* With the high and the low bytes apart; see winograd_body.h. */
#define V_PLANES

/* 32 numbers as v_store_i16() orders them: all low bytes, then all high ones. */
V_FUNCTION __m512i
v_bytes_apart (vec a, vec b)
{
  /* Of eight numbers, the low bytes, then the high ones; then all low ones first. */
  const __m512i bytes = _mm512_broadcast_i32x4 (_mm_setr_epi8 (0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
  const __m512i halves = _mm512_setr_epi64 (0, 2, 4, 6, 1, 3, 5, 7);
  __m512i numbers = _mm512_packs_epi32 (_mm512_cvtps_epi32 (a), _mm512_cvtps_epi32 (b));

  return _mm512_permutexvar_epi64 (halves, _mm512_shuffle_epi8 (numbers, bytes));
}

V_FUNCTION void
v_store_planes (uint8_t *high, uint8_t *low, int part, vec a, vec b)
{
  const __m512i numbers = v_bytes_apart (a, b);

  _mm256_storeu_si256 ((__m256i *) (low + part * 2 * LANES), _mm512_castsi512_si256 (numbers));
  _mm256_storeu_si256 ((__m256i *) (high + part * 2 * LANES), _mm512_extracti64x4_epi64 (numbers, 1));
}

V_FUNCTION void
v_store_planes_single (uint8_t *high, uint8_t *low, vec a)
{
  __m256i numbers = _mm512_cvtsepi32_epi16 (_mm512_cvtps_epi32 (a));

  _mm_storeu_si128 ((__m128i *) low, _mm256_cvtepi16_epi8 (numbers));
  _mm_storeu_si128 ((__m128i *) high, _mm256_cvtepi16_epi8 (_mm256_srli_epi16 (numbers, 8)));
}

V_FUNCTION void
v_store_bytes (uint8_t *high, uint8_t *low, int part, vec a, vec b)
{
  const __m512i numbers = v_bytes_apart (a, b);

  _mm256_storeu_si256 ((__m256i *) (low + part * 2 * LANES), _mm256_xor_si256 (_mm512_castsi512_si256 (numbers), _mm256_set1_epi8 ((char) 0x80)));
  _mm256_storeu_si256 ((__m256i *) (high + part * 2 * LANES), _mm512_extracti64x4_epi64 (numbers, 1));
}

V_FUNCTION void
v_store_bytes_single (uint8_t *high, uint8_t *low, vec a)
{
  __m256i numbers = _mm512_cvtsepi32_epi16 (_mm512_cvtps_epi32 (a));

  _mm_storeu_si128 ((__m128i *) low, _mm_xor_si128 (_mm256_cvtepi16_epi8 (numbers), _mm_set1_epi8 ((char) 0x80)));
  _mm_storeu_si128 ((__m128i *) high, _mm256_cvtepi16_epi8 (_mm256_srli_epi16 (numbers, 8)));
}

#endif
