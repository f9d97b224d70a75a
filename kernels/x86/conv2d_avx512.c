/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>

/* A block of output: one register sums one group of one pixel, so that each sum runs through all taps in
 * order and the block's shape decides nothing but speed. */
#define MAX_PIXELS 12
#define MAX_GROUPS 4

typedef void (*block_fn) (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv,
                          size_t group_floats, int pixel, int group);

__attribute__ ((always_inline)) static inline void
store_block (float *dst, ptrdiff_t dst_step, const AcuConv2d *conv, int group, __m512 sum[MAX_PIXELS][MAX_GROUPS],
             const int pixels, const int groups)
{
  ACU_UNROLL
  for (int g = 0; g < groups; g++)
    {
      int first = (group + g) * ACU_CONV2D_GROUP, left = conv->out_channels - first;
      __mmask16 lanes = left < ACU_CONV2D_GROUP ? (__mmask16) ((1u << left) - 1) : (__mmask16) 0xffff;

      if (conv->slope)
        {
          __m512 slope = _mm512_loadu_ps (conv->slope + first);

          ACU_UNROLL
          for (int p = 0; p < pixels; p++)
            {
              __mmask16 negative = _mm512_cmp_ps_mask (sum[p][g], _mm512_setzero_ps (), _CMP_LT_OQ);

              sum[p][g] = _mm512_mask_mul_ps (sum[p][g], negative, sum[p][g], slope);
            }
        }
      ACU_UNROLL
      for (int p = 0; p < pixels; p++)
        _mm512_mask_storeu_ps (dst + p * dst_step + first, lanes, sum[p][g]);
    }
}

__attribute__ ((always_inline)) static inline void
block (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, size_t group_floats,
       int pixel, int group, const int pixels, const int groups)
{
  const float *weights = conv->weights + group * group_floats;
  __m512 sum[MAX_PIXELS][MAX_GROUPS];

  ACU_UNROLL
  for (int g = 0; g < groups; g++)
    ACU_UNROLL
    for (int p = 0; p < pixels; p++)
      sum[p][g] = _mm512_loadu_ps (conv->bias + (group + g) * ACU_CONV2D_GROUP);

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
              __m512 w[MAX_GROUPS];

              ACU_UNROLL
              for (int g = 0; g < groups; g++)
                w[g] = _mm512_loadu_ps (weights + g * group_floats);
              ACU_UNROLL
              for (int p = 0; p < pixels; p++)
                {
                  __m512 v = _mm512_set1_ps (x[p * step + i]);

                  ACU_UNROLL
                  for (int g = 0; g < groups; g++)
                    sum[p][g] = _mm512_fmadd_ps (v, w[g], sum[p][g]);
                }
            }
        }
    }
  store_block (dst, dst_step, conv, group, sum, pixels, groups);
}

/* Functions of their own: inlined into one, their sums would not stay in registers. */
#define BLOCK(pixels, groups)                                                                           \
  __attribute__ ((noinline)) static void                                                                \
  block_##pixels##x##groups (float *dst, ptrdiff_t dst_step, const float *const *src,                   \
                             const AcuConv2d *conv, size_t group_floats, int pixel, int group)          \
  {                                                                                                     \
    block (dst, dst_step, src, conv, group_floats, pixel, group, pixels, groups);                       \
  }
#define BLOCKS_TO_6(groups)                                                                             \
  BLOCK (1, groups) BLOCK (2, groups) BLOCK (3, groups) BLOCK (4, groups) BLOCK (5, groups) BLOCK (6, groups)

BLOCKS_TO_6 (4)
BLOCKS_TO_6 (3) BLOCK (7, 3) BLOCK (8, 3)
BLOCKS_TO_6 (2) BLOCK (7, 2) BLOCK (8, 2) BLOCK (9, 2) BLOCK (10, 2) BLOCK (11, 2) BLOCK (12, 2)
BLOCKS_TO_6 (1) BLOCK (7, 1) BLOCK (8, 1)

static const struct
{
  int pixels;
  block_fn blocks[MAX_PIXELS];
} shapes[MAX_GROUPS] = {
  { 8, { block_1x1, block_2x1, block_3x1, block_4x1, block_5x1, block_6x1, block_7x1, block_8x1 } },
  { 12, { block_1x2, block_2x2, block_3x2, block_4x2, block_5x2, block_6x2,
          block_7x2, block_8x2, block_9x2, block_10x2, block_11x2, block_12x2 } },
  { 8, { block_1x3, block_2x3, block_3x3, block_4x3, block_5x3, block_6x3, block_7x3, block_8x3 } },
  { 6, { block_1x4, block_2x4, block_3x4, block_4x4, block_5x4, block_6x4 } },
};

void
acu_conv2d_avx512 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  int groups = (conv->out_channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP;
  size_t group_floats = acu_conv2d_packed_floats (conv) / groups;

  for (int group = 0; group < groups;)
    {
      int left = groups - group;
      /* 5 and 6 groups are 3 + 2 and 3 + 3: a single group would be limited by its loads. */
      int n = left == 5 || left == 6 ? 3 : left < MAX_GROUPS ? left : MAX_GROUPS;

      for (int x = 0; x < width;)
        {
          int pixels = width - x < shapes[n - 1].pixels ? width - x : shapes[n - 1].pixels;

          shapes[n - 1].blocks[pixels - 1] (dst + x * dst_step, dst_step, src, conv, group_floats, x, group);
          x += pixels;
        }
      group += n;
    }
}
