/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Milliseconds a 192 × 192 crop, by preset: median, mean and longest of 200 seeds. */
#include <acuity/degrade.h>
#include <stdlib.h>

enum { SIDE = 192, RUNS = 200 };

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (void)
{
  static float picture[SIDE * SIDE * 3], result[SIDE * SIDE * 3];

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    picture[i] = (i * 7919 % 256) / 255.0f;
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    {
      double times[RUNS], sum = 0;

      for (int i = 0; i < RUNS; i++)
        {
          gint64 start = g_get_monotonic_time ();

          if (!acu_degrade (&preset->recipe, i, 4, picture, SIDE, SIDE, result, NULL))
            return 1;
          times[i] = (g_get_monotonic_time () - start) / 1000.0;
          sum += times[i];
        }
      qsort (times, RUNS, sizeof *times, compare);
      g_print ("%-8s median %.2f ms, mean %.2f, longest %.2f\n", preset->name, times[RUNS / 2], sum / RUNS, times[RUNS - 1]);
    }
  return 0;
}
