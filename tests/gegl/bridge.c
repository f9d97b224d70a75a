/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Pixels that cross the bridge keep every bit: nearest at 1× is the identity, at 2× repetition, in every format. */
#include "bridge.h"

#include <math.h>
#include <string.h>

#define WIDTH 19
#define HEIGHT 7

static const char *const encodings[] = {
  "Y u8", "Y' u8", "Y' u16", "Y' u32", "Y float", "Y' half", "YA u16", "Y'A u8", "Y'A float", "Y~ u16",
  "RGB u8", "R'G'B' u8", "R'G'B' u16", "R'G'B' half", "R'G'B' float", "RGB float", "RGB half",
  "RGBA u8", "R'G'B'A u8", "R'G'B'A u16", "R'G'B'A float", "RGBA float", "RGBA half", "R~G~B~A u8", "R~G~B~ float"
};

static const Babl *
wide_space (void)
{
  return babl_space_from_chromaticities (NULL, 0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06,
                                         babl_trc_gamma (2.19921875), NULL, NULL, 1);
}

static GeglBuffer *
run (GeglBuffer *input, const char *model, double scale, const Babl *space)
{
  GError *error = NULL;
  AcuBridgeJob job = {
    .input = input, .rect = *gegl_buffer_get_extent (input), .space = space,
    .size = { .mode = ACU_SIZE_FACTOR, .scale = scale }, .model = model, .device = "auto", .linear_light = TRUE
  };
  AcuUpscaler *upscaler = acu_bridge_plan (&job, &error);
  GeglBuffer *result;

  g_assert_no_error (error);
  result = acu_bridge_run (&job, upscaler, NULL, NULL, &error);
  g_assert_no_error (error);
  acu_upscaler_free (upscaler);
  return result;
}

/* Random bits for integers; for floats, values inside and outside of 0..1. */
static void
fill (guint8 *bytes, gsize n, const char *encoding, GRand *rand)
{
  if (g_str_has_suffix (encoding, "float"))
    for (gsize i = 0; i < n / 4; i++)
      ((float *) bytes)[i] = (float) g_rand_double_range (rand, -0.5, 3);
  else if (g_str_has_suffix (encoding, "half"))
    for (gsize i = 0; i < n / 2; i++)
      ((guint16 *) bytes)[i] = (guint16) g_rand_int_range (rand, 0x0400, 0x4400);
  else
    for (gsize i = 0; i < n; i++)
      bytes[i] = (guint8) g_rand_int (rand);
}

static void
exact_in (const char *encoding, const Babl *space)
{
  const Babl *format = babl_format_with_space (encoding, space);
  gsize pixel = babl_format_get_bytes_per_pixel (format), n = pixel * WIDTH * HEIGHT;
  GRand *rand = g_rand_new_with_seed (5);
  guint8 *before = g_malloc (n), *after = g_malloc (4 * n);
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (-3, 11, WIDTH, HEIGHT), format), *same, *twice;
  /* 32-bit integers do not fit into floats: the upper 24 bits stay. */
  gboolean exact = !g_str_has_suffix (encoding, "u32");

  fill (before, n, encoding, rand);
  gegl_buffer_set (input, NULL, 0, format, before, GEGL_AUTO_ROWSTRIDE);
  same = run (input, "nearest", 1, NULL);
  twice = run (input, "nearest", 2, NULL);
  g_assert_true (gegl_buffer_get_format (same) == format);
  g_assert_true (gegl_rectangle_equal (gegl_buffer_get_extent (same), GEGL_RECTANGLE (0, 0, WIDTH, HEIGHT)));
  gegl_buffer_get (same, NULL, 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (exact)
    g_assert_cmpmem (after, n, before, n);
  else
    for (gsize i = 0; i < n / 4; i++)
      g_assert_cmpfloat (fabs ((double) ((guint32 *) after)[i] - ((guint32 *) before)[i]), <=, 256);
  gegl_buffer_get (twice, NULL, 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; exact && y < 2 * HEIGHT; y++)
    for (int x = 0; x < 2 * WIDTH; x++)
      g_assert_cmpmem (after + (y * 2 * WIDTH + x) * pixel, pixel, before + (y / 2 * WIDTH + x / 2) * pixel, pixel);
  g_object_unref (same);
  g_object_unref (twice);
  g_object_unref (input);
  g_free (before);
  g_free (after);
  g_rand_free (rand);
}

