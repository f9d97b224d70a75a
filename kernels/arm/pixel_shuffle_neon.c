/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

/* Three channels, that is a picture: a run of each channel is read, and the store interleaves them. Adding -0 changes no number. */
static void
shuffle_3 (float *dst, const float *src, const float *base, int factor, int row, int width)
{
  size_t plane = (size_t) factor * factor;

  for (int x = 0; x < width; x++, src += 3 * plane, dst += 3 * (size_t) factor)
    {
      const float *run = src + (size_t) row * factor;
      float add[3] = { base ? base[3 * x] : -0.0f, base ? base[3 * x + 1] : -0.0f, base ? base[3 * x + 2] : -0.0f };
      int j = 0;

      for (; factor - j >= 4; j += 4)
        {
          float32x4x3_t four = { { vaddq_f32 (vld1q_f32 (run + j), vdupq_n_f32 (add[0])),
                                   vaddq_f32 (vld1q_f32 (run + plane + j), vdupq_n_f32 (add[1])),
                                   vaddq_f32 (vld1q_f32 (run + 2 * plane + j), vdupq_n_f32 (add[2])) } };

          vst3q_f32 (dst + 3 * j, four);
        }
      for (; factor - j >= 2; j += 2)
        {
          float32x2x3_t two = { { vadd_f32 (vld1_f32 (run + j), vdup_n_f32 (add[0])),
                                  vadd_f32 (vld1_f32 (run + plane + j), vdup_n_f32 (add[1])),
                                  vadd_f32 (vld1_f32 (run + 2 * plane + j), vdup_n_f32 (add[2])) } };

          vst3_f32 (dst + 3 * j, two);
        }
      if (j < factor)
        for (int c = 0; c < 3; c++)
          dst[3 * j + c] = run[c * plane + j] + add[c];
    }
}

void
acu_pixel_shuffle_neon (float *dst, const float *src, const float *base, int channels, int factor, int row, int width)
{
  if (channels == 3)
    shuffle_3 (dst, src, base, factor, row, width);
  else
    acu_pixel_shuffle_c (dst, src, base, channels, factor, row, width);
}
