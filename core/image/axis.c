/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "axis.h"
#include "kernels_once.h"

#include <acuity/size.h>
#include <math.h>
#include <string.h>

/* The kernels sum in single precision. Windows longer than this, which only strong shrinking has, would lose digits. */
#define SINGLE_TAPS 32
/* Weights below this share of their sum are rounding at the end of a filter that ends as 0. */
#define NOTHING 1e-9
/* Bytes of a line of the caches. */
#define LINE 64
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
 * between two boxes of the area filter, rounding decides; so the numbers are made in Pillow's order, too. What is left of
 * nothing at its ends is cut off. Returns the window's length; its weights begin at the position's own. */
static int
fill (AcuAxis *axis, double *exact, const AcuFilter *filter, int src, int dst, int at)
{
  double wide = widening (src, dst), centre = (at + 0.5) * ((double) src / dst), support = filter->radius * wide;
  int low = MAX ((int) floor (centre - support + 0.5), 0);
  int high = MIN ((int) floor (centre + support + 0.5), src);
  int start = 0, end = high - low;
  /* Sharp filters are 0 at other distances, too; but then their next window begins no later. */
  double edge = support * (1 - NOTHING);
  float *weights = axis->weights + (gsize) at * axis->taps;
  double sum = 0;

  for (int i = low; i < high; i++)
    sum += exact[i - low] = filter->weight ((i - centre + 0.5) * (1 / wide));
  while (start < end - 1 && centre - 0.5 - (low + start) > edge && fabs (exact[start]) < NOTHING * fabs (sum))
    start++;
  while (start < end - 1 && low + end - 1 - centre + 0.5 > edge && fabs (exact[end - 1]) < NOTHING * fabs (sum))
    end--;
  for (int k = start; k < end; k++)
    weights[k - start] = (float) (exact[k] / sum);
  axis->first[at] = low + start;
  return end - start;
}

/* Whether position `at` has the same weights as the one a period before, the window of neither being cut. */
static gboolean
repeats (const AcuFilter *filter, int src, int dst, int at, int period)
{
  double support = filter->radius * widening (src, dst) + 1, step = (double) src / dst;

  /* The boxes of the area filter are not continuous: see fill(). */
  return filter->radius >= 1 && at >= period && (at - period + 0.5) * step - support >= 0
         && (at + 0.5) * step + support <= src;
}

/* Moves the windows, lengths[at] long, to where all have the same length and lie inside the source. */
static void
align (AcuAxis *axis, const gint32 *lengths, int taps, int src)
{
  for (int at = 0; at < axis->dst; at++)
    {
      int first = MIN (axis->first[at], src - taps), before = axis->first[at] - first;
      float *to = axis->weights + (gsize) at * taps;

      memmove (to + before, axis->weights + (gsize) at * axis->taps, lengths[at] * sizeof (float));
      for (int k = 0; k < taps; k++)
        if (k < before || k >= before + lengths[at])
          to[k] = 0;
      axis->first[at] = first;
    }
  axis->taps = taps;
}

static void
fill_all (AcuAxis *axis, double *exact, gint32 *lengths, const AcuFilter *filter, int src, int dst)
{
  int divisor = src, rest = dst, period, longest = 1;

  while (rest)
    {
      int next = divisor % rest;

      divisor = rest;
      rest = next;
    }
  period = dst / divisor;
  for (int at = 0; at < dst; at++)
    {
      if (repeats (filter, src, dst, at, period))
        {
          lengths[at] = lengths[at - period];
          axis->first[at] = axis->first[at - period] + src / divisor;
          memcpy (axis->weights + (gsize) at * axis->taps, axis->weights + (gsize) (at - period) * axis->taps,
                  lengths[at] * sizeof (float));
        }
      else
        lengths[at] = fill (axis, exact, filter, src, dst, at);
      longest = MAX (longest, lengths[at]);
    }
  align (axis, lengths, longest, src);
}

/* Whether what is a factor behind position `at` has its weights, and its window one source position later. */
static gboolean
follows (const AcuAxis *axis, int at, int factor)
{
  gsize taps = axis->taps;

  return axis->first[at] + 1 == axis->first[at + factor]
         && !memcmp (axis->weights + at * taps, axis->weights + (at + factor) * taps, taps * sizeof (float));
}

