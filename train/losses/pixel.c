/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The losses that look at numbers, or at numbers and their neighbours. */
#include "losses_private.h"

#include <math.h>

#define CHARBONNIER_EPSILON 1e-3f
#define EDGE_FACTOR 4.0f

static gsize
count_numbers (int width, int height, int channels)
{
  return (gsize) width * height * channels;
}

double
acu_feature_loss (const float *result, const float *target, gsize count, double weight, float *restrict gradient)
{
  const float scale = (float) (weight / count);
  float terms[ACU_LOSS_RUN];
  double sum = 0;

  for (gsize start = 0; start < count; start += ACU_LOSS_RUN)
    {
      gsize n = MIN (ACU_LOSS_RUN, count - start);

      for (gsize i = 0; i < n; i++)
        {
          float d = result[start + i] - target[start + i];

          terms[i] = fabsf (d);
          gradient[start + i] += scale * acu_sign (d);
        }
      sum += acu_loss_sum (terms, n);
    }
  return sum / count;
}

double
acu_loss_l1 (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient)
{
  return acu_feature_loss (result, target, count_numbers (width, height, channels), weight, gradient);
}

double
acu_loss_charbonnier (const float *result, const float *target, int width, int height, int channels, double weight, float *restrict gradient)
{
  const gsize count = count_numbers (width, height, channels);
  const float scale = (float) (weight / count);
  float terms[ACU_LOSS_RUN];
  double sum = 0;

  for (gsize start = 0; start < count; start += ACU_LOSS_RUN)
    {
      gsize n = MIN (ACU_LOSS_RUN, count - start);

      for (gsize i = 0; i < n; i++)
        {
          float d = result[start + i] - target[start + i];

          terms[i] = sqrtf (d * d + CHARBONNIER_EPSILON * CHARBONNIER_EPSILON);
          gradient[start + i] += scale * (d / terms[i]);
        }
      sum += acu_loss_sum (terms, n);
    }
  return sum / count;
}

double
acu_loss_mse (const float *result, const float *target, int width, int height, int channels, double weight, float *restrict gradient)
{
  const gsize count = count_numbers (width, height, channels);
  const float scale = (float) (2 * weight / count);
  float terms[ACU_LOSS_RUN];
  double sum = 0;

  for (gsize start = 0; start < count; start += ACU_LOSS_RUN)
    {
      gsize n = MIN (ACU_LOSS_RUN, count - start);

      for (gsize i = 0; i < n; i++)
        {
          float d = result[start + i] - target[start + i];

          terms[i] = d * d;
          gradient[start + i] += scale * d;
        }
      sum += acu_loss_sum (terms, n);
    }
  return sum / count;
}

/* Numbers start <= i < end of a row, whose neighbours stand in `up` and `down` and `left` and `right` numbers further on in the row itself. */
static double
edge_part (const float *result, const float *target, const float *up, const float *down, gsize start, gsize end, gsize left, gsize right,
           float scale, float *restrict gradient)
{
  float terms[ACU_LOSS_RUN];
  double sum = 0;

  for (; start < end; start += ACU_LOSS_RUN)
    {
      gsize n = MIN (ACU_LOSS_RUN, end - start);
      const float *before = target + start - left, *after = target + start + right;

      for (gsize i = 0; i < n; i++)
        {
          float t = target[start + i], d = result[start + i] - t;
          float a = t - before[i], b = after[i] - t, c = t - up[start + i], e = down[start + i] - t;
          float factor = 1.0f + EDGE_FACTOR * sqrtf (0.5f * (a * a + b * b + (c * c + e * e)));

          terms[i] = fabsf (d) * factor;
          gradient[start + i] += scale * factor * acu_sign (d);
        }
      sum += acu_loss_sum (terms, n);
    }
  return sum;
}

double
acu_loss_edge (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient)
{
  const gsize count = count_numbers (width, height, channels), row = (gsize) width * channels, step = channels;
  const float scale = (float) (weight / count);
  double sum = 0;

  for (int y = 0; y < height; y++)
    {
      const float *r = result + y * row, *t = target + y * row;
      const float *up = y > 0 ? t - row : t, *down = y + 1 < height ? t + row : t;
      float *g = gradient + y * row;

      if (width == 1)
        {
          sum += edge_part (r, t, up, down, 0, row, 0, 0, scale, g);
          continue;
        }
      sum += edge_part (r, t, up, down, 0, step, 0, step, scale, g);
      sum += edge_part (r, t, up, down, step, row - step, step, step, scale, g);
      sum += edge_part (r, t, up, down, row - step, row, step, 0, scale, g);
    }
  return sum / count;
}

/* The loss of n numbers beside those that stand `step` further on, and the two parts of its derivative. */
static double
difference_part (const float *result, const float *target, gsize n, gsize step, float scale, float *restrict gradient)
{
  float terms[ACU_LOSS_RUN], changes[ACU_LOSS_RUN];
  double sum = 0;

  for (gsize start = 0; start < n; start += ACU_LOSS_RUN)
    {
      gsize m = MIN (ACU_LOSS_RUN, n - start);
      const float *r = result + start, *t = target + start, *r2 = r + step, *t2 = t + step;
      float *restrict g = gradient + start;

      for (gsize i = 0; i < m; i++)
        {
          float difference = (r2[i] - t2[i]) - (r[i] - t[i]);

          terms[i] = fabsf (difference);
          changes[i] = scale * acu_sign (difference);
        }
      for (gsize i = 0; i < m; i++)
        g[i] -= changes[i];
      for (gsize i = 0; i < m; i++)
        g[step + i] += changes[i];
      sum += acu_loss_sum (terms, m);
    }
  return sum;
}

double
acu_loss_gradient (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient)
{
  const gsize count = count_numbers (width, height, channels), row = (gsize) width * channels;
  const float scale = (float) (weight / count);
  double sum = 0;

  for (int y = 0; y < height; y++)
    {
      sum += difference_part (result + y * row, target + y * row, row - channels, channels, scale, gradient + y * row);
      if (y + 1 < height)
        sum += difference_part (result + y * row, target + y * row, row, row, scale, gradient + y * row);
    }
  return sum / count;
}
