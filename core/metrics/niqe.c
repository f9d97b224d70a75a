/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "niqe.h"
#include "metrics_private.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define BLOCK 96
#define WINDOW 7
#define MARGIN (WINDOW / 2)
/* Half of MATLAB's taps for half size: cubic (a = -0.5) at 0.25, 0.75, 1.25 and 1.75, of weights that add up to 1. */
#define HALF_TAPS 4
static const double half_taps[HALF_TAPS] = { 0.43359375, 0.11328125, -0.03515625, -0.01171875 };
/* Differences that are only rounding, in flat parts of a picture. */
#define ROUNDING 1e-6

static int
mirrored (int i, int n)
{
  return i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i;
}

/* Halves a plane whose sides are even, its edges mirrored: first across, then down. In place: results are never behind their sources. */
static void
halve_cubic (AcuPlane *plane, double *column)
{
  int width = plane->width, height = plane->height;

  for (int y = 0; y < height; y++)
    {
      double *row = plane->values + (gsize) y * width, *out = plane->values + (gsize) y * (width / 2);

      for (int x = 0; x < width; x++)
        column[x] = row[x];
      for (int x = 0; x < width / 2; x++)
        {
          out[x] = 0;
          for (int k = 0; k < HALF_TAPS; k++)
            out[x] += half_taps[k] * (column[mirrored (2 * x - k, width)] + column[mirrored (2 * x + 1 + k, width)]);
        }
    }
  width /= 2;
  for (int x = 0; x < width; x++)
    {
      for (int y = 0; y < height; y++)
        column[y] = plane->values[(gsize) y * width + x];
      for (int y = 0; y < height / 2; y++)
        {
          double sum = 0;

          for (int k = 0; k < HALF_TAPS; k++)
            sum += half_taps[k] * (column[mirrored (2 * y - k, height)] + column[mirrored (2 * y + 1 + k, height)]);
          plane->values[(gsize) y * width + x] = sum;
        }
    }
  plane->width = width;
  plane->height = height / 2;
}

/* Every value less the mean around it, over the deviation around it plus 1 (the mean and deviation of a Gaussian window of 7 × 7
 * with σ 7/6, edges repeated). `rows` has 2 * (width + 2 * MARGIN) numbers. */
static void
normalise (const AcuPlane *plane, double *out, double *rows)
{
  int width = plane->width, height = plane->height;
  double *sums = rows + MARGIN, *squares = sums + width + 2 * MARGIN;
  double weights[WINDOW], total = 0;

  for (int k = 0; k < WINDOW; k++)
    total += weights[k] = exp (-0.5 * (k - MARGIN) * (k - MARGIN) / ((WINDOW / 6.0) * (WINDOW / 6.0)));
  for (int y = 0; y < height; y++)
    {
      for (int x = -MARGIN; x < width + MARGIN; x++)
        sums[x] = squares[x] = 0;
      for (int k = 0; k < WINDOW; k++)
        {
          const double *row = plane->values + (gsize) CLAMP (y + k - MARGIN, 0, height - 1) * width;
          double weight = weights[k] / total;

          for (int x = 0; x < width; x++)
            {
              sums[x] += weight * row[x];
              squares[x] += weight * row[x] * row[x];
            }
        }
      for (int k = 1; k <= MARGIN; k++)
        {
          sums[-k] = sums[0];
          squares[-k] = squares[0];
          sums[width - 1 + k] = sums[width - 1];
          squares[width - 1 + k] = squares[width - 1];
        }
      for (int x = 0; x < width; x++)
        {
          double mean = 0, square = 0, difference;

          for (int k = 0; k < WINDOW; k++)
            {
              mean += weights[k] * sums[x + k - MARGIN];
              square += weights[k] * squares[x + k - MARGIN];
            }
          mean /= total;
          difference = plane->values[(gsize) y * width + x] - mean;
          out[(gsize) y * width + x] = fabs (difference) < ROUNDING ? 0 : difference / (sqrt (fabs (square / total - mean * mean)) + 1);
        }
    }
}

/* The distance of two distributions: sqrt (d' · C⁻¹ · d), C the mean of the covariances, by its Cholesky factor. */
static double
distance (const double *mean, double (*covariance)[ACU_NIQE_FEATURES])
{
  double factor[ACU_NIQE_FEATURES][ACU_NIQE_FEATURES], solved[ACU_NIQE_FEATURES], sum = 0;
  const double *pristine = acu_niqe_covariance;

  for (int i = 0; i < ACU_NIQE_FEATURES; i++)
    for (int j = i; j < ACU_NIQE_FEATURES; j++)
      factor[j][i] = (*pristine++ + covariance[i][j]) / 2;
  for (int i = 0; i < ACU_NIQE_FEATURES; i++)
    {
      solved[i] = acu_niqe_mean[i] - mean[i];
      for (int j = 0; j <= i; j++)
        {
          for (int k = 0; k < j; k++)
            factor[i][j] -= factor[i][k] * factor[j][k];
          if (j < i)
            factor[i][j] /= factor[j][j];
        }
      factor[i][i] = sqrt (factor[i][i]);
      for (int k = 0; k < i; k++)
        solved[i] -= factor[i][k] * solved[k];
      solved[i] /= factor[i][i];
      sum += solved[i] * solved[i];
    }
  return sqrt (sum);
}

