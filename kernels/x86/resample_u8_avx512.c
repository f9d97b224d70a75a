/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>
#include <string.h>

#define PIXELS 4                  /* side by side in one register, a quarter each */
#define WORDS 32                  /* in one register */
#define MAX_PAIRS (ACU_RESAMPLE_U8_TAPS / 2)
#define ACROSS_BITS (ACU_RESAMPLE_WEIGHT_BITS - ACU_RESAMPLE_ROW_BITS)
#define DOWN_BITS (ACU_RESAMPLE_WEIGHT_BITS + ACU_RESAMPLE_ROW_BITS)
#define INLINE static inline __attribute__ ((always_inline))

/* Sixteen bytes from each of four places. */
INLINE __m512i
load_quarters (const uint8_t *const *at, size_t offset)
{
  __m256i low = _mm256_castsi128_si256 (_mm_loadu_si128 ((const void *) (at[0] + offset)));
  __m256i high = _mm256_castsi128_si256 (_mm_loadu_si128 ((const void *) (at[2] + offset)));

  low = _mm256_inserti128_si256 (low, _mm_loadu_si128 ((const void *) (at[1] + offset)), 1);
  high = _mm256_inserti128_si256 (high, _mm_loadu_si128 ((const void *) (at[3] + offset)), 1);
  return _mm512_inserti64x4 (_mm512_castsi256_si512 (low), high, 1);
}

/* Makes pairs of words out of bytes: channel c of pixel 2 * pair and of the next one. */
INLINE __m512i
pair_shuffle (int pair, int channels)
{
  int8_t bytes[16];

  for (int c = 0; c < 4; c++)
    {
      bytes[4 * c] = c < channels ? (int8_t) (2 * pair * channels + c) : -1;
      bytes[4 * c + 2] = c < channels ? (int8_t) ((2 * pair + 1) * channels + c) : -1;
      bytes[4 * c + 1] = bytes[4 * c + 3] = -1;
    }
  return _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const void *) bytes));
}

/* Brings the words of four pixels together. */
INLINE __m512i
pack_words (int channels)
{
  int16_t from[WORDS] = { 0 };

  for (int i = 0; i < PIXELS * channels; i++)
    from[i] = (int16_t) (i / channels * 8 + i % channels);
  return _mm512_loadu_si512 (from);
}

/* Returns how many pixels it made: it stops where loads of sixteen bytes would leave the row. */
INLINE int
horizontal (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int pairs, int taps,
            int channels, int width)
{
  const __m512i even = pair_shuffle (0, channels), odd = pair_shuffle (1, channels), pack = pack_words (channels);
  const __m512i most = _mm512_set1_epi16 (ACU_RESAMPLE_ROW_MAX);
  const __mmask16 stored = (__mmask16) ((1u << (PIXELS * channels)) - 1);
  int64_t last = ((int64_t) first[width - 1] + taps) * channels - 16 - (pairs > 2 ? 4 * channels : 0);
  int x = 0, safe = width;

  while (safe > 0 && (int64_t) first[safe - 1] * channels > last)
    safe--;
  for (; x + PIXELS <= safe; x += PIXELS, weights += PIXELS * ACU_RESAMPLE_U8_TAPS, dst += PIXELS * channels)
    {
      const uint8_t *pixel[PIXELS];
      __m512i sum = _mm512_set1_epi32 (1 << (ACROSS_BITS - 1)), w = _mm512_loadu_si512 (weights), four;

      ACU_UNROLL
      for (int i = 0; i < PIXELS; i++)
        pixel[i] = src + (size_t) first[x + i] * channels;
      four = load_quarters (pixel, 0);
      sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (_mm512_shuffle_epi8 (four, even), _mm512_shuffle_epi32 (w, 0x00)));
      if (pairs > 1)
        sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (_mm512_shuffle_epi8 (four, odd), _mm512_shuffle_epi32 (w, 0x55)));
      if (pairs > 2)
        {
          four = load_quarters (pixel, (size_t) channels * 4);
          sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (_mm512_shuffle_epi8 (four, even), _mm512_shuffle_epi32 (w, 0xaa)));
        }
      if (pairs > 3)
        sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (_mm512_shuffle_epi8 (four, odd), _mm512_shuffle_epi32 (w, 0xff)));
      sum = _mm512_srai_epi32 (sum, ACROSS_BITS);
      sum = _mm512_permutexvar_epi16 (pack, _mm512_packs_epi32 (sum, sum));
      sum = _mm512_max_epi16 (_mm512_min_epi16 (sum, most), _mm512_setzero_si512 ());
      _mm256_mask_storeu_epi16 (dst, stored, _mm512_castsi512_si256 (sum));
    }
  return x;
}

