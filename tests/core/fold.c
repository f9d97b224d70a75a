/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folded transposed convolutions make what they made before, at every border. */
#include "net.h"
#include "run_net.h"

#include <math.h>

typedef struct Case
{
  int kernel, stride, left, right, top, bottom, channels;
  gboolean folds;
} Case;

static const Case cases[] = {
  { 4, 2, 3, 3, 3, 3, 3, TRUE },  /* waifu2x */
  { 4, 2, 1, 1, 1, 1, 3, TRUE },
  { 2, 2, 0, 0, 0, 0, 1, TRUE },
  { 2, 2, 0, 0, 0, 0, 8, TRUE },
  { 9, 4, 4, 1, 4, 1, 3, TRUE },
  { 9, 3, 4, 2, 3, 3, 3, TRUE },  /* FSRCNN */
  { 9, 2, 4, 3, 4, 3, 1, TRUE },
  { 5, 3, 1, 1, 2, 0, 2, TRUE },
  { 4, 4, 0, 0, 0, 0, 3, TRUE },
  { 3, 2, 1, 1, 1, 1, 3, FALSE }, /* no whole windows */
  { 6, 2, 5, 5, 5, 5, 3, TRUE },
  { 4, 2, 1, 1, 1, 1, 9, FALSE },
  { 5, 5, 0, 0, 0, 0, 3, FALSE },
  { 3, 1, 1, 1, 1, 1, 3, FALSE }
};

/* The picture, the transposed convolution, and what reads it. */
static AcuNet *
make_net (const Case *c, gboolean half, gboolean bias)
{
  AcuNet *net = acu_net_new ("test");
  GRand *rand = g_rand_new_with_seed (7);
  guint at, up;
  AcuLayer *l;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 5;
  l = acu_net_add (net, ACU_LAYER_DECONV2D, "up", &at, 1, &up);
  l->channels = c->channels;
  l->kernel_width = l->kernel_height = c->kernel;
  l->stride = c->stride;
  l->left = c->left;
  l->right = c->right;
  l->top = c->top;
  l->bottom = c->bottom;
  l->half = half;
  l->weights = random_floats (rand, (gsize) c->channels * 5 * c->kernel * c->kernel, 0.5);
  if (half)
    {
      /* Whatever these bytes are as 16-bit floats, but finite ones. */
      gsize n = (gsize) c->channels * 5 * c->kernel * c->kernel;
      guint16 *numbers = g_new (guint16, n);

      for (gsize i = 0; i < n; i++)
        numbers[i] = (guint16) (g_rand_int_range (rand, 0, 0x3c00) | (g_rand_boolean (rand) ? 0x8000 : 0));
      g_bytes_unref (l->weights);
      l->weights = g_bytes_new_take (numbers, n * sizeof *numbers);
    }
  if (bias)
    l->bias = random_floats (rand, c->channels, 0.5);
  l = acu_net_add (net, ACU_LAYER_SLOPE, "slope", &up, 1, &at);
  l->weights = random_floats (rand, c->channels, 0.5);
  g_rand_free (rand);
  return net;
}

static guint
count (const AcuNet *net, AcuLayerKind kind)
{
  guint n = 0;

  for (guint i = 0; i < net->layers->len; i++)
    n += acu_net_layer (net, i)->kind == kind;
  return n;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;

  for (int form = 0; form < 4; form++)
    {
      AcuNet *net = make_net (c, form & 1, form & 2), *folded = acu_net_fold (acu_net_ref (net));

      g_assert_cmpuint (count (folded, ACU_LAYER_DECONV2D), ==, c->folds ? 0 : 1);
      g_assert_cmpuint (count (folded, ACU_LAYER_PIXEL_SHUFFLE), ==, c->folds ? 1 : 0);
      g_assert_true (c->folds || folded == net);
      for (int height = 4; height <= 10; height += 3)
        {
          int width = 14 - height, a[2] = { width, height }, b[2] = { width, height };
          g_autofree float *picture = g_new (float, (gsize) width * height * 5), *before = NULL, *after = NULL;

          for (int i = 0; i < width * height * 5; i++)
            picture[i] = (float) ((i * 37) % 101) / 100;
          before = run_net (net, picture, &a[0], &a[1], 1, 0, 0, ACU_PRECISION_EXACT);
          after = run_net (folded, picture, &b[0], &b[1], 2, 1, 0, ACU_PRECISION_EXACT);
          g_assert_cmpint (a[0], ==, b[0]);
          g_assert_cmpint (a[1], ==, b[1]);
          for (int i = 0; i < a[0] * a[1] * c->channels; i++)
            g_assert_cmpfloat_with_epsilon (before[i], after[i], 1e-5);
        }
      acu_net_unref (folded);
      acu_net_unref (net);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/fold/%dx%d-%d-%d", cases[i].kernel, cases[i].kernel, cases[i].stride, (int) i);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
