/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pure functions on rows of pixels. No allocation, threads, logging, I/O or GLib in this room.
 *
 * A row is `width` pixels of `channels` interleaved floats (pixel-major, "HWC"), so that an
 * element-wise kernel sees one run of width * channels floats. Rows need no alignment. Kernels
 * neither read nor write outside of the elements that their parameters describe.
 *
 * Numbers: every sum starts from its bias and adds its products with fused multiply-add in the
 * order stated here, whatever the instruction set and wherever the pixel lies. So all
 * implementations agree with the C reference bit for bit, and a picture does not depend on how it
 * was cut into bands, columns and threads. Kernels without fmaf use separate multiplications and
 * additions in the order that the C reference writes (built with -ffp-contract=off).
 *
 * All functions are thread-safe as long as two calls do not write to the same elements. */
#ifndef ACU_KERNELS_H
#define ACU_KERNELS_H

#include "bf16.h"
#include "conv2d_block.h"
#include "finish.h"
#include "half.h"
#include "noise.h"
#include "pointwise.h"
#include "winograd.h"

#include <stddef.h>
#include <stdint.h>

/* Output channels are computed in groups of this many; packed weights are padded to it. */
#define ACU_CONV2D_GROUP 16
/* The most slices of input channels that one convolution reads (a concatenation is never copied). */
#define ACU_CONV2D_MAX_SLICES 8

/* A convolution of one row.
 *
 * Input channels come in `slices` runs, each from buffers of its own. Tap order, and so the order
 * of the sum: slice, kernel row, kernel column, channel of the slice.
 * `weights` is packed as [group of output channels][slice][kernel_height][kernel_width]
 * [channel of the slice][ACU_CONV2D_GROUP], zero beyond out_channels; its size is
 * acu_conv2d_packed_floats(). `bias` and `slope` hold out_channels rounded up to the group.
 * With `slope` (may be NULL), a negative result v becomes v * slope[channel]: PReLU, leaky ReLU
 * and ReLU (slope 0). */
typedef struct AcuConv2d
{
  int slices;
  int slice_channels[ACU_CONV2D_MAX_SLICES];
  int out_channels;
  int kernel_width, kernel_height;
  int stride;                     /* between the input pixels of neighbouring output pixels */
  const float *weights, *bias, *slope;
} AcuConv2d;

/* dst: the first output pixel; output pixels lie dst_step floats apart (out_channels, or more when
 * a deconvolution writes every n-th pixel). src[slice * kernel_height + kernel_row] is the input
 * pixel under the first tap of the first output pixel, so any zero border is part of the row.
 * width: number of output pixels. */
typedef void (*acu_conv2d_fn) (float *dst, ptrdiff_t dst_step, const float *const *src,
                               const AcuConv2d *conv, int width);

/* The most channels that acu_conv2d_few_fn makes. */
#define ACU_CONV2D_FEW 4
/* The same for 1 to ACU_CONV2D_FEW output channels and slices of whole groups of ACU_CONV2D_GROUP, whose channels are multiplied side by side: with
 * output channels beside one another, most of a vector would be lost. Numbers i, i + 16, i + 32 … of a kernel row add up, from 0, in one of 16
 * sums, over slices and kernel rows; these are added up as a tree (i and i + 8, then i + 4, i + 2, i + 1), and the bias to that.
 * `weights` is what acu_conv2d_few_pack() makes: [slice][kernel_height][kernel_width][group of the slice's channels][out_channels]
 * [ACU_CONV2D_GROUP]. */
typedef void (*acu_conv2d_few_fn) (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);

/* A convolution of one row in which each channel sees only itself. Tap order: kernel row, kernel column. `weights` is
 * [kernel_height][kernel_width][channels], `bias` (may be NULL) and `slope` (may be NULL, see AcuConv2d) are [channels]. */
typedef struct AcuDepthwise
{
  int channels;
  int kernel_width, kernel_height;
  int stride;
  const float *weights, *bias, *slope;
} AcuDepthwise;

/* src[kernel_row] is the input pixel under the first tap of the first output pixel; width: number of output pixels, which lie behind one another. Products
 * and sums are separate. */
