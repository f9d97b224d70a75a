/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "numbers.h"

#include <string.h>

#define LN2 0.693147180559945309417
#define HALF_PI 1.57079632679489661923
/* π/2 less what a double keeps of it. */
#define HALF_PI_REST 6.12323399573676603587e-17

guint64
acu_random_next (AcuRandom *random)
{
  random->state += ACU_MIX_STEP;
  return acu_mix (random->state);
}

double
acu_random_unit (AcuRandom *random)
{
  return (double) (acu_random_next (random) >> 11) / 9007199254740992.0;
}

double
acu_random_in (AcuRandom *random, AcuRange range)
{
  return range.low + (range.high - range.low) * acu_random_unit (random);
}

gboolean
acu_random_chance (AcuRandom *random, double chance)
{
  return acu_random_unit (random) < chance;
}

int
acu_random_choice (AcuRandom *random, const double *weights, int n)
{
  double sum = 0, left;
  int last = 0;

  for (int i = 0; i < n; i++)
    sum += weights[i];
  left = sum * acu_random_unit (random);
  for (int i = 0; i < n; i++)
    {
      if (weights[i] <= 0)
        continue;
      last = i;
      if (left < weights[i])
        return i;
      left -= weights[i];
    }
  return last;
}

/* 2^n for a normal number. */
static double
power_of_two (int n)
{
  guint64 bits = (guint64) (n + 1023) << 52;
  double result;

  memcpy (&result, &bits, sizeof result);
  return result;
}

double
acu_number_exp (double x)
{
  double term = 1, sum = 1;
  int n;

  if (!(x > -700))
    return 0;
  if (x > 700)
    x = 700;
  n = (int) (x / LN2 + (x < 0 ? -0.5 : 0.5));
  x -= n * LN2;
  for (int i = 1; i < 16; i++)
    {
      term *= x / i;
      sum += term;
    }
  return sum * power_of_two (n);
}

double
acu_number_log (double x)
{
  int n = 0;
  double t, square, power, sum = 0;

  while (x > 1.5 && n < 1100)
    {
      x /= 2;
      n++;
    }
  while (x < 0.75 && n > -1100)
    {
      x *= 2;
      n--;
    }
  /* log x = 2 artanh ((x - 1) / (x + 1)) */
  t = (x - 1) / (x + 1);
  square = t * t;
  power = t;
  for (int i = 1; i < 26; i += 2)
    {
      sum += power / i;
      power *= square;
    }
  return 2 * sum + n * LN2;
}

/* On -π/4 .. π/4, from the given power on. */
static double
series (double x, int first)
{
  double term = first ? x : 1, sum = term;

  for (int i = first + 1; i < 20; i += 2)
    {
      term *= -x * x / (i * (i + 1));
      sum += term;
    }
  return sum;
}

static double
turned (double x, int quarters)
{
  int n = (int) (x / HALF_PI + (x < 0 ? -0.5 : 0.5));
  double value;

  x = x - n * HALF_PI - n * HALF_PI_REST;
  quarters = (quarters + n) & 3;
  value = series (x, quarters & 1);
  return quarters == 1 || quarters == 2 ? -value : value;
}

double
acu_number_cos (double x)
{
  return turned (x, 0);
}

double
acu_number_sin (double x)
{
  return turned (x, 3);
}

/* Bessel's integral by the trapezium rule, which for a periodic function converges faster than any power. */
double
acu_number_bessel1 (double x)
{
  enum { STEPS = 64 };
  double sum = 0;

  for (int i = 0; i <= STEPS; i++)
    {
      double angle = i * (2 * HALF_PI / STEPS), value = acu_number_cos (angle - x * acu_number_sin (angle));

      sum += i == 0 || i == STEPS ? value / 2 : value;
    }
  return sum / STEPS;
}
