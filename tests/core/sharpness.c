/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acu_measure_oversize() tells what is sharp from what was enlarged or blurred, and is silent where a picture says nothing. */
#include <acuity/acuity.h>

#include <math.h>
#include <string.h>

#define SIDE 256

static float
random_value (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (float) (*seed >> 8) / (1 << 24);
}

/* Squares of all sizes at random places, smoothed as a lens and a sensor do: edges, as photographs have them. */
static float *
new_scene (int side, guint32 seed)
{
  float *sharp = g_new (float, 3 * side * side), *scene = g_new (float, 3 * side * side);

  for (int i = 0; i < 3 * side * side; i++)
    sharp[i] = 0.5f;
  for (int n = 0; n < 600; n++)
    {
      int size = 2 + (int) (60 / (1 + 20 * random_value (&seed))), x0 = (int) (random_value (&seed) * side), y0 = (int) (random_value (&seed) * side);
      float value[3] = { random_value (&seed), random_value (&seed), random_value (&seed) };

      for (int y = y0; y < MIN (y0 + size, side); y++)
        for (int x = x0; x < MIN (x0 + size, side); x++)
          memcpy (sharp + 3 * (y * side + x), value, sizeof value);
    }
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      for (int c = 0; c < 3; c++)
        {
          float sum = 0;

          for (int v = -1; v <= 1; v++)
            for (int u = -1; u <= 1; u++)
              sum += sharp[3 * (CLAMP (y + v, 0, side - 1) * side + CLAMP (x + u, 0, side - 1)) + c] * (u ? 0.15f : 0.7f) * (v ? 0.15f : 0.7f);
          scene[3 * (y * side + x) + c] = roundf (255 * sum) / 255;
        }
  g_free (sharp);
  return scene;
}

static float *
enlarge (const float *small, int from, int to, const char *filter)
{
  const AcuResamplerParams params = { .filter = acu_filter_find (filter), .src_width = from, .src_height = from, .dst_width = to, .dst_height = to, .channels = 3 };
  float *large = g_new (float, 3 * to * to);

  g_assert_true (acu_resample_picture (&params, ACU_SAMPLE_FLOAT, small, 3 * from * sizeof (float), large, 3 * to * sizeof (float), 1, NULL));
  return large;
}

static void
test_sharp (void)
{
  for (guint32 seed = 1; seed <= 5; seed++)
    {
      g_autofree float *scene = new_scene (SIDE, seed);

      g_assert_cmpfloat (acu_measure_oversize (scene, SIDE, SIDE, 3), ==, 1);
    }
}

static void
test_enlarged (void)
{
  static const char *const filters[] = { "linear", "cubic", "lanczos3" };

  for (guint f = 0; f < G_N_ELEMENTS (filters); f++)
    for (int factor = 2; factor <= 4; factor++)
      {
        g_autofree float *scene = new_scene (SIDE / factor, 3), *large = enlarge (scene, SIDE / factor, SIDE, filters[f]);
        double oversize = acu_measure_oversize (large, SIDE, SIDE, 3);

        g_test_message ("%s, %d times: %.2f", filters[f], factor, oversize);
        g_assert_cmpfloat (oversize, >=, factor * 0.6);
        g_assert_cmpfloat (oversize, <=, factor * 1.5);
      }
}

/* Regular patterns have gaps in their spectra. */
static void
test_patterns (void)
{
  for (int period = 2; period <= 12; period++)
    {
      g_autofree float *pattern = g_new (float, 3 * SIDE * SIDE);

      for (int i = 0; i < 3 * SIDE * SIDE; i++)
        pattern[i] = (float) ((i / 3 % SIDE / period + i / 3 / SIDE / (period + 2)) % 2);
      g_test_message ("period %d: %.2f", period, acu_measure_oversize (pattern, SIDE, SIDE, 3));
      g_assert_cmpfloat (acu_measure_oversize (pattern, SIDE, SIDE, 3), ==, 1);
    }
}

