/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <string.h>

#define LANES 16

void
acu_slope_c (float *dst, const float *src, const float *slope, int channels, int width)
{
  for (int x = 0; x < width; x++, src += channels, dst += channels)
    {
      ACU_INDEPENDENT
      for (int c = 0; c < channels; c++)
        {
          /* Multiplied always, used sometimes: so the loop needs no branch. */
          float v = src[c], product = v * slope[c];

          dst[c] = v < 0 ? product : v;
        }
    }
}

void
acu_add_c (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n)
{
  ACU_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dst[i] = a[i] * a_scale + b[i] * b_scale;
}

void
acu_mul_c (float *dst, const float *a, const float *b, size_t n)
{
  ACU_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dst[i] = a[i] * b[i];
}

void
acu_affine_c (float *dst, const float *src, const float *scale, const float *offset, int channels, int width)
{
  for (int x = 0; x < width; x++, src += channels, dst += channels)
    {
      ACU_INDEPENDENT
      for (int c = 0; c < channels; c++)
        dst[c] = src[c] * scale[c] + offset[c];
    }
}

int
acu_range_c (const float *src, size_t n, float *low, float *high)
{
  float lows[LANES], highs[LANES];
  int32_t magnitude[LANES] = { 0 }, largest = 0;
  size_t i = 0;

  for (int j = 0; j < LANES; j++)
    {
      lows[j] = *low;
      highs[j] = *high;
    }
  for (; n - i >= LANES; i += LANES)
    {
      int32_t bits[LANES];

      memcpy (bits, src + i, sizeof bits);
      for (int j = 0; j < LANES; j++)
        {
          float v = src[i + j];
          int32_t m = bits[j] & 0x7fffffff;

          lows[j] = v < lows[j] ? v : lows[j];
          highs[j] = v > highs[j] ? v : highs[j];
          magnitude[j] = m > magnitude[j] ? m : magnitude[j];
        }
    }
  for (; i < n; i++)
    {
      int32_t m;

      memcpy (&m, src + i, sizeof m);
      m &= 0x7fffffff;
      lows[0] = src[i] < lows[0] ? src[i] : lows[0];
      highs[0] = src[i] > highs[0] ? src[i] : highs[0];
      magnitude[0] = m > magnitude[0] ? m : magnitude[0];
    }
  for (int j = 0; j < LANES; j++)
    {
      *low = lows[j] < *low ? lows[j] : *low;
      *high = highs[j] > *high ? highs[j] : *high;
      largest = magnitude[j] > largest ? magnitude[j] : largest;
    }
  return largest < 0x7f800000;
}
