/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The simple kernels, which the compiler turns into vectors by itself. Included once by the file of each instruction set, which
 * defines before KERNEL (name): what the function is called there. */
#include "kernels_private.h"

#include <string.h>

#define RANGE_LANES 16

void
KERNEL (slope) (float *dst, const float *src, const float *slope, int channels, int width)
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

static inline void
slope_gradient (float *restrict dst, float *restrict sums, const float *restrict gradient, const float *restrict src,
                const float *restrict slope, int channels, int width, const int add)
{
  for (int x = 0; x < width; x++, src += channels, gradient += channels, dst += channels)
    for (int c = 0; c < channels; c++)
      {
        /* Both products always: so the loop needs no branch. */
        float passed = gradient[c] * slope[c], product = gradient[c] * src[c];

        passed = src[c] < 0 ? passed : gradient[c];
        dst[c] = add ? dst[c] + passed : passed;
        sums[c] += src[c] < 0 ? product : 0;
      }
}

void
KERNEL (slope_gradient) (float *dst, float *sums, const float *gradient, const float *src, const float *slope, int channels,
                         int width, int add)
{
  if (add)
    slope_gradient (dst, sums, gradient, src, slope, channels, width, 1);
  else
    slope_gradient (dst, sums, gradient, src, slope, channels, width, 0);
}

void
KERNEL (add) (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n)
{
  ACU_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dst[i] = a[i] * a_scale + b[i] * b_scale;
}

void
KERNEL (mul) (float *dst, const float *a, const float *b, size_t n)
{
  ACU_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    dst[i] = a[i] * b[i];
}

void
KERNEL (affine) (float *dst, const float *src, const float *scale, const float *offset, int channels, int width)
{
  for (int x = 0; x < width; x++, src += channels, dst += channels)
    {
      ACU_INDEPENDENT
      for (int c = 0; c < channels; c++)
        dst[c] = src[c] * scale[c] + offset[c];
    }
}

/* Of 16 channels: with a constant, their sums stay in registers. */
__attribute__ ((always_inline)) static inline void
add_pixels (double *sums, const float *src, int channels, const int some, int width)
{
  double sum[16];

  ACU_UNROLL
  for (int c = 0; c < some; c++)
    sum[c] = sums[c];
  for (int x = 0; x < width; x++, src += channels)
    ACU_UNROLL
    for (int c = 0; c < some; c++)
      sum[c] += src[c];
  ACU_UNROLL
  for (int c = 0; c < some; c++)
    sums[c] = sum[c];
}

void
KERNEL (channel_sums) (double *sums, const float *src, int channels, int width)
{
  int c = 0;

  for (; c + 16 <= channels; c += 16)
    add_pixels (sums + c, src + c, channels, 16, width);
  for (; c < channels; c++)
    add_pixels (sums + c, src + c, channels, 1, width);
}

void
KERNEL (noise) (float *dst, AcuNoiseRow row, uint32_t place, size_t n)
{
  for (size_t i = 0; i < n; i++)
    dst[i] = acu_noise_number (row, place + (uint32_t) i);
}

int
KERNEL (range) (const float *src, size_t n, float *low, float *high)
{
  float lows[RANGE_LANES], highs[RANGE_LANES];
  int32_t magnitude[RANGE_LANES] = { 0 }, largest = 0;
  size_t i = 0;

  for (int j = 0; j < RANGE_LANES; j++)
    {
      lows[j] = *low;
      highs[j] = *high;
    }
  for (; n - i >= RANGE_LANES; i += RANGE_LANES)
    {
      int32_t bits[RANGE_LANES];

      memcpy (bits, src + i, sizeof bits);
      for (int j = 0; j < RANGE_LANES; j++)
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
  for (int j = 0; j < RANGE_LANES; j++)
    {
      *low = lows[j] < *low ? lows[j] : *low;
      *high = highs[j] > *high ? highs[j] : *high;
      largest = magnitude[j] > largest ? magnitude[j] : largest;
    }
  return largest < 0x7f800000;
}

/* With constants, a handful of permutations. */
__attribute__ ((always_inline)) static inline void
shuffle (float *dst, const float *src, const float *base, const int channels, const int factor, int row, int width)
{
  size_t plane = (size_t) factor * factor;

  src += (size_t) row * factor;
  for (int x = 0; x < width; x++, src += channels * plane, dst += (size_t) channels * factor)
    {
      for (int j = 0; j < factor; j++)
        for (int c = 0; c < channels; c++)
          dst[j * channels + c] = base ? src[c * plane + j] + base[c] : src[c * plane + j];
      if (base)
        base += channels;
    }
}

void
KERNEL (pixel_shuffle) (float *dst, const float *src, const float *base, int channels, int factor, int row, int width)
{
  if (channels == 3 && factor == 4 && base)
    shuffle (dst, src, base, 3, 4, row, width);
  else if (channels == 3 && factor == 4)
    shuffle (dst, src, NULL, 3, 4, row, width);
  else if (channels == 3 && factor == 2)
    shuffle (dst, src, base, 3, 2, row, width);
  else
    shuffle (dst, src, base, channels, factor, row, width);
}
