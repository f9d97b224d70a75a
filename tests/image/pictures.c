/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pictures.h"

#include <math.h>

float *
picture_random (int width, int height, int channels, double low, double high)
{
  gsize n = (gsize) width * height * channels;
  float *picture = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    picture[i] = (float) g_test_rand_double_range (low, high);
  return picture;
}

float *
picture_resample (const AcuResamplerParams *params, const float *src)
{
  g_autoptr (GError) error = NULL;
  AcuResampler *resampler = acu_resampler_new (params, &error);
  gsize src_row = (gsize) params->src_width * params->channels, dst_row = (gsize) params->dst_width * params->channels;
  float *dst = g_new (float, dst_row * params->dst_height);
  /* Exactly one row long, so that a sanitizer sees what a resampler reads beyond it. */
  float *row = g_new (float, src_row);
  int pushed = 0, before = 0;

  g_assert_no_error (error);
  for (int y = 0; y < params->dst_height; y++)
    {
      int needed = acu_resampler_rows_needed (resampler, y);

      g_assert_cmpint (needed, >=, MAX (before, 1));
      g_assert_cmpint (needed, <=, params->src_height);
      before = needed;
      while (pushed < needed)
        {
          g_assert_false (acu_resampler_pull (resampler, dst + y * dst_row));
          for (gsize i = 0; i < src_row; i++)
            row[i] = src[pushed * src_row + i];
          acu_resampler_push (resampler, row);
          /* It must have been copied. */
          for (gsize i = 0; i < src_row; i++)
            row[i] = 1e30f;
          pushed++;
        }
      g_assert_true (acu_resampler_pull (resampler, dst + y * dst_row));
    }
  g_assert_false (acu_resampler_pull (resampler, dst));
  acu_resampler_free (resampler);
  g_free (row);
  return dst;
}

double
srgb_decode (double v)
{
  double a = fabs (v);

  return copysign (a <= 0.04045 ? a / 12.92 : pow ((a + 0.055) / 1.055, 2.4), v);
}

double
srgb_encode (double v)
{
  double a = fabs (v);

  return copysign (a <= 0.0031308 ? a * 12.92 : 1.055 * pow (a, 1 / 2.4) - 0.055, v);
}

/* The weight of source position i for destination position at. */
static double
weight (const AcuFilter *filter, int src, int dst, int at, int i)
{
  double wide = MAX (1.0, (double) src / dst);
  /* In this order: where a pixel lies exactly between two boxes of the area filter, rounding decides. */
  double centre = (at + 0.5) * ((double) src / dst);

  if (src == dst)
    return i == at;
  if (!filter->weight)
    return i == (2 * at + 1) * src / (2 * dst);
  return filter->weight ((i - centre + 0.5) * (1 / wide));
}

/* sums: weighted colours and alpha, then the plain colours, then the weights alone. */
static void
finish (const AcuResamplerParams *params, const double *sums, gboolean curve, float *pixel)
{
  int colours = params->channels - (params->alpha ? 1 : 0);
  double alpha = params->alpha ? sums[colours] / sums[8] : 1;

  for (int c = 0; c < colours; c++)
    {
      double v = alpha > 1e-6 ? sums[c] / sums[8] / alpha : sums[4 + c] / sums[8];

      pixel[c] = (float) (curve ? srgb_encode (v) : v);
    }
  if (params->alpha)
    pixel[colours] = (float) CLAMP (alpha, 0, 1);
}

float *
picture_resample_slowly (const AcuResamplerParams *params, const float *src)
{
  int channels = params->channels, colours = channels - (params->alpha ? 1 : 0);
  gboolean curve = params->linear_light && params->filter->weight;
  float *dst = g_new (float, (gsize) params->dst_width * params->dst_height * channels);

  for (int y = 0; y < params->dst_height; y++)
    for (int x = 0; x < params->dst_width; x++)
      {
        double sums[9] = { 0 };

        for (int j = 0; j < params->src_height; j++)
          for (int i = 0; i < params->src_width; i++)
            {
              const float *pixel = src + ((gsize) j * params->src_width + i) * channels;
              double w = weight (params->filter, params->src_width, params->dst_width, x, i)
                         * weight (params->filter, params->src_height, params->dst_height, y, j);

              for (int c = 0; c < colours; c++)
                {
                  double v = curve ? srgb_decode (pixel[c]) : pixel[c];

                  sums[c] += w * v * (params->alpha ? pixel[colours] : 1);
                  sums[4 + c] += w * v;
                }
              if (params->alpha)
                sums[colours] += w * pixel[colours];
              sums[8] += w;
            }
        finish (params, sums, curve, dst + ((gsize) y * params->dst_width + x) * channels);
      }
  return dst;
}

double
largest_difference (const float *a, const float *b, gsize n)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    if (!(fabs ((double) a[i] - b[i]) <= largest))
      largest = fabs ((double) a[i] - b[i]);
  return largest;
}
