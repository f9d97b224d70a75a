/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <math.h>

#define LEAST 3
#define STABILITY 170

/* Full-range luma, halved as MATLAB's conv2 (…, 'same') does with zeros beyond the edges. */
static void
prepare (AcuPlane *plane)
{
  gsize n = (gsize) plane->width * plane->height;
  gboolean odd_width = plane->width % 2, odd_height = plane->height % 2;

  for (gsize i = 0; i < n; i++)
    plane->values[i] = (plane->values[i] - ACU_LUMA_OFFSET) * (255 / (ACU_LUMA_R + ACU_LUMA_G + ACU_LUMA_B));
  acu_plane_halve (plane);
  for (int y = 0; odd_width && y < plane->height; y++)
    plane->values[(gsize) (y + 1) * plane->width - 1] *= 0.5;
  for (int x = 0; odd_height && x < plane->width; x++)
    plane->values[(gsize) (plane->height - 1) * plane->width + x] *= 0.5;
}

static double
at (const AcuPlane *plane, int x, int y)
{
  return x >= 0 && y >= 0 && x < plane->width && y < plane->height ? plane->values[(gsize) y * plane->width + x] : 0;
}

/* Prewitt's operator, whose sums are divided by 3. */
static double
gradient (const AcuPlane *plane, int x, int y)
{
  double across = 0, down = 0;

  for (int k = -1; k <= 1; k++)
    {
      across += at (plane, x + 1, y + k) - at (plane, x - 1, y + k);
      down += at (plane, x + k, y + 1) - at (plane, x + k, y - 1);
    }
  return sqrt (across * across + down * down) / 3;
}

static double
deviation (const AcuPlane *a, const AcuPlane *b)
{
  double n = (double) a->width * a->height;
  double mean = 0, squares = 0;

  /* Around a mean that is known: a first sum of differences from 1, which is what equal pictures have everywhere. */
  for (int y = 0; y < a->height; y++)
    {
      double row = 0, row_squares = 0;

      for (int x = 0; x < a->width; x++)
        {
          double p = gradient (a, x, y), q = gradient (b, x, y);
          double below = (p - q) * (p - q) / (p * p + q * q + STABILITY);

          row += below;
          row_squares += below * below;
        }
      mean += row / n;
      squares += row_squares;
    }
  return sqrt (fmax (squares - n * mean * mean, 0) / (n - 1));
}

gboolean
acu_measure_gmsd (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  AcuPlane planes[2] = { { 0 } };
  gboolean ok = acu_metric_check_pair (a, b, border, LEAST, error) && acu_plane_luma (&planes[0], a, border, error)
                && acu_plane_luma (&planes[1], b, border, error);

  if (ok)
    {
      gboolean finite = planes[0].finite && planes[1].finite;

      prepare (&planes[0]);
      prepare (&planes[1]);
      *value = finite ? deviation (&planes[0], &planes[1]) : NAN;
    }
  acu_plane_clear (&planes[0]);
  acu_plane_clear (&planes[1]);
  return ok;
}
