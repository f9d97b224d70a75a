/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Other colours for the same drawing: far enough apart, light on dark as well, and what lies between stays between. */
#include "recolour.h"

#include "colours.h"

#define TIMES 2000

/* Black, white, a quarter between them, and a colour of which red alone is white. */
static const float drawing[] = { 0, 0, 0, 1, 1, 1, 0.25f, 0.25f, 0.25f, 1, 0, 0 };

static AcuColour
colour_at (const float *rgb, int pixel)
{
  return (AcuColour) { rgb[3 * pixel], rgb[3 * pixel + 1], rgb[3 * pixel + 2] };
}

static void
recolour (guint64 bits, float *rgb)
{
  for (gsize i = 0; i < G_N_ELEMENTS (drawing); i++)
    rgb[i] = drawing[i];
  acu_train_recolour (rgb, G_N_ELEMENTS (drawing) / 3, bits);
}

static void
test_contrast (void)
{
  int inverted = 0;

  for (guint64 bits = 0; bits < TIMES; bits++)
    {
      float rgb[G_N_ELEMENTS (drawing)];
      AcuColour black, white;

      recolour (bits, rgb);
      black = colour_at (rgb, 0);
      white = colour_at (rgb, 1);
      g_assert_cmpfloat (acu_colour_contrast (black, white), >=, ACU_CONTRAST_LEAST - 1e-4);
      inverted += acu_colour_luminance (black) > acu_colour_luminance (white);
      for (gsize i = 0; i < G_N_ELEMENTS (drawing); i++)
        g_assert_true (rgb[i] >= 0 && rgb[i] <= 1);
    }
  g_assert_cmpint (inverted, >, TIMES * 2 / 5);
  g_assert_cmpint (inverted, <, TIMES * 3 / 5);
}

static void
test_between (void)
{
  float rgb[G_N_ELEMENTS (drawing)];

  recolour (5, rgb);
  for (int c = 0; c < 3; c++)
    {
      g_assert_cmpfloat_with_epsilon (rgb[6 + c], 0.75 * rgb[c] + 0.25 * rgb[3 + c], 1e-6);
      g_assert_cmpfloat_with_epsilon (rgb[9 + c], rgb[c == 0 ? 3 : c], 1e-6);
    }
}

static void
test_bits (void)
{
  float one[G_N_ELEMENTS (drawing)], again[G_N_ELEMENTS (drawing)], other[G_N_ELEMENTS (drawing)];

  recolour (5, one);
  recolour (5, again);
  recolour (6, other);
  g_assert_cmpmem (one, sizeof one, again, sizeof again);
  g_assert_cmpfloat (one[0], !=, other[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/recolour/contrast", test_contrast);
  g_test_add_func ("/train/recolour/between", test_between);
  g_test_add_func ("/train/recolour/bits", test_bits);
  return g_test_run ();
}