/* NaN features count neither for the mean nor does their block for the covariance. NaN when fewer than two blocks are whole. */
static double
quality (const double *features, int blocks)
{
  double mean[ACU_NIQE_FEATURES], whole_mean[ACU_NIQE_FEATURES] = { 0 };
  double covariance[ACU_NIQE_FEATURES][ACU_NIQE_FEATURES] = { { 0 } };
  int whole = 0;

  for (int i = 0; i < ACU_NIQE_FEATURES; i++)
    {
      double sum = 0;
      int count = 0;

      for (int b = 0; b < blocks; b++)
        if (!isnan (features[(gsize) b * ACU_NIQE_FEATURES + i]))
          {
            sum += features[(gsize) b * ACU_NIQE_FEATURES + i];
            count++;
          }
      mean[i] = sum / count;
    }
  for (int pass = 0; pass < 2; pass++)
    for (int b = 0; b < blocks; b++)
      {
        const double *f = features + (gsize) b * ACU_NIQE_FEATURES;
        double sum = 0;

        for (int i = 0; i < ACU_NIQE_FEATURES; i++)
          sum += f[i];
        if (isnan (sum))
          continue;
        whole += pass == 0;
        for (int i = 0; i < ACU_NIQE_FEATURES; i++)
          if (pass == 0)
            whole_mean[i] += f[i];
          else
            for (int j = i; j < ACU_NIQE_FEATURES; j++)
              covariance[i][j] += (f[i] - whole_mean[i] / whole) * (f[j] - whole_mean[j] / whole) / (whole - 1);
      }
  return whole < 2 ? NAN : distance (mean, covariance);
}

/* The memory that one picture needs. */
typedef struct Room
{
  AcuPlane plane, normalised;
  double *rows, *features, *scratch;
} Room;

static gboolean
room_make (Room *room, const AcuMetricPicture *picture, int border, int across, int down, GError **error)
{
  int width = across * BLOCK, height = down * BLOCK;

  if (!acu_plane_luma (&room->plane, picture, border, error) || !acu_plane_alloc (&room->normalised, width, height, error))
    return FALSE;
  room->rows = acu_try_alloc (2 * ((guint64) MAX (width, height) + 2 * MARGIN), sizeof (double));
  room->features = acu_try_alloc ((guint64) across * (guint64) down, ACU_NIQE_FEATURES * sizeof (double));
  room->scratch = acu_try_alloc (BLOCK * BLOCK, sizeof (double));
  if (room->rows && room->features && room->scratch)
    return TRUE;
  acu_metric_no_memory (width, height, error);
  return FALSE;
}

static void
room_clear (Room *room)
{
  acu_plane_clear (&room->plane);
  acu_plane_clear (&room->normalised);
  acu_free (room->rows);
  acu_free (room->features);
  acu_free (room->scratch);
}

/* Leaves whole blocks of a plane, rounded. */
static void
crop (AcuPlane *plane, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      plane->values[(gsize) y * width + x] = rint (plane->values[(gsize) y * plane->width + x]);
  plane->width = width;
  plane->height = height;
}

static double
naturalness (Room *room, int across, int down)
{
  crop (&room->plane, across * BLOCK, down * BLOCK);
  for (int half = 0; half < 2; half++)
    {
      int size = BLOCK >> half, width = room->plane.width;

      if (half)
        {
          halve_cubic (&room->plane, room->rows);
          width = room->plane.width;
        }
      normalise (&room->plane, room->normalised.values, room->rows);
      for (int y = 0; y < down; y++)
        for (int x = 0; x < across; x++)
          acu_niqe_block (room->normalised.values + (gsize) y * size * width + x * size, width, size, room->scratch,
                          room->features + ((gsize) y * across + x) * ACU_NIQE_FEATURES + half * ACU_NIQE_HALF);
    }
  return quality (room->features, across * down);
}

gboolean
acu_measure_niqe (const AcuMetricPicture *picture, int border, double *value, GError **error)
{
  Room room = { 0 };
  int across, down;
  gboolean ok;

  if (!acu_metric_check (picture, border, BLOCK, error))
    return FALSE;
  across = (picture->width - 2 * border) / BLOCK;
  down = (picture->height - 2 * border) / BLOCK;
  if (across * (gint64) down < 2)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                   _("A picture of %d × %d pixels without a border of %d is too small for NIQE, which needs two blocks of %d × %d."),
                   picture->width, picture->height, border, BLOCK, BLOCK);
      return FALSE;
    }
  ok = room_make (&room, picture, border, across, down, error);
  if (ok)
    *value = room.plane.finite ? naturalness (&room, across, down) : NAN;
  room_clear (&room);
  return ok;
}

const char *
acu_metric_niqe_model (void)
{
  return "NIQE as BasicSR 1.4.2 defines it (model of the NIQE Software Release)";
}
