/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

#define LANES 4
#define VECTORS 8                 /* summed at a time in the vertical pass: hides the latency of the additions */

/* The next tap's pixel lends its first float to the fourth lane, which is not stored; the last tap has no next. */
static void
horizontal_3 (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int width)
{
  for (int x = 0; x < width; x++, weights += taps, dst += 3)
    {
      const float *pixel = src + (size_t) first[x] * 3, *last = pixel + 3 * ((size_t) taps - 1);
      float32x4_t sum, three = vcombine_f32 (vld1_f32 (last), vld1_dup_f32 (last + 2));

      if (taps == 1)
        sum = vmulq_n_f32 (three, weights[0]);
      else
        {
          sum = vmulq_n_f32 (vld1q_f32 (pixel), weights[0]);
          for (int k = 1; k < taps - 1; k++)
            sum = vaddq_f32 (sum, vmulq_n_f32 (vld1q_f32 (pixel + 3 * k), weights[k]));
          sum = vaddq_f32 (sum, vmulq_n_f32 (three, weights[taps - 1]));
        }
      vst1_f32 (dst, vget_low_f32 (sum));
      vst1q_lane_f32 (dst + 2, sum, 2);
    }
}

static void
horizontal_4 (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int width)
{
  for (int x = 0; x < width; x++, weights += taps, dst += 4)
    {
      const float *pixel = src + (size_t) first[x] * 4;
      float32x4_t sum = vmulq_n_f32 (vld1q_f32 (pixel), weights[0]);

      for (int k = 1; k < taps; k++)
        sum = vaddq_f32 (sum, vmulq_n_f32 (vld1q_f32 (pixel + 4 * k), weights[k]));
      vst1q_f32 (dst, sum);
    }
}

void
acu_resample_horizontal_neon (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                              int channels, int width)
{
  if (channels == 3)
    horizontal_3 (dst, src, weights, first, taps, width);
  else if (channels == 4)
    horizontal_4 (dst, src, weights, first, taps, width);
  else
    acu_resample_horizontal_c (dst, src, weights, first, taps, channels, width);
}

static void
vertical_row (float *dst, const float *const *rows, const float *weights, int taps, size_t n)
{
  size_t i = 0;

  for (; n - i >= VECTORS * LANES; i += VECTORS * LANES)
    {
      float32x4_t sum[VECTORS];

      ACU_UNROLL
      for (int v = 0; v < VECTORS; v++)
        sum[v] = vmulq_n_f32 (vld1q_f32 (rows[0] + i + v * LANES), weights[0]);
      for (int k = 1; k < taps; k++)
        {
          const float *row = rows[k] + i;

          ACU_UNROLL
          for (int v = 0; v < VECTORS; v++)
            sum[v] = vaddq_f32 (sum[v], vmulq_n_f32 (vld1q_f32 (row + v * LANES), weights[k]));
        }
      ACU_UNROLL
      for (int v = 0; v < VECTORS; v++)
        vst1q_f32 (dst + i + v * LANES, sum[v]);
    }
  for (; i < n; i++)
    {
      float sum = weights[0] * rows[0][i];

      for (int k = 1; k < taps; k++)
        sum += weights[k] * rows[k][i];
      dst[i] = sum;
    }
}

void
acu_resample_vertical_neon (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                            size_t n)
{
  for (int o = 0; o < outputs; o++)
    vertical_row (dst[o], rows, weights + (size_t) o * taps, taps, n);
}