static void
exact (gconstpointer encoding)
{
  exact_in (encoding, NULL);
  exact_in (encoding, wide_space ());
}

static void
every_16_bit_value (void)
{
  const Babl *format = babl_format_with_space ("R'G'B' u16", wide_space ());
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 256, 256), format), *same;
  guint16 *before = g_new (guint16, 65536 * 3), *after = g_new (guint16, 65536 * 3);

  for (int i = 0; i < 65536 * 3; i++)
    before[i] = (guint16) i;
  gegl_buffer_set (input, NULL, 0, format, before, GEGL_AUTO_ROWSTRIDE);
  same = run (input, "lanczos3", 1, NULL);
  gegl_buffer_get (same, NULL, 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpmem (after, 65536 * 6, before, 65536 * 6);
  g_object_unref (input);
  g_object_unref (same);
  g_free (before);
  g_free (after);
}

/* Values between two integers go to the nearer one, values outside to the end of the range. */
static void
rounds_and_clamps (void)
{
  const Babl *u8 = babl_format ("Y' u8");
  const guint8 edge[] = { 0, 255 };
  guint8 after[16];
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 2, 1), u8), *big;

  gegl_buffer_set (input, NULL, 0, u8, edge, GEGL_AUTO_ROWSTRIDE);
  big = run (input, "cubic", 4, NULL);
  gegl_buffer_get (big, GEGL_RECTANGLE (0, 0, 8, 1), 1, u8, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpint (after[0], ==, 0);
  g_assert_cmpint (after[7], ==, 255);
  for (int x = 1; x < 8; x++)
    g_assert_cmpint (after[x - 1], <=, after[x]);
  g_object_unref (big);
  big = run (input, "linear", 2, NULL);
  gegl_buffer_get (big, GEGL_RECTANGLE (0, 0, 4, 1), 1, u8, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  /* In linear light 1/4 and 3/4 encode to 0.537099 and 0.880825: 136.96 and 224.61. */
  g_assert_cmpint (after[1], ==, 137);
  g_assert_cmpint (after[2], ==, 225);
  g_object_unref (big);
  g_object_unref (input);
}

static void
palette (void)
{
  const Babl *with_alpha, *without;
  const guint8 colours[] = { 255, 0, 0, 0, 0, 255 }, indices[] = { 0, 1 };
  guint8 after[6];
  GeglBuffer *input, *same;

  babl_new_palette (NULL, &without, &with_alpha);
  babl_palette_set_palette (without, babl_format ("R'G'B' u8"), (void *) colours, 2);
  input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 2, 1), without);
  gegl_buffer_set (input, NULL, 0, without, indices, GEGL_AUTO_ROWSTRIDE);
  same = run (input, "nearest", 1, NULL);
  g_assert_true (gegl_buffer_get_format (same) == babl_format ("R'G'B' u8"));
  gegl_buffer_get (same, NULL, 1, babl_format ("R'G'B' u8"), after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpmem (after, 6, colours, 6);
  g_object_unref (same);
  g_object_unref (input);
}

/* What GIMP does to a palette of its own while another thread works on pixels of it. */
static gpointer
change_again_and_again (gpointer data)
{
  guint8 colours[3 * 200] = { 0 };

  for (int i = 0; i < 3000; i++)
    {
      colours[0] = (guint8) i;
      babl_palette_set_palette (data, babl_format ("R'G'B' u8"), colours, i % 2 ? 200 : 3);
    }
  return NULL;
}

