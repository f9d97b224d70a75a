/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "adversarial.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* log (1 + exp (x)) without overflow, and its derivative. */
static double
soft_plus (double x)
{
  return (x > 0 ? x : 0) + log1p (exp (-fabs (x)));
}

static double
sigmoid (double x)
{
  return x >= 0 ? 1 / (1 + exp (-x)) : exp (x) / (1 + exp (x));
}

static double
mean_of (const float *scores, gsize count)
{
  double sum = 0;

  for (gsize i = 0; i < count; i++)
    sum += scores[i];
  return sum / count;
}

/* The mean of s (sign * (score - shift)). Adds weight * its derivative to `gradient`, if that is not NULL. Returns in *by_shift (may be NULL) the
 * derivative by `shift`. */
static double
cross_entropy (const float *scores, gsize count, double shift, int sign, double weight, float *gradient, double *by_shift)
{
  double sum = 0, slopes = 0;

  for (gsize i = 0; i < count; i++)
    {
      double x = sign * (scores[i] - shift), slope = sign * sigmoid (x) / count;

      sum += soft_plus (x);
      slopes += slope;
      if (gradient != NULL)
        gradient[i] += (float) (weight * slope);
    }
  if (by_shift != NULL)
    *by_shift = -slopes;
  return sum / count;
}

/* The mean of half the squared distance from `label`, and its derivative like cross_entropy(). */
static double
half_square (const float *scores, gsize count, double label, double weight, float *gradient)
{
  double sum = 0;

  for (gsize i = 0; i < count; i++)
    {
      double d = scores[i] - label;

      sum += 0.5 * d * d;
      gradient[i] += (float) (weight * d / count);
    }
  return sum / count;
}

static double
vanilla_discriminator (const float *real, const float *fake, gsize count, double weight, float *real_gradient, float *fake_gradient)
{
  return cross_entropy (real, count, 0, -1, weight, real_gradient, NULL) + cross_entropy (fake, count, 0, 1, weight, fake_gradient, NULL);
}

static double
vanilla_generator (const float *real, const float *fake, gsize count, double weight, float *fake_gradient)
{
  return cross_entropy (fake, count, 0, -1, weight, fake_gradient, NULL);
}

/* Each score has an equal part in the mean that the other ones are compared with. */
static void
add_mean (float *gradient, gsize count, double weight, double by_mean)
{
  const float part = (float) (weight * by_mean / count);

  for (gsize i = 0; i < count; i++)
    gradient[i] += part;
}

/* sign: -1 when real scores ought to be the higher ones, 1 when the fake ones. real_gradient may be NULL. */
static double
relativistic (const float *real, const float *fake, gsize count, int sign, double weight, float *real_gradient, float *fake_gradient)
{
  double real_mean = mean_of (real, count), fake_mean = mean_of (fake, count), by_real_mean, by_fake_mean;
  double loss = cross_entropy (real, count, fake_mean, sign, weight, real_gradient, &by_fake_mean)
    + cross_entropy (fake, count, real_mean, -sign, weight, fake_gradient, &by_real_mean);

  if (real_gradient != NULL)
    add_mean (real_gradient, count, weight, by_real_mean);
  add_mean (fake_gradient, count, weight, by_fake_mean);
  return loss;
}

static double
relativistic_discriminator (const float *real, const float *fake, gsize count, double weight, float *real_gradient, float *fake_gradient)
{
  return relativistic (real, fake, count, -1, weight, real_gradient, fake_gradient);
}

static double
relativistic_generator (const float *real, const float *fake, gsize count, double weight, float *fake_gradient)
{
  return relativistic (real, fake, count, 1, weight, NULL, fake_gradient);
}

static double
least_squares_discriminator (const float *real, const float *fake, gsize count, double weight, float *real_gradient, float *fake_gradient)
{
  return half_square (real, count, 1, weight, real_gradient) + half_square (fake, count, 0, weight, fake_gradient);
}

static double
least_squares_generator (const float *real, const float *fake, gsize count, double weight, float *fake_gradient)
{
  return half_square (fake, count, 1, weight, fake_gradient);
}

const AcuAdversarialLoss acu_adversarial_losses[] = {
  { "vanilla", N_("Real or not"), vanilla_discriminator, vanilla_generator, FALSE },
  { "relativistic", N_("More real than the average (relativistic)"), relativistic_discriminator, relativistic_generator, TRUE },
  { "least-squares", N_("Real or not, least squares"), least_squares_discriminator, least_squares_generator, FALSE },
  { NULL, NULL, NULL, NULL, FALSE },
};

const AcuAdversarialLoss *
acu_adversarial_loss_find (const char *name)
{
  for (const AcuAdversarialLoss *loss = acu_adversarial_losses; loss->name != NULL; loss++)
    if (strcmp (loss->name, name) == 0)
      return loss;
  return NULL;
}