void
acu_resample_horizontal_u8_avx512 (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                                   int channels, int width)
{
  int pairs = (taps + 1) / 2, done;

  if (channels == 3 && pairs == 3)
    done = horizontal (dst, src, weights, first, 3, taps, 3, width);
  else if (channels == 3 && pairs == 2)
    done = horizontal (dst, src, weights, first, 2, taps, 3, width);
  else
    done = horizontal (dst, src, weights, first, pairs, taps, channels, width);
  acu_resample_horizontal_u8_c (dst + (size_t) done * channels, src, weights + (size_t) done * ACU_RESAMPLE_U8_TAPS,
                                first + done, taps, channels, width - done);
}

/* 32 numbers of one output row as words, from pairs of rows that were interleaved in quarters: the packing undoes it. */
INLINE __m512i
vertical_words (const __m512i *low, const __m512i *high, const int16_t *weights, int pairs)
{
  __m512i sum_low = _mm512_set1_epi32 (1 << (DOWN_BITS - 1)), sum_high = sum_low;

  ACU_UNROLL
  for (int p = 0; p < pairs; p++)
    {
      int32_t two_weights;
      __m512i w;

      memcpy (&two_weights, weights + 2 * p, sizeof two_weights);
      w = _mm512_set1_epi32 (two_weights);
      sum_low = _mm512_add_epi32 (sum_low, _mm512_madd_epi16 (low[p], w));
      sum_high = _mm512_add_epi32 (sum_high, _mm512_madd_epi16 (high[p], w));
    }
  return _mm512_packs_epi32 (_mm512_srai_epi32 (sum_low, DOWN_BITS), _mm512_srai_epi32 (sum_high, DOWN_BITS));
}

INLINE void
vertical_block (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int pairs, int outputs, size_t at,
                __mmask32 mask)
{
  __m512i low[MAX_PAIRS], high[MAX_PAIRS];

  ACU_UNROLL
  for (int p = 0; p < pairs; p++)
    {
      __m512i a = _mm512_maskz_loadu_epi16 (mask, rows[2 * p] + at), b = _mm512_maskz_loadu_epi16 (mask, rows[2 * p + 1] + at);

      low[p] = _mm512_unpacklo_epi16 (a, b);
      high[p] = _mm512_unpackhi_epi16 (a, b);
    }
  for (int o = 0; o < outputs; o++)
    {
      __m512i words = vertical_words (low, high, weights + (size_t) o * ACU_RESAMPLE_U8_TAPS, pairs);

      words = _mm512_max_epi16 (words, _mm512_setzero_si512 ());
      _mm256_mask_storeu_epi8 (dst[o] + at, mask, _mm512_cvtusepi16_epi8 (words));
    }
}

INLINE void
vertical (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int pairs, int outputs, size_t n)
{
  size_t i = 0;

  for (; n - i >= WORDS; i += WORDS)
    vertical_block (dst, rows, weights, pairs, outputs, i, 0xffffffff);
  if (i < n)
    vertical_block (dst, rows, weights, pairs, outputs, i, (1u << (n - i)) - 1);
}

void
acu_resample_vertical_u8_avx512 (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                                 int outputs, size_t n)
{
  if (taps > 6)
    vertical (dst, rows, weights, 4, outputs, n);
  else if (taps > 4)
    vertical (dst, rows, weights, 3, outputs, n);
  else if (taps > 2)
    vertical (dst, rows, weights, 2, outputs, n);
  else
    vertical (dst, rows, weights, 1, outputs, n);
}
