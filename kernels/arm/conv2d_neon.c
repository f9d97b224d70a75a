/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

/* A block of output: one register sums four channels of one pixel, so that each sum runs through all taps
 * in order and the block's shape decides nothing but speed. The shapes leave room in the 32 registers for
 * four taps of each pixel and for the weights. */
#define LANES 4
#define MAX_PIXELS 12
#define MAX_VECTORS 4             /* a group */

typedef void (*block_fn) (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv,
                          const float *weights, int pixel, int channel);

__attribute__ ((always_inline)) static inline void
store_lanes (float *dst, float32x4_t v, int lanes)
{
  if (lanes >= LANES)
    {
      vst1q_f32 (dst, v);
      return;
    }
  if (lanes & 2)
    {
      vst1_f32 (dst, vget_low_f32 (v));
      if (lanes & 1)
        vst1q_lane_f32 (dst + 2, v, 2);
    }
  else
    vst1q_lane_f32 (dst, v, 0);
}

__attribute__ ((always_inline)) static inline void
store_block (float *dst, ptrdiff_t dst_step, const AcuConv2d *conv, int channel,
             float32x4_t sum[MAX_PIXELS][MAX_VECTORS], const int pixels, const int vectors)
{
  ACU_UNROLL
  for (int v = 0; v < vectors; v++)
    {
      int first = channel + v * LANES, left = conv->out_channels - first;

      if (conv->slope)
        {
          float32x4_t slope = vld1q_f32 (conv->slope + first);

          ACU_UNROLL
          for (int p = 0; p < pixels; p++)
            sum[p][v] = vbslq_f32 (vcltzq_f32 (sum[p][v]), vmulq_f32 (sum[p][v], slope), sum[p][v]);
        }
      ACU_UNROLL
      for (int p = 0; p < pixels; p++)
        store_lanes (dst + p * dst_step + first, sum[p][v], left);
    }
}

/* One tap for all sums of the block; `lane` says which of each pixel's four values it takes. */
#define TAP(lane)                                                                                       \
  ACU_UNROLL                                                                                            \
  for (int v = 0; v < vectors; v++)                                                                     \
    {                                                                                                   \
      float32x4_t w = vld1q_f32 (weights + (lane) * ACU_CONV2D_GROUP + v * LANES);                      \
                                                                                                        \
      ACU_UNROLL                                                                                        \
      for (int p = 0; p < pixels; p++)                                                                  \
        sum[p][v] = vfmaq_laneq_f32 (sum[p][v], w, value[p], lane);                                     \
    }

__attribute__ ((always_inline)) static inline void
block (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, const float *weights,
       int pixel, int channel, const int pixels, const int vectors)
{
  float32x4_t sum[MAX_PIXELS][MAX_VECTORS], value[MAX_PIXELS];

  ACU_UNROLL
  for (int v = 0; v < vectors; v++)
    ACU_UNROLL
    for (int p = 0; p < pixels; p++)
      sum[p][v] = vld1q_f32 (conv->bias + channel + v * LANES);

  for (int s = 0; s < conv->slices; s++)
    {
      ptrdiff_t step = (ptrdiff_t) conv->stride * conv->slice_channels[s];
      ptrdiff_t taps = (ptrdiff_t) conv->kernel_width * conv->slice_channels[s], i;

      for (int ky = 0; ky < conv->kernel_height; ky++)
        {
          const float *x = src[s * conv->kernel_height + ky] + pixel * step;

          /* Columns and channels of a kernel row lie behind one another in both source and weights. */
          for (i = 0; i + LANES <= taps; i += LANES, weights += LANES * ACU_CONV2D_GROUP)
            {
              ACU_UNROLL
              for (int p = 0; p < pixels; p++)
                value[p] = vld1q_f32 (x + p * step + i);
              TAP (0) TAP (1) TAP (2) TAP (3)
            }
          for (; i < taps; i++, weights += ACU_CONV2D_GROUP)
            {
              ACU_UNROLL
              for (int p = 0; p < pixels; p++)
                value[p] = vld1q_dup_f32 (x + p * step + i);
              TAP (0)
            }
        }
    }
  store_block (dst, dst_step, conv, channel, sum, pixels, vectors);
}

/* Functions of their own: inlined into one, their sums would not stay in registers. */
#define BLOCK(pixels, vectors)                                                                          \
  __attribute__ ((noinline)) static void                                                                \
  block_##pixels##x##vectors (float *dst, ptrdiff_t dst_step, const float *const *src,                  \
                              const AcuConv2d *conv, const float *weights, int pixel, int channel)      \
  {                                                                                                     \
    block (dst, dst_step, src, conv, weights, pixel, channel, pixels, vectors);                         \
  }
#define BLOCKS_TO_5(vectors)                                                                            \
  BLOCK (1, vectors) BLOCK (2, vectors) BLOCK (3, vectors) BLOCK (4, vectors) BLOCK (5, vectors)

BLOCKS_TO_5 (4)
BLOCKS_TO_5 (3) BLOCK (6, 3) BLOCK (7, 3)
BLOCKS_TO_5 (2) BLOCK (6, 2) BLOCK (7, 2) BLOCK (8, 2)
BLOCKS_TO_5 (1) BLOCK (6, 1) BLOCK (7, 1) BLOCK (8, 1) BLOCK (9, 1) BLOCK (10, 1) BLOCK (11, 1) BLOCK (12, 1)

static const struct
{
  int pixels;
  block_fn blocks[MAX_PIXELS];
} shapes[MAX_VECTORS] = {
  { 12, { block_1x1, block_2x1, block_3x1, block_4x1, block_5x1, block_6x1,
          block_7x1, block_8x1, block_9x1, block_10x1, block_11x1, block_12x1 } },
  { 8, { block_1x2, block_2x2, block_3x2, block_4x2, block_5x2, block_6x2, block_7x2, block_8x2 } },
  { 7, { block_1x3, block_2x3, block_3x3, block_4x3, block_5x3, block_6x3, block_7x3 } },
  { 5, { block_1x4, block_2x4, block_3x4, block_4x4, block_5x4 } },
};

void
acu_conv2d_neon (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  int groups = (conv->out_channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP;
  size_t group_floats = acu_conv2d_packed_floats (conv) / groups;

  for (int group = 0; group < groups; group++)
    {
      int channel = group * ACU_CONV2D_GROUP;
      int left = (conv->out_channels - channel + LANES - 1) / LANES;
      int n = left < MAX_VECTORS ? left : MAX_VECTORS;
      const float *weights = conv->weights + group * group_floats;

      for (int x = 0; x < width;)
        {
          int pixels = width - x < shapes[n - 1].pixels ? width - x : shapes[n - 1].pixels;

          shapes[n - 1].blocks[pixels - 1] (dst + x * dst_step, dst_step, src, conv, weights, x, channel);
          x += pixels;
        }
    }
}
