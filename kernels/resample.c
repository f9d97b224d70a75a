/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

/* Floats summed at a time in the vertical pass: they stay in the nearest cache. */
#define BLOCK 256

void
acu_resample_horizontal_c (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                           int channels, int width)
{
  for (int x = 0; x < width; x++, weights += taps, dst += channels)
    {
      const float *pixel = src + (size_t) first[x] * channels;

      for (int c = 0; c < channels; c++)
        {
          float sum = weights[0] * pixel[c];

          for (int k = 1; k < taps; k++)
            sum += weights[k] * pixel[(size_t) k * channels + c];
          dst[c] = sum;
        }
    }
}

void
acu_resample_vertical_c (float *dst, const float *const *rows, const float *weights, int taps, size_t n)
{
  for (size_t start = 0; start < n; start += BLOCK)
    {
      size_t count = n - start < BLOCK ? n - start : BLOCK;
      float sum[BLOCK];

      for (size_t i = 0; i < count; i++)
        sum[i] = weights[0] * rows[0][start + i];
      for (int k = 1; k < taps; k++)
        for (size_t i = 0; i < count; i++)
          sum[i] += weights[k] * rows[k][start + i];
      for (size_t i = 0; i < count; i++)
        dst[start + i] = sum[i];
    }
}
