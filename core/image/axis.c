/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "axis.h"
#include "kernels_once.h"

#include <acuity/size.h>
#include <math.h>

/* The kernels sum in single precision. Windows longer than this, which only strong shrinking has, would lose digits. */
#define SINGLE_TAPS 32
/* Floats summed at a time in double precision: they stay in the nearest cache. */
#define BLOCK 256

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
  return (int) MIN ((double) src, 2 * ceil (filter->radius * widening (src, dst)) + 1);
}

guint64
acu_axis_bytes (const AcuFilter *filter, int src, int dst)
{
  guint64 bytes;

  if (!acu_size_mul (acu_axis_taps (filter, src, dst), sizeof (float), &bytes)
      || !acu_size_add (bytes, sizeof (gint32), &bytes) || !acu_size_mul (bytes, dst, &bytes))
    return G_MAXUINT64;
  return bytes;
}

/* Position `at`: Pillow's window, the support rounded to whole pixels and cut at the border. Where a pixel lies exactly
 * between two boxes of the area filter, rounding decides; so the numbers are made in Pillow's order, too. */
static void
fill (AcuAxis *axis, double *exact, const AcuFilter *filter, int src, int dst, int at)
{
  double wide = widening (src, dst), centre = (at + 0.5) * ((double) src / dst), support = filter->radius * wide;
  int low = MAX ((int) floor (centre - support + 0.5), 0);
  int high = MIN ((int) floor (centre + support + 0.5), src);
  int first = MIN (low, src - axis->taps);
  float *weights = axis->weights + (gsize) at * axis->taps;
  double sum = 0;

  for (int i = low; i < high; i++)
    sum += exact[i - low] = filter->weight ((i - centre + 0.5) * (1 / wide));
  for (int k = 0; k < axis->taps; k++)
    weights[k] = 0;
  for (int i = low; i < high; i++)
    weights[i - first] = (float) (exact[i - low] / sum);
  axis->first[at] = first;
}

gboolean
acu_axis_init (AcuAxis *axis, const AcuFilter *filter, int src, int dst)
{
  double *exact = NULL;
  guint64 weights;

  axis->dst = dst;
  axis->taps = acu_axis_taps (filter, src, dst);
  if (!acu_size_mul (dst, axis->taps, &weights) || !(axis->weights = acu_try_alloc (weights, sizeof (float)))
      || !(axis->first = acu_try_alloc (dst, sizeof (gint32)))
      || !(exact = acu_try_alloc (axis->taps, sizeof (double))))
    return FALSE;
  for (int x = 0; x < dst; x++)
    if (filter->weight && src != dst)
      fill (axis, exact, filter, src, dst, x);
    else
      {
        axis->first[x] = (gint32) ((2 * (gint64) x + 1) * src / (2 * (gint64) dst));
        axis->weights[x] = 1;
      }
  acu_free (exact);
  return TRUE;
}

void
acu_axis_clear (AcuAxis *axis)
{
  acu_free (axis->weights);
  acu_free (axis->first);
}

static void
across_double (const AcuAxis *axis, float *dst, const float *src, int channels)
{
  const float *weights = axis->weights;

  for (int x = 0; x < axis->dst; x++, weights += axis->taps, dst += channels)
    {
      const float *pixel = src + (gsize) axis->first[x] * channels;
      double sum[4] = { 0 };

      for (int k = 0; k < axis->taps; k++, pixel += channels)
        for (int c = 0; c < channels; c++)
          sum[c] += (double) weights[k] * pixel[c];
      for (int c = 0; c < channels; c++)
        dst[c] = (float) sum[c];
    }
}

void
acu_axis_across (const AcuAxis *axis, float *dst, const float *src, int channels)
{
  g_return_if_fail (channels >= 1 && channels <= 4);
  if (axis->taps > SINGLE_TAPS)
    across_double (axis, dst, src, channels);
  else
    acu_kernels ()->resample_horizontal (dst, src, axis->weights, axis->first, axis->taps, channels, axis->dst);
}

static void
down_double (float *dst, const float *const *rows, const float *weights, int taps, gsize n)
{
  double sum[BLOCK];

  for (gsize start = 0; start < n; start += BLOCK)
    {
      gsize count = MIN (n - start, BLOCK);

      for (gsize i = 0; i < count; i++)
        sum[i] = 0;
      for (int k = 0; k < taps; k++)
        for (gsize i = 0; i < count; i++)
          sum[i] += (double) weights[k] * rows[k][start + i];
      for (gsize i = 0; i < count; i++)
        dst[start + i] = (float) sum[i];
    }
}

void
acu_axis_down (const AcuAxis *axis, int y, float *dst, const float *const *rows, gsize n)
{
  const float *weights = axis->weights + (gsize) y * axis->taps;

  if (axis->taps > SINGLE_TAPS)
    down_double (dst, rows, weights, axis->taps, n);
  else
    acu_kernels ()->resample_vertical (dst, rows, weights, axis->taps, n);
}
