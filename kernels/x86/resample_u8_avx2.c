/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>
#include <string.h>

#define WORDS 16                  /* in one register */
#define MAX_PAIRS (ACU_RESAMPLE_U8_TAPS / 2)
#define ACROSS_BITS (ACU_RESAMPLE_WEIGHT_BITS - ACU_RESAMPLE_ROW_BITS)
#define DOWN_BITS (ACU_RESAMPLE_WEIGHT_BITS + ACU_RESAMPLE_ROW_BITS)
#define INLINE static inline __attribute__ ((always_inline))

/* Sixteen bytes from each of two places. */
INLINE __m256i
load_halves (const uint8_t *a, const uint8_t *b)
{
  return _mm256_inserti128_si256 (_mm256_castsi128_si256 (_mm_loadu_si128 ((const void *) a)),
                                  _mm_loadu_si128 ((const void *) b), 1);
}

/* Makes pairs of words out of bytes: channel c of pixel 2 * pair and of the next one. */
INLINE __m256i
pair_shuffle (int pair, int channels)
{
  int8_t bytes[16];

  for (int c = 0; c < 4; c++)
    {
      bytes[4 * c] = c < channels ? (int8_t) (2 * pair * channels + c) : -1;
      bytes[4 * c + 2] = c < channels ? (int8_t) ((2 * pair + 1) * channels + c) : -1;
      bytes[4 * c + 1] = bytes[4 * c + 3] = -1;
    }
  return _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const void *) bytes));
}

INLINE __m256i
add_pair (__m256i sum, __m256i pixels, __m256i shuffle, __m256i weights)
{
  return _mm256_add_epi32 (sum, _mm256_madd_epi16 (_mm256_shuffle_epi8 (pixels, shuffle), weights));
}

/* Two pixels a round, of which each stores four words: the next pixel overwrites those that are not its own. Returns how
 * many pixels it made: it stops where loads of sixteen bytes or these stores would leave the row. */
INLINE int
horizontal (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int pairs, int taps,
            int channels, int width)
{
  const __m256i even = pair_shuffle (0, channels), odd = pair_shuffle (1, channels);
  const __m256i most = _mm256_set1_epi16 (ACU_RESAMPLE_ROW_MAX);
  int64_t last = ((int64_t) first[width - 1] + taps) * channels - 16 - (pairs > 2 ? 4 * channels : 0);
  int x = 0, safe = channels == 4 ? width : width - 4 / channels;

  while (safe > 0 && (int64_t) first[safe - 1] * channels > last)
    safe--;
  for (; x + 2 <= safe; x += 2, weights += 2 * ACU_RESAMPLE_U8_TAPS, dst += 2 * channels)
    {
      const uint8_t *a = src + (size_t) first[x] * channels, *b = src + (size_t) first[x + 1] * channels;
      __m256i w = _mm256_loadu_si256 ((const void *) weights), both = load_halves (a, b);
      __m256i sum = _mm256_set1_epi32 (1 << (ACROSS_BITS - 1));

      sum = add_pair (sum, both, even, _mm256_shuffle_epi32 (w, 0x00));
      if (pairs > 1)
        sum = add_pair (sum, both, odd, _mm256_shuffle_epi32 (w, 0x55));
      if (pairs > 2)
        {
          both = load_halves (a + 4 * channels, b + 4 * channels);
          sum = add_pair (sum, both, even, _mm256_shuffle_epi32 (w, 0xaa));
        }
      if (pairs > 3)
        sum = add_pair (sum, both, odd, _mm256_shuffle_epi32 (w, 0xff));
      sum = _mm256_srai_epi32 (sum, ACROSS_BITS);
      sum = _mm256_packs_epi32 (sum, sum);
      sum = _mm256_max_epi16 (_mm256_min_epi16 (sum, most), _mm256_setzero_si256 ());
      _mm_storel_epi64 ((void *) dst, _mm256_castsi256_si128 (sum));
      _mm_storel_epi64 ((void *) (dst + channels), _mm256_extracti128_si256 (sum, 1));
    }
  return x;
}

void
acu_resample_horizontal_u8_avx2 (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
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

/* 16 numbers of one output row as words, from pairs of rows that were interleaved in halves: the packing undoes it. */
INLINE __m256i
vertical_words (const __m256i *low, const __m256i *high, const int16_t *weights, int pairs)
{
  __m256i sum_low = _mm256_set1_epi32 (1 << (DOWN_BITS - 1)), sum_high = sum_low;

  ACU_UNROLL
  for (int p = 0; p < pairs; p++)
    {
      int32_t two_weights;
      __m256i w;

      memcpy (&two_weights, weights + 2 * p, sizeof two_weights);
      w = _mm256_set1_epi32 (two_weights);
      sum_low = _mm256_add_epi32 (sum_low, _mm256_madd_epi16 (low[p], w));
      sum_high = _mm256_add_epi32 (sum_high, _mm256_madd_epi16 (high[p], w));
    }
  return _mm256_packs_epi32 (_mm256_srai_epi32 (sum_low, DOWN_BITS), _mm256_srai_epi32 (sum_high, DOWN_BITS));
}

INLINE void
vertical (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int pairs, int outputs, size_t n)
{
  uint8_t *rest_dst[ACU_RESAMPLE_OUTPUTS];
  const int16_t *rest_rows[ACU_RESAMPLE_U8_TAPS];
  size_t i = 0;

  for (; n - i >= WORDS; i += WORDS)
    {
      __m256i low[MAX_PAIRS], high[MAX_PAIRS];

      ACU_UNROLL
      for (int p = 0; p < pairs; p++)
        {
          __m256i a = _mm256_loadu_si256 ((const void *) (rows[2 * p] + i));
          __m256i b = _mm256_loadu_si256 ((const void *) (rows[2 * p + 1] + i));

          low[p] = _mm256_unpacklo_epi16 (a, b);
          high[p] = _mm256_unpackhi_epi16 (a, b);
        }
      for (int o = 0; o < outputs; o++)
        {
          __m256i words = vertical_words (low, high, weights + (size_t) o * ACU_RESAMPLE_U8_TAPS, pairs);
          __m256i bytes = _mm256_permute4x64_epi64 (_mm256_packus_epi16 (words, words), 0x08);

          _mm_storeu_si128 ((void *) (dst[o] + i), _mm256_castsi256_si128 (bytes));
        }
    }
  for (int o = 0; o < outputs; o++)
    rest_dst[o] = dst[o] + i;
  for (int k = 0; k < 2 * pairs; k++)
    rest_rows[k] = rows[k] + i;
  acu_resample_vertical_u8_c (rest_dst, rest_rows, weights, 2 * pairs, outputs, n - i);
}

void
acu_resample_vertical_u8_avx2 (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
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
