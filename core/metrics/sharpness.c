/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <math.h>

gboolean
acu_measure_sharpness (const AcuMetricPicture *picture, int border, double *value, GError **error)
{
  AcuPlane plane;
  double sum = 0;

  if (!acu_metric_check (picture, border, 2, error) || !acu_plane_luma (&plane, picture, border, error))
    return FALSE;
  for (int y = 0; y + 1 < plane.height; y++)
    for (int x = 0; x + 1 < plane.width; x++)
      {
        const double *p = plane.values + (gsize) y * plane.width + x;

        sum += fabs (p[1] - p[0]) + fabs (p[plane.width] - p[0]);
      }
  *value = plane.finite ? sum / (2.0 * (plane.width - 1) * (plane.height - 1)) : NAN;
  acu_plane_clear (&plane);
  return TRUE;
}
