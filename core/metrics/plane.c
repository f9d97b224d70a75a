/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>

gboolean
acu_metric_check (const AcuMetricPicture *picture, int border, int least, GError **error)
{
  int side = MIN (picture->width, picture->height);

  if (side < 1 || MAX (picture->width, picture->height) > ACU_MAX_SIDE || (picture->channels != 1 && picture->channels != 3))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A picture of %d × %d pixels with %d channels cannot be measured."),
                   picture->width, picture->height, picture->channels);
      return FALSE;
    }
  if (border < 0 || border >= (side + 1) / 2 || side - 2 * border < least)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                   _("A picture of %d × %d pixels without a border of %d is too small for this measure, which needs %d pixels each way."),
                   picture->width, picture->height, border, least);
      return FALSE;
    }
  return TRUE;
}

gboolean
acu_metric_check_pair (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, int least, GError **error)
{
  if (!acu_metric_check (a, border, least, error))
    return FALSE;
  if (a->width == b->width && a->height == b->height && a->channels == b->channels)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
               _("Pictures of %d × %d pixels with %d channels and of %d × %d pixels with %d channels cannot be compared."),
               a->width, a->height, a->channels, b->width, b->height, b->channels);
  return FALSE;
}

gboolean
acu_metric_luma_row (const float *pixel, int n, int channels, double *y)
{
  gboolean finite = TRUE;

  for (int i = 0; i < n * channels; i++)
    finite &= isfinite (pixel[i]) != 0;
  if (channels == 1)
    for (int x = 0; x < n; x++)
      y[x] = ACU_LUMA_OFFSET + (ACU_LUMA_R + ACU_LUMA_G + ACU_LUMA_B) * CLAMP (pixel[x], 0, 1);
  else
    for (int x = 0; x < n; x++)
      {
        const float *p = pixel + 3 * (gsize) x;

        y[x] = ACU_LUMA_OFFSET + ACU_LUMA_R * CLAMP (p[0], 0, 1) + ACU_LUMA_G * CLAMP (p[1], 0, 1) + ACU_LUMA_B * CLAMP (p[2], 0, 1);
      }
  return finite;
}

void
acu_metric_no_memory (int width, int height, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to measure a picture of %d × %d pixels."), width, height);
}

gboolean
acu_plane_alloc (AcuPlane *plane, int width, int height, GError **error)
{
  guint64 count = (guint64) width * (guint64) height;

  *plane = (AcuPlane) { acu_try_alloc (count, sizeof (double)), width, height, TRUE };
  if (plane->values)
    return TRUE;
  acu_metric_no_memory (width, height, error);
  return FALSE;
}

void
acu_plane_clear (AcuPlane *plane)
{
  acu_free (plane->values);
  *plane = (AcuPlane) { 0 };
}

gboolean
acu_plane_luma (AcuPlane *plane, const AcuMetricPicture *picture, int border, GError **error)
{
  int width = picture->width - 2 * border, height = picture->height - 2 * border;

  if (!acu_plane_alloc (plane, width, height, error))
    return FALSE;
  for (int y = 0; y < height; y++)
    {
      gsize first = (gsize) (border + y) * picture->width + border;

      plane->finite &= acu_metric_luma_row (picture->pixels + first * picture->channels, width, picture->channels,
                                            plane->values + (gsize) y * width);
    }
  return TRUE;
}

void
acu_plane_halve (AcuPlane *plane)
{
  int width = plane->width, height = plane->height;
  int half_width = (width + 1) / 2, half_height = (height + 1) / 2;

  /* Every value is read before its place is written: places are never behind what they are made of. */
  for (int y = 0; y < half_height; y++)
    {
      const double *upper = plane->values + (gsize) (2 * y) * width;
      const double *lower = 2 * y + 1 < height ? upper + width : upper;
      double *out = plane->values + (gsize) y * half_width;

      for (int x = 0; x < half_width; x++)
        {
          int right = MIN (2 * x + 1, width - 1);

          out[x] = 0.25 * (upper[2 * x] + upper[right] + lower[2 * x] + lower[right]);
        }
    }
  plane->width = half_width;
  plane->height = half_height;
}
