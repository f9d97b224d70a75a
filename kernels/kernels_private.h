/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The implementations that init.c chooses from; the contracts are in kernels.h. */
#ifndef ACU_KERNELS_PRIVATE_H
#define ACU_KERNELS_PRIVATE_H

#include "kernels.h"
#include "half.h"
#include "winograd.h"

/* Before a loop whose rounds do not depend on each other although dst may be src: lets it be vectorised.
 * ACU_UNROLL: before a loop of constant length, at most 24, whose arrays are to become registers. ACU_ROLLED: the opposite. */
#if defined(__clang__)
#define ACU_INDEPENDENT _Pragma ("clang loop vectorize(assume_safety)")
#define ACU_UNROLL _Pragma ("clang loop unroll(full)")
#define ACU_ROLLED _Pragma ("clang loop unroll(disable)")
#elif defined(__GNUC__)
#define ACU_INDEPENDENT _Pragma ("GCC ivdep")
#define ACU_UNROLL _Pragma ("GCC unroll 24")
#define ACU_ROLLED _Pragma ("GCC unroll 1")
#else
#define ACU_INDEPENDENT
#define ACU_UNROLL
#define ACU_ROLLED
#endif

/* The polynomial of exp (x) that all activations share, x clamped to ±ACU_EXP_LIMIT so that neither
 * the result nor 1 / (1 + result) leaves the normal numbers: x = n ln 2 + f, exp (x) = 2^n (1 + f + f² P (f)), P in
 * Horner's form from ACU_EXP_P0 (highest power) on. ln 2 comes in two parts; the first times n is exact.
 * Adding ACU_EXP_ROUND rounds x / ln 2 to the nearest integer, which then stands in the lowest bits. */
#define ACU_EXP_LIMIT 87.0f
#define ACU_EXP_LOG2E 1.44269504088896341f
#define ACU_EXP_LN2_HIGH 0.693359375f
#define ACU_EXP_LN2_LOW -2.12194440e-4f
#define ACU_EXP_ROUND 12582912.0f
#define ACU_EXP_P0 1.9875691500e-4f
#define ACU_EXP_P1 1.3981999507e-3f
#define ACU_EXP_P2 8.3334519073e-3f
#define ACU_EXP_P3 4.1665795894e-2f
#define ACU_EXP_P4 1.6666665459e-1f
#define ACU_EXP_P5 5.0000001201e-1f

/* Where the result becomes 16 bits anyway: 2^n Q (f), relative error below 4e-6, all steps fused. */
#define ACU_EXP_LN2 0.693147180559945f
#define ACU_EXP_Q0 0.04145857f
#define ACU_EXP_Q1 0.16790932f
#define ACU_EXP_Q2 0.5000436f
#define ACU_EXP_Q3 0.99996339f
#define ACU_EXP_Q4 0.99999926f

