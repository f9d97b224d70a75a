/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "niqe.h"

#include <math.h>

/* Shapes that are tried: 0.2, 0.201, …, 10. */
#define SHAPE_FIRST 0.2
#define SHAPE_STEP 0.001
#define SHAPES 9801

/* An asymmetric generalised Gaussian distribution. */
typedef struct Distribution
{
  double shape, left, right;
} Distribution;

/* The square of the mean magnitude over the mean square, of the symmetric distribution of that shape; grows with it. */
static double
ratio_of (int i)
{
  double inverse = 1 / (SHAPE_FIRST + i * SHAPE_STEP);

  return tgamma (2 * inverse) * tgamma (2 * inverse) / (tgamma (inverse) * tgamma (3 * inverse));
}

/* The nearest of the shapes; the first one for NaN. */
static double
shape_of (double ratio)
{
  int low = 0, high = SHAPES - 1;

  while (high - low > 1)
    {
      int middle = (low + high) / 2;

      if (ratio_of (middle) < ratio)
        low = middle;
      else
        high = middle;
    }
  if (fabs (ratio_of (high) - ratio) < fabs (ratio_of (low) - ratio))
    low = high;
  return SHAPE_FIRST + low * SHAPE_STEP;
}

/* By matching moments (Lasmar, Stitou and Berthoumieu 2009). */
static Distribution
fit (const double *values, int n)
{
  double left = 0, right = 0, magnitude = 0, relation, ratio, shape, width;
  int left_count = 0, right_count = 0;

  for (int i = 0; i < n; i++)
    {
      double v = values[i];

      left += v < 0 ? v * v : 0;
      right += v > 0 ? v * v : 0;
      left_count += v < 0;
      right_count += v > 0;
      magnitude += fabs (v);
    }
  magnitude /= n;
  ratio = magnitude * magnitude / ((left + right) / n);
  left = sqrt (left / left_count);
  right = sqrt (right / right_count);
  relation = left / right;
  ratio *= (relation * relation * relation + 1) * (relation + 1) / ((relation * relation + 1) * (relation * relation + 1));
  shape = isnan (ratio) ? SHAPE_FIRST : shape_of (ratio);
  width = sqrt (tgamma (1 / shape) / tgamma (3 / shape));
  return (Distribution) { shape, left * width, right * width };
}

void
acu_niqe_block (const double *values, gsize stride, int size, double *scratch, double features[ACU_NIQE_HALF])
{
  /* The neighbour that a value is multiplied with, as distances down and to the right. */
  static const int shifts[4][2] = { { 0, 1 }, { 1, 0 }, { 1, 1 }, { 1, -1 } };
  Distribution d;

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      scratch[y * size + x] = values[y * stride + x];
  d = fit (scratch, size * size);
  *features++ = d.shape;
  *features++ = (d.left + d.right) / 2;
  for (int s = 0; s < 4; s++)
    {
      for (int y = 0; y < size; y++)
        {
          const double *row = values + y * stride, *other = values + (y + size - shifts[s][0]) % size * stride;

          for (int x = 0; x < size; x++)
            scratch[y * size + x] = row[x] * other[(x + size - shifts[s][1]) % size];
        }
      d = fit (scratch, size * size);
      *features++ = d.shape;
      *features++ = (d.right - d.left) * (tgamma (2 / d.shape) / tgamma (1 / d.shape));
      *features++ = d.left;
      *features++ = d.right;
    }
}
