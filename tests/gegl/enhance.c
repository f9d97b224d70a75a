/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:enhance in a graph made in C. */
#include <gegl.h>
#include <math.h>

#define X 3
#define Y -2
#define WIDTH 24
#define HEIGHT 18
#define N (WIDTH * HEIGHT * 4)

/* Coarse grain, half transparent on the right. */
static void
fill (float *pixels)
{
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    for (int c = 0; c < 4; c++)
      pixels[4 * i + c] = c == 3 ? (i % WIDTH < WIDTH / 2 ? 1 : 0.5f) : (float) ((i / 3 * 37 + c * 11) % 200) / 255;
}

/* The result, or all -1 where the operation gives none. */
static void
enhance (double clean, double strength, const float *picture, float *result)
{
  const GeglRectangle rect = { X, Y, WIDTH, HEIGHT };
  GeglBuffer *buffer = gegl_buffer_new (&rect, babl_format ("R'G'B'A float"));
  GeglNode *root = gegl_node_new (), *source, *op;
  GeglRectangle box;

  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A float"), picture, GEGL_AUTO_ROWSTRIDE);
  source = gegl_node_new_child (root, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  op = gegl_node_new_child (root, "operation", "acuity:enhance", "clean", clean, "strength", strength, NULL);
  gegl_node_link (source, op);
  box = gegl_node_get_bounding_box (op);
  g_assert_true (gegl_rectangle_equal (&box, &rect));
  gegl_node_blit (op, 1, &rect, babl_format ("R'G'B'A float"), result, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  g_object_unref (root);
  g_object_unref (buffer);
}

static double
difference (const float *a, const float *b)
{
  double most = 0;

  for (int i = 0; i < N; i++)
    most = fmax (most, fabs (a[i] - b[i]));
  return most;
}

static void
test_strength (void)
{
  float picture[N], whole[N], half[N], none[N];

  fill (picture);
  enhance (0.5, 1, picture, whole);
  enhance (0.5, 0.5, picture, half);
  enhance (0.5, 0, picture, none);
  g_assert_cmpfloat (difference (picture, none), <, 1e-5);
  g_assert_cmpfloat (difference (picture, whole), >, 0.02);
  for (int i = 0; i < N; i++)
    {
      g_assert_cmpfloat_with_epsilon (half[i], (picture[i] + whole[i]) / 2, 1e-4);
      if (i % 4 == 3)
        g_assert_cmpfloat_with_epsilon (whole[i], picture[i], 0.02 + 0.5 * (i / 4 % WIDTH > WIDTH / 2 - 4 && i / 4 % WIDTH < WIDTH / 2 + 4));
    }
}

static void
test_clean (void)
{
  float picture[N], faithful[N], clean[N];
  double rough[2] = { 0, 0 };

  fill (picture);
  enhance (0, 1, picture, faithful);
  enhance (1, 1, picture, clean);
  for (int i = 4; i < N; i++)
    {
      rough[0] += fabs (faithful[i] - faithful[i - 4]);
      rough[1] += fabs (clean[i] - clean[i - 4]);
    }
  /* What looks like grain goes. */
  g_assert_cmpfloat (rough[1], <, rough[0]);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_assert_true (gegl_has_operation ("acuity:enhance"));
  g_test_add_func ("/enhance/strength", test_strength);
  g_test_add_func ("/enhance/clean", test_clean);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
