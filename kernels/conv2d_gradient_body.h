/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The gradient of a convolution's weights (kernels.h), in terms of vectors of LANES floats. Included once by the file of each
 * instruction set, which defines before: LANES, vec, v_load, v_store, v_set1 and v_fma as winograd_body.h wants them, and MAX_TAPS and
 * MAX_GROUPS: a block of sums that fits its registers. Each sum runs through the pixels in order, so the block's shape decides
 * nothing but speed. */
#include "kernels_private.h"

#define VECS (ACU_CONV2D_GROUP / LANES)

__attribute__ ((always_inline)) static inline void
gradient_block (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, const float *gradient,
                ptrdiff_t out_channels, int width, const int taps, const int groups)
{
  vec sum[MAX_TAPS][MAX_GROUPS * VECS];

  ACU_UNROLL
  for (int t = 0; t < taps; t++)
    ACU_UNROLL
    for (int v = 0; v < groups * VECS; v++)
      sum[t][v] = v_load (sums + v / VECS * group_floats + t * ACU_CONV2D_GROUP + v % VECS * LANES);
  for (int x = 0; x < width; x++, src += src_step, gradient += out_channels)
    {
      vec g[MAX_GROUPS * VECS];

      ACU_UNROLL
      for (int v = 0; v < groups * VECS; v++)
        g[v] = v_load (gradient + v * LANES);
      ACU_UNROLL
      for (int t = 0; t < taps; t++)
        {
          vec s = v_set1 (src[t]);

          ACU_UNROLL
          for (int v = 0; v < groups * VECS; v++)
            sum[t][v] = v_fma (s, g[v], sum[t][v]);
        }
    }
  ACU_UNROLL
  for (int t = 0; t < taps; t++)
    ACU_UNROLL
    for (int v = 0; v < groups * VECS; v++)
      v_store (sums + v / VECS * group_floats + t * ACU_CONV2D_GROUP + v % VECS * LANES, sum[t][v]);
}

/* Functions of their own, so that each has all registers. */
__attribute__ ((noinline)) static void
gradient_taps (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps, const float *gradient,
               ptrdiff_t out_channels, int width)
{
  int t = 0;

  for (; taps - t >= MAX_TAPS; t += MAX_TAPS)
    gradient_block (sums + t * ACU_CONV2D_GROUP, group_floats, src + t, src_step, gradient, out_channels, width, MAX_TAPS,
                    MAX_GROUPS);
  for (; t < taps; t++)
    gradient_block (sums + t * ACU_CONV2D_GROUP, group_floats, src + t, src_step, gradient, out_channels, width, 1, MAX_GROUPS);
}

#if MAX_GROUPS > 1
__attribute__ ((noinline)) static void
gradient_taps_single (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps, const float *gradient,
                      ptrdiff_t out_channels, int width)
{
  int t = 0;

  for (; taps - t >= MAX_TAPS; t += MAX_TAPS)
    gradient_block (sums + t * ACU_CONV2D_GROUP, group_floats, src + t, src_step, gradient, out_channels, width, MAX_TAPS, 1);
  for (; t < taps; t++)
    gradient_block (sums + t * ACU_CONV2D_GROUP, group_floats, src + t, src_step, gradient, out_channels, width, 1, 1);
}
#endif

void
KERNEL (conv2d_gradient) (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                          const float *gradient, int out_channels, int width)
{
  int groups = out_channels / ACU_CONV2D_GROUP, g = 0;

  for (; groups - g >= MAX_GROUPS; g += MAX_GROUPS)
    gradient_taps (sums + g * group_floats, group_floats, src, src_step, taps, gradient + g * ACU_CONV2D_GROUP, out_channels,
                   width);
#if MAX_GROUPS > 1
  for (; g < groups; g++)
    gradient_taps_single (sums + g * group_floats, group_floats, src, src_step, taps, gradient + g * ACU_CONV2D_GROUP,
                          out_channels, width);
#endif
}
