/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/resample.h>

#include <glib/gi18n-lib.h>
#include <math.h>

static double
linear (double x)
{
  return fmax (0, 1 - fabs (x));
}

/* The two-parameter family of Mitchell and Netravali (1988). */
static double
bc_spline (double x, double b, double c)
{
  double d = fabs (x);

  if (d < 1)
    return (((12 - 9 * b - 6 * c) * d + (-18 + 12 * b + 6 * c)) * d * d + (6 - 2 * b)) / 6;
  if (d < 2)
    return (((-b - 6 * c) * d + (6 * b + 30 * c)) * d * d + (-12 * b - 48 * c) * d + (8 * b + 24 * c)) / 6;
  return 0;
}

static double
cubic (double x)
{
  return bc_spline (x, 0, 0.5);
}

static double
mitchell (double x)
{
  return bc_spline (x, 1.0 / 3, 1.0 / 3);
}

static double
sinc (double x)
{
  return x == 0 ? 1 : sin (G_PI * x) / (G_PI * x);
}

static double
lanczos2 (double x)
{
  return fabs (x) < 2 ? sinc (x) * sinc (x / 2) : 0;
}

static double
lanczos3 (double x)
{
  return fabs (x) < 3 ? sinc (x) * sinc (x / 3) : 0;
}

/* Half open, so that a sample on the edge between two pixels counts once. */
static double
area (double x)
{
  return x > -0.5 && x <= 0.5 ? 1 : 0;
}

static const AcuFilter filters[] = {
  { "nearest", N_("Nearest pixel"), 0, NULL },
  { "linear", N_("Linear"), 1, linear },
  { "cubic", N_("Cubic (Catmull-Rom)"), 2, cubic },
  { "mitchell", N_("Mitchell"), 2, mitchell },
  { "lanczos2", N_("Lanczos 2"), 2, lanczos2 },
  { "lanczos3", N_("Lanczos 3"), 3, lanczos3 },
  { "area", N_("Area (for shrinking)"), 0.5, area },
  { NULL, NULL, 0, NULL }
};

const AcuFilter *
acu_filters_all (void)
{
  return filters;
}

const AcuFilter *
acu_filter_find (const char *name)
{
  for (const AcuFilter *filter = filters; filter->name; filter++)
    if (g_str_equal (filter->name, name))
      return filter;
  return NULL;
}
