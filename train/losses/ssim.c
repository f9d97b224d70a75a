/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "losses_private.h"

#include <acuity/size.h>
#include <math.h>

#define WINDOW 11
#define HALF (WINDOW / 2)
#define SIGMA 1.5
#define C1 (0.01f * 0.01f)
#define C2 (0.03f * 0.03f)
/* Variances are found from numbers less this one, so that less is lost to rounding. */
#define MIDDLE 0.5f

enum { MEAN_X, MEAN_Y, SQUARES, PRODUCT, N_MAPS };
enum { BY_ONE, BY_X, BY_Y, N_PARTS };

typedef struct
{
  int height, channels;
  gsize row;                      /* numbers a row of the picture */
  gsize inner_row;                /* and a row of windows */
  gsize outer_row;                /* and a row of windows with WINDOW - 1 pixels of nothing on both sides */
  int inner_height, outer_height;
  float taps[HALF + 1];           /* from the window's edge to its middle */
  float *maps[N_MAPS];            /* of the picture's size; x and y less MIDDLE, x² + y², xy of these */
  float *parts[N_PARTS];          /* outer: what the derivative is made of */
  float *lines;                   /* N_MAPS of outer_row, and one that is blurred one way only */
} Ssim;

static void
ssim_clear (Ssim *s)
{
  for (int i = 0; i < N_MAPS; i++)
    acu_free (s->maps[i]);
  for (int i = 0; i < N_PARTS; i++)
    acu_free (s->parts[i]);
  acu_free (s->lines);
}

/* FALSE when memory is out. */
static gboolean
ssim_init (Ssim *s, int width, int height, int channels)
{
  double taps[WINDOW], sum = 0;
  guint64 count, outer_count;
  gboolean complete;

  *s = (Ssim) { .height = height, .channels = channels };
  s->row = (gsize) width * channels;
  s->inner_row = s->row - (gsize) (WINDOW - 1) * channels;
  s->outer_row = s->row + (gsize) (WINDOW - 1) * channels;
  s->inner_height = height - (WINDOW - 1);
  s->outer_height = height + (WINDOW - 1);

  for (int i = 0; i < WINDOW; i++)
    sum += taps[i] = exp (-(i - HALF) * (i - HALF) / (2 * SIGMA * SIGMA));
  for (int i = 0; i <= HALF; i++)
    s->taps[i] = (float) (taps[i] / sum);

  if (!acu_size_mul (s->row, height, &count) || !acu_size_mul (s->outer_row, s->outer_height, &outer_count))
    return FALSE;
  s->lines = acu_try_alloc (s->outer_row * (N_MAPS + 1), sizeof (float));
  complete = s->lines != NULL;
  for (int i = 0; i < N_MAPS; i++)
    complete &= (s->maps[i] = acu_try_alloc (count, sizeof (float))) != NULL;
  for (int i = 0; i < N_PARTS; i++)
    complete &= (s->parts[i] = acu_try_alloc0 (outer_count, sizeof (float))) != NULL;
  if (!complete)
    ssim_clear (s);
  return complete;
}

/* The window's sum for n numbers side by side, whose WINDOW inputs stand `step` numbers apart. */
static void
blur (const float *taps, const float *restrict in, gsize step, gsize n, float *restrict out)
{
  const float t0 = taps[0], t1 = taps[1], t2 = taps[2], t3 = taps[3], t4 = taps[4], t5 = taps[5];

  for (gsize i = 0; i < n; i++)
    {
      const float *p = in + i;

      out[i] = ((t0 * (p[0] + p[10 * step]) + t1 * (p[step] + p[9 * step])) + (t2 * (p[2 * step] + p[8 * step]) + t3 * (p[3 * step] + p[7 * step])))
        + (t4 * (p[4 * step] + p[6 * step]) + t5 * p[5 * step]);
    }
}

static void
fill_maps (Ssim *s, const float *result, const float *target)
{
  const gsize count = s->row * s->height;
  float *restrict mx = s->maps[MEAN_X], *restrict my = s->maps[MEAN_Y], *restrict squares = s->maps[SQUARES], *restrict product = s->maps[PRODUCT];

  for (gsize i = 0; i < count; i++)
    {
      float x = result[i] - MIDDLE, y = target[i] - MIDDLE;

      mx[i] = x;
      my[i] = y;
      squares[i] = x * x + y * y;
      product[i] = x * y;
    }
}

