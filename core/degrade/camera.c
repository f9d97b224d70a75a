/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "steps.h"

#include "blur.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static float *
copy_of (const float *picture, int width, int height, GError **error)
{
  guint64 row = 3 * (guint64) width * sizeof *picture;
  float *copy = acu_try_alloc (height, row);

  if (copy)
    memcpy (copy, picture, (gsize) height * row);
  else
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for degrading the picture."));
  return copy;
}

/* One channel by bilinear sampling. */
static void
stretch (float *picture, const float *from, int width, int height, int channel, double shift)
{
  double half = sqrt ((double) width * width + (double) height * height) / 2;
  double step = 1 - shift / half, left = (width - 1) * (1 - step) / 2, top = (height - 1) * (1 - step) / 2;

  for (int y = 0; y < height; y++)
    {
      double v = fmin (fmax (top + y * step, 0), height - 1);
      int y0 = MIN ((int) v, MAX (height - 2, 0)), y1 = MIN (y0 + 1, height - 1);
      float fy = (float) (v - y0);
      const float *upper = from + (gsize) y0 * 3 * width + channel, *lower = from + (gsize) y1 * 3 * width + channel;

      for (int x = 0; x < width; x++)
        {
          double u = left + x * step;
          int x0, x1;
          float fx, a, b;

          u = u > 0 ? (u < width - 1 ? u : width - 1) : 0;
          x0 = MIN ((int) u, MAX (width - 2, 0));
          x1 = MIN (x0 + 1, width - 1);
          fx = (float) (u - x0);
          a = upper[3 * x0] + fx * (upper[3 * x1] - upper[3 * x0]);
          b = lower[3 * x0] + fx * (lower[3 * x1] - lower[3 * x0]);
          picture[((gsize) y * width + x) * 3 + channel] = a + fy * (b - a);
        }
    }
}

gboolean
acu_lens_aberration (float *picture, int width, int height, double red, double blue, GError **error)
{
  float *copy = copy_of (picture, width, height, error);

  if (!copy)
    return FALSE;
  stretch (picture, copy, width, height, 0, red);
  stretch (picture, copy, width, height, 2, blue);
  acu_free (copy);
  return TRUE;
}

void
acu_lens_vignetting (float *picture, int width, int height, double loss)
{
  double corner = ((double) width * width + (double) height * height) / 4;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        double dx = x + 0.5 - width / 2.0, dy = y + 0.5 - height / 2.0;
        float factor = (float) (1 - loss * (dx * dx + dy * dy) / corner), *p = picture + 3 * ((gsize) y * width + x);

        for (int c = 0; c < 3; c++)
          p[c] *= factor;
      }
}

void
acu_sensor_hot_pixels (float *picture, gsize pixels, double share, gboolean single, guint64 key)
{
  for (gsize i = 0; i < pixels; i++)
    {
      guint64 bits = acu_random_at (key, i);

      if ((double) (bits >> 11) / 9007199254740992.0 >= share)
        continue;
      for (guint c = 0; c < 3; c++)
        if (!single || c == (bits & 0x7ff) % 3)
          picture[3 * i + c] = 1;
    }
}

/* The channel that the pixel's filter lets through: RGGB. */
static int
bayer (int x, int y, int phase)
{
  return ((x + phase) & 1) + ((y + (phase >> 1)) & 1);
}

/* The mean of those of the eight neighbours, and of the pixel, that have the channel; the nearest count: a pixel's own value, then those
 * beside it, then those across the corners. */
static float
filled_in (const float *mosaic, int width, int height, int x, int y, int phase, int channel)
{
  static const int beside[][2] = { { 0, -1 }, { -1, 0 }, { 1, 0 }, { 0, 1 }, { -1, -1 }, { 1, -1 }, { -1, 1 }, { 1, 1 } };
  float sum = 0;
  int n = 0;

  if (bayer (x, y, phase) == channel)
    return mosaic[((gsize) y * width + x) * 3 + channel];
  for (int i = 0; i < 8 && !(i == 4 && n); i++)
    {
      int u = x + beside[i][0], v = y + beside[i][1];

      if (u < 0 || v < 0 || u >= width || v >= height || bayer (u, v, phase) != channel)
        continue;
      sum += mosaic[((gsize) v * width + u) * 3 + channel];
      n++;
    }
  /* a picture of one row or column has no pixel of some channel */
  return n ? sum / n : mosaic[((gsize) y * width + x) * 3 + channel];
}

gboolean
acu_sensor_mosaic (float *picture, int width, int height, int phase, GError **error)
{
  float *mosaic = copy_of (picture, width, height, error);

  if (!mosaic)
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        picture[((gsize) y * width + x) * 3 + c] = filled_in (mosaic, width, height, x, y, phase, c);
  acu_free (mosaic);
  return TRUE;
}

static gboolean
blur_gaussian (float *picture, int width, int height, double sigma, GError **error)
{
  AcuBlurKernel kernel;
  int radius = CLAMP ((int) (3 * sigma + 1), 1, ACU_BLUR_MAX_SIZE / 2);

  acu_blur_kernel_make (&kernel, 2 * radius + 1, ACU_BLUR_GAUSSIAN, sigma, sigma, 0, 1);
  return acu_blur_run (&kernel, picture, width, height, error);
}

static float
luma (const float *p)
{
  return 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
}

gboolean
acu_sensor_chroma_blur (float *picture, int width, int height, double sigma, GError **error)
{
  float *blurred = copy_of (picture, width, height, error);
  gboolean done = blurred && blur_gaussian (blurred, width, height, sigma, error);

  for (gsize i = 0; done && i < (gsize) width * height; i++)
    {
      float *p = picture + 3 * i, *b = blurred + 3 * i, difference = luma (p) - luma (b);

      for (int c = 0; c < 3; c++)
        p[c] = b[c] + difference;
    }
  acu_free (blurred);
  return done;
}

gboolean
acu_sharpen (float *picture, int width, int height, double amount, double sigma, GError **error)
{
  float *blurred = copy_of (picture, width, height, error), a = (float) amount;
  gboolean done = blurred && blur_gaussian (blurred, width, height, sigma, error);

  for (gsize i = 0; done && i < 3 * (gsize) width * height; i++)
    picture[i] += a * (picture[i] - blurred[i]);
  acu_free (blurred);
  return done;
}
