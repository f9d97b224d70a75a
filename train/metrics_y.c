/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_y.h"

#include <glib.h>
#include <math.h>

#define WINDOW 11
#define SIGMA 1.5

/* Y in 16..235 of 255, clamped to 0..1 before. */
static double
luma (const float *p)
{
  return 16 + 65.481 * CLAMP (p[0], 0, 1) + 128.553 * CLAMP (p[1], 0, 1) + 24.966 * CLAMP (p[2], 0, 1);
}

double
acu_metric_psnr_y (const float *a, const float *b, int width, int height, int border)
{
  double sum = 0;

  for (int y = border; y < height - border; y++)
    for (int x = border; x < width - border; x++)
      {
        gsize i = ((gsize) y * width + x) * 3;
        double d = luma (a + i) - luma (b + i);

        sum += d * d;
      }
  return 10 * log10 (255 * 255 / (sum / ((double) (width - 2 * border) * (height - 2 * border))));
}

/* One row of the five sums that SSIM is made of, filtered across: Σ a, b, a², b², ab. */
static void
filter_row (double *out, const float *a, const float *b, int from, int n, const double *w)
{
  for (int x = 0; x < n; x++)
    {
      double s[5] = { 0 };

      for (int k = 0; k < WINDOW; k++)
        {
          double p = luma (a + (gsize) (from + x + k) * 3), q = luma (b + (gsize) (from + x + k) * 3);

          s[0] += w[k] * p;
          s[1] += w[k] * q;
          s[2] += w[k] * p * p;
          s[3] += w[k] * q * q;
          s[4] += w[k] * p * q;
        }
      for (int k = 0; k < 5; k++)
        out[x * 5 + k] = s[k];
    }
}

static double
ssim_at (const double *s)
{
  const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  double va = s[2] - s[0] * s[0], vb = s[3] - s[1] * s[1], ab = s[4] - s[0] * s[1];

  return (2 * s[0] * s[1] + c1) * (2 * ab + c2) / ((s[0] * s[0] + s[1] * s[1] + c1) * (va + vb + c2));
}

double
acu_metric_ssim_y (const float *a, const float *b, int width, int height, int border)
{
  int n = width - 2 * border - WINDOW + 1, rows = height - 2 * border - WINDOW + 1;
  double w[WINDOW], total = 0, sum = 0;
  double *ring;

  if (n < 1 || rows < 1)
    return NAN;
  for (int k = 0; k < WINDOW; k++)
    total += w[k] = exp (-0.5 * (k - WINDOW / 2) * (k - WINDOW / 2) / (SIGMA * SIGMA));
  for (int k = 0; k < WINDOW; k++)
    w[k] /= total;
  ring = g_new (double, (gsize) WINDOW * n * 5);
  for (int y = 0; y < rows + WINDOW - 1; y++)
    {
      gsize row = (gsize) (border + y) * width * 3;

      filter_row (ring + (gsize) (y % WINDOW) * n * 5, a + row, b + row, border, n, w);
      for (int x = 0; y >= WINDOW - 1 && x < n; x++)
        {
          double s[5] = { 0 };

          for (int k = 0; k < WINDOW; k++)
            for (int i = 0; i < 5; i++)
              s[i] += w[k] * ring[((gsize) ((y - WINDOW + 1 + k) % WINDOW) * n + x) * 5 + i];
          sum += ssim_at (s);
        }
    }
  g_free (ring);
  return sum / ((double) n * rows);
}
