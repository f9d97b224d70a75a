/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions to a few channels (conv2d_few of kernels.h), in the terms of winograd_body.h, behind which it is included. */

/* Results whose sums are in registers at once. */
#define FEW_PIXELS 4

/* The products of FEW_PIXELS pixels or of one, and their sums as the header says. */
INLINE void
few_pixels (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int pixel, const int pixels, const int outs)
{
  float sums[FEW_PIXELS][ACU_CONV2D_FEW][GROUP];

  for (int part = 0; part < VECS; part++)
    {
      const float *weights = conv->weights + part * LANES;
      vec sum[FEW_PIXELS][ACU_CONV2D_FEW];

      ACU_UNROLL
      for (int p = 0; p < pixels; p++)
        ACU_UNROLL
        for (int o = 0; o < outs; o++)
          sum[p][o] = v_set1 (0);
      for (int s = 0; s < conv->slices; s++)
        {
          const ptrdiff_t step = (ptrdiff_t) conv->stride * conv->slice_channels[s], numbers = (ptrdiff_t) conv->kernel_width * conv->slice_channels[s];

          for (int k = 0; k < conv->kernel_height; k++)
            {
              const float *at = src[s * conv->kernel_height + k] + pixel * step + part * LANES;

              ACU_ROLLED
              for (ptrdiff_t i = 0; i < numbers; i += GROUP, weights += outs * GROUP)
                {
                  vec w[ACU_CONV2D_FEW];

                  ACU_UNROLL
                  for (int o = 0; o < outs; o++)
                    w[o] = v_load (weights + o * GROUP);
                  ACU_UNROLL
                  for (int p = 0; p < pixels; p++)
                    {
                      const vec v = v_load (at + p * step + i);

                      ACU_UNROLL
                      for (int o = 0; o < outs; o++)
                        sum[p][o] = v_fma (v, w[o], sum[p][o]);
                    }
                }
            }
        }
      ACU_UNROLL
      for (int p = 0; p < pixels; p++)
        ACU_UNROLL
        for (int o = 0; o < outs; o++)
          v_store (sums[p][o] + part * LANES, sum[p][o]);
    }
  for (int p = 0; p < pixels; p++)
    for (int o = 0; o < outs; o++)
      {
        vec parts[VECS];
        float v;

        ACU_UNROLL
        for (int part = 0; part < VECS; part++)
          parts[part] = v_load (sums[p][o] + part * LANES);
        v = v_reduce_sum (parts) + conv->bias[o];
        dst[(pixel + p) * dst_step + o] = conv->slope && v < 0 ? v * conv->slope[o] : v;
      }
}

/* Functions of their own: inlined into one, their sums would not stay in registers. */
#define FEW(pixels, outs)                                                                                       \
  __attribute__ ((noinline)) static void                                                                        \
  few_##pixels##x##outs (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int pixel) \
  {                                                                                                             \
    few_pixels (dst, dst_step, src, conv, pixel, pixels, outs);                                                 \
  }
FEW (4, 1) FEW (4, 2) FEW (4, 3) FEW (4, 4)
FEW (1, 1) FEW (1, 2) FEW (1, 3) FEW (1, 4)

static void
conv2d_few (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  typedef void (*Pixels) (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int pixel);
  static const Pixels four[ACU_CONV2D_FEW] = { few_4x1, few_4x2, few_4x3, few_4x4 }, one[ACU_CONV2D_FEW] = { few_1x1, few_1x2, few_1x3, few_1x4 };
  int x = 0;

  for (; x + FEW_PIXELS <= width; x += FEW_PIXELS)
    four[conv->out_channels - 1] (dst, dst_step, src, conv, x);
  for (; x < width; x++)
    one[conv->out_channels - 1] (dst, dst_step, src, conv, x);
}
