/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin_place(): the part of a layer that is read for a view of the result. */
#include "patch.h"

#include <math.h>

/* How far, in pixels of the result, the part's pixels are from where the whole layer's would be. */
static double
offset (int at, int length, int scaled, int result)
{
  return fabs ((double) at * scaled / length - result);
}

static void
check_axis (int length, int scaled, int view, int n, int margin, int grid, int first, int count, int result, int n_result, double most)
{
  int low = (int) floor ((double) view * length / scaled), high = (int) ceil ((double) (view + n) * length / scaled);

  g_assert_cmpint (first, >=, 0);
  g_assert_cmpint (first + count, <=, length);
  g_assert_true (first == 0 || first <= low - margin);
  g_assert_true (first + count == length || first + count >= high + margin);
  g_assert_cmpint (first % grid, ==, 0);
  /* the view is inside what comes of the part */
  g_assert_cmpint (result, <=, view);
  g_assert_cmpint (result + n_result, >=, view + n);
  g_assert_cmpfloat (offset (first, length, scaled, result), <=, most);
  g_assert_cmpfloat (offset (first + count, length, scaled, result + n_result), <=, most);
  /* not all of a large layer for a small view */
  g_assert_cmpint (count, <=, high - low + 2 * margin + 2 * 96 + 2 * grid);
}

static void
check (int width, int height, int scaled_width, int scaled_height, int margin, int grid, double most)
{
  GRand *random = g_rand_new_with_seed (3);

  for (int i = 0; i < 2000; i++)
    {
      GeglRectangle view = { 0, 0, MIN (380, scaled_width), MIN (380, scaled_height) };
      PluginPlace p;

      view.x = g_rand_int_range (random, 0, scaled_width - view.width + 1);
      view.y = g_rand_int_range (random, 0, scaled_height - view.height + 1);
      /* the corners as well */
      if (i < 4)
        {
          view.x = i & 1 ? scaled_width - view.width : 0;
          view.y = i & 2 ? scaled_height - view.height : 0;
        }
      plugin_place (&p, width, height, scaled_width, scaled_height, &view, margin, grid);
      g_assert_true (gegl_rectangle_equal (&p.view, &view));
      check_axis (width, scaled_width, view.x, view.width, margin, grid, p.part.x, p.part.width, p.result.x, p.result.width, most);
      check_axis (height, scaled_height, view.y, view.height, margin, grid, p.part.y, p.part.height, p.result.y, p.result.height, most);
    }
  g_rand_free (random);
}

/* Whole factors: pixels meet everywhere. */
static void
whole (void)
{
  check (3000, 2000, 6000, 4000, 32, 8, 0);
  check (3000, 2000, 12000, 8000, 14, 1, 0);
  check (241, 179, 482, 358, 32, 8, 0);
  check (3000, 2000, 3000, 2000, 400, 4, 0);
}

static void
fractions (void)
{
  check (3000, 2000, 4500, 3000, 32, 2, 0);
  check (3001, 1999, 4567, 3042, 32, 1, 0.15);
  check (3001, 1999, 9999, 6661, 32, 1, 0.15);
  /* almost a whole factor: pixels come nearer to each other only far away */
  check (5003, 4001, 5009, 4006, 20, 4, 0.5);
}

/* A layer of one pixel, and one of one row. */
static void
tiny (void)
{
  check (1, 1, 2, 2, 32, 8, 0);
  check (1, 1, 1, 1, 0, 1, 0);
  check (700, 1, 1400, 2, 32, 8, 0);
  check (3, 2000, 5, 3333, 32, 1, 0.51);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/place/whole", whole);
  g_test_add_func ("/place/fractions", fractions);
  g_test_add_func ("/place/tiny", tiny);
  return g_test_run ();
}