/* From n windows' means to their SSIM's sum and the parts of its derivative. */
static double
compare (const float *restrict mean_x, const float *restrict mean_y, const float *restrict squares, const float *restrict product, gsize n,
         float *restrict by_one, float *restrict by_x, float *restrict by_y)
{
  float terms[ACU_LOSS_RUN];
  double sum = 0;

  for (gsize start = 0; start < n; start += ACU_LOSS_RUN)
    {
      gsize m = MIN (ACU_LOSS_RUN, n - start);

      for (gsize k = 0; k < m; k++)
        {
          const gsize i = start + k;
          float x = mean_x[i], y = mean_y[i], ux = x + MIDDLE, uy = y + MIDDLE;
          float variances = squares[i] - (x * x + y * y), covariance = product[i] - x * y;
          float a1 = 2.0f * ux * uy + C1, a2 = 2.0f * covariance + C2, b1 = ux * ux + uy * uy + C1, b2 = variances + C2;
          float below = 1.0f / (b1 * b2), ssim = a1 * a2 / (b1 * b2);   /* 1 for equal pictures, not nearly */
          float by_variance = -ssim * b1 * below, by_covariance = 2.0f * a1 * below;
          float by_mean = 2.0f * (uy * a2 - ssim * ux * b2) * below;

          terms[k] = 1.0f - ssim;
          by_one[i] = by_mean - 2.0f * x * by_variance - y * by_covariance;
          by_x[i] = 2.0f * by_variance;
          by_y[i] = by_covariance;
        }
      sum += acu_loss_sum (terms, m);
    }
  return sum;
}

/* Blurs row y of a plane whose rows have `row` numbers, and the WINDOW - 1 rows below it, both ways. Returns line k, with row less
 * (WINDOW - 1) * channels numbers. */
static const float *
blur_line (Ssim *s, const float *plane, gsize row, int y, int k)
{
  float *column = s->lines + N_MAPS * s->outer_row, *line = s->lines + k * s->outer_row;

  blur (s->taps, plane + y * row, row, row, column);
  blur (s->taps, column, s->channels, row - (gsize) (WINDOW - 1) * s->channels, line);
  return line;
}

/* Returns the sum of 1 - SSIM, and fills the parts. */
static double
compare_windows (Ssim *s)
{
  double sum = 0;

  for (int y = 0; y < s->inner_height; y++)
    {
      const gsize at = (gsize) (y + WINDOW - 1) * s->outer_row + (gsize) (WINDOW - 1) * s->channels;
      const float *means[N_MAPS];

      for (int k = 0; k < N_MAPS; k++)
        means[k] = blur_line (s, s->maps[k], s->row, y, k);
      sum += compare (means[MEAN_X], means[MEAN_Y], means[SQUARES], means[PRODUCT], s->inner_row,
                      s->parts[BY_ONE] + at, s->parts[BY_X] + at, s->parts[BY_Y] + at);
    }
  return sum;
}

/* A number is in the windows that are in its own, so blurring the parts gathers what all of them want from it. */
static void
add_gradient (Ssim *s, float scale, float *gradient)
{
  for (int y = 0; y < s->height; y++)
    {
      const float *x_row = s->maps[MEAN_X] + y * s->row, *y_row = s->maps[MEAN_Y] + y * s->row;
      const float *by_one = blur_line (s, s->parts[BY_ONE], s->outer_row, y, BY_ONE);
      const float *by_x = blur_line (s, s->parts[BY_X], s->outer_row, y, BY_X);
      const float *by_y = blur_line (s, s->parts[BY_Y], s->outer_row, y, BY_Y);
      float *restrict g = gradient + y * s->row;

      for (gsize i = 0; i < s->row; i++)
        g[i] -= scale * (by_one[i] + x_row[i] * by_x[i] + y_row[i] * by_y[i]);
    }
}

double
acu_loss_ssim (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient)
{
  double windows, sum;
  Ssim s;

  if (width < WINDOW || height < WINDOW || !ssim_init (&s, width, height, channels))
    return NAN;
  windows = (double) s.inner_row * s.inner_height;
  fill_maps (&s, result, target);
  sum = compare_windows (&s);
  add_gradient (&s, (float) (weight / windows), gradient);
  ssim_clear (&s);
  return sum / windows;
}