typedef void (*acu_depthwise_fn) (float *dst, const float *const *src, const AcuDepthwise *depthwise, int width);

/* The gradient of a convolution's weights, for one row of results and one kernel row. Taps are those of that kernel row: its columns, and in
 * each the channels, which lie behind one another in the source. For each tap t < taps and result channel o
 * sums[o / ACU_CONV2D_GROUP * group_floats + t * ACU_CONV2D_GROUP + o % ACU_CONV2D_GROUP] grows by the sum over the pixels x < width, from
 * the first on, of src[x * src_step + t] * gradient[x * out_channels + o], with fused multiply-add: the layout that AcuConv2d
 * describes for weights. out_channels: a multiple of ACU_CONV2D_GROUP. */
typedef void (*acu_conv2d_gradient_fn) (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                                        const float *gradient, int out_channels, int width);

typedef enum AcuActivation
{
  ACU_ACTIVATION_NONE,
  ACU_ACTIVATION_SLOPE,           /* v < 0 ? v * slope[channel] : v, done inside conv2d */
  ACU_ACTIVATION_SIGMOID,         /* 1 / (1 + exp (-v)) */
  ACU_ACTIVATION_SWISH            /* v / (1 + exp (-v)) */
} AcuActivation;

/* Sigmoid or swish of n floats; dst may be src. exp is a polynomial with a relative error below
 * 2e-7 that every implementation evaluates by the same multiplications and additions. */
typedef void (*acu_activation_fn) (float *dst, const float *src, size_t n, AcuActivation kind);

/* v < 0 ? v * slope[channel] : v; dst may be src. */
typedef void (*acu_slope_fn) (float *dst, const float *src, const float *slope, int channels, int width);

/* The way back through a slope: what comes back for the numbers of `src`, gradient[c] or, where src < 0, gradient[c] * slope[c], goes to dst, or is
 * added to it with `add`; sums[c] grows by gradient[c] * src[c] where src < 0, pixel after pixel. No two overlap. */
typedef void (*acu_slope_gradient_fn) (float *dst, float *sums, const float *gradient, const float *src, const float *slope,
                                       int channels, int width, int add);

/* dst = a * a_scale + b * b_scale (two products, then one sum); dst may be a or b. */
typedef void (*acu_add_fn) (float *dst, const float *a, float a_scale, const float *b, float b_scale,
                            size_t n);
/* dst = a * b; dst may be a or b. */
typedef void (*acu_mul_fn) (float *dst, const float *a, const float *b, size_t n);
/* dst = src * scale[channel] + offset[channel] (product, then sum); dst may be src. */
typedef void (*acu_affine_fn) (float *dst, const float *src, const float *scale, const float *offset,
                               int channels, int width);

/* sums[c] grows by channel c of each of `width` pixels, one after the other. */
typedef void (*acu_channel_sums_fn) (double *sums, const float *src, int channels, int width);

/* Unit Gaussian noise: the n numbers of a row from the place `place` on; see noise.h. */
typedef void (*acu_noise_fn) (float *dst, AcuNoiseRow row, uint32_t place, size_t n);

/* Whether all of n numbers are finite; widens *low and *high to hold them. */
typedef int (*acu_range_fn) (const float *src, size_t n, float *low, float *high);

/* One output row `row` (0 .. factor - 1) of the factor output rows that an input row becomes.
 * src: width pixels of channels * factor² floats; channel c of output column x * factor + j is input channel
 * (c * factor + row) * factor + j of pixel x. dst: width * factor pixels of `channels` floats.
 * base: NULL, or `width` pixels of `channels` floats, each of which is added to the factor pixels over it. */
typedef void (*acu_pixel_shuffle_fn) (float *dst, const float *src, const float *base, int channels, int factor, int row,
                                      int width);

/* Horizontal pass of a separable resampler. Output pixel x is the sum over k < taps of
 * weights[x * taps + k] * src[first[x] + k] (pixel index), products and sums separate, from k = 0.
 * Every first[x] + k lies inside the source row; first[x] never decreases. */
typedef void (*acu_resample_horizontal_fn) (float *dst, const float *src, const float *weights,
                                            const int32_t *first, int taps, int channels, int width);

