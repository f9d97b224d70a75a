/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <string.h>

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

static void
vertical_row (float *dst, const float *const *rows, const float *weights, int taps, size_t n)
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

void
acu_resample_vertical_c (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t n)
{
  for (int o = 0; o < outputs; o++)
    vertical_row (dst[o], rows, weights + (size_t) o * taps, taps, n);
}

void
acu_stream_c (void *dst, const void *src, size_t bytes)
{
  memcpy (dst, src, bytes);
}

void
acu_stream_end_c (void)
{
}
