/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <acuity/size.h>
#include <math.h>

/* The square differences of n pixels, of values 0..255; NaN when a sample is not finite. */
typedef double (*RowDifference) (const float *a, const float *b, int n, int channels, double *scratch);

static double
luma_difference (const float *a, const float *b, int n, int channels, double *scratch)
{
  gboolean finite = acu_metric_luma_row (a, n, channels, scratch) & acu_metric_luma_row (b, n, channels, scratch + n);
  double sum = 0;

  for (int x = 0; x < n; x++)
    sum += (scratch[x] - scratch[n + x]) * (scratch[x] - scratch[n + x]);
  return finite ? sum : NAN;
}

static double
sample_difference (const float *a, const float *b, int n, int channels, double *scratch)
{
  gboolean finite = TRUE;
  double sum = 0;

  for (int i = 0; i < n * channels; i++)
    {
      double d = 255 * ((double) CLAMP (a[i], 0, 1) - CLAMP (b[i], 0, 1));

      finite &= isfinite (a[i]) && isfinite (b[i]);
      sum += d * d;
    }
  return finite ? sum / channels : NAN;
}

static gboolean
psnr (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, RowDifference difference, double *value, GError **error)
{
  double *scratch;
  double sum = 0;
  int width, height;

  if (!acu_metric_check_pair (a, b, border, 1, error))
    return FALSE;
  width = a->width - 2 * border;
  height = a->height - 2 * border;
  scratch = acu_try_alloc (width, 2 * sizeof (double));
  if (!scratch)
    {
      acu_metric_no_memory (a->width, a->height, error);
      return FALSE;
    }
  for (int y = border; y < border + height; y++)
    {
      gsize first = ((gsize) y * a->width + border) * a->channels;

      sum += difference (a->pixels + first, b->pixels + first, width, a->channels, scratch);
    }
  acu_free (scratch);
  *value = 10 * log10 (255.0 * 255.0 / (sum / ((double) width * height)));
  return TRUE;
}

gboolean
acu_measure_psnr_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  return psnr (a, b, border, luma_difference, value, error);
}

gboolean
acu_measure_psnr_rgb (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  return psnr (a, b, border, sample_difference, value, error);
}
