/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How near a picture is to another, or how natural it looks: the measures of the super-resolution literature, each in one fixed
 * definition.
 *
 * Pictures are interleaved floats, sRGB-encoded, nominally 0..1. What lies outside is limited to that range first, as it would be in
 * a file; nothing is rounded, unless it says so. A picture in which a sample is NaN or infinite (inside of the border)
 * measures NaN, whatever the other one holds: such a result is a result, not an error, and nothing better than it is ever returned.
 *
 * `border` pixels are cut off on every side before (super-resolution: as many as the factor). All functions return FALSE, *value
 * unchanged, with ACU_ERROR_ARGUMENT when sizes, channels or the border make no sense, when the two pictures differ in size or channels,
 * or when what the border leaves is smaller than the measure's window (each says its least side), and with ACU_ERROR_MEMORY. Sums are
 * in double precision and in one order, so that equal pictures give equal numbers. Thread-safe; nothing is kept between calls.
 *
 * Y is luma as MATLAB's rgb2ycbcr makes it (ITU-R BT.601, 16 to 235 of 255), not rounded. A gray picture counts as RGB whose
 * channels are alike. */
#ifndef ACU_METRICS_H
#define ACU_METRICS_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * AcuMetricPicture:
 * @pixels: @height rows of @width pixels, without gaps; the caller's
 * @channels: 1 (gray) or 3 (RGB)
 */
typedef struct AcuMetricPicture
{
  const float *pixels;
  int width, height;              /* 1 to ACU_MAX_SIDE */
  int channels;
} AcuMetricPicture;

/* Peak signal-to-noise ratio in dB of Y, or of all channels: 10 log10 (255² / mean square difference) of values 0..255.
 * Infinite for pictures that are alike. Least side: 1. */
ACU_API gboolean acu_measure_psnr_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error);
ACU_API gboolean acu_measure_psnr_rgb (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value,
                                       GError **error);

/* Structural similarity of Y, -1..1, 1 for pictures that are alike (Wang, Bovik, Sheikh and Simoncelli 2004): Gaussian window of 11 × 11, σ 1.5,
 * only where it fits; K1 0.01, K2 0.03, range 255. Least side: 11. Allocates 16 bytes a pixel. */
ACU_API gboolean acu_measure_ssim_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error);

/* Multi-scale structural similarity of Y, 0..1 (Wang, Simoncelli and Bovik 2003): five scales with the paper's exponents, each
 * half the one before: means of 2 × 2 pixels, at an odd edge of those that there are. A mean of contrast and structure below 0 counts as 0.
 * Least side: 161. Allocates 16 bytes a pixel. */
ACU_API gboolean acu_measure_ms_ssim_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value,
                                        GError **error);

/* Gradient magnitude similarity deviation, 0 for pictures that are alike, larger is worse (Xue, Zhang, Mou and Bovik 2014, as their program
 * does it): full-range luma 0..255 (MATLAB's rgb2gray), halved by means of 2 × 2 pixels, Prewitt gradients, c 170, zeros beyond
 * the edges, standard deviation of a sample. Least side: 3. Allocates 16 bytes a pixel. */
ACU_API gboolean acu_measure_gmsd (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error);

/* How natural a picture looks, without another one to compare with: smaller is better, natural photographs measure about 2 to 5
 * (NIQE: Mittal, Soundararajan and Bovik 2013), as BasicSR 1.4.2 defines it: Y rounded to whole numbers, blocks of 96 × 96 pixels
 * and the same at half size (MATLAB's imresize). Numbers of other programs, or with another model of pristine photographs, cannot
 * be compared with it. NaN for a picture so flat that fewer than two blocks have statistics. Least: two blocks; what is left over
 * of the last ones is not looked at. Allocates 20 bytes a pixel. */
ACU_API gboolean acu_measure_niqe (const AcuMetricPicture *picture, int border, double *value, GError **error);

/* The definition of acu_measure_niqe() and its model, in English, to be written beside its numbers. */
ACU_API const char *acu_metric_niqe_model (void);

/* How much neighbouring pixels differ: the mean of the absolute differences of Y across and down. Larger is sharper, or noisier; to be compared among versions of
 * one picture only. Least side: 2. Allocates 8 bytes a pixel. */
ACU_API gboolean acu_measure_sharpness (const AcuMetricPicture *picture, int border, double *value, GError **error);

/* Whether a result still is what was asked to be enlarged: `result`, shrunk to the size of `input`, against `input`, as
 * acu_measure_psnr_rgb(). Shrunk with the filter "cubic", antialiased, in encoded values and in floating point, as MATLAB's
 * imresize does but for the edges; result is not smaller than input. The border is in pixels of the input. */
ACU_API gboolean acu_measure_consistency (const AcuMetricPicture *result, const AcuMetricPicture *input, int border, double *value,
                                          GError **error);

G_END_DECLS

#endif
