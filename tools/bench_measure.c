/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What both parts of “acuity bench” measure with. */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

AcuUpscaler *
bench_upscaler_new (const BenchOptions *options, const char *model, int width, int height, int scale, GError **error)
{
  const AcuSize size = { .mode = ACU_SIZE_PIXELS, .width = width * scale, .height = height * scale };

  return acu_upscaler_new (acu_upscaler_params (.width = width, .height = height, .model = model, .size = size,
                                                .threads = options->threads, .precision = options->precision, .device = options->device),
                           error);
}

static double
seconds_of (clockid_t clock)
{
  struct timespec now = { 0 };

  clock_gettime (clock, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

double
bench_wall (void)
{
  return seconds_of (CLOCK_MONOTONIC);
}

double
bench_cpu (void)
{
  return seconds_of (CLOCK_PROCESS_CPUTIME_ID);
}

guint64
bench_resident (const char *key)
{
  FILE *file = fopen ("/proc/self/status", "re");
  unsigned long long kilobytes = 0;
  size_t length = strlen (key);
  char line[256];

  while (file && fgets (line, sizeof line, file))
    if (strncmp (line, key, length) == 0 && sscanf (line + length, ": %llu kB", &kilobytes) == 1)
      break;
  if (file)
    fclose (file);
  return kilobytes * 1024;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_median (GArray *values)
{
  const double *v = (const double *) (void *) values->data;
  guint n = values->len;

  g_array_sort (values, compare_doubles);
  return n == 0 ? 0 : n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
