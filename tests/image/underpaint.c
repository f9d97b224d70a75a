/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pictures.h"
#include "underpaint.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <math.h>
#include <string.h>

static float *
underpaint (int width, int height, int colours, int radius, const float *src)
{
  g_autoptr (GError) error = NULL;
  AcuUnderpaint *u = acu_underpaint_new (width, height, colours, radius, &error);
  float *dst = g_new (float, (gsize) width * height * colours);
  gsize src_row = (gsize) width * (colours + 1), dst_row = (gsize) width * colours;
  int pushed = 0;

  g_assert_no_error (error);
  for (int y = 0; y < height; y++)
    {
      g_assert_cmpint (acu_underpaint_rows_needed (u, y), ==, MIN ((gint64) height, (gint64) y + radius + 1));
      for (; pushed < acu_underpaint_rows_needed (u, y); pushed++)
        {
          g_assert_false (acu_underpaint_pull (u, dst + y * dst_row));
          acu_underpaint_push (u, src + pushed * src_row);
        }
      g_assert_true (acu_underpaint_pull (u, dst + y * dst_row));
    }
  g_assert_false (acu_underpaint_pull (u, dst));
  acu_underpaint_free (u);
  return dst;
}

/* The mean by its definition. FALSE where the window holds no alpha. */
static gboolean
mean (const float *src, int width, int height, int colours, int radius, int x, int y, double *colour)
{
  double sums[4] = { 0 };

  for (int j = MAX (0, y - radius); j <= MIN (height - 1, y + radius); j++)
    for (int i = MAX (0, x - radius); i <= MIN (width - 1, x + radius); i++)
      {
        const float *pixel = src + ((gsize) j * width + i) * (colours + 1);

        if (!(pixel[colours] > 0))
          continue;
        for (int c = 0; c < colours; c++)
          sums[c] += (double) pixel[c] * pixel[colours];
        sums[3] += pixel[colours];
      }
  for (int c = 0; c < colours; c++)
    colour[c] = sums[c] / sums[3];
  return sums[3] > 0;
}

static void
check (int width, int height, int colours, int radius, double transparent)
{
  g_autofree float *src = picture_random (width, height, colours + 1, -0.2, 1.3), *dst = NULL;
  gsize n = (gsize) width * height;

  for (gsize i = 0; i < n; i++)
    {
      float *alpha = src + i * (colours + 1) + colours;

      /* Zeros of both signs, and what a filter left below zero. */
      if (g_test_rand_double () < transparent)
        *alpha = (const float[]) { 0, -0.0f, -0.01f } [i % 3];
    }
  dst = underpaint (width, height, colours, radius, src);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const float *in = src + ((gsize) y * width + x) * (colours + 1);
        const float *out = dst + ((gsize) y * width + x) * colours;
        double colour[3];

        if (in[colours] > 0 || !mean (src, width, height, colours, radius, x, y, colour))
          g_assert_cmpmem (out, colours * sizeof (float), in, colours * sizeof (float));
        else
          for (int c = 0; c < colours; c++)
            g_assert_cmpfloat_with_epsilon (out[c], colour[c], 1e-6);
      }
}

static void
test_definition (void)
{
  const int sizes[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 }, { 7, 5 }, { 40, 9 }, { 9, 40 }, { 33, 31 } };
  const int radii[] = { 0, 1, 2, 5, 16, 50 };
  const double shares[] = { 0, 0.5, 0.97, 1 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint r = 0; r < G_N_ELEMENTS (radii); r++)
      for (guint t = 0; t < G_N_ELEMENTS (shares); t++)
        for (int colours = 1; colours <= 3; colours++)
          check (sizes[s][0], sizes[s][1], colours, radii[r], shares[t]);
}

static void
test_known (void)
{
  const float src[] = { 0.2f, 1, 9, 0, 0.8f, 0.5f, 9, 0, 9, 0 };
  const float wanted[] = { 0.2f, 0.4f, 0.8f, 0.8f, 9 };
  g_autofree float *across = underpaint (5, 1, 1, 1, src), *down = underpaint (1, 5, 1, 1, src);

  for (int i = 0; i < 5; i++)
    {
      g_assert_cmpfloat_with_epsilon (across[i], wanted[i], 1e-7);
      g_assert_cmpfloat_with_epsilon (down[i], wanted[i], 1e-7);
    }
}

/* Nothing outside of a pixel's window has any effect on it, however large. */
static void
test_no_drift (void)
{
  const int width = 60, height = 50, radius = 4;
  g_autofree float *src = picture_random (width, height, 4, 0, 1), *plain = NULL, *loud = NULL;

  for (int i = 0; i < width * height; i++)
    if (i % 3)
      src[4 * i + 3] = 0;
  plain = underpaint (width, height, 3, radius, src);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      if (x < 20 || y < 20)
        src[4 * (y * width + x)] = 1e30f;
  loud = underpaint (width, height, 3, radius, src);
  for (int y = 20 + radius; y < height; y++)
    for (int x = 20 + radius; x < width; x++)
      g_assert_cmpmem (plain + 3 * (y * width + x), 3 * sizeof (float), loud + 3 * (y * width + x), 3 * sizeof (float));
}

static void
test_refusals (void)
{
  const int bad[][4] = {
    { 0, 1, 3, 1 }, { 1, 0, 3, 1 }, { -5, 1, 3, 1 }, { ACU_MAX_SIDE + 1, 1, 3, 1 }, { 1, G_MAXINT, 3, 1 },
    { 1, 1, 0, 1 }, { 1, 1, 4, 1 }, { 1, 1, 3, -1 }, { 1, 1, 3, G_MAXINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (acu_underpaint_new (bad[i][0], bad[i][1], bad[i][2], bad[i][3], &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
    }
}

static void
test_memory (void)
{
  g_autoptr (GError) error = NULL;
  AcuUnderpaint *u = acu_underpaint_new (ACU_MAX_SIDE, ACU_MAX_SIDE, 3, ACU_MAX_SIDE, &error);

  if (u)
    g_test_skip ("this machine promises any amount of memory");
  else
    g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  acu_underpaint_free (u);
  acu_underpaint_free (NULL);
  g_assert_cmpuint (acu_underpaint_bytes (ACU_MAX_SIDE, ACU_MAX_SIDE, 3, ACU_MAX_SIDE), >,
                    G_GUINT64_CONSTANT (16000000000000));
  g_assert_cmpuint (acu_underpaint_bytes (100, 1000, 3, 2), >=, 100 * 5 * 16);
  g_assert_cmpuint (acu_underpaint_bytes (100, 1000, 3, 2), <, 100 * 5 * 16 + 104 * 64 + 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/underpaint/definition", test_definition);
  g_test_add_func ("/image/underpaint/known", test_known);
  g_test_add_func ("/image/underpaint/no-drift", test_no_drift);
  g_test_add_func ("/image/underpaint/refusals", test_refusals);
  g_test_add_func ("/image/underpaint/memory", test_memory);
  return g_test_run ();
}
