/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Two networks laid over one another by a third's mask, and networks weakened: against the sum worked out of each alone. */
#include "run_net.h"

#include <string.h>

#define WIDTH 9
#define HEIGHT 7
#define SCALE 2
#define OUT (WIDTH * SCALE * HEIGHT * SCALE * 3)

static void
run (const AcuNet *net, float *result)
{
  float picture[WIDTH * HEIGHT * 3];
  int width = WIDTH, height = HEIGHT;
  g_autofree float *made = NULL;

  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    picture[i] = (float) (i * 37 % 101) / 100;
  made = run_net (net, picture, &width, &height, 1, 0, 0, ACU_PRECISION_EXACT);
  g_assert_cmpint (width * height * 3, ==, OUT);
  memcpy (result, made, OUT * sizeof (float));
}

static AcuNet *
new_net (int scale, int channels)
{
  AcuNet *net = acu_net_new ("test");

  net->scale = scale;
  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = channels;
  return net;
}

/* Every pixel repeated. */
static AcuNet *
nearest (int factor)
{
  AcuNet *net = new_net (factor, 3);
  const guint picture = 0;

  acu_net_add (net, ACU_LAYER_NEAREST, "nearest", &picture, 1, NULL)->factor = factor;
  return net;
}

/* The same number everywhere. */
static AcuNet *
constant (float value)
{
  const float zeros[3] = { 0 }, values[3] = { value, value, value };
  AcuNet *net = new_net (1, 3);
  const guint picture = 0;
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_AFFINE, "constant", &picture, 1, NULL);

  layer->weights = g_bytes_new (zeros, sizeof zeros);
  layer->bias = g_bytes_new (values, sizeof values);
  return net;
}

static void
test_mask (void)
{
  static const struct
  {
    float mask;
    double strength, share;
  } rows[] = {
    { 0, 1, 0 }, { 0.3f, 1, 0 }, { 0.4f, 1, 0.25 }, { 0.5f, 1, 0.5 }, { 0.7f, 1, 1 }, { 1, 1, 1 }, { 1, 0.25, 0.25 }, { 0.5f, 0.5, 0.25 }, { 1, 0, 0 },
  };
  AcuNet *base = acu_net_bicubic (SCALE), *over = nearest (SCALE);
  float below[OUT], above[OUT], result[OUT];

  run (base, below);
  run (over, above);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int masked = rows[i].mask == 1 ? 0 : 1; masked < 2; masked++)
      {
        AcuNet *mask = constant (rows[i].mask), *both;
        AcuOverlay overlay = { base, over, masked ? mask : NULL, rows[i].strength, 0.3, 0.7 };
        GError *error = NULL;

        both = acu_net_overlay (&overlay, &error);
        g_assert_no_error (error);
        g_assert_cmpint (both->scale, ==, SCALE);
        run (both, result);
        for (int p = 0; p < OUT; p++)
          g_assert_cmpfloat_with_epsilon (result[p], below[p] + rows[i].share * (above[p] - below[p]), 1e-5);
        acu_net_unref (both);
        acu_net_unref (mask);
      }
  acu_net_unref (base);
  acu_net_unref (over);
}

/* Where no cell is set, the base is left to the last bit, whatever the mask says. */
static void
test_cells (void)
{
  static const guint8 cells[] = { 1, 0, 0 };
  g_autoptr (GBytes) kept = g_bytes_new_static (cells, sizeof cells);
  AcuNet *base = acu_net_bicubic (SCALE), *over = nearest (SCALE), *mask = constant (1), *both;
  AcuOverlay overlay = { base, over, mask, 1, 0.3, 0.7, kept, 3 };
  float below[OUT], above[OUT], result[OUT];

  both = acu_net_overlay (&overlay, NULL);
  run (base, below);
  run (over, above);
  run (both, result);
  for (int p = 0; p < OUT; p++)
    {
      int x = p / 3 % (WIDTH * SCALE);

      /* A third of the columns are covered; the mask's enlargement reaches one pixel of the source beyond. */
      if (x < (WIDTH / 3 - 1) * SCALE)
        g_assert_cmpfloat_with_epsilon (result[p], above[p], 1e-5);
      else if (x >= (WIDTH / 3 + 1) * SCALE)
        g_assert_cmpfloat (result[p], ==, below[p]);
    }
  acu_net_unref (both);
  acu_net_unref (mask);
  acu_net_unref (base);
  acu_net_unref (over);
}

static void
test_misfits (void)
{
  AcuNet *two = acu_net_bicubic (2), *three = acu_net_bicubic (3), *flat = constant (1);
  const AcuOverlay misfits[] = { { two, three, NULL, 1, 0, 1 }, { two, two, two, 1, 0, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (misfits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (acu_net_overlay (&misfits[i], &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
    }
  acu_net_unref (two);
  acu_net_unref (three);
  acu_net_unref (flat);
}

/* Up to a layer: what leads nowhere else is left out, and the numbers are the same. */
static void
test_up_to (void)
{
  AcuNet *base = acu_net_bicubic (SCALE), *over = nearest (SCALE), *both, *part;
  AcuOverlay overlay = { base, over, NULL, 0.5, 0, 1 };
  float wanted[OUT], result[OUT];

  both = acu_net_overlay (&overlay, NULL);
  part = acu_net_up_to (both, 2);
  g_assert_cmpuint (both->layers->len, ==, 4);
  g_assert_cmpuint (part->layers->len, ==, 2);
  run (over, wanted);
  run (part, result);
  g_assert_cmpmem (wanted, sizeof wanted, result, sizeof result);
  acu_net_unref (part);
  acu_net_unref (both);
  acu_net_unref (base);
  acu_net_unref (over);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/mask", test_mask);
  g_test_add_func ("/overlay/cells", test_cells);
  g_test_add_func ("/overlay/misfits", test_misfits);
  g_test_add_func ("/overlay/up-to", test_up_to);
  return g_test_run ();
}