/* The most that acu_resample_enlarge_fn enlarges. */
#define ACU_RESAMPLE_FACTOR 4
/* The same for enlarging `factor` (2 to ACU_RESAMPLE_FACTOR) times, where weights repeat: output pixel i * factor + p is the sum over
 * k < taps of weights[p * taps + k] * src[i + shift[p] + k], in the same order, for i < count. channels: 1 to 4. */
typedef void (*acu_resample_enlarge_fn) (float *dst, const float *src, const float *weights, const int *shift, int taps,
                                         int channels, int factor, int count);

/* The most output rows that one call of a vertical pass makes. */
#define ACU_RESAMPLE_OUTPUTS 4
/* Vertical pass: `outputs` (1 to ACU_RESAMPLE_OUTPUTS) rows of n floats from the same source rows, so that these are read
 * once. dst[o][i] = sum over k < taps of weights[o * taps + k] * rows[k][i], from k = 0, products and sums separate. */
typedef void (*acu_resample_vertical_fn) (float *const *dst, const float *const *rows, const float *weights,
                                          int taps, int outputs, size_t n);

/* The same passes for 8 bits. Weights are whole numbers, 1 << ACU_RESAMPLE_WEIGHT_BITS being 1, in runs of
 * ACU_RESAMPLE_U8_TAPS with zeros from `taps` (1 to ACU_RESAMPLE_U8_TAPS) on; the magnitudes of a run add up to less than
 * 65536, so that no sum leaves 32 bits. Between the passes numbers are 16 bits, a step of 8 bits being 1 << ACU_RESAMPLE_ROW_BITS. */
#define ACU_RESAMPLE_U8_TAPS 8
#define ACU_RESAMPLE_WEIGHT_BITS 14
#define ACU_RESAMPLE_ROW_BITS 6
#define ACU_RESAMPLE_ROW_MAX (255 << ACU_RESAMPLE_ROW_BITS)

/* channels: 1 to 4. The sum is rounded (half upwards) and limited to 0 .. ACU_RESAMPLE_ROW_MAX, which is 255: as in other
 * programs' 8-bit resamplers, what shoots over in one pass is cut before the other. */
typedef void (*acu_resample_horizontal_u8_fn) (int16_t *dst, const uint8_t *src, const int16_t *weights,
                                               const int32_t *first, int taps, int channels, int width);
/* rows: `taps` pointers, and one more that can be read likewise when taps is odd. The sum is rounded (half upwards) and limited
 * to 0 .. 255. */
typedef void (*acu_resample_vertical_u8_fn) (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights,
                                             int taps, int outputs, size_t n);

/* The sRGB curve and its inverse, continued odd-symmetrically below 0 and analytically above 1, within 1e-6 of the value: a polynomial
 * that every implementation evaluates by the same operations. n floats; dst may be src. */
typedef void (*acu_srgb_fn) (float *dst, const float *src, size_t n);

/* memcpy() past the caches, for what is not read again soon; src should be in the nearest cache. After a thread's last
 * call it must call stream_end(), which makes what it wrote visible as ordinary stores would be. */
typedef void (*acu_stream_fn) (void *dst, const void *src, size_t bytes);
typedef void (*acu_stream_end_fn) (void);

