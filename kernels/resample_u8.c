/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#define ACROSS_BITS (ACU_RESAMPLE_WEIGHT_BITS - ACU_RESAMPLE_ROW_BITS)
#define DOWN_BITS (ACU_RESAMPLE_WEIGHT_BITS + ACU_RESAMPLE_ROW_BITS)

static int32_t
limit (int32_t v, int32_t low, int32_t high)
{
  return v < low ? low : v > high ? high : v;
}

void
acu_resample_horizontal_u8_c (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                              int channels, int width)
{
  for (int x = 0; x < width; x++, weights += ACU_RESAMPLE_U8_TAPS, dst += channels)
    {
      const uint8_t *pixel = src + (size_t) first[x] * channels;

      for (int c = 0; c < channels; c++)
        {
          int32_t sum = 1 << (ACROSS_BITS - 1);

          for (int k = 0; k < taps; k++)
            sum += weights[k] * pixel[k * channels + c];
          /* Shifting a negative number rounds downwards in every compiler that we know. */
          dst[c] = (int16_t) limit (sum >> ACROSS_BITS, 0, ACU_RESAMPLE_ROW_MAX);
        }
    }
}

void
acu_resample_vertical_u8_c (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps, int outputs,
                            size_t n)
{
  for (int o = 0; o < outputs; o++, weights += ACU_RESAMPLE_U8_TAPS)
    for (size_t i = 0; i < n; i++)
      {
        int32_t sum = 1 << (DOWN_BITS - 1);

        for (int k = 0; k < taps; k++)
          sum += weights[k] * rows[k][i];
        dst[o][i] = (uint8_t) limit (sum >> DOWN_BITS, 0, 255);
      }
}
