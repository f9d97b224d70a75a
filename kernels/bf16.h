/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of bfloat16 numbers: products of numbers with 8 significant bits, sums in single precision.
 *
 * A bfloat16 is the upper half of a float. Where a float becomes one it is rounded to the nearest, ties to even; what is too small for a normal
 * number becomes zero.
 *
 * Order of a sum: numbers that are multiplied come in runs of ACU_BF16_RUN. In each run the products of even places are added up from 0 with fused
 * multiply-add, and those of odd places likewise; both sums are added, and that to the result. So TDPBF16PS works (Intel 64 and IA-32
 * Architectures Software Developer's Manual, volume 2), and all implementations agree bit for bit, except that some take numbers that are
 * too small to be normal for zero. */
#ifndef ACU_BF16_H
#define ACU_BF16_H

#include "winograd.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ACU_BF16_RUN 32

static inline uint16_t
acu_bf16_from_float (float f)
{
  uint32_t bits;

  memcpy (&bits, &f, sizeof bits);
  if ((bits & 0x7f800000) == 0)
    return (uint16_t) (bits >> 16 & 0x8000);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (uint16_t) (bits >> 16 | 0x40);
  return (uint16_t) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* A convolution of a rectangle of pixels, whose channels come in `slices` runs from maps of their own.
 *
 * `weights` is packed by acu_conv2d_bf16_pack(). Each kernel row reads kernel_width * slice_channels[] numbers in a row of each slice, and, up to the next
 * multiple of ACU_BF16_RUN, what lies behind them, times 0: it must be there and finite. `bias` holds out_channels floats, rounded up to a multiple
 * of 16. Order of the sum: slice, kernel row, run. */
typedef struct AcuConv2dBf16
{
  int slices;
  int slice_channels[ACU_WINOGRAD_MAX_SLICES];
  int out_channels;
  int kernel_width, kernel_height;
  int stride;                     /* between the input pixels of neighbouring output pixels, both ways */
  const uint16_t *weights;
  const float *bias;
} AcuConv2dBf16;

/* Numbers of packed weights; they are to be aligned to 64 bytes. */
size_t acu_conv2d_bf16_packed (const AcuConv2dBf16 *conv);
/* Packs weights given as [out_channels][all slices' channels][kernel_height][kernel_width]. */
void acu_conv2d_bf16_pack (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights);
/* The same for a network that is only run: each kernel's taps are rounded from the largest to the smallest, and what is lost goes to the next one, so that
 * kernels keep their sums and level areas of a map their level. */
void acu_conv2d_bf16_pack_level (uint16_t *packed, const AcuConv2dBf16 *conv, const float *weights);

/* n floats. */
typedef void (*acu_bf16_narrow_fn) (uint16_t *dst, const float *src, size_t n);

/* `width` pixels of `channels` numbers without gaps become bfloat16, dst_step numbers apart. */
typedef void (*acu_bf16_pixels_fn) (uint16_t *dst, ptrdiff_t dst_step, const void *src, AcuElement element, int channels, int width);

/* Pixels of `channels` floats, src_step floats apart, become planes: channel c of pixel x goes to dst[c * plane + x]. */
typedef void (*acu_bf16_planes_fn) (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width);

/* Pixels of `channels` floats (a multiple of 16) without gaps become pairs of pixels: channel c of pixel x goes to
 * dst[c / 16 * group + x / 2 * 32 + c % 16 * 2 + x % 2]. An odd last pixel is paired with zeros. */
typedef void (*acu_bf16_pairs_fn) (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width);

/* dst: width × height output pixels, dst_step floats from one to the next and dst_row from row to row. src: rows of pixels without gaps, slice after slice,
 * (height - 1) * stride + kernel_height of each: the input pixel under the first tap of the first output pixel in that row. Sums begin with the bias,
 * or, with `add`, with what is in dst. */
typedef void (*acu_conv2d_bf16_fn) (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv,
                                    int width, int height, int add);

/* The gradient of a convolution's weights (stride 1), over a whole map.
 *
 * Pixels are numbered through both maps alike, `pitch` from row to row. `planes`: the input, plane after plane, `plane` numbers apart, from the pixel
 * under the first tap on; `pairs`: the gradient of the results as acu_bf16_pairs_fn writes it, zero where there is no result (so rows of
 * different pitch are one run of pixels). `pixels`, a multiple of ACU_BF16_RUN, are added up; what planes hold up to
 * pixels + (kernel_height - 1) * pitch + kernel_width - 1 must be finite. */
typedef struct AcuGradientBf16
{
  const uint16_t *planes, *pairs;
  ptrdiff_t plane, group;         /* numbers from plane to plane, from 16 channels of the gradient to the next */
  int channels, groups;           /* planes; sixteens of results */
  int kernel_width, kernel_height, pitch, pixels;
} AcuGradientBf16;

/* sums[g * group_floats + ((row * kernel_width + column) * channels + c) * 16 + o] grows by the sum over the pixels p of
 * planes[c][p + row * pitch + column] * gradient[g * 16 + o][p]. */
typedef void (*acu_conv2d_gradient_bf16_fn) (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient);

#endif