static void
palette_is_fixed (void)
{
  const Babl *with_alpha, *without, *fixed;
  guint8 colours[] = { 255, 0, 0, 0, 0, 255, 10, 200, 30 };
  const guint8 indices[] = { 2, 0, 1, 2 }, pairs[] = { 1, 255, 2, 0 };
  const guint8 expected[] = { 10, 200, 30, 255, 0, 0, 0, 0, 255, 10, 200, 30 }, expected_alpha[] = { 0, 0, 255, 255, 10, 200, 30, 0 };
  guint8 after[12], back[4];
  GThread *thread;

  babl_new_palette (NULL, &without, &with_alpha);
  babl_palette_set_palette (without, babl_format ("R'G'B' u8"), colours, 3);
  fixed = acu_bridge_fixed_format (without);
  g_assert_true (babl_format_is_palette (fixed) && fixed != without && fixed == acu_bridge_fixed_format (without));
  g_assert_true (babl_format_has_alpha (acu_bridge_fixed_format (with_alpha)));
  g_assert_true (acu_bridge_fixed_format (fixed) == fixed);
  g_assert_true (acu_bridge_fixed_format (babl_format ("Y u16")) == babl_format ("Y u16"));
  babl_process (babl_fish (acu_bridge_fixed_format (with_alpha), babl_format ("R'G'B'A u8")), pairs, after, 2);
  g_assert_cmpmem (after, 8, expected_alpha, 8);
  thread = g_thread_new ("changes", change_again_and_again, (gpointer) without);
  for (int i = 0; i < 20000; i++)
    {
      babl_process (babl_fish (fixed, babl_format ("R'G'B' u8")), indices, after, 4);
      g_assert_cmpmem (after, 12, expected, 12);
      babl_process (babl_fish (babl_format ("R'G'B' u8"), fixed), expected, back, 4);
      g_assert_cmpmem (back, 4, indices, 4);
    }
  g_thread_join (thread);
  g_assert_true (acu_bridge_fixed_format (without) != fixed);
}

static void
space_is_told (void)
{
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 2, 2), babl_format ("R'G'B' u8"));
  GeglBuffer *same = run (input, "nearest", 1, wide_space ());

  g_assert_true (babl_format_get_space (gegl_buffer_get_format (same)) == wide_space ());
  g_object_unref (same);
  g_object_unref (input);
}

/* Premultiplied: colours are the visible ones times alpha again afterwards. */
static void
premultiplied (void)
{
  const Babl *format = babl_format ("R'aG'aB'aA float");
  const float before[] = { 0.25f, 0.125f, 0, 0.5f };
  float after[4];
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 1, 1), format), *same;

  gegl_buffer_set (input, NULL, 0, format, before, GEGL_AUTO_ROWSTRIDE);
  same = run (input, "lanczos3", 3, NULL);
  gegl_buffer_get (same, GEGL_RECTANGLE (1, 1, 1, 1), 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int c = 0; c < 4; c++)
    g_assert_cmpfloat_with_epsilon (after[c], before[c], 1e-5);
  g_object_unref (same);
  g_object_unref (input);
}

/* Not a number and infinity become 0 rather than spreading. */
static void
not_finite (void)
{
  const Babl *format = babl_format ("R'G'B'A float");
  float pixels[4 * 4], after[4 * 16];
  GeglBuffer *input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 2, 2), format), *big;

  for (int i = 0; i < 16; i++)
    pixels[i] = i % 5 == 0 ? NAN : i % 7 == 0 ? -INFINITY : 0.5f;
  gegl_buffer_set (input, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  big = run (input, "lanczos3", 2, NULL);
  gegl_buffer_get (big, NULL, 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int i = 0; i < 64; i++)
    g_assert_true (isfinite (after[i]));
  g_object_unref (big);
  g_object_unref (input);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autofree char *path = g_strconcat ("/bridge/exact/", encodings[i], NULL);

      g_test_add_data_func (path, encodings[i], exact);
    }
  g_test_add_func ("/bridge/16-bit", every_16_bit_value);
  g_test_add_func ("/bridge/rounding", rounds_and_clamps);
  g_test_add_func ("/bridge/palette", palette);
  g_test_add_func ("/bridge/palette-is-fixed", palette_is_fixed);
  g_test_add_func ("/bridge/space", space_is_told);
  g_test_add_func ("/bridge/premultiplied", premultiplied);
  g_test_add_func ("/bridge/not-finite", not_finite);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
