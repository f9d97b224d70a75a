/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Classic resamplers: a table of filters and a separable, streaming engine, exact to the pixel.
 *
 * Geometry: pixel centres lie at half-integers and the two pictures' outer edges coincide, so destination
 * pixel x samples the source at (x + 0.5) * src / dst - 0.5. When shrinking, every filter but nearest is
 * widened by src / dst (antialiasing), as Pillow and zimg do. Weights are computed in double precision and normalised; at the
 * border, taps outside the picture are left out and the rest normalised (Pillow's rule). */
#ifndef ACU_RESAMPLE_H
#define ACU_RESAMPLE_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * AcuFilter:
 * @name: the name that options and files use
 * @label: the name for people, to be translated
 * @radius: half width of the filter in source pixels when enlarging; 0 for nearest
 * @weight: the filter at distance @x from its centre (0 outside the radius); NULL for nearest
 */
typedef struct AcuFilter
{
  const char *name;
  const char *label;
  double radius;
  double (*weight) (double x);
} AcuFilter;

/* All filters, ended by a row whose name is NULL: nearest, linear, cubic (Catmull-Rom: Keys 1981 with a = -0.5),
 * mitchell (Mitchell and Netravali 1988, B = C = 1/3), lanczos2, lanczos3, area (box). */
ACU_API const AcuFilter *acu_filters_all (void);

/* The filter of that name, or NULL. */
ACU_API const AcuFilter *acu_filter_find (const char *name);

/**
 * AcuResamplerParams:
 * @filter: a row of acu_filters_all()
 * @channels: 1 to 4 interleaved floats a pixel
 * @alpha: whether the last channel is alpha: then colour is weighted by it (and divided again), so that
 *   the colour of transparent pixels does not bleed; where the resulting alpha is 0, colour is resampled unweighted. Alpha is
 *   limited to 0 .. 1, unless pixels are only copied; colour is not limited
 * @linear_light: colour is decoded with the sRGB curve (odd-symmetric, no clamping) before and encoded again
 *   after resampling; alpha is not
 */
typedef struct AcuResamplerParams
{
  const AcuFilter *filter;
  int src_width, src_height, dst_width, dst_height;
  int channels;
  gboolean alpha;
  gboolean linear_light;
} AcuResamplerParams;

typedef struct AcuResampler AcuResampler;

/* Makes a resampler that keeps only the rows that its filter needs. Fails with ACU_ERROR_ARGUMENT (sizes from 1 to
 * ACU_MAX_SIDE), or ACU_ERROR_MEMORY. Not thread-safe: one thread at a time. */
ACU_API AcuResampler *acu_resampler_new (const AcuResamplerParams *params, GError **error);
ACU_API void acu_resampler_free (AcuResampler *resampler);

/* Bytes that a resampler with these parameters allocates. */
ACU_API guint64 acu_resampler_bytes (const AcuResamplerParams *params);

/* The number of source rows, from the top, that must have been pushed before destination row `y` can be
 * pulled. Never decreases with y. */
ACU_API int acu_resampler_rows_needed (const AcuResampler *resampler, int y);

/* Takes the next source row, in order (src_width * channels floats; copied). May be called only while
 * the next destination row to be pulled still needs it: first pull all rows that can be pulled. */
ACU_API void acu_resampler_push (AcuResampler *resampler, const float *row);

/* Writes the next destination row (dst_width * channels floats) and returns TRUE, or returns FALSE when
 * it needs source rows that have not been pushed, or when all rows have been pulled. */
ACU_API gboolean acu_resampler_pull (AcuResampler *resampler, float *row);

/* What a channel of a pixel is. */
typedef enum AcuSampleType
{
  ACU_SAMPLE_U8,                  /* guint8, 0 to 255 meaning 0 to 1 */
  ACU_SAMPLE_FLOAT
} AcuSampleType;

/* Resamples a whole picture in memory: params->src_height rows of interleaved pixels, src_stride bytes apart, become
 * params->dst_height rows dst_stride bytes apart. Strides are no less than a row; floats are aligned as floats. Source and
 * destination do not overlap; both stay the caller's. Bytes between rows are not touched.
 *
 * Up to `threads` threads (1 or more), the caller's among them, take bands of rows; the result does not depend on how many.
 * Floats are those of AcuResampler, bit for bit. 8 bits are rounded to the nearest and limited; without alpha and linear_light,
 * and with windows of up to 8 pixels, they are computed in whole numbers, first across and then down, and limited between the two
 * as well, as zimg and Pillow do: less than a level from such a result in exact numbers.
 *
 * Returns FALSE with ACU_ERROR_ARGUMENT (see acu_resampler_new(); strides) or ACU_ERROR_MEMORY: then nothing has been
 * written. Thread-safe, but not to be called from a task of the library's own threads. */
ACU_API gboolean acu_resample_picture (const AcuResamplerParams *params, AcuSampleType type, const void *src, gsize src_stride,
                                       void *dst, gsize dst_stride, int threads, GError **error);

/* The sRGB curve (IEC 61966-2-1) continued odd-symmetrically below 0 and analytically above 1. n floats; dst may be src. */
ACU_API void acu_srgb_decode (float *dst, const float *src, gsize n);
ACU_API void acu_srgb_encode (float *dst, const float *src, gsize n);

G_END_DECLS

#endif
