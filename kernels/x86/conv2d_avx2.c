/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>

/* A block of output: one register sums eight channels of one pixel, so that each sum runs through all
 * taps in order and the block's shape decides nothing but speed. */
#define LANES 8
#define MAX_PIXELS 8
#define MAX_VECTORS 2             /* a group */

typedef void (*block_fn) (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv,
                          const float *weights, int pixel, int channel);

/* Eight -1, then eight 0: a window into it masks the first n lanes. */
static const int32_t lane_masks[2 * LANES] = { -1, -1, -1, -1, -1, -1, -1, -1 };

__attribute__ ((always_inline)) static inline void
store_block (float *dst, ptrdiff_t dst_step, const AcuConv2d *conv, int channel, __m256 sum[MAX_PIXELS][MAX_VECTORS],
             const int pixels, const int vectors)
{
  ACU_UNROLL
  for (int v = 0; v < vectors; v++)
    {
      int first = channel + v * LANES, left = conv->out_channels - first;

      if (conv->slope)
        {
          __m256 slope = _mm256_loadu_ps (conv->slope + first);

          ACU_UNROLL
          for (int p = 0; p < pixels; p++)
            {
              __m256 negative = _mm256_cmp_ps (sum[p][v], _mm256_setzero_ps (), _CMP_LT_OQ);

              sum[p][v] = _mm256_blendv_ps (sum[p][v], _mm256_mul_ps (sum[p][v], slope), negative);
            }
        }
      if (left >= LANES)
        {
          ACU_UNROLL
          for (int p = 0; p < pixels; p++)
            _mm256_storeu_ps (dst + p * dst_step + first, sum[p][v]);
        }
      else
        {
          __m256i lanes = _mm256_loadu_si256 ((const __m256i *) (lane_masks + LANES - left));

          ACU_UNROLL
          for (int p = 0; p < pixels; p++)
            _mm256_maskstore_ps (dst + p * dst_step + first, lanes, sum[p][v]);
        }
    }
}

__attribute__ ((always_inline)) static inline void
block (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, const float *weights,
       int pixel, int channel, const int pixels, const int vectors)
{
  __m256 sum[MAX_PIXELS][MAX_VECTORS];

  ACU_UNROLL
  for (int v = 0; v < vectors; v++)
    ACU_UNROLL
    for (int p = 0; p < pixels; p++)
      sum[p][v] = _mm256_loadu_ps (conv->bias + channel + v * LANES);

  for (int s = 0; s < conv->slices; s++)
    {
      ptrdiff_t step = (ptrdiff_t) conv->stride * conv->slice_channels[s];
      ptrdiff_t taps = (ptrdiff_t) conv->kernel_width * conv->slice_channels[s];

      for (int ky = 0; ky < conv->kernel_height; ky++)
        {
          const float *x = src[s * conv->kernel_height + ky] + pixel * step;

          /* Columns and channels of a kernel row lie behind one another in both source and weights. */
          for (ptrdiff_t i = 0; i < taps; i++, weights += ACU_CONV2D_GROUP)
            {
              __m256 w[MAX_VECTORS];

              ACU_UNROLL
              for (int v = 0; v < vectors; v++)
                w[v] = _mm256_loadu_ps (weights + v * LANES);
              ACU_UNROLL
              for (int p = 0; p < pixels; p++)
                {
                  __m256 value = _mm256_set1_ps (x[p * step + i]);

                  ACU_UNROLL
                  for (int v = 0; v < vectors; v++)
                    sum[p][v] = _mm256_fmadd_ps (value, w[v], sum[p][v]);
                }
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
#define BLOCKS_TO_6(vectors)                                                                            \
  BLOCK (1, vectors) BLOCK (2, vectors) BLOCK (3, vectors) BLOCK (4, vectors) BLOCK (5, vectors) BLOCK (6, vectors)

BLOCKS_TO_6 (2)
BLOCKS_TO_6 (1) BLOCK (7, 1) BLOCK (8, 1)

static const struct
{
  int pixels;
  block_fn blocks[MAX_PIXELS];
} shapes[MAX_VECTORS] = {
  { 8, { block_1x1, block_2x1, block_3x1, block_4x1, block_5x1, block_6x1, block_7x1, block_8x1 } },
  { 6, { block_1x2, block_2x2, block_3x2, block_4x2, block_5x2, block_6x2 } },
};

void
acu_conv2d_avx2 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  int groups = (conv->out_channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP;
  size_t group_floats = acu_conv2d_packed_floats (conv) / groups;

  for (int group = 0; group < groups; group++)
    {
      int channel = group * ACU_CONV2D_GROUP;
      int n = conv->out_channels - channel > LANES ? 2 : 1;
      const float *weights = conv->weights + group * group_floats;

      for (int x = 0; x < width;)
        {
          int pixels = width - x < shapes[n - 1].pixels ? width - x : shapes[n - 1].pixels;

          shapes[n - 1].blocks[pixels - 1] (dst + x * dst_step, dst_step, src, conv, weights, x, channel);
          x += pixels;
        }
    }
}
