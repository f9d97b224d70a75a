/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <acuity/size.h>
#include <math.h>

#define WINDOW 11
#define SIGMA 1.5
#define SCALES 5
/* The least side whose fifth scale still holds a window: 160 halved four times is 10. */
#define LEAST_MULTI_SCALE 161

/* What is filtered: two pictures, their squares and their product. */
enum { A, B, AA, BB, AB, SUMS };

/* Means over all places of the window. */
typedef struct Similarity
{
  double whole;                   /* luminance, contrast and structure */
  double contrast_structure;
} Similarity;

static void
make_window (double *weights)
{
  double total = 0;

  for (int k = 0; k < WINDOW; k++)
    total += weights[k] = exp (-0.5 * (k - WINDOW / 2) * (k - WINDOW / 2) / (SIGMA * SIGMA));
  for (int k = 0; k < WINDOW; k++)
    weights[k] /= total;
}

/* The window's columns over rows y .. y + WINDOW - 1: SUMS rows of `width` numbers. */
static void
filter_down (const AcuPlane *a, const AcuPlane *b, int y, const double *weights, double *restrict out)
{
  int width = a->width;

  for (int i = 0; i < SUMS * width; i++)
    out[i] = 0;
  for (int k = 0; k < WINDOW; k++)
    {
      const double *restrict p = a->values + (gsize) (y + k) * width, *restrict q = b->values + (gsize) (y + k) * width;
      double weight = weights[k];

      for (int x = 0; x < width; x++)
        {
          double wp = weight * p[x], wq = weight * q[x];

          out[A * width + x] += wp;
          out[B * width + x] += wq;
          out[AA * width + x] += wp * p[x];
          out[BB * width + x] += wq * q[x];
          out[AB * width + x] += wp * q[x];
        }
    }
}

static void
filter_across (const double *restrict in, int width, const double *weights, double *restrict out)
{
  int n = width - WINDOW + 1;

  for (int s = 0; s < SUMS; s++)
    for (int x = 0; x < n; x++)
      {
        double sum = 0;

        for (int k = 0; k < WINDOW; k++)
          sum += weights[k] * in[s * width + x + k];
        out[s * n + x] = sum;
      }
}

static void
add_row (const double *m, int n, double *whole, double *contrast_structure)
{
  const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  double row_whole = 0, row_part = 0;

  for (int x = 0; x < n; x++)
    {
      double a = m[A * n + x], b = m[B * n + x];
      double part = (2 * (m[AB * n + x] - a * b) + c2) / (m[AA * n + x] - a * a + m[BB * n + x] - b * b + c2);

      row_part += part;
      row_whole += part * (2 * a * b + c1) / (a * a + b * b + c1);
    }
  *whole += row_whole;
  *contrast_structure += row_part;
}

static gboolean
similarity (const AcuPlane *a, const AcuPlane *b, Similarity *result, GError **error)
{
  int n = a->width - WINDOW + 1, rows = a->height - WINDOW + 1;
  double *down = acu_try_alloc ((guint64) a->width * SUMS, 2 * sizeof (double));
  double weights[WINDOW], whole = 0, part = 0;

  if (!down)
    {
      acu_metric_no_memory (a->width, a->height, error);
      return FALSE;
    }
  make_window (weights);
  for (int y = 0; y < rows; y++)
    {
      double *across = down + (gsize) a->width * SUMS;

      filter_down (a, b, y, weights, down);
      filter_across (down, a->width, weights, across);
      add_row (across, n, &whole, &part);
    }
  acu_free (down);
  *result = (Similarity) { whole / ((double) n * rows), part / ((double) n * rows) };
  return TRUE;
}

static gboolean
luma_pair (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, int least, AcuPlane planes[2], GError **error)
{
  return acu_metric_check_pair (a, b, border, least, error) && acu_plane_luma (&planes[0], a, border, error)
         && acu_plane_luma (&planes[1], b, border, error);
}

gboolean
acu_measure_ssim_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  AcuPlane planes[2] = { { 0 } };
  Similarity result = { NAN, NAN };
  gboolean ok = luma_pair (a, b, border, WINDOW, planes, error);

  if (ok && planes[0].finite && planes[1].finite)
    ok = similarity (&planes[0], &planes[1], &result, error);
  acu_plane_clear (&planes[0]);
  acu_plane_clear (&planes[1]);
  if (ok)
    *value = result.whole;
  return ok;
}

gboolean
acu_measure_ms_ssim_y (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  static const double exponents[SCALES] = { 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 };
  AcuPlane planes[2] = { { 0 } };
  double product = 1;
  gboolean ok = luma_pair (a, b, border, LEAST_MULTI_SCALE, planes, error);

  if (ok && !(planes[0].finite && planes[1].finite))
    product = NAN;
  for (int scale = 0; ok && scale < SCALES && !isnan (product); scale++)
    {
      Similarity result = { 0 };
      double mean;

      if (scale > 0)
        {
          acu_plane_halve (&planes[0]);
          acu_plane_halve (&planes[1]);
        }
      ok = similarity (&planes[0], &planes[1], &result, error);
      mean = scale < SCALES - 1 ? result.contrast_structure : result.whole;
      product *= pow (MAX (mean, 0), exponents[scale]);
    }
  acu_plane_clear (&planes[0]);
  acu_plane_clear (&planes[1]);
  if (ok)
    *value = product;
  return ok;
}
