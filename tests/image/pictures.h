/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pictures of interleaved floats for the tests of core/image. */
#ifndef ACU_TEST_PICTURES_H
#define ACU_TEST_PICTURES_H

#include <acuity/resample.h>

/* width * height * channels random numbers from low to high. Free with g_free(). */
float *picture_random (int width, int height, int channels, double low, double high);

/* The whole result of a resampler with these parameters. Checks on the way that it asks for no more and no fewer rows
 * than acu_resampler_rows_needed() says. Free with g_free(). */
float *picture_resample (const AcuResamplerParams *params, const float *src);

/* The same by the definition: in double precision, every result pixel from the whole source, both directions at
 * once, and with nothing of core/image but the filters. */
float *picture_resample_slowly (const AcuResamplerParams *params, const float *src);

/* The sRGB curve in double precision. */
double srgb_decode (double v);
double srgb_encode (double v);

/* The largest difference between n numbers. */
double largest_difference (const float *a, const float *b, gsize n);

#endif
