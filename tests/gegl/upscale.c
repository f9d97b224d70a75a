/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:upscale in a graph made in C. */
#include <acuity/acuity.h>
#include <gegl.h>
#include <string.h>

static GeglBuffer *
checker (int x, int y, int width, int height)
{
  const Babl *format = babl_format ("R'G'B'A u8");
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (x, y, width, height), format);
  guint8 *pixels = g_new (guint8, width * height * 4);

  for (int i = 0; i < width * height * 4; i++)
    pixels[i] = (guint8) (i % 4 == 3 ? 255 : (i / 4) * 37 % 251);
  gegl_buffer_set (buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  g_free (pixels);
  return buffer;
}

/* source → acuity:upscale; returns the graph, *op the operation. */
static GeglNode *
graph (GeglBuffer *buffer, const char *model, double scale, GeglNode **op)
{
  GeglNode *root = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (root, "operation", "gegl:buffer-source", "buffer", buffer, NULL);

  *op = gegl_node_new_child (root, "operation", "acuity:upscale", "model", model, "scale", scale, NULL);
  gegl_node_link (source, *op);
  return root;
}

static void
bounds_grow (void)
{
  static const struct
  {
    int x, y, width, height;
    double scale;
    int out_x, out_y, out_width, out_height;
  } cases[] = {
    { 0, 0, 10, 7, 2, 0, 0, 20, 14 }, { 0, 0, 10, 7, 1.5, 0, 0, 15, 11 }, { -4, 6, 10, 7, 3, -12, 18, 30, 21 },
    { 0, 0, 1, 1, 16, 0, 0, 16, 16 }, { 5, 5, 3, 3, 1, 5, 5, 3, 3 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GeglBuffer *buffer = checker (cases[i].x, cases[i].y, cases[i].width, cases[i].height);
      GeglNode *op, *root = graph (buffer, "nearest", cases[i].scale, &op);
      GeglRectangle box = gegl_node_get_bounding_box (op);

      g_assert_true (gegl_rectangle_equal (&box, GEGL_RECTANGLE (cases[i].out_x, cases[i].out_y, cases[i].out_width,
                                                                 cases[i].out_height)));
      g_object_unref (root);
      g_object_unref (buffer);
    }
}

/* Asking for the result in pieces gives the same as asking at once; format and values stay. */
static void
pieces (void)
{
  const Babl *format = babl_format ("R'G'B'A u8");
  GeglBuffer *buffer = checker (3, 2, 33, 21);
  GeglNode *op, *root = graph (buffer, "nearest", 4, &op);
  GeglRectangle box = gegl_node_get_bounding_box (op);
  gsize n = (gsize) box.width * box.height * 4;
  guint8 *whole = g_malloc (n), *piece = g_malloc (n), source[4];

  gegl_node_blit (op, 1, &box, format, whole, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  for (int y = 0; y < box.height; y += 10)
    for (int x = 0; x < box.width; x += 50)
      {
        GeglRectangle part = { box.x + x, box.y + y, MIN (50, box.width - x), MIN (10, box.height - y) };

        gegl_node_blit (op, 1, &part, format, piece, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
        for (int r = 0; r < part.height; r++)
          g_assert_cmpmem (piece + r * part.width * 4, part.width * 4,
                           whole + ((gsize) (y + r) * box.width + x) * 4, part.width * 4);
      }
  gegl_buffer_get (buffer, GEGL_RECTANGLE (3 + 5, 2 + 6, 1, 1), 1, format, source, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  g_assert_cmpmem (whole + ((gsize) 6 * 4 * box.width + 5 * 4) * 4, 4, source, 4);
  g_free (whole);
  g_free (piece);
  g_object_unref (root);
  g_object_unref (buffer);
}

/* The properties are the rows of the option table that GEGL shows. */
static void
properties_follow_the_table (void)
{
  guint n, used = 0;
  GParamSpec **specs = gegl_operation_list_properties ("acuity:upscale", &n);

  for (const AcuOption *o = acu_options_all (); o->key; o++)
    {
      GParamSpec *spec = NULL;

      if (!(o->use & ACU_OPTION_GEGL))
        continue;
      used++;
      for (guint i = 0; i < n; i++)
        if (g_str_equal (specs[i]->name, o->key))
          spec = specs[i];
      g_assert_nonnull (spec);
      g_assert_cmpstr (g_param_spec_get_blurb (spec), ==, o->help);
      if (o->type == ACU_OPTION_DOUBLE)
        {
          GParamSpecDouble *number = G_PARAM_SPEC_DOUBLE (spec);

          g_assert_cmpfloat (number->minimum, ==, o->minimum);
          g_assert_cmpfloat (number->maximum, ==, o->maximum);
          g_assert_cmpfloat (number->default_value, ==, o->default_number);
        }
      else if (o->type == ACU_OPTION_INT)
        {
          GParamSpecInt *number = G_PARAM_SPEC_INT (spec);

          g_assert_cmpint (number->minimum, ==, (int) o->minimum);
          g_assert_cmpint (number->maximum, ==, (int) o->maximum);
          g_assert_cmpint (number->default_value, ==, (int) o->default_number);
        }
      else if (o->type == ACU_OPTION_BOOLEAN)
        g_assert_cmpint (G_PARAM_SPEC_BOOLEAN (spec)->default_value, ==, (int) o->default_number);
      else
        g_assert_cmpstr (G_PARAM_SPEC_STRING (spec)->default_value, ==, o->default_text);
    }
  g_assert_cmpuint (used, ==, n);
  g_free (specs);
}

/* A value that nothing knows is said, the result is empty, and the graph lives on: with a good value it makes a picture. */
static void
unknown_values (void)
{
  static const char *const cases[][3] = {
    { "model", "no-such-model", "nearest" }, { "precision", "no-such-precision", "exact" }, { "device", "no-such-device", "cpu" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GeglBuffer *buffer = checker (0, 0, 4, 4);
      GeglNode *op, *root = graph (buffer, "nearest", 2, &op);
      const Babl *format = babl_format ("R'G'B'A u8");
      g_autofree char *pattern = g_strdup_printf ("acuity:upscale: *%s*", cases[i][1]);
      guint8 pixel[4] = { 1, 1, 1, 1 };

      gegl_node_set (op, cases[i][0], cases[i][1], NULL);
      g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, pattern);
      gegl_node_blit (op, 1, GEGL_RECTANGLE (0, 0, 1, 1), format, pixel, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
      g_test_assert_expected_messages ();
      g_assert_cmpint (pixel[3], ==, 0);
      gegl_node_set (op, cases[i][0], cases[i][2], NULL);
      gegl_node_blit (op, 1, GEGL_RECTANGLE (0, 0, 1, 1), format, pixel, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
      g_assert_cmpint (pixel[3], ==, 255);
      g_object_unref (root);
      g_object_unref (buffer);
    }
}

/* With real networks where they are installed: the size is the net's, the picture is not empty. */
static void
network (void)
{
  g_autoptr (GPtrArray) models = acu_models_list (NULL);
  gboolean any = FALSE;

  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *info = models->pdata[i];
      GeglBuffer *buffer;
      GeglNode *op, *root;
      guint8 pixels[60 * 42 * 4];
      guint light = 0;

      if (info->classic || !info->path || info->bytes > 2000000)
        continue;
      any = TRUE;
      buffer = checker (0, 0, 20, 14);
      root = graph (buffer, info->name, 3, &op);
      gegl_node_blit (op, 1, GEGL_RECTANGLE (0, 0, 60, 42), babl_format ("R'G'B'A u8"), pixels, GEGL_AUTO_ROWSTRIDE,
                      GEGL_BLIT_DEFAULT);
      for (guint p = 0; p < sizeof pixels; p++)
        light += p % 4 < 3 ? pixels[p] : (guint) (pixels[p] != 255) * 1000000;
      /* Neither black nor white, and opaque. */
      g_assert_cmpuint (light, >, 60 * 42 * 3 * 30);
      g_assert_cmpuint (light, <, 60 * 42 * 3 * 225);
      g_object_unref (root);
      g_object_unref (buffer);
    }
  if (!any)
    g_test_skip ("no network is installed (ACUITY_MODELS)");
}

/* What diffusion makes depends on the seed, the steps and the consistency, and on nothing else. */
static void
seeds (void)
{
  static const struct
  {
    int seed, steps;
    double consistency;
    gboolean same;
  } cases[] = { { 0, 0, 1, TRUE }, { 0, 0, 1, TRUE }, { 1, 0, 1, FALSE }, { 0, 7, 1, FALSE }, { 0, 0, 0.5, FALSE } };
  g_autoptr (GPtrArray) models = acu_models_list (NULL);
  gboolean any = FALSE;

  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *info = models->pdata[i];
      static guint8 first[80 * 56 * 4], pixels[80 * 56 * 4];

      if (!info->diffuses || !info->path)
        continue;
      any = TRUE;
      for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
        {
          GeglBuffer *buffer = checker (0, 0, 20, 14);
          GeglNode *op, *root = graph (buffer, info->name, 4, &op);

          gegl_node_set (op, "seed", cases[k].seed, "steps", cases[k].steps, "consistency", cases[k].consistency, NULL);
          gegl_node_blit (op, 1, GEGL_RECTANGLE (0, 0, 80, 56), babl_format ("R'G'B'A u8"), k ? pixels : first, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
          if (k > 0)
            g_assert_cmpint (memcmp (first, pixels, sizeof first) == 0, ==, cases[k].same);
          g_object_unref (root);
          g_object_unref (buffer);
        }
    }
  if (!any)
    g_test_skip ("no diffusion network is there");
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_assert_true (gegl_has_operation ("acuity:upscale"));
  g_test_add_func ("/upscale/bounds", bounds_grow);
  g_test_add_func ("/upscale/pieces", pieces);
  g_test_add_func ("/upscale/properties", properties_follow_the_table);
  g_test_add_func ("/upscale/unknown-values", unknown_values);
  g_test_add_func ("/upscale/network", network);
  g_test_add_func ("/upscale/seeds", seeds);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
