/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole jobs with the fast precision begin again exactly where fast arithmetic is no good: numbers too large for it, or wild results, in which
 * roundings have grown. */
#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <string.h>

#define WIDTH 23
#define HEIGHT 70

typedef struct Result
{
  float pixels[HEIGHT][WIDTH * 3];
  int next, begun;
  double fraction;
} Result;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  for (int i = 0; i < rows * WIDTH * 3; i++)
    pixels[i] = (float) ((i * 37 + y * 11) % 64) / 63;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Result *result = data;

  result->begun += y == 0;
  g_assert_true (y == 0 || y == result->next);
  result->next = y + rows;
  memcpy (result->pixels[y], pixels, rows * sizeof result->pixels[0]);
  return TRUE;
}

static gboolean
progress (void *data, double fraction, double seconds_left)
{
  Result *result = data;

  g_assert_cmpfloat (fraction, >=, result->fraction);
  result->fraction = fraction;
  return TRUE;
}

/* Two convolutions, each of which multiplies by about that much. */
static char *
make_model (const char *folder, const char *name, float gain)
{
  static const char param[] = "7767517\n3 3\nInput in 0 1 data\nConvolution a 1 1 data x 0=16 1=3 4=1 6=432\n"
                              "Convolution b 1 1 x y 0=3 1=3 4=1 6=432\n";
  char *base = g_build_filename (folder, name, NULL), *path = g_strconcat (base, ".param", NULL);
  g_autofree char *bin = g_strconcat (base, ".bin", NULL);
  GRand *rand = g_rand_new_with_seed (7);
  GByteArray *bytes = g_byte_array_new ();

  for (int layer = 0; layer < 2; layer++)
    {
      g_byte_array_append (bytes, (const guint8 *) "\0\0\0", 4);
      for (int i = 0; i < 432; i++)
        {
          float v = (float) g_rand_double_range (rand, -0.1, 0.2) * gain;

          g_byte_array_append (bytes, (const guint8 *) &v, sizeof v);
        }
    }
  g_assert_true (g_file_set_contents (path, param, -1, NULL));
  g_assert_true (g_file_set_contents (bin, (const char *) bytes->data, bytes->len, NULL));
  g_byte_array_unref (bytes);
  g_rand_free (rand);
  g_free (base);
  return path;
}

static void
run (const char *path, AcuPrecision precision, Result *result)
{
  GError *error = NULL;
  AcuUpscaler *job = acu_upscaler_new (acu_upscaler_params (.width = WIDTH, .height = HEIGHT, .model = path, .format = { 3, FALSE, FALSE },
                                                            .size = { .scale = 1 }, .precision = precision, .threads = 2), &error);

  g_assert_no_error (error);
  *result = (Result) { .next = 0 };
  acu_upscaler_run (job, read_rows, write_rows, result, progress, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->next, ==, HEIGHT);
  g_assert_cmpfloat (result->fraction, ==, 1);
  acu_upscaler_free (job);
}

static void
begins_again (void)
{
  static const struct
  {
    const char *name;
    float gain;
    gboolean exactly;
  } rows[] = { { "half", 0.5f, FALSE }, { "quarter", 0.25f, FALSE }, { "wild", 30, TRUE }, { "too-large", 3e4f, TRUE } };
  g_autofree char *folder = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  static Result fast, exact;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = make_model (folder, rows[i].name, rows[i].gain);
      g_autofree char *bin = g_strdup_printf ("%s/%s.bin", folder, rows[i].name);

      run (path, ACU_PRECISION_EXACT, &exact);
      run (path, ACU_PRECISION_FAST, &fast);
      g_test_message ("gain %g: %g exactly, %g fast", rows[i].gain, exact.pixels[20][30], fast.pixels[20][30]);
      g_assert_cmpint (exact.begun, ==, 1);
      g_assert_cmpint (memcmp (fast.pixels, exact.pixels, sizeof fast.pixels) == 0, ==, rows[i].exactly);
      g_unlink (path);
      g_unlink (bin);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/precision/begins-again", begins_again);
  return g_test_run ();
}
