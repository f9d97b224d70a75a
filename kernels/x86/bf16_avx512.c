/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <immintrin.h>

#include "kernels_private.h"

#include <string.h>

#define LANES 16

static inline __mmask16
lanes_of (ptrdiff_t left)
{
  return left >= LANES ? 0xffff : (__mmask16) ((1u << left) - 1);
}

/* The numbers of `low` and `high` in turns. */
static inline __m512i
pairs_of (__m512 low, __m512 high)
{
  const __m512i order = _mm512_set_epi16 (31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19,
                                          3, 18, 2, 17, 1, 16, 0);
  __m512bh both = _mm512_cvtne2ps_pbh (high, low);
  __m512i numbers;

  memcpy (&numbers, &both, sizeof numbers);
  return _mm512_permutexvar_epi16 (order, numbers);
}

void
acu_bf16_narrow_avx512 (uint16_t *dst, const float *src, size_t n)
{
  for (size_t i = 0; i < n; i += LANES)
    {
      __mmask16 mask = lanes_of ((ptrdiff_t) (n - i));
      __m256bh some = _mm512_cvtneps_pbh (_mm512_maskz_loadu_ps (mask, src + i));
      __m256i numbers;

      memcpy (&numbers, &some, sizeof numbers);
      _mm256_mask_storeu_epi16 (dst + i, mask, numbers);
    }
}

/* One call's pixels, whose elements the compiler knows. */
__attribute__ ((always_inline)) static inline void
pixels_of (uint16_t *dst, ptrdiff_t dst_step, const void *src, const AcuElement element, int channels, int width)
{
  for (int x = 0; x < width; x++, dst += dst_step)
    for (int c = 0; c < channels; c += LANES)
      {
        const ptrdiff_t at = (ptrdiff_t) x * channels + c;
        const __mmask16 mask = lanes_of (channels - c);
        __m512 wide = element == ACU_ELEMENT_F16 ? _mm512_cvtph_ps (_mm256_maskz_loadu_epi16 (mask, (const uint16_t *) src + at))
                                                 : _mm512_maskz_loadu_ps (mask, (const float *) src + at);
        __m256bh some = _mm512_cvtneps_pbh (wide);
        __m256i numbers;

        memcpy (&numbers, &some, sizeof numbers);
        _mm256_mask_storeu_epi16 (dst + c, mask, numbers);
      }
}

void
acu_bf16_pixels_avx512 (uint16_t *dst, ptrdiff_t dst_step, const void *src, AcuElement element, int channels, int width)
{
  if (element == ACU_ELEMENT_F16)
    pixels_of (dst, dst_step, src, ACU_ELEMENT_F16, channels, width);
  else
    pixels_of (dst, dst_step, src, ACU_ELEMENT_F32, channels, width);
}

/* 16 × 16 words. */
static inline void
transpose (__m512i row[LANES])
{
  __m512i a[LANES];

  for (int i = 0; i < LANES; i += 2)
    {
      a[i] = _mm512_unpacklo_epi32 (row[i], row[i + 1]);
      a[i + 1] = _mm512_unpackhi_epi32 (row[i], row[i + 1]);
    }
  for (int i = 0; i < LANES; i += 4)
    for (int j = 0; j < 2; j++)
      {
        row[i + 2 * j] = _mm512_unpacklo_epi64 (a[i + j], a[i + j + 2]);
        row[i + 2 * j + 1] = _mm512_unpackhi_epi64 (a[i + j], a[i + j + 2]);
      }
  /* row[4 q + j]: column 4 k + j of rows 4 q … 4 q + 3 in lane k. */
  for (int j = 0; j < 4; j++)
    {
      __m512i low = _mm512_shuffle_i32x4 (row[j], row[4 + j], 0x88), high = _mm512_shuffle_i32x4 (row[j], row[4 + j], 0xdd);
      __m512i low_end = _mm512_shuffle_i32x4 (row[8 + j], row[12 + j], 0x88), high_end = _mm512_shuffle_i32x4 (row[8 + j], row[12 + j], 0xdd);

      a[j] = _mm512_shuffle_i32x4 (low, low_end, 0x88);
      a[8 + j] = _mm512_shuffle_i32x4 (low, low_end, 0xdd);
      a[4 + j] = _mm512_shuffle_i32x4 (high, high_end, 0x88);
      a[12 + j] = _mm512_shuffle_i32x4 (high, high_end, 0xdd);
    }
  memcpy (row, a, sizeof a);
}

void
acu_bf16_planes_avx512 (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width)
{
  for (int c = 0; c < channels; c += LANES)
    for (int x = 0; x < width; x += 2 * LANES)
      {
        const __mmask16 mask = lanes_of (channels - c);
        const int left = width - x < 2 * LANES ? width - x : 2 * LANES;
        const __mmask32 pixels = left == 2 * LANES ? 0xffffffff : (1u << left) - 1;
        const float *at = src + x * src_step + c;
        __m512i row[LANES];

        for (int i = 0; i < LANES; i++, at += 2 * src_step)
          row[i] = pairs_of (_mm512_maskz_loadu_ps (2 * i < left ? mask : 0, at),
                             _mm512_maskz_loadu_ps (2 * i + 1 < left ? mask : 0, at + src_step));
        transpose (row);
        for (int i = 0; i < LANES && c + i < channels; i++)
          _mm512_mask_storeu_epi16 (dst + (c + i) * plane + x, pixels, row[i]);
      }
}

void
acu_bf16_pairs_avx512 (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width)
{
  for (int c = 0; c < channels; c += LANES, src += LANES, dst += group)
    for (int x = 0; x < width; x += 2)
      _mm512_storeu_si512 (dst + (ptrdiff_t) x * LANES,
                           pairs_of (_mm512_loadu_ps (src + (ptrdiff_t) x * channels),
                                     _mm512_maskz_loadu_ps (x + 1 < width ? 0xffff : 0, src + (ptrdiff_t) (x + 1) * channels)));
}
