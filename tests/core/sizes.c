/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checked size arithmetic, and the sizes that a user may ask for. */
#include <acuity/acuity.h>

static void
arithmetic (void)
{
  guint64 r = 7;
  const guint64 ok[] = { G_GUINT64_CONSTANT (1) << 31, G_GUINT64_CONSTANT (1) << 31, 3 };
  const guint64 wraps[] = { G_GUINT64_CONSTANT (1) << 32, G_GUINT64_CONSTANT (1) << 31, 2 };

  g_assert_true (acu_size_mul (G_MAXUINT64, 1, &r));
  g_assert_cmpuint (r, ==, G_MAXUINT64);
  g_assert_false (acu_size_mul (G_GUINT64_CONSTANT (1) << 33, G_GUINT64_CONSTANT (1) << 31, &r));
  g_assert_cmpuint (r, ==, G_MAXUINT64);
  g_assert_false (acu_size_add (G_MAXUINT64, 1, &r));
  g_assert_true (acu_size_add (G_MAXUINT64 - 1, 1, &r));
  g_assert_true (acu_size_product (ok, 3, &r));
  g_assert_cmpuint (r, ==, G_GUINT64_CONSTANT (3) << 62);
  g_assert_false (acu_size_product (wraps, 3, &r));
  g_assert_true (acu_size_product (NULL, 0, &r));
  g_assert_cmpuint (r, ==, 1);
}

static void
allocation (void)
{
  char *zeros = acu_try_alloc0 (100, 3);

  g_assert_null (acu_try_alloc (G_MAXUINT64 / 2, 3));
  g_assert_null (acu_try_alloc (G_MAXUINT64, 1));
  g_assert_null (acu_try_alloc (G_GUINT64_CONSTANT (1) << 62, 1));
  g_assert_cmpuint (GPOINTER_TO_SIZE (zeros) % 64, ==, 0);
  for (int i = 0; i < 300; i++)
    g_assert_cmpint (zeros[i], ==, 0);
  acu_free (zeros);
  acu_free (acu_try_alloc (0, 5));
  acu_free (NULL);
}

#define FACTOR(f) { .mode = ACU_SIZE_FACTOR, .scale = f }
#define PIXELS(w, h) { .mode = ACU_SIZE_PIXELS, .width = w, .height = h }
#define LONGEST(n) { .mode = ACU_SIZE_LONGEST, .longest = n }
#define PRINT(w, h, r) { .mode = ACU_SIZE_PRINT, .print_width = w, .print_height = h, .resolution = r }

static const struct
{
  AcuSize size;
  int width, height, dst_width, dst_height;   /* 0: refused */
} requests[] = {
  { FACTOR (2), 3, 5, 6, 10 },
  { FACTOR (1), 3, 5, 3, 5 },
  { FACTOR (1.5), 3, 5, 5, 8 },
  { FACTOR (16), 1, 1, 16, 16 },
  { FACTOR (16.01), 100, 100, 0, 0 },
  { FACTOR (0.99), 100, 100, 0, 0 },
  { FACTOR (0.0 / 0.0), 100, 100, 0, 0 },
  { FACTOR (16), 100000, 10, 0, 0 },
  { PIXELS (640, 480), 320, 200, 640, 480 },
  { PIXELS (640, 0), 320, 200, 640, 400 },
  { PIXELS (0, 300), 320, 200, 480, 300 },
  { PIXELS (0, 0), 320, 200, 0, 0 },
  { PIXELS (-1, 100), 10, 10, 0, 0 },
  { PIXELS (319, 300), 320, 200, 0, 0 },
  { PIXELS (6000, 300), 320, 200, 0, 0 },
  { LONGEST (640), 320, 200, 640, 400 },
  { LONGEST (640), 200, 320, 400, 640 },
  { LONGEST (333), 320, 200, 333, 208 },
  { LONGEST (100), 320, 200, 0, 0 },
  { PRINT (254, 254, 100), 320, 200, 1000, 625 },
  { PRINT (254, 127, 100), 320, 200, 800, 500 },
  { PRINT (254, 0, 100), 320, 200, 0, 0 },
  { PRINT (1.0 / 0.0, 10, 100), 320, 200, 0, 0 },
  { PRINT (254, 254, 1e300), 320, 200, 0, 0 },
  { FACTOR (2), 0, 5, 0, 0 },
};

static void
resolve (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      GError *error = NULL;
      int w = 0, h = 0;
      gboolean ok = acu_size_resolve (&requests[i].size, requests[i].width, requests[i].height, &w, &h, &error);

      g_test_message ("request %u", i);
      g_assert_cmpint (ok, ==, requests[i].dst_width > 0);
      g_assert_cmpint (w, ==, requests[i].dst_width);
      g_assert_cmpint (h, ==, requests[i].dst_height);
      g_assert_true (ok == (error == NULL));
      g_clear_error (&error);
    }
}

