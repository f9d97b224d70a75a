/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "axis.h"

#include <acuity/size.h>
#include <math.h>

/* Shrinking widens the filter: antialiasing. */
static double
widening (int src, int dst)
{
  return src > dst ? (double) src / dst : 1;
}

int
acu_axis_taps (const AcuFilter *filter, int src, int dst)
{
  if (src == dst || !filter->weight)
    return 1;
  /* A window of this width holds at most so many pixel centres. */
  return (int) MIN (src, 2 * ceil (filter->radius * widening (src, dst)) + 1);
}

guint64
acu_axis_bytes (const AcuFilter *filter, int src, int dst)
{
  return (guint64) dst * (acu_axis_taps (filter, src, dst) * sizeof (float) + sizeof (gint32));
}

/* Pillow's window: centres within the support, rounded to whole pixels, cut at the border. */
static void
fill (AcuAxis *axis, const AcuFilter *filter, int src, int dst, int at)
{
  double wide = widening (src, dst), centre = (at + 0.5) * src / dst, support = filter->radius * wide;
  int low = MAX ((int) floor (centre - support + 0.5), 0);
  int high = MIN ((int) floor (centre + support + 0.5), src);
  int first = MIN (low, src - axis->taps);
  float *weights = axis->weights + (gsize) at * axis->taps;
  double sum = 0;

  for (int i = low; i < high; i++)
    sum += filter->weight ((i - centre + 0.5) / wide);
  for (int k = 0; k < axis->taps; k++)
    {
      int i = first + k;

      weights[k] = i >= low && i < high ? (float) (filter->weight ((i - centre + 0.5) / wide) / sum) : 0;
    }
  axis->first[at] = first;
}

gboolean
acu_axis_init (AcuAxis *axis, const AcuFilter *filter, int src, int dst)
{
  axis->taps = acu_axis_taps (filter, src, dst);
  axis->weights = acu_try_alloc (dst, axis->taps * sizeof (float));
  axis->first = acu_try_alloc (dst, sizeof (gint32));
  if (!axis->weights || !axis->first)
    return FALSE;
  for (int x = 0; x < dst; x++)
    if (axis->taps > 1 || (filter->weight && src != dst))
      fill (axis, filter, src, dst, x);
    else
      {
        axis->first[x] = (gint32) ((2 * (gint64) x + 1) * src / (2 * (gint64) dst));
        axis->weights[x] = 1;
      }
  return TRUE;
}

void
acu_axis_clear (AcuAxis *axis)
{
  acu_free (axis->weights);
  acu_free (axis->first);
}
