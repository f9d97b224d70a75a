/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

#define WORDS 8                   /* in one register */
#define BLOCK 16                  /* numbers of the vertical pass at a time */
#define ACROSS_BITS (ACU_RESAMPLE_WEIGHT_BITS - ACU_RESAMPLE_ROW_BITS)
#define DOWN_BITS (ACU_RESAMPLE_WEIGHT_BITS + ACU_RESAMPLE_ROW_BITS)
#define INLINE static inline __attribute__ ((always_inline))

/* Where the bytes of a register go that holds up to five pixels: words of the pixel in the low half and of the next one in the
 * high half, channels beyond the last and upper bytes being 0. */
INLINE uint8x16_t
pair_table (int pair, int channels)
{
  uint8_t from[16];

  for (int i = 0; i < 16; i++)
    {
      int c = i % 8 / 2;

      from[i] = (uint8_t) (i % 2 == 0 && c < channels ? (2 * pair + i / 8) * channels + c : 0xff);
    }
  return vld1q_u8 (from);
}

/* Adds two pixels, the first by the weight in lane `lane`, the second by the next one's. */
#define ADD_PAIR(sum, pixels, table, weights, lane)                                                                   \
  do                                                                                                                  \
    {                                                                                                                 \
      int16x8_t both = vreinterpretq_s16_u8 (vqtbl1q_u8 (pixels, table));                                             \
                                                                                                                      \
      sum = vmlal_laneq_s16 (sum, vget_low_s16 (both), weights, lane);                                                \
      sum = vmlal_laneq_s16 (sum, vget_high_s16 (both), weights, (lane) + 1);                                         \
    }                                                                                                                 \
  while (0)

/* One pixel a round, which stores four words: the next pixel overwrites those that are not its own. Returns how many pixels it
 * made: it stops where loads of sixteen bytes or these stores would leave the row. */
INLINE int
horizontal (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int pairs, int taps,
            int channels, int width)
{
  const uint8x16_t even = pair_table (0, channels), odd = pair_table (1, channels);
  const int16x4_t zero = vdup_n_s16 (0), most = vdup_n_s16 (ACU_RESAMPLE_ROW_MAX);
  int64_t last = ((int64_t) first[width - 1] + taps) * channels - 16 - (pairs > 2 ? 4 * channels : 0);
  int x = 0, safe = channels == 4 ? width : width - 4 / channels;

  while (safe > 0 && (int64_t) first[safe - 1] * channels > last)
    safe--;
  for (; x < safe; x++, weights += ACU_RESAMPLE_U8_TAPS, dst += channels)
    {
      const uint8_t *pixel = src + (size_t) first[x] * channels;
      int16x8_t w = vld1q_s16 (weights);
      uint8x16_t pixels = vld1q_u8 (pixel);
      int32x4_t sum = vdupq_n_s32 (1 << (ACROSS_BITS - 1));
      int16x4_t words;

      ADD_PAIR (sum, pixels, even, w, 0);
      if (pairs > 1)
        ADD_PAIR (sum, pixels, odd, w, 2);
      if (pairs > 2)
        {
          pixels = vld1q_u8 (pixel + 4 * channels);
          ADD_PAIR (sum, pixels, even, w, 4);
        }
      if (pairs > 3)
        ADD_PAIR (sum, pixels, odd, w, 6);
      words = vqmovn_s32 (vshrq_n_s32 (sum, ACROSS_BITS));
      vst1_s16 (dst, vmax_s16 (vmin_s16 (words, most), zero));
    }
  return x;
}

void
acu_resample_horizontal_u8_neon (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
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

/* Eight numbers of one output row, narrowed to words. */
INLINE int16x8_t
vertical_words (const int16_t *const *rows, const int16_t *weights, int taps, size_t at)
{
  int32x4_t low = vdupq_n_s32 (1 << (DOWN_BITS - 1)), high = low;

  for (int k = 0; k < taps; k++)
    {
      int16x8_t row = vld1q_s16 (rows[k] + at);

      low = vmlal_n_s16 (low, vget_low_s16 (row), weights[k]);
      high = vmlal_high_n_s16 (high, row, weights[k]);
    }
  return vcombine_s16 (vqmovn_s32 (vshrq_n_s32 (low, DOWN_BITS)), vqmovn_s32 (vshrq_n_s32 (high, DOWN_BITS)));
}

void
acu_resample_vertical_u8_neon (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                               int outputs, size_t n)
{
  const int16_t *rest_rows[ACU_RESAMPLE_U8_TAPS];
  size_t whole = n / BLOCK * BLOCK;

  for (int k = 0; k < taps; k++)
    rest_rows[k] = rows[k] + whole;
  for (int o = 0; o < outputs; o++, weights += ACU_RESAMPLE_U8_TAPS)
    {
      uint8_t *rest_dst = dst[o] + whole;

      for (size_t i = 0; i < whole; i += BLOCK)
        vst1q_u8 (dst[o] + i, vcombine_u8 (vqmovun_s16 (vertical_words (rows, weights, taps, i)),
                                           vqmovun_s16 (vertical_words (rows, weights, taps, i + WORDS))));
      acu_resample_vertical_u8_c (&rest_dst, rest_rows, weights, taps, 1, n - whole);
    }
}
