/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "blur.h"

#include <math.h>

/* Narrower ones are a single pixel all the same. */
#define LEAST_SIGMA 0.01

static void
normalise (AcuBlurKernel *kernel)
{
  int n = kernel->size * kernel->size;
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += kernel->weights[i];
  for (int i = 0; i < n; i++)
    kernel->weights[i] /= sum;
}

static double
shape_at (AcuBlurShape shape, double q, double beta)
{
  double power = shape == ACU_BLUR_GAUSSIAN ? q : q > 0 ? acu_number_exp (beta * acu_number_log (q)) : 0;

  return shape == ACU_BLUR_PLATEAU ? 1 / (1 + power) : acu_number_exp (-0.5 * power);
}

void
acu_blur_kernel_make (AcuBlurKernel *kernel, int size, AcuBlurShape shape, double sigma_x, double sigma_y, double angle, double beta)
{
  double c = acu_number_cos (angle), s = acu_number_sin (angle);

  kernel->size = size;
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        double dx = x - size / 2, dy = y - size / 2;
        double u = (c * dx + s * dy) / sigma_x, v = (c * dy - s * dx) / sigma_y;

        kernel->weights[y * size + x] = shape_at (shape, u * u + v * v, beta);
      }
  normalise (kernel);
}

void
acu_blur_kernel_sinc (AcuBlurKernel *kernel, int size, double cutoff)
{
  int radius = size / 2;

  kernel->size = size;
  for (int y = 0; y <= radius; y++)
    for (int x = 0; x <= y; x++)
      {
        double r = sqrt (x * x + y * y);
        double weight = y ? cutoff * acu_number_bessel1 (cutoff * r) / (2 * G_PI * r) : cutoff * cutoff / (4 * G_PI);

        for (int i = 0; i < 8; i++)
          {
            int a = i & 1 ? x : -x, b = i & 2 ? y : -y;

            kernel->weights[(radius + (i & 4 ? a : b)) * size + radius + (i & 4 ? b : a)] = weight;
          }
      }
  normalise (kernel);
}

static int
draw_size (const AcuDegradationPass *pass, AcuRandom *random)
{
  int low = (int) pass->kernel_size.low / 2, high = MAX ((int) (pass->kernel_size.high - 1) / 2, low);

  return 2 * (low + (int) ((high - low + 1) * acu_random_unit (random))) + 1;
}

static double
draw_beta (AcuRange range, AcuRandom *random)
{
  gboolean below = acu_random_chance (random, 0.5);

  if (range.low < 1 && range.high > 1)
    range = below ? (AcuRange) { range.low, 1 } : (AcuRange) { 1, range.high };
  return acu_random_in (random, range);
}

void
acu_blur_sinc_draw (AcuBlurKernel *kernel, const AcuDegradationPass *pass, AcuRandom *random)
{
  int size = draw_size (pass, random);

  acu_blur_kernel_sinc (kernel, size, acu_random_in (random, size < 13 ? pass->cutoff_small : pass->cutoff));
}

void
acu_blur_kernel_draw (AcuBlurKernel *kernel, const AcuDegradationPass *pass, AcuRandom *random)
{
  const double weights[] = { pass->isotropic, pass->anisotropic, pass->general_isotropic, pass->general_anisotropic,
                             pass->plateau_isotropic, pass->plateau_anisotropic };
  int size, kind;
  AcuBlurShape shape;
  double sigma_x, sigma_y, angle = 0, beta = 1;

  if (acu_random_chance (random, pass->sinc))
    {
      acu_blur_sinc_draw (kernel, pass, random);
      return;
    }
  size = draw_size (pass, random);
  kind = acu_random_choice (random, weights, G_N_ELEMENTS (weights));
  shape = (AcuBlurShape) (kind / 2);
  sigma_x = sigma_y = acu_random_in (random, pass->sigma);
  if (kind & 1)
    {
      sigma_y = acu_random_in (random, pass->sigma);
      angle = G_PI * acu_random_unit (random);
    }
  if (shape != ACU_BLUR_GAUSSIAN)
    beta = draw_beta (shape == ACU_BLUR_GENERAL ? pass->general_beta : pass->plateau_beta, random);
  if (MAX (sigma_x, sigma_y) < LEAST_SIGMA)
    *kernel = (AcuBlurKernel) { .size = 1, .weights = { 1 } };
  else
    acu_blur_kernel_make (kernel, size, shape, MAX (sigma_x, LEAST_SIGMA), MAX (sigma_y, LEAST_SIGMA), angle, beta);
}