/* What is out of focus behind something sharp does no harm; both sides turned as well. */
static void
test_background (void)
{
  g_autofree float *scene = new_scene (SIDE, 1), *small = new_scene (SIDE / 4, 2), *blurred = enlarge (small, SIDE / 4, SIDE, "cubic");

  g_assert_cmpfloat (acu_measure_oversize (blurred, SIDE, SIDE, 3), >, 2);
  for (int y = 96; y < 192; y++)
    memcpy (blurred + 3 * (y * SIDE + 96), scene + 3 * (y * SIDE + 96), 96 * 3 * sizeof (float));
  g_assert_cmpfloat (acu_measure_oversize (blurred, SIDE, SIDE, 3), ==, 1);
}

static void
test_says_nothing (void)
{
  g_autofree float *flat = g_new (float, 3 * SIDE * SIDE), *noise = g_new (float, 3 * SIDE * SIDE), *ramp = g_new (float, 3 * SIDE * SIDE);
  guint32 seed = 1;

  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    {
      flat[i] = 0.5f;
      noise[i] = random_value (&seed);
      ramp[i] = roundf (255 * (0.1f + 0.7f * (float) (i / 3 % SIDE) / SIDE)) / 255;
    }
  g_assert_cmpfloat (acu_measure_oversize (flat, SIDE, SIDE, 3), ==, 1);
  g_assert_cmpfloat (acu_measure_oversize (noise, SIDE, SIDE, 3), ==, 1);
  g_assert_cmpfloat (acu_measure_oversize (ramp, SIDE, SIDE, 3), ==, 1);
  g_assert_cmpfloat (acu_measure_oversize (ramp, 63, SIDE, 3), ==, 1);
  g_assert_cmpfloat (acu_measure_oversize (ramp, 1, 1, 3), ==, 1);
  noise[0] = flat[17] = NAN;
  noise[5] = INFINITY;
  g_assert_cmpfloat (acu_measure_oversize (flat, SIDE, SIDE, 3), >=, 1);
  g_assert_cmpfloat (acu_measure_oversize (noise, SIDE, SIDE, 3), ==, 1);
}

/* Four floats a pixel say the same as three. */
static void
test_step (void)
{
  g_autofree float *small = new_scene (SIDE / 3, 9), *large = enlarge (small, SIDE / 3, SIDE, "cubic"), *wide = g_new (float, 4 * SIDE * SIDE);

  for (int i = 0; i < SIDE * SIDE; i++)
    {
      memcpy (wide + 4 * i, large + 3 * i, 3 * sizeof (float));
      wide[4 * i + 3] = (float) (i % 2);
    }
  g_assert_cmpfloat (acu_measure_oversize (wide, SIDE, SIDE, 4), ==, acu_measure_oversize (large, SIDE, SIDE, 3));
  g_assert_cmpfloat (acu_measure_oversize (large, SIDE, SIDE, 3), >, 1.5);
}

static void
test_text (void)
{
  const struct
  {
    double factor, oversize;
    const char *has, *has_not;
  } table[] = {
    { 2, 1, NULL, NULL },
    { 6, 1.2, NULL, NULL },
    { 1, 3, NULL, NULL },
    { 6.5, 1, "made up", "blurred" },
    { 4, 2, "2.0 times smaller. A factor of 2 ", "made up" },
    { 3, 1.9, "A factor of 1.5 ", "made up" },
    { 2, 2.5, "2.5 times smaller", "factor" },
    { 8, 3, "A factor of 2.5 ", NULL },
    { 8, 3, "made up", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *text = acu_limits_text (table[i].factor, table[i].oversize);

      if (!table[i].has)
        g_assert_null (text);
      else
        g_assert_true (text && strstr (text, table[i].has));
      if (table[i].has_not)
        g_assert_null (strstr (text, table[i].has_not));
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sharpness/sharp", test_sharp);
  g_test_add_func ("/sharpness/enlarged", test_enlarged);
  g_test_add_func ("/sharpness/patterns", test_patterns);
  g_test_add_func ("/sharpness/background", test_background);
  g_test_add_func ("/sharpness/says-nothing", test_says_nothing);
  g_test_add_func ("/sharpness/step", test_step);
  g_test_add_func ("/sharpness/text", test_text);
  return g_test_run ();
}
