/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "scale.h"

#include <math.h>

/* From this many times on a logarithmic scale counts in powers of ten. */
#define DECADES_RATIO 30
/* Numbers beyond are drawn at the edge; with them, ratios and differences stay finite. */
#define MOST 1e100

void
acu_scale_include (AcuScale *scale, double value)
{
  if (!isfinite (value))
    return;
  value = CLAMP (value, -MOST, MOST);
  if (value > 0)
    value = fmax (value, 1 / MOST);
  scale->low = fmin (scale->low, value);
  scale->high = fmax (scale->high, value);
}

gboolean
acu_scale_known (const AcuScale *scale)
{
  return scale->low <= scale->high;
}

void
acu_scale_pad (AcuScale *scale, double share)
{
  if (!acu_scale_known (scale))
    {
      scale->low = scale->logarithmic ? 0.1 : 0;
      scale->high = 1;
    }
  else if (scale->logarithmic)
    {
      double factor = pow (scale->high / scale->low, share);

      if (!(scale->high > scale->low * 1.01))
        factor = 1.1;
      scale->low /= factor;
      scale->high *= factor;
    }
  else
    {
      double more = (scale->high - scale->low) * share, size = fmax (fabs (scale->high), fabs (scale->low));

      if (!(scale->high - scale->low > 1e-6 * size))
        more = size > 0 ? 0.05 * size : 1;
      scale->low -= more;
      scale->high += more;
    }
}

double
acu_scale_place (const AcuScale *scale, double value)
{
  double share = scale->logarithmic ? log (value / scale->low) / log (scale->high / scale->low)
                                    : (value - scale->low) / (scale->high - scale->low);

  return scale->from + CLAMP (share, 0, 1) * (scale->to - scale->from);
}

/* The largest step of 1, 2 or 5 times a power of ten that is not above `width`, or the next one. */
static double
round_step (double width)
{
  static const double steps[] = { 1, 2, 5, 10 };
  double power = pow (10, floor (log10 (width)));

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i] * power >= width * (1 - 1e-9))
      return steps[i] * power;
  return 10 * power;
}

/* 1, 2 and 5 times powers of ten, or the powers alone when those would be too many. */
static guint
logarithmic_ticks (const AcuScale *scale, guint most, double *ticks)
{
  static const double digits[] = { 1, 2, 5 };

  for (int dense = 3; dense > 0; dense -= 2)
    {
      guint n = 0;
      gboolean fits = TRUE;

      for (int power = (int) floor (log10 (scale->low)); fits && pow (10, power) <= scale->high; power++)
        for (int d = 0; d < dense; d++)
          {
            double tick = digits[d] * pow (10, power);

            if (tick < scale->low || tick > scale->high)
              continue;
            fits = n < most;
            if (fits)
              ticks[n++] = tick;
          }
      if (fits)
        return n;
    }
  /* So many powers that only some fit. */
  double first = ceil (log10 (scale->low)), last = floor (log10 (scale->high)), step = ceil ((last - first + 1) / most);
  guint n = 0;

  for (double power = first; power <= last; power += step)
    ticks[n++] = pow (10, power);
  return n;
}

guint
acu_scale_ticks (const AcuScale *scale, guint most, double ticks[ACU_SCALE_MOST_TICKS])
{
  double step, first;
  guint n = 0;

  most = CLAMP (most, 1, ACU_SCALE_MOST_TICKS);
  if (scale->logarithmic && scale->high / scale->low >= DECADES_RATIO)
    return logarithmic_ticks (scale, most, ticks);
  step = round_step ((scale->high - scale->low) / most);
  if (floor (scale->high / step + 1e-9) - ceil (scale->low / step - 1e-9) >= most)
    step = round_step (1.5 * step);
  first = ceil (scale->low / step - 1e-9);
  for (double i = first; n < most && i * step <= scale->high + 1e-9 * step; i++)
    ticks[n++] = i * step;
  return n;
}

/* "5e-5", where "0.00005" would be hard to read. */
static char *
format_power (double value, int power, int digits)
{
  return value == 0 ? g_strdup ("0") : g_strdup_printf ("%.*fe%d", digits, value / pow (10, power), power);
}

char *
acu_scale_format (const AcuScale *scale, const double *ticks, guint n, guint tick)
{
  double value = ticks[tick], size = fmax (fabs (ticks[0]), fabs (ticks[n - 1]));
  double step = n > 1 ? ticks[1] - ticks[0] : fabs (value);
  int power, digits;

  if (scale->logarithmic && scale->high / scale->low >= DECADES_RATIO)
    {
      power = (int) floor (log10 (value) + 1e-9);
      return power < -3 ? format_power (value, power, 0) : g_strdup_printf ("%.*f", MAX (-power, 0), value);
    }
  if (!(size > 0) || !(step > 0))
    return g_strdup ("0");
  power = (int) floor (log10 (size) + 1e-9);
  digits = (int) -floor (log10 (step) + 1e-9);
  if (power < -3 || power > 8)
    return format_power (fabs (value) < step / 2 ? 0 : value, power, MAX (power + digits, 0));
  return g_strdup_printf ("%'.*f", MAX (digits, 0), fabs (value) < step / 2 ? 0 : value);
}
