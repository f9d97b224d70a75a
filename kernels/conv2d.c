/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <math.h>

static size_t
group_floats (const AcuConv2d *conv)
{
  size_t channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += (size_t) conv->slice_channels[s];
  return channels * conv->kernel_height * conv->kernel_width * ACU_CONV2D_GROUP;
}

size_t
acu_conv2d_packed_floats (const AcuConv2d *conv)
{
  size_t groups = ((size_t) conv->out_channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP;

  return groups * group_floats (conv);
}

void
acu_conv2d_pack (float *packed, const AcuConv2d *conv, const float *weights)
{
  size_t plane = (size_t) conv->kernel_height * conv->kernel_width;
  size_t out_floats = group_floats (conv) / ACU_CONV2D_GROUP;

  for (int group = 0; group < conv->out_channels; group += ACU_CONV2D_GROUP)
    {
      const float *slice = weights + (size_t) group * out_floats;

      for (int s = 0; s < conv->slices; s++)
        {
          for (size_t tap = 0; tap < plane; tap++)
            for (int c = 0; c < conv->slice_channels[s]; c++)
              for (int o = 0; o < ACU_CONV2D_GROUP; o++)
                *packed++ = group + o < conv->out_channels ? slice[o * out_floats + c * plane + tap] : 0.0f;
          slice += conv->slice_channels[s] * plane;
        }
    }
}

size_t
acu_conv2d_few_floats (const AcuConv2d *conv)
{
  return group_floats (conv) / ACU_CONV2D_GROUP * conv->out_channels;
}

void
acu_conv2d_few_pack (float *packed, const AcuConv2d *conv, const float *weights)
{
  size_t plane = (size_t) conv->kernel_height * conv->kernel_width, out_floats = group_floats (conv) / ACU_CONV2D_GROUP;

  for (int s = 0; s < conv->slices; weights += conv->slice_channels[s++] * plane)
    for (size_t tap = 0; tap < plane; tap++)
      for (int c = 0; c < conv->slice_channels[s]; c += ACU_CONV2D_GROUP)
        for (int o = 0; o < conv->out_channels; o++)
          for (int i = 0; i < ACU_CONV2D_GROUP; i++)
            *packed++ = weights[o * out_floats + (c + i) * plane + tap];
}

/* One pixel of one group: the order of the sum that every other implementation keeps. */
static void
conv2d_pixel (float *sum, const float *const *src, size_t pixel, const AcuConv2d *conv, const float *weights)
{
  for (int s = 0; s < conv->slices; s++)
    {
      int channels = conv->slice_channels[s];

      for (int ky = 0; ky < conv->kernel_height; ky++)
        {
          const float *row = src[s * conv->kernel_height + ky] + pixel * conv->stride * channels;

          for (int kx = 0; kx < conv->kernel_width; kx++)
            for (int c = 0; c < channels; c++, weights += ACU_CONV2D_GROUP)
              for (int o = 0; o < ACU_CONV2D_GROUP; o++)
                sum[o] = fmaf (row[kx * channels + c], weights[o], sum[o]);
        }
    }
}

void
acu_conv2d_c (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  size_t floats = group_floats (conv);

  for (int group = 0; group * ACU_CONV2D_GROUP < conv->out_channels; group++)
    {
      int first = group * ACU_CONV2D_GROUP;
      int n = conv->out_channels - first < ACU_CONV2D_GROUP ? conv->out_channels - first : ACU_CONV2D_GROUP;

      for (int x = 0; x < width; x++)
        {
          float sum[ACU_CONV2D_GROUP];

          for (int o = 0; o < ACU_CONV2D_GROUP; o++)
            sum[o] = conv->bias[first + o];
          conv2d_pixel (sum, src, (size_t) x, conv, conv->weights + group * floats);
          for (int o = 0; o < n; o++)
            dst[x * dst_step + first + o] = conv->slope && sum[o] < 0 ? sum[o] * conv->slope[first + o] : sum[o];
        }
    }
}
