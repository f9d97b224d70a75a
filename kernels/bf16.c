/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <math.h>
#include <string.h>

#define GROUP ACU_CONV2D_GROUP
#define RUN ACU_BF16_RUN

static inline uint16_t
narrow (float f)
{
  uint32_t bits;

  memcpy (&bits, &f, sizeof bits);
  if ((bits & 0x7f800000) == 0)
    return (uint16_t) (bits >> 16 & 0x8000);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (uint16_t) (bits >> 16 | 0x40);
  return (uint16_t) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float
widen (uint16_t number)
{
  uint32_t bits = (uint32_t) number << 16;
  float f;

  memcpy (&f, &bits, sizeof f);
  return f;
}

void
acu_bf16_narrow_c (uint16_t *dst, const float *src, size_t n)
{
  for (size_t i = 0; i < n; i++)
    dst[i] = narrow (src[i]);
}

void
acu_bf16_planes_c (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width)
{
  for (int c = 0; c < channels; c++)
    for (int x = 0; x < width; x++)
      dst[c * plane + x] = narrow (src[x * src_step + c]);
}

void
acu_bf16_pairs_c (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width)
{
  for (int c = 0; c < channels; c++)
    for (int x = 0; x < width + width % 2; x++)
      dst[c / GROUP * group + x / 2 * 2 * GROUP + c % GROUP * 2 + x % 2] = x < width ? narrow (src[(ptrdiff_t) x * channels + c]) : 0;
}

static int
runs_of (const AcuConv2dBf16 *conv)
{
  return (conv->kernel_width * conv->in_channels + RUN - 1) / RUN;
}

static int
groups_of (const AcuConv2dBf16 *conv)
{
  return (conv->out_channels + GROUP - 1) / GROUP;
}

size_t
acu_conv2d_bf16_packed (const AcuConv2dBf16 *conv)
{
  return (size_t) conv->kernel_height * runs_of (conv) * groups_of (conv) * RUN * GROUP;
}

/* Where number k of a kernel row meets an output channel: [group][kernel row][run][pair][channel of the group][2]. */
static size_t
packed_at (const AcuConv2dBf16 *conv, int out, int row, int k)
{
  size_t block = ((size_t) out / GROUP * conv->kernel_height + row) * runs_of (conv) + k / RUN;

  return block * RUN * GROUP + (size_t) (k % RUN / 2) * 2 * GROUP + out % GROUP * 2 + k % 2;
}

void
acu_conv2d_bf16_pack (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights)
{
  memset (packed, 0, acu_conv2d_bf16_packed (conv) * sizeof *packed);
  for (int o = 0; o < conv->out_channels; o++)
    for (int i = 0; i < conv->in_channels; i++)
      for (int y = 0; y < conv->kernel_height; y++)
        for (int x = 0; x < conv->kernel_width; x++)
          packed[packed_at (conv, o, y, x * conv->in_channels + i)] = narrow (*weights++);
}

static inline float
run_of_products (const uint16_t *a, const uint16_t *b, size_t b_pair)
{
  float even = 0, odd = 0;

  for (int k = 0; k < RUN; k += 2, b += b_pair)
    {
      even = fmaf (widen (a[k]), widen (b[0]), even);
      odd = fmaf (widen (a[k + 1]), widen (b[1]), odd);
    }
  return even + odd;
}

static void
conv_pixel (float *dst, const uint16_t *src, ptrdiff_t src_row, const AcuConv2dBf16 *conv, int add)
{
  const int runs = runs_of (conv);

  for (int o = 0; o < conv->out_channels; o++)
    {
      float sum = add ? dst[o] : conv->bias[o];

      for (int y = 0; y < conv->kernel_height; y++)
        for (int r = 0; r < runs; r++)
          sum += run_of_products (src + y * src_row + r * RUN, conv->weights + packed_at (conv, o, y, r * RUN), 2 * GROUP);
      dst[o] = sum;
    }
}

void
acu_conv2d_bf16_c (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *src, ptrdiff_t src_row,
                   const AcuConv2dBf16 *conv, int width, int height, int add)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      conv_pixel (dst + y * dst_row + x * dst_step, src + y * conv->stride * src_row + (ptrdiff_t) x * conv->stride * conv->in_channels,
                  src_row, conv, add);
}

void
acu_conv2d_gradient_bf16_c (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient)
{
  for (int g = 0; g < gradient->groups; g++)
    for (int tap = 0; tap < gradient->kernel_width * gradient->kernel_height; tap++)
      for (int c = 0; c < gradient->channels; c++)
        for (int o = 0; o < GROUP; o++)
          {
            float *sum = sums + g * group_floats + ((ptrdiff_t) tap * gradient->channels + c) * GROUP + o;
            const uint16_t *from = gradient->planes + c * gradient->plane + tap / gradient->kernel_width * gradient->pitch
                                   + tap % gradient->kernel_width;

            for (int p = 0; p < gradient->pixels; p += RUN)
              *sum += run_of_products (from + p, gradient->pairs + g * gradient->group + (ptrdiff_t) p * GROUP + 2 * o, 2 * GROUP);
          }
}
