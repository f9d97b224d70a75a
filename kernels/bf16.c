/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"
#include "half.h"

#include <math.h>
#include <string.h>

#define GROUP ACU_CONV2D_GROUP
#define RUN ACU_BF16_RUN
/* Of larger kernels, so many taps at a time keep their sum. */
#define MOST_TAPS 49

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
    dst[i] = acu_bf16_from_float (src[i]);
}

void
acu_bf16_pixels_c (uint16_t *dst, ptrdiff_t dst_step, const void *src, AcuElement element, int channels, int width)
{
  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c++)
      {
        const ptrdiff_t at = (ptrdiff_t) x * channels + c;

        dst[x * dst_step + c] = acu_bf16_from_float (element == ACU_ELEMENT_F16 ? acu_half_to_float (((const uint16_t *) src)[at]) : ((const float *) src)[at]);
      }
}

void
acu_bf16_planes_c (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width)
{
  for (int c = 0; c < channels; c++)
    for (int x = 0; x < width; x++)
      dst[c * plane + x] = acu_bf16_from_float (src[x * src_step + c]);
}

void
acu_bf16_pairs_c (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width)
{
  for (int c = 0; c < channels; c++)
    for (int x = 0; x < width + width % 2; x++)
      dst[c / GROUP * group + x / 2 * 2 * GROUP + c % GROUP * 2 + x % 2] = x < width ? acu_bf16_from_float (src[(ptrdiff_t) x * channels + c]) : 0;
}

static int
runs_of (const AcuConv2dBf16 *conv, int slice)
{
  return (conv->kernel_width * conv->slice_channels[slice] + RUN - 1) / RUN;
}

/* Of a group of output channels. */
static size_t
group_runs (const AcuConv2dBf16 *conv)
{
  size_t runs = 0;

  for (int s = 0; s < conv->slices; s++)
    runs += (size_t) conv->kernel_height * runs_of (conv, s);
  return runs;
}

static int
groups_of (const AcuConv2dBf16 *conv)
{
  return (conv->out_channels + GROUP - 1) / GROUP;
}

size_t
acu_conv2d_bf16_packed (const AcuConv2dBf16 *conv)
{
  return group_runs (conv) * groups_of (conv) * RUN * GROUP;
}

/* Where number k of a slice's kernel row meets an output channel: [group][slice][kernel row][run][pair][channel of the group][2]. */
static size_t
packed_at (const AcuConv2dBf16 *conv, int out, int slice, int row, int k)
{
  size_t run = (size_t) out / GROUP * group_runs (conv);

  for (int s = 0; s < slice; s++)
    run += (size_t) conv->kernel_height * runs_of (conv, s);
  run += (size_t) row * runs_of (conv, slice) + k / RUN;
  return run * RUN * GROUP + (size_t) (k % RUN / 2) * 2 * GROUP + out % GROUP * 2 + k % 2;
}

/* The taps of one kernel, rounded. */
static void
round_taps (uint16_t *rounded, const float *taps, int n)
{
  for (int k = 0; k < n; k++)
    rounded[k] = acu_bf16_from_float (taps[k]);
}

static void
round_level (uint16_t *rounded, const float *taps, int n)
{
  int order[MOST_TAPS];
  float lost = 0;

  for (int k = 0; k < n; k++)
    {
      int at = k;

      for (; at > 0 && fabsf (taps[order[at - 1]]) < fabsf (taps[k]); at--)
        order[at] = order[at - 1];
      order[at] = k;
    }
  for (int k = 0; k < n; k++)
    {
      const float tap = taps[order[k]] + lost;

      rounded[order[k]] = acu_bf16_from_float (tap);
      lost = tap - widen (rounded[order[k]]);
    }
}

typedef void (*Round) (uint16_t *rounded, const float *taps, int n);

/* The taps of one input channel. */
static void
pack_kernel (uint16_t *packed, const AcuConv2dBf16 *conv, const float *taps, int out, int slice, int channel, Round round)
{
  const int all = conv->kernel_height * conv->kernel_width, width = conv->kernel_width;

  for (int first = 0; first < all; first += MOST_TAPS)
    {
      const int n = all - first < MOST_TAPS ? all - first : MOST_TAPS;
      uint16_t rounded[MOST_TAPS];

      round (rounded, taps + first, n);
      for (int k = 0; k < n; k++)
        packed[packed_at (conv, out, slice, (first + k) / width, (first + k) % width * conv->slice_channels[slice] + channel)] = rounded[k];
    }
}

static void
pack (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights, Round round)
{
  memset (packed, 0, acu_conv2d_bf16_packed (conv) * sizeof *packed);
  for (int o = 0; o < conv->out_channels; o++)
    for (int s = 0; s < conv->slices; s++)
      for (int c = 0; c < conv->slice_channels[s]; c++, weights += conv->kernel_height * conv->kernel_width)
        pack_kernel (packed, conv, weights, o, s, c, round);
}

void
acu_conv2d_bf16_pack (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights)
{
  pack (packed, conv, weights, round_taps);
}

void
acu_conv2d_bf16_pack_level (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights)
{
  pack (packed, conv, weights, round_level);
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

/* src: the rows under an output row, `rows` from slice to slice. */
static void
conv_pixel (float *dst, const uint16_t *const *src, int rows, int x, const AcuConv2dBf16 *conv, int add)
{
  for (int o = 0; o < conv->out_channels; o++)
    {
      float sum = add ? dst[o] : conv->bias[o];

      for (int s = 0; s < conv->slices; s++)
        for (int y = 0; y < conv->kernel_height; y++)
          for (int r = 0; r < runs_of (conv, s); r++)
            sum += run_of_products (src[s * rows + y] + (ptrdiff_t) x * conv->stride * conv->slice_channels[s] + r * RUN,
                                    conv->weights + packed_at (conv, o, s, y, r * RUN), 2 * GROUP);
      dst[o] = sum;
    }
}

void
acu_conv2d_bf16_c (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv, int width, int height,
                   int add)
{
  const int rows = (height - 1) * conv->stride + conv->kernel_height;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      conv_pixel (dst + y * dst_row + x * dst_step, src + y * conv->stride, rows, x, conv, add);
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
