/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:trust, and acuity:upscale that is faithful where it is unsure, in a graph made in C. */
#include <gegl.h>
#include <math.h>

#define X 3
#define Y -2
#define WIDTH 24
#define HEIGHT 18
#define N (WIDTH * HEIGHT * 16)   /* floats of a result of twice the size */

/* A slope on the left, grain on the right. */
static GeglBuffer *
new_picture (void)
{
  const GeglRectangle rect = { X, Y, WIDTH, HEIGHT };
  GeglBuffer *buffer = gegl_buffer_new (&rect, babl_format ("R'G'B'A float"));
  float pixels[WIDTH * HEIGHT * 4];

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    for (int c = 0; c < 4; c++)
      pixels[4 * i + c] = c == 3 ? 1 : i % WIDTH < WIDTH / 2 ? (float) (i % WIDTH) / 40 : (float) ((i * 37 + c * 11) % 200) / 255;
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* What an operation with these properties makes of the picture, as RGBA. */
static void
process (const char *operation, const char *model, const char *text, double faithful, float *result)
{
  GeglBuffer *buffer = new_picture ();
  GeglNode *root = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (root, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode *op = gegl_node_new_child (root, "operation", operation, "model", model, "text", text, "scale", 2.0, NULL);
  GeglRectangle box, expected = { 2 * X, 2 * Y, 2 * WIDTH, 2 * HEIGHT };

  if (faithful >= 0)
    gegl_node_set (op, "faithful", faithful, NULL);
  gegl_node_link (source, op);
  box = gegl_node_get_bounding_box (op);
  g_assert_true (gegl_rectangle_equal (&box, &expected));
  gegl_node_blit (op, 1, &expected, babl_format ("R'G'B'A float"), result, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  g_object_unref (root);
  g_object_unref (buffer);
}

static void
test_map (void)
{
  float map[N];
  double left = 0, right = 0;

  process ("acuity:trust", "photo-x2", "off", -1, map);
  for (int i = 0; i < N; i += 4)
    {
      g_assert_true (map[i] >= 0 && map[i] <= 1 && map[i] == map[i + 1]);
      if (i / 4 % (2 * WIDTH) < WIDTH - 8)
        left += map[i] / (WIDTH - 8) / (2 * HEIGHT);
      else if (i / 4 % (2 * WIDTH) >= WIDTH + 8)
        right += map[i] / (WIDTH - 8) / (2 * HEIGHT);
    }
  g_assert_cmpfloat (left, <, 0.15);
  g_assert_cmpfloat (right, >, 0.5);
}

/* The map is of the picture that acuity:upscale makes: both have the same properties, but for what makes use of the map. */
static void
test_properties (void)
{
  guint n, n_upscale;
  g_autofree GParamSpec **trust = gegl_operation_list_properties ("acuity:trust", &n);

  g_free (gegl_operation_list_properties ("acuity:upscale", &n_upscale));
  g_assert_cmpuint (n, >, 10);
  g_assert_cmpuint (n_upscale, ==, n + 1);
  g_assert_nonnull (gegl_operation_find_property ("acuity:upscale", "faithful"));
  for (guint i = 0; i < n; i++)
    g_assert_nonnull (gegl_operation_find_property ("acuity:upscale", trust[i]->name));
}

/* They count for the map as well. */
static void
test_text (void)
{
  float map[N], of_text[N];
  double most = 0;

  process ("acuity:trust", "photo-x2", "off", -1, map);
  process ("acuity:trust", "photo-x2", "everywhere", -1, of_text);
  for (int i = 0; i < N; i += 4)
    most = fmax (most, fabs (map[i] - of_text[i]));
  g_assert_cmpfloat (most, >, 0.05);
}

/* The result goes as far towards Lanczos as the map says. */
static void
test_faithful (void)
{
  float map[N], own[N], half[N], whole[N], plain[N];
  double most = 0;

  process ("acuity:trust", "photo-x2", "off", -1, map);
  process ("acuity:upscale", "photo-x2", "off", 0, own);
  process ("acuity:upscale", "photo-x2", "off", 0.5, half);
  process ("acuity:upscale", "photo-x2", "off", 1, whole);
  process ("acuity:upscale", "lanczos3", "off", 0, plain);
  for (int i = 0; i < N; i++)
    {
      float trust = map[i / 4 * 4];

      g_assert_cmpfloat_with_epsilon (whole[i], own[i] + trust * (plain[i] - own[i]), 2e-3);
      g_assert_cmpfloat_with_epsilon (half[i], (own[i] + whole[i]) / 2, 2e-3);
      most = fmax (most, fabs (whole[i] - own[i]));
    }
  g_assert_cmpfloat (most, >, 0.05);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_assert_true (gegl_has_operation ("acuity:trust"));
  g_test_add_func ("/trust/map", test_map);
  g_test_add_func ("/trust/properties", test_properties);
  g_test_add_func ("/trust/text", test_text);
  g_test_add_func ("/trust/faithful", test_faithful);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