static void
find_steady (AcuAxis *axis, int src)
{
  const int factor = axis->dst / src;
  /* Extended from the middle as far as it goes. */
  int start = src / 2 * factor, end = start;

  if (axis->dst % src || factor < 2 || factor > ACU_RESAMPLE_FACTOR || axis->taps > SINGLE_TAPS)
    return;
  while (start > 0 && follows (axis, start - 1, factor))
    start--;
  while (end + factor < axis->dst && follows (axis, end, factor))
    end++;
  axis->factor = factor;
  axis->steady = start;
  axis->steps = (end + factor - start) / factor;
}

gboolean
acu_axis_init (AcuAxis *axis, const AcuFilter *filter, int src, int dst)
{
  double *exact = NULL;
  gint32 *lengths = NULL;
  guint64 weights;
  gboolean done = FALSE;

  axis->dst = dst;
  axis->taps = acu_axis_taps (filter, src, dst);
  if (acu_size_mul (dst, axis->taps, &weights) && (axis->weights = acu_try_alloc (weights, sizeof (float)))
      && (axis->first = acu_try_alloc (dst, sizeof (gint32))) && (lengths = acu_try_alloc (dst, sizeof (gint32)))
      && (exact = acu_try_alloc (axis->taps, sizeof (double))))
    {
      if (filter->weight && src != dst)
        fill_all (axis, exact, lengths, filter, src, dst);
      else
        for (int x = 0; x < dst; x++)
          {
            axis->first[x] = (gint32) ((2 * (gint64) x + 1) * src / (2 * (gint64) dst));
            axis->weights[x] = 1;
          }
      find_steady (axis, src);
      done = TRUE;
    }
  acu_free (lengths);
  acu_free (exact);
  return done;
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

static void
across_part (const AcuAxis *axis, float *dst, const float *src, int channels, int from, int to)
{
  acu_kernels ()->resample_horizontal (dst + (gsize) from * channels, src, axis->weights + (gsize) from * axis->taps,
                                       axis->first + from, axis->taps, channels, to - from);
}

static void
across_steady (const AcuAxis *axis, float *dst, const float *src, int channels)
{
  const gint32 *first = axis->first + axis->steady;
  int shift[ACU_RESAMPLE_FACTOR];

  for (int p = 0; p < axis->factor; p++)
    shift[p] = first[p] - first[0];
  acu_kernels ()->resample_enlarge (dst + (gsize) axis->steady * channels, src + (gsize) first[0] * channels,
                                    axis->weights + (gsize) axis->steady * axis->taps, shift, axis->taps, channels, axis->factor,
                                    axis->steps);
}

void
acu_axis_across (const AcuAxis *axis, float *dst, const float *src, int channels)
{
  g_return_if_fail (channels >= 1 && channels <= 4);
  if (axis->taps > SINGLE_TAPS)
    across_double (axis, dst, src, channels);
  else if (axis->factor && acu_kernels ()->resample_enlarge)
    {
      int end = axis->steady + axis->steps * axis->factor;

      across_part (axis, dst, src, channels, 0, axis->steady);
      across_steady (axis, dst, src, channels);
      across_part (axis, dst, src, channels, end, axis->dst);
    }
  else
    across_part (axis, dst, src, channels, 0, axis->dst);
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

int
acu_axis_group (const AcuAxis *axis, int y, int end)
{
  int count = 1;

  while (count < ACU_RESAMPLE_OUTPUTS && y + count < end && axis->first[y + count] == axis->first[y])
    count++;
  return count;
}

void
acu_axis_down (const AcuAxis *axis, int y, int count, float *const *dst, const float *const *rows, gsize n)
{
  const float *weights = axis->weights + (gsize) y * axis->taps;

  if (axis->taps <= SINGLE_TAPS)
    acu_kernels ()->resample_vertical (dst, rows, weights, axis->taps, count, n);
  else
    for (int o = 0; o < count; o++)
      down_double (dst[o], rows, weights + (gsize) o * axis->taps, axis->taps, n);
}

gboolean
acu_axis_down_stream (const AcuAxis *axis, int y, int count, float *const *dst, const float *const *rows, gsize n)
{
  const float *weights = axis->weights + (gsize) y * axis->taps;
  acu_resample_vertical_fn vertical = acu_kernels ()->resample_vertical_stream;
  gboolean alike = TRUE;

  if (axis->taps > SINGLE_TAPS || !vertical)
    return FALSE;
  for (int o = 1; o < count; o++)
    alike = alike && (GPOINTER_TO_SIZE (dst[o]) - GPOINTER_TO_SIZE (dst[0])) % LINE == 0;
  if (alike)
    vertical (dst, rows, weights, axis->taps, count, n);
  else
    for (int o = 0; o < count; o++)
      vertical (dst + o, rows, weights + (gsize) o * axis->taps, axis->taps, 1, n);
  return TRUE;
}
