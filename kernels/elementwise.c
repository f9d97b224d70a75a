/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

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