static void
parse (void)
{
  static const char *const bad_pixels[] = { "", "x", "10", "axb", "10x20x30", "-1x5", "10x 5", "9999999999x1", "0x0" };
  static const char *const bad_prints[] = { "", "20x30", "20cm", "x30cm", "-2x3cm", "0x3cm", "20x30m", "nanx3cm", "1e9x1cm" };
  static const char *const bad_bytes[] = { "", "0", "G", "-1", "1.5G", "2GB", "99999999999999T", "12Q" };
  int w, h;
  double x, y;
  guint64 bytes;

  g_assert_true (acu_size_parse_pixels ("3000x2000", &w, &h, NULL) && w == 3000 && h == 2000);
  g_assert_true (acu_size_parse_pixels ("3000x", &w, &h, NULL) && w == 3000 && h == 0);
  g_assert_true (acu_size_parse_pixels ("x20", &w, &h, NULL) && w == 0 && h == 20);
  g_assert_true (acu_size_parse_print ("20x30cm", &x, &y, NULL) && x == 200 && y == 300);
  g_assert_true (acu_size_parse_print ("8x10in", &x, &y, NULL) && x == 8 * 25.4 && y == 254);
  g_assert_true (acu_size_parse_print ("20.5x30mm", &x, &y, NULL) && x == 20.5);
  g_assert_true (acu_size_parse_bytes ("2G", &bytes, NULL) && bytes == G_GUINT64_CONSTANT (2) << 30);
  g_assert_true (acu_size_parse_bytes ("500m", &bytes, NULL) && bytes == G_GUINT64_CONSTANT (500) << 20);
  g_assert_true (acu_size_parse_bytes ("123", &bytes, NULL) && bytes == 123);
  for (guint i = 0; i < G_N_ELEMENTS (bad_pixels); i++)
    g_assert_false (acu_size_parse_pixels (bad_pixels[i], &w, &h, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad_prints); i++)
    g_assert_false (acu_size_parse_print (bad_prints[i], &x, &y, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad_bytes); i++)
    g_assert_false (acu_size_parse_bytes (bad_bytes[i], &bytes, NULL));
}

static void
options (void)
{
  for (const AcuOption *o = acu_options_all (); o->key; o++)
    {
      g_assert_true (acu_option_find (o->key) == o);
      g_assert_true (o->label && *o->label && o->help && *o->help && o->use);
      if (o->type == ACU_OPTION_DOUBLE || o->type == ACU_OPTION_INT)
        g_assert_true (o->minimum <= o->default_number && o->default_number <= o->maximum);
      if (o->type == ACU_OPTION_CHOICE)
        {
          gboolean found = FALSE;

          for (const AcuChoice *c = o->choices; c->name; c++)
            found |= g_str_equal (c->name, o->default_text);
          g_assert_true (found);
        }
    }
  g_assert_null (acu_option_find ("no such option"));
}

/* Where an option is given makes no difference: this is the check for all of them. */
static void
option_values (void)
{
  static const struct
  {
    const char *key, *text;
    gboolean good;
    double number;
  } cases[] = {
    { "scale", "1", TRUE, 1 }, { "scale", "1.5", TRUE, 1.5 }, { "scale", "16", TRUE, 16 }, { "scale", "16.1", FALSE },
    { "scale", "0.9", FALSE }, { "scale", "nan", FALSE }, { "scale", "inf", FALSE }, { "scale", "", FALSE }, { "scale", "2x", FALSE },
    { "threads", "0", TRUE, 0 }, { "threads", "256", TRUE, 256 }, { "threads", "257", FALSE }, { "threads", "-1", FALSE },
    { "threads", "1.5", FALSE }, { "threads", "1e300", FALSE }, { "linear-light", "1", TRUE, 1 }, { "linear-light", "2", FALSE },
    { "precision", "fast", TRUE }, { "precision", "exact", TRUE }, { "precision", "Fast", FALSE }, { "precision", "", FALSE },
    { "precision", "fastest", FALSE }, { "size-mode", "print", TRUE }, { "size-mode", "paper", FALSE }, { "device", "cpu", TRUE },
    { "device", "abacus", FALSE }, { "device", "vulkan", TRUE }, { "device", "vulkan:some card", TRUE }, { "device", "vulkan:", FALSE },
    { "model", "anything", TRUE },
  };
  AcuPrecision precision = ACU_PRECISION_FAST;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL, again = NULL;
      const AcuOption *option = acu_option_find (cases[i].key);
      gboolean number = option->type != ACU_OPTION_CHOICE && option->type != ACU_OPTION_STRING;
      double got = -1;

      g_assert_cmpint (acu_option_check_text (option, cases[i].text, number ? &got : NULL, &error), ==, cases[i].good);
      if (cases[i].good && number)
        g_assert_cmpfloat (got, ==, cases[i].number);
      if (cases[i].good)
        continue;
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
      g_assert_true (strstr (error->message, cases[i].key) && strstr (error->message, cases[i].text));
      if (number && got == got && *cases[i].text && !strchr (cases[i].text, 'x'))
        g_assert_false (acu_option_check_number (option, got, &again));
    }
  g_assert_true (acu_precision_find ("exact", &precision, NULL) && precision == ACU_PRECISION_EXACT);
  g_assert_true (acu_precision_find (NULL, &precision, NULL) && precision == ACU_PRECISION_FAST);
  g_assert_true (acu_precision_find ("exact", &precision, NULL) && acu_precision_find ("", &precision, NULL));
  g_assert_cmpint (precision, ==, ACU_PRECISION_FAST);
  g_assert_false (acu_precision_find ("quick", &precision, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sizes/arithmetic", arithmetic);
  g_test_add_func ("/sizes/allocation", allocation);
  g_test_add_func ("/sizes/resolve", resolve);
  g_test_add_func ("/sizes/parse", parse);
  g_test_add_func ("/sizes/options", options);
  g_test_add_func ("/sizes/option-values", option_values);
  return g_test_run ();
}