void acu_conv2d_few_c (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_c (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_gradient_c (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                            const float *gradient, int out_channels, int width);
void acu_bf16_narrow_c (uint16_t *dst, const float *src, size_t n);
void acu_bf16_pixels_c (uint16_t *dst, ptrdiff_t dst_step, const void *src, AcuElement element, int channels, int width);
void acu_bf16_planes_c (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width);
void acu_bf16_pairs_c (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width);
void acu_conv2d_bf16_c (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv, int width, int height,
                         int add);
void acu_conv2d_gradient_bf16_c (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient);
void acu_activation_c (float *dst, const float *src, size_t n, AcuActivation kind);
void acu_slope_gradient_c (float *dst, float *sums, const float *gradient, const float *src, const float *slope, int channels,
                           int width, int add);
void acu_slope_c (float *dst, const float *src, const float *slope, int channels, int width);
void acu_add_c (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n);
void acu_mul_c (float *dst, const float *a, const float *b, size_t n);
void acu_affine_c (float *dst, const float *src, const float *scale, const float *offset, int channels, int width);
void acu_channel_sums_c (double *sums, const float *src, int channels, int width);
void acu_noise_c (float *dst, AcuNoiseRow row, uint32_t place, size_t n);
int acu_range_c (const float *src, size_t n, float *low, float *high);
void acu_pixel_shuffle_c (float *dst, const float *src, const float *base, int channels, int factor, int row,
                          int width);
void acu_depthwise_c (float *dst, const float *const *src, const AcuDepthwise *depthwise, int width);
void acu_half_widen_c (float *dst, const uint16_t *src, size_t n);
int acu_half_narrow_c (uint16_t *dst, const float *src, size_t n);
void acu_resample_horizontal_c (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                                int channels, int width);
void acu_resample_vertical_c (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                              size_t n);
void acu_resample_horizontal_u8_c (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                                   int channels, int width);
void acu_resample_vertical_u8_c (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                                 int outputs, size_t n);
void acu_srgb_decode_c (float *dst, const float *src, size_t n);
void acu_srgb_encode_c (float *dst, const float *src, size_t n);
void acu_stream_c (void *dst, const void *src, size_t bytes);
void acu_stream_end_c (void);

#ifdef __x86_64__
void acu_conv2d_gradient_avx2 (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                            const float *gradient, int out_channels, int width);
void acu_slope_gradient_avx2 (float *dst, float *sums, const float *gradient, const float *src, const float *slope, int channels,
                           int width, int add);
void acu_slope_avx2 (float *dst, const float *src, const float *slope, int channels, int width);
void acu_add_avx2 (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n);
void acu_mul_avx2 (float *dst, const float *a, const float *b, size_t n);
void acu_affine_avx2 (float *dst, const float *src, const float *scale, const float *offset, int channels, int width);
void acu_channel_sums_avx2 (double *sums, const float *src, int channels, int width);
void acu_noise_avx2 (float *dst, AcuNoiseRow row, uint32_t place, size_t n);
int acu_range_avx2 (const float *src, size_t n, float *low, float *high);
void acu_pixel_shuffle_avx2 (float *dst, const float *src, const float *base, int channels, int factor, int row,
                          int width);
void acu_conv2d_gradient_avx512 (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                            const float *gradient, int out_channels, int width);
void acu_slope_gradient_avx512 (float *dst, float *sums, const float *gradient, const float *src, const float *slope, int channels,
                           int width, int add);
void acu_slope_avx512 (float *dst, const float *src, const float *slope, int channels, int width);
void acu_add_avx512 (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n);
void acu_mul_avx512 (float *dst, const float *a, const float *b, size_t n);
void acu_affine_avx512 (float *dst, const float *src, const float *scale, const float *offset, int channels, int width);
void acu_channel_sums_avx512 (double *sums, const float *src, int channels, int width);
void acu_noise_avx512 (float *dst, AcuNoiseRow row, uint32_t place, size_t n);
int acu_range_avx512 (const float *src, size_t n, float *low, float *high);
void acu_pixel_shuffle_avx512 (float *dst, const float *src, const float *base, int channels, int factor, int row,
                          int width);
void acu_conv2d_few_avx2 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_avx2 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_activation_avx2 (float *dst, const float *src, size_t n, AcuActivation kind);
void acu_resample_horizontal_avx2 (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                                int channels, int width);
void acu_resample_vertical_avx2 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                              size_t n);
void acu_resample_vertical_stream_avx2 (float *const *dst, const float *const *rows, const float *weights, int taps,
                                        int outputs, size_t n);
void acu_resample_horizontal_u8_avx2 (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                                   int channels, int width);
void acu_resample_vertical_u8_avx2 (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                                 int outputs, size_t n);
void acu_srgb_decode_avx2 (float *dst, const float *src, size_t n);
void acu_srgb_encode_avx2 (float *dst, const float *src, size_t n);
void acu_stream_avx2 (void *dst, const void *src, size_t bytes);
void acu_stream_end_avx2 (void);

void acu_half_widen_avx2 (float *dst, const uint16_t *src, size_t n);
int acu_half_narrow_avx2 (uint16_t *dst, const float *src, size_t n);

void acu_conv2d_few_avx512 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_avx512 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_activation_avx512 (float *dst, const float *src, size_t n, AcuActivation kind);
void acu_half_widen_avx512 (float *dst, const uint16_t *src, size_t n);
int acu_half_narrow_avx512 (uint16_t *dst, const float *src, size_t n);
void acu_resample_horizontal_avx512 (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                                int channels, int width);
void acu_resample_enlarge_avx512 (float *dst, const float *src, const float *weights, const int *shift, int taps, int channels,
                                  int factor, int count);
void acu_resample_vertical_avx512 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                              size_t n);
void acu_resample_vertical_stream_avx512 (float *const *dst, const float *const *rows, const float *weights, int taps,
                                          int outputs, size_t n);
void acu_resample_horizontal_u8_avx512 (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                                   int channels, int width);
void acu_resample_vertical_u8_avx512 (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                                 int outputs, size_t n);
void acu_srgb_decode_avx512 (float *dst, const float *src, size_t n);
void acu_srgb_encode_avx512 (float *dst, const float *src, size_t n);
void acu_stream_avx512 (void *dst, const void *src, size_t bytes);
void acu_bf16_narrow_avx512 (uint16_t *dst, const float *src, size_t n);
void acu_bf16_pixels_avx512 (uint16_t *dst, ptrdiff_t dst_step, const void *src, AcuElement element, int channels, int width);
void acu_bf16_planes_avx512 (uint16_t *dst, ptrdiff_t plane, const float *src, ptrdiff_t src_step, int channels, int width);
void acu_bf16_pairs_avx512 (uint16_t *dst, ptrdiff_t group, const float *src, int channels, int width);
void acu_conv2d_bf16_amx (float *dst, ptrdiff_t dst_step, ptrdiff_t dst_row, const uint16_t *const *src, const AcuConv2dBf16 *conv, int width, int height,
                         int add);
void acu_conv2d_gradient_bf16_amx (float *sums, ptrdiff_t group_floats, const AcuGradientBf16 *gradient);
#endif

#ifdef __aarch64__
void acu_conv2d_few_neon (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_neon (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width);
void acu_conv2d_gradient_neon (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                            const float *gradient, int out_channels, int width);
void acu_half_widen_neon (float *dst, const uint16_t *src, size_t n);
int acu_half_narrow_neon (uint16_t *dst, const float *src, size_t n);
void acu_activation_neon (float *dst, const float *src, size_t n, AcuActivation kind);
void acu_slope_neon (float *dst, const float *src, const float *slope, int channels, int width);
void acu_add_neon (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n);
void acu_mul_neon (float *dst, const float *a, const float *b, size_t n);
void acu_affine_neon (float *dst, const float *src, const float *scale, const float *offset, int channels, int width);
void acu_pixel_shuffle_neon (float *dst, const float *src, const float *base, int channels, int factor, int row,
                          int width);
void acu_resample_horizontal_neon (float *dst, const float *src, const float *weights, const int32_t *first,
                                   int taps, int channels, int width);
void acu_resample_vertical_neon (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                                 size_t n);
void acu_resample_horizontal_u8_neon (int16_t *dst, const uint8_t *src, const int16_t *weights, const int32_t *first, int taps,
                                      int channels, int width);
void acu_resample_vertical_u8_neon (uint8_t *const *dst, const int16_t *const *rows, const int16_t *weights, int taps,
                                    int outputs, size_t n);
#endif

#endif