typedef struct AcuKernels
{
  const char *conv2d_isa;         /* which implementation was taken, for printing: "c", "avx2", "avx512", "neon" */
  acu_conv2d_fn conv2d;
  acu_conv2d_gradient_fn conv2d_gradient;
  acu_winograd_fn winograd[2];    /* by AcuWinogradKind */
  acu_pointwise_fn pointwise;
  const char *winograd_isa[2];
  AcuI16Order i16_order;          /* of the packed weights that winograd[ACU_WINOGRAD_I16] and pointwise read */
  int bf16_quick;                 /* whether these are quicker than single precision */
  acu_bf16_narrow_fn bf16_narrow;
  acu_bf16_pixels_fn bf16_pixels;
  acu_bf16_planes_fn bf16_planes;
  acu_bf16_pairs_fn bf16_pairs;
  acu_conv2d_bf16_fn conv2d_bf16;
  int block_quick;                /* whether this is quicker than winograd[ACU_WINOGRAD_I16], of few channels */
  acu_conv2d_block_fn conv2d_block;
  acu_finish_fn finish;
  acu_conv2d_gradient_bf16_fn conv2d_gradient_bf16;
  acu_half_widen_fn half_widen;
  acu_half_narrow_fn half_narrow;
  acu_activation_fn activation;
  acu_slope_fn slope;
  acu_slope_gradient_fn slope_gradient;
  acu_add_fn add;
  acu_mul_fn mul;
  acu_affine_fn affine;
  acu_channel_sums_fn channel_sums;
  acu_noise_fn noise;
  acu_range_fn range;
  acu_pixel_shuffle_fn pixel_shuffle;
  acu_depthwise_fn depthwise;
  acu_resample_horizontal_fn resample_horizontal;
  acu_resample_enlarge_fn resample_enlarge; /* NULL where resample_horizontal is as quick */
  acu_resample_vertical_fn resample_vertical;
  /* The same past the caches, see stream: all of dst lie equally far from multiples of 64 bytes. NULL where there is none. */
  acu_resample_vertical_fn resample_vertical_stream;
  acu_resample_horizontal_u8_fn resample_horizontal_u8;
  acu_resample_vertical_u8_fn resample_vertical_u8;
  acu_srgb_fn srgb_decode, srgb_encode;
  acu_stream_fn stream;
  acu_stream_end_fn stream_end;
  acu_conv2d_few_fn conv2d_few;
} AcuKernels;

/* What the processor has, this build has kernels for, and the operating system lets it use. */
typedef enum AcuCpuFlags
{
  ACU_CPU_AVX2 = 1 << 0,          /* AVX2, FMA and F16C */
  ACU_CPU_AVX512 = 1 << 1,        /* AVX-512 F, BW, DQ, VL */
  ACU_CPU_NEON = 1 << 2,
  ACU_CPU_AVX512VNNI = 1 << 3,    /* AVX-512 and its VNNI */
  ACU_CPU_AMX = 1 << 4,           /* AMX-TILE and AMX-INT8; see acu_cpu_permit() */
  ACU_CPU_AMXBF16 = 1 << 5        /* ACU_CPU_AMX, AMX-BF16 and AVX512-BF16 */
} AcuCpuFlags;

/* The flags of this processor. Costs a few instructions; no state. */
unsigned acu_cpu_flags (void);
/* The flags that a word of the ACUITY_CPU variable allows ("scalar", "avx2", "avx512", "avx512vnni", "amx", "neon"); each
 * word includes what comes before it on its architecture. Returns 0 for "scalar", ~0u for NULL or "auto", and -1
 * through *known = 0 for a word that it does not know. */
unsigned acu_cpu_flags_from_name (const char *name, int *known);
/* Asks the operating system for what a process must ask for, once, before it may use it (Linux: the data of AMX tiles, for all threads of the
 * process and for good), and returns `flags` without what it refused. The one system call of this room: here, because without it the
 * flags are not what they say. Whoever passes ACU_CPU_AMX to acu_kernels_init() calls this before. Afterwards threads' alternate
 * signal stacks must be as large as the system says (sysconf (_SC_MINSIGSTKSZ)), so nobody asks who does not mean to use tiles. Idempotent. */
unsigned acu_cpu_permit (unsigned flags);
/* Fills k: the C reference first, then each instruction set that `flags` has, in ascending order. */
void acu_kernels_init (AcuKernels *k, unsigned flags);

/* Floats of packed weights for a convolution. The product must be checked for overflow by the caller
 * (see acuity/size.h); dimensions here come from a net that has been checked. */
size_t acu_conv2d_packed_floats (const AcuConv2d *conv);
/* Packs weights given as [out_channels][all input channels][kernel_height][kernel_width] (the order of PyTorch and
 * ncnn) into `packed` in the order that AcuConv2d describes. */
void acu_conv2d_pack (float *packed, const AcuConv2d *conv, const float *weights);
/* The same for a convolution to a few channels. */
size_t acu_conv2d_few_floats (const AcuConv2d *conv);
void acu_conv2d_few_pack (float *packed, const AcuConv2d *conv, const float *weights);

#endif
