/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

/* Three channels, that is a picture: a run of each channel is read, and the store interleaves them. */
static void
shuffle_3 (float *dst, const float *src, int factor, int row, int width)
{
  size_t plane = (size_t) factor * factor;

  for (int x = 0; x < width; x++, src += 3 * plane, dst += 3 * (size_t) factor)
    {
      const float *run = src + (size_t) row * factor;
      int j = 0;

      for (; factor - j >= 4; j += 4)
        {
          float32x4x3_t four = { { vld1q_f32 (run + j), vld1q_f32 (run + plane + j),
                                   vld1q_f32 (run + 2 * plane + j) } };

          vst3q_f32 (dst + 3 * j, four);
        }
      for (; factor - j >= 2; j += 2)
        {
          float32x2x3_t two = { { vld1_f32 (run + j), vld1_f32 (run + plane + j),
                                  vld1_f32 (run + 2 * plane + j) } };

          vst3_f32 (dst + 3 * j, two);
        }
      if (j < factor)
        for (int c = 0; c < 3; c++)
          dst[3 * j + c] = run[c * plane + j];
    }
}

void
acu_pixel_shuffle_neon (float *dst, const float *src, int channels, int factor, int row, int width)
{
  if (channels == 3)
    shuffle_3 (dst, src, factor, row, width);
  else
    acu_pixel_shuffle_c (dst, src, channels, factor, row, width);
}
