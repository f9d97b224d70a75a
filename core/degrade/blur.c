/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "blur.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Of the kernel's sum: far below a level of 8 bits. */
#define TOLERANCE 1e-5
#define BLOCK 48

typedef struct Factors
{
  int n, radius;
  float columns[ACU_BLUR_MAX_SIZE][ACU_BLUR_MAX_SIZE], rows[ACU_BLUR_MAX_SIZE][ACU_BLUR_MAX_SIZE];
} Factors;

/* The outermost ring of weights has a sum of nothing to speak of. */
static gboolean
ring_is_empty (const AcuBlurKernel *kernel, int radius)
{
  int c = kernel->size / 2;
  double sum = 0;

  for (int i = -radius; i <= radius; i++)
    sum += fabs (kernel->weights[(c - radius) * kernel->size + c + i]) + fabs (kernel->weights[(c + radius) * kernel->size + c + i])
           + fabs (kernel->weights[(c + i) * kernel->size + c - radius]) + fabs (kernel->weights[(c + i) * kernel->size + c + radius]);
  return sum < TOLERANCE / 4;
}

/* Takes products of a column and a row through the largest weight off (cross approximation with full pivoting) until nothing is
 * left. The columns are scaled so that the sum of all is 1. */
static void
factorise (const AcuBlurKernel *kernel, Factors *factors)
{
  int c = kernel->size / 2, radius = c, size;
  double rest[ACU_BLUR_MAX_SIZE * ACU_BLUR_MAX_SIZE], total = 0;

  while (radius > 0 && ring_is_empty (kernel, radius))
    radius--;
  size = 2 * radius + 1;
  for (int y = 0; y < size; y++)
    memcpy (rest + y * size, kernel->weights + (c - radius + y) * kernel->size + c - radius, size * sizeof *rest);
  factors->radius = radius;
  factors->n = 0;
  while (factors->n < size)
    {
      double sum = 0, pivot, column_sum = 0, row_sum = 0;
      int best = 0;
      float *column = factors->columns[factors->n], *row = factors->rows[factors->n];

      for (int i = 0; i < size * size; i++)
        {
          sum += fabs (rest[i]);
          if (fabs (rest[i]) > fabs (rest[best]))
            best = i;
        }
      if (sum < TOLERANCE)
        break;
      pivot = rest[best];
      for (int i = 0; i < size; i++)
        {
          column[i] = (float) rest[i * size + best % size];
          row[i] = (float) (rest[best / size * size + i] / pivot);
          column_sum += column[i];
          row_sum += row[i];
        }
      for (int y = 0; y < size; y++)
        for (int x = 0; x < size; x++)
          rest[y * size + x] -= (double) column[y] * row[x];
      total += column_sum * row_sum;
      factors->n++;
    }
  for (int k = 0; k < factors->n; k++)
    for (int i = 0; i < size; i++)
      factors->columns[k][i] = (float) (factors->columns[k][i] / total);
}

static int
mirrored (int i, int n)
{
  if (n == 1)
    return 0;
  while (i < 0 || i >= n)
    i = i < 0 ? -i : 2 * (n - 1) - i;
  return i;
}

static void
pad_row (float *padded, const float *row, int width, int radius)
{
  for (int x = -radius; x < 0; x++)
    memcpy (padded + 3 * (x + radius), row + 3 * mirrored (x, width), 3 * sizeof *row);
  memcpy (padded + 3 * radius, row, 3 * sizeof *row * width);
  for (int x = width; x < width + radius; x++)
    memcpy (padded + 3 * (x + radius), row + 3 * mirrored (x, width), 3 * sizeof *row);
}

/* dst[i] (+)= the sum of weights[k] · src[i + k · step] */
static inline void
weigh (float *dst, const float *src, gsize step, const float *weights, int taps, int n)
{
  int i = 0;

  for (; i + BLOCK <= n; i += BLOCK)
    {
      float sum[BLOCK] = { 0 };

      for (int k = 0; k < taps; k++)
        for (int j = 0; j < BLOCK; j++)
          sum[j] += weights[k] * src[i + k * step + j];
      memcpy (dst + i, sum, sizeof sum);
    }
  for (; i < n; i++)
    {
      float sum = 0;

      for (int k = 0; k < taps; k++)
        sum += weights[k] * src[i + k * step];
      dst[i] = sum;
    }
}

static void
add (float *dst, const float *src, int n)
{
  for (int i = 0; i < n; i++)
    dst[i] += src[i];
}

/* One product; source rows come from `picture`, sums go to `result`. */
static void
run_factor (const Factors *factors, int k, const float *picture, float *result, float *across, float *padded, int width, int height)
{
  int radius = factors->radius, taps = 2 * radius + 1, n = 3 * width;

  for (int y = 0; y < height; y++)
    {
      pad_row (padded, picture + (gsize) y * n, width, radius);
      weigh (across + (gsize) (y + radius) * n, padded, 3, factors->rows[k], taps, n);
    }
  for (int y = 1; y <= radius; y++)
    {
      memcpy (across + (gsize) (radius - y) * n, across + (gsize) (radius + mirrored (-y, height)) * n, n * sizeof *across);
      memcpy (across + (gsize) (radius + height - 1 + y) * n, across + (gsize) (radius + mirrored (height - 1 + y, height)) * n,
              n * sizeof *across);
    }
  for (int y = 0; y < height; y++)
    {
      float *row = result + (gsize) y * n;

      weigh (k ? padded : row, across + (gsize) y * n, n, factors->columns[k], taps, n);
      if (k)
        add (row, padded, n);
    }
}

gboolean
acu_blur_run (const AcuBlurKernel *kernel, float *picture, int width, int height, GError **error)
{
  Factors factors;
  guint64 n = 3 * (guint64) width;
  float *across = NULL, *padded = NULL, *result = NULL;
  gboolean done;

  factorise (kernel, &factors);
  if (factors.radius == 0)
    return TRUE;
  across = acu_try_alloc (height + 2 * factors.radius, n * sizeof *across);
  padded = acu_try_alloc (n + 6 * factors.radius, sizeof *padded);
  result = factors.n > 1 ? acu_try_alloc (height, n * sizeof *result) : NULL;
  done = across && padded && (result || factors.n == 1);
  if (done)
    {
      /* with a single product, all rows have been read before the first is written */
      for (int k = 0; k < factors.n; k++)
        run_factor (&factors, k, picture, result ? result : picture, across, padded, width, height);
      if (result)
        memcpy (picture, result, (gsize) height * n * sizeof *result);
    }
  else
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for degrading the picture."));
  acu_free (across);
  acu_free (padded);
  acu_free (result);
  return done;
}
