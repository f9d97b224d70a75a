/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Trust maps: they show what was made up, and where the truth is known they come near it. */
#include <acuity/acuity.h>
#include <gio/gio.h>

#include <math.h>
#include <string.h>

#define SCALE 2
#define MOST 4                    /* channels */

typedef struct Case
{
  int width, height;
  AcuPixelFormat format;
  const char *model;
  int threads, band_rows;
  float *source, *result, *map;   /* the caller's; NULL before they are made */
  int calls, cancel_after;        /* of progress; 0: never */
  double last;
} Case;

static int
channels_of (const Case *c)
{
  return c->format.colours + (c->format.alpha ? 1 : 0);
}

static gboolean
read_source (void *data, int y, int rows, float *pixels, GError **error)
{
  const Case *c = data;
  gsize row = (gsize) c->width * channels_of (c);

  g_assert_cmpint (y, >=, 0);
  g_assert_cmpint (y + rows, <=, c->height);
  memcpy (pixels, c->source + y * row, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
read_result (void *data, int y, int rows, float *pixels, GError **error)
{
  const Case *c = data;
  gsize row = (gsize) c->width * SCALE * channels_of (c);

  g_assert_cmpint (y, >=, 0);
  g_assert_cmpint (y + rows, <=, c->height * SCALE);
  memcpy (pixels, c->result + y * row, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
write_result (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Case *c = data;
  gsize row = (gsize) c->width * SCALE * channels_of (c);

  memcpy (c->result + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
write_map (void *data, int y, int rows, const float *map, GError **error)
{
  const Case *c = data;

  memcpy (c->map + (gsize) y * c->width * SCALE, map, (gsize) rows * c->width * SCALE * sizeof (float));
  return TRUE;
}

static gboolean
tell (void *data, double fraction, double seconds_left)
{
  Case *c = data;

  c->calls++;
  g_assert_cmpfloat (fraction, >=, c->last);
  g_assert_cmpfloat (fraction, <=, 1);
  c->last = fraction;
  return !c->cancel_after || c->calls < c->cancel_after;
}

static AcuUpscaler *
new_upscaler (const Case *c)
{
  AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = c->width, .height = c->height, .format = c->format, .model = c->model, .device = "cpu",
                                                                 .threads = c->threads, .band_rows = c->band_rows,
                                                                 .size = { .mode = ACU_SIZE_FACTOR, .scale = SCALE }), NULL);

  g_assert_nonnull (upscaler);
  return upscaler;
}

/* Makes the result, unless there is one, and its map. */
static gboolean
measure (Case *c, GError **error)
{
  AcuUpscaler *upscaler = new_upscaler (c);
  gsize n = (gsize) c->width * SCALE * c->height * SCALE;
  AcuTrust *trust;
  gboolean done;

  if (!c->result)
    {
      c->result = g_new (float, n * channels_of (c));
      g_assert_true (acu_upscaler_run (upscaler, read_source, write_result, c, NULL, NULL, NULL));
    }
  if (!c->map)
    c->map = g_new (float, n);
  trust = acu_trust_new (upscaler, read_source, read_result, c, tell, c, error);
  done = trust && acu_trust_write (trust, write_map, c, error);
  acu_trust_free (trust);
  acu_upscaler_free (upscaler);
  return done;
}

static void
clear (Case *c)
{
  g_free (c->source);
  g_free (c->result);
  g_free (c->map);
}

static float *
noise_pixels (int n, guint32 seed)
{
  float *pixels = g_new (float, n);

  for (int i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      pixels[i] = (float) (seed >> 8) / (1 << 24);
    }
  return pixels;
}

/* Mean of the map over a rectangle. */
static double
mean (const Case *c, int x0, int y0, int x1, int y1)
{
  double sum = 0;

  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      {
        float value = c->map[(gsize) y * c->width * SCALE + x];

        g_assert_true (value >= 0 && value <= 1);
        sum += value;
      }
  return sum / ((double) (x1 - x0) * (y1 - y0));
}

static void
test_flat (void)
{
  Case c = { .width = 20, .height = 12, .format = { 3, FALSE, FALSE }, .model = "photo-x2" };

  c.source = g_new (float, 20 * 12 * 3);
  for (int i = 0; i < 20 * 12 * 3; i++)
    c.source[i] = 0.5f;
  g_assert_true (measure (&c, NULL));
  g_assert_cmpfloat (mean (&c, 8, 8, 32, 16), <, 0.05);
  g_assert_cmpfloat (c.last, ==, 1);
  clear (&c);
}

/* Noise on the left, a slope on the right. */
static void
test_texture (void)
{
  Case c = { .width = 48, .height = 24, .format = { 3, FALSE, FALSE }, .model = "photo-x2" };

  c.source = noise_pixels (48 * 24 * 3, 1);
  for (int y = 0; y < 24; y++)
    for (int x = 24; x < 48; x++)
      for (int k = 0; k < 3; k++)
        c.source[(y * 48 + x) * 3 + k] = (float) (x + y) / 100;
  g_assert_true (measure (&c, NULL));
  g_assert_cmpfloat (mean (&c, 8, 8, 40, 40), >, 0.5);
  g_assert_cmpfloat (mean (&c, 64, 8, 88, 40), <, 0.1);
  clear (&c);
}

/* What was painted into a result is not in the source: by every kind of model, and only there. */
static void
test_made_up (gconstpointer model)
{
  Case c = { .width = 40, .height = 30, .format = { 1, FALSE, FALSE }, .model = model };

  c.source = g_new (float, 40 * 30);
  for (int i = 0; i < 40 * 30; i++)
    c.source[i] = 0.3f + 0.2f * (float) sin (i % 40 * 0.2) + 0.1f * (float) cos (i / 40 * 0.15);
  g_assert_true (measure (&c, NULL));
  g_assert_cmpfloat (mean (&c, 0, 0, 80, 60), <, 0.1);
  for (int y = 20; y < 32; y++)
    for (int x = 50; x < 62; x++)
      c.result[y * 80 + x] = 0.95f;
  c.last = 0;
  g_assert_true (measure (&c, NULL));
  g_assert_cmpfloat (mean (&c, 52, 22, 60, 30), >, 0.95);
  g_assert_cmpfloat (mean (&c, 0, 0, 40, 60), <, 0.1);
  g_assert_cmpfloat (mean (&c, 0, 40, 80, 60), <, 0.1);
  clear (&c);
}

/* What is not in the mirrored runs, added to a flat picture's result: stripes or squares of a pixel, so far above and below. Both vanish when the result is shrunk, and disagree
 * alike; squares are twice as steep, having edges both ways. Returns the error that is expected in the middle. */
static double
expected_of_pattern (gboolean squares, float height)
{
  enum { SIDE = 24, BIG = SIDE * SCALE };
  Case c = { .width = SIDE, .height = SIDE, .format = { 1, FALSE, FALSE }, .model = "photo-x2" };
  double expected;

  c.source = g_new (float, SIDE * SIDE);
  for (int i = 0; i < SIDE * SIDE; i++)
    c.source[i] = 0.5f;
  c.result = g_new (float, BIG * BIG);
  for (int i = 0; i < BIG * BIG; i++)
    c.result[i] = 0.5f + ((i % BIG + (squares ? i / BIG : 0)) % 2 ? height : -height);
  g_assert_true (measure (&c, NULL));
  expected = ACU_TRUST_FULL * mean (&c, 16, 16, 32, 32);
  clear (&c);
  return expected;
}

/* 1.4 times the cube root of disagreement² · steepness · scale: the disagreement is the height, edges are twice as high. */
static void
test_steepness (void)
{
  const float heights[] = { 0.01f, 0.02f };

  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    for (int ways = 1; ways <= 2; ways++)
      {
        double expected = expected_of_pattern (ways == 2, heights[i]), wanted = 1.4 * heights[i] * cbrt (2 * ways * SCALE);

        g_test_message ("steep %d ways, height %.2f: expected %.4f, by hand %.4f", ways, heights[i], expected, wanted);
        g_assert_cmpfloat_with_epsilon (expected, wanted, 0.03 * wanted);
      }
}

/* Means of 2 × 2 pixels of a photograph, and its luma. */
static void
halve (const guint8 *photo, int side, float *half, double *luma)
{
  static const double weights[] = { 0.299, 0.587, 0.114 };

  memset (half, 0, (gsize) side / 2 * (side / 2) * 3 * sizeof *half);
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        luma[y * side + x] = 0;
        for (int k = 0; k < 3; k++)
          {
            half[(y / 2 * (side / 2) + x / 2) * 3 + k] += (float) photo[(y * side + x) * 3 + k] / 255 / 4;
            luma[y * side + x] += weights[k] * photo[(y * side + x) * 3 + k] / 255;
          }
      }
}

/* Means over 4 × 4 pixels. */
static void
means (const double *values, int side, double *out)
{
  memset (out, 0, (gsize) (side / 4) * (side / 4) * sizeof *out);
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      out[y / 4 * (side / 4) + x / 4] += values[y * side + x] / 16;
}

static double
correlation (const double *a, const double *b, int n)
{
  double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;

  for (int i = 0; i < n; i++)
    {
      ma += a[i] / n;
      mb += b[i] / n;
    }
  for (int i = 0; i < n; i++)
    {
      aa += (a[i] - ma) * (a[i] - ma);
      bb += (b[i] - mb) * (b[i] - mb);
      ab += (a[i] - ma) * (b[i] - mb);
    }
  return ab / sqrt (aa * bb);
}

/* The error of a photograph's enlarged half, where the photograph is known. tests/train/trust.py measures it on many. */
static void
test_truth (void)
{
  enum { SIDE = 48, N = SIDE * SIDE };
  g_autoptr (GBytes) photo = g_resources_lookup_data ("/org/acuity/sample-48x48.rgb", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  Case c = { .width = SIDE / 2, .height = SIDE / 2, .format = { 3, FALSE, FALSE }, .model = "photo-x2" };
  double truth[N], error[N], map[N], e[N / 16], m[N / 16], own, off = 0;

  g_assert_cmpuint (g_bytes_get_size (photo), ==, N * 3);
  c.source = g_new (float, N / 4 * 3);
  halve (g_bytes_get_data (photo, NULL), SIDE, c.source, truth);
  g_assert_true (measure (&c, NULL));
  for (int i = 0; i < N; i++)
    {
      error[i] = fabs (0.299 * c.result[3 * i] + 0.587 * c.result[3 * i + 1] + 0.114 * c.result[3 * i + 2] - truth[i]);
      map[i] = c.map[i];
      off += (map[i] * ACU_TRUST_FULL + 0.004 - error[i]) / N;
    }
  means (error, SIDE, e);
  means (map, SIDE, m);
  own = correlation (e, m, N / 16);
  g_test_message ("correlation with the error %.3f; expected less true error %.4f", own, off);
  g_assert_cmpfloat (own, >=, 0.5);
  g_assert_cmpfloat (fabs (off), <, 0.01);
  clear (&c);
}

/* Gray is RGB of three alike; what is transparent does not count; linear light is what it encodes. */
static void
test_formats (void)
{
  static const AcuPixelFormat formats[] = { { 3, FALSE, FALSE }, { 1, FALSE, FALSE }, { 3, TRUE, FALSE }, { 1, TRUE, TRUE }, { 3, FALSE, TRUE } };
  g_autofree float *noise = noise_pixels (24 * 20, 7);
  double first = 0;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      Case c = { .width = 24, .height = 20, .format = formats[i], .model = "photo-x2" };
      int n = channels_of (&c);

      c.source = g_new (float, 24 * 20 * n);
      for (int p = 0; p < 24 * 20; p++)
        for (int k = 0; k < n; k++)
          {
            float value = k == formats[i].colours ? (float) (p % 24 < 12) : 0.3f + 0.4f * noise[p];

            if (formats[i].linear && k < formats[i].colours)
              acu_srgb_decode (&value, &value, 1);
            c.source[p * n + k] = value;
          }
      g_assert_true (measure (&c, NULL));
      if (i == 0)
        first = mean (&c, 4, 4, 20, 36);
      g_assert_cmpfloat (first, >, 0.1);
      g_assert_cmpfloat_with_epsilon (mean (&c, 4, 4, 20, 36), first, 0.05 * first);
      if (formats[i].alpha)
        g_assert_cmpfloat (mean (&c, 34, 4, 48, 36), ==, 0);
      clear (&c);
    }
}

static void
test_same (void)
{
  Case a = { .width = 30, .height = 26, .format = { 3, FALSE, FALSE }, .model = "photo-x2", .threads = 1, .band_rows = 2 }, b = a;

  a.source = noise_pixels (30 * 26 * 3, 3);
  b.source = noise_pixels (30 * 26 * 3, 3);
  b.threads = 3;
  b.band_rows = 16;
  g_assert_true (measure (&a, NULL));
  g_assert_true (measure (&b, NULL));
  g_assert_cmpmem (a.map, 30 * 26 * 4 * sizeof (float), b.map, 30 * 26 * 4 * sizeof (float));
  clear (&a);
  clear (&b);
}

/* While it runs, and while the result is held against the source, which is all that filters need. */
static void
test_cancel (gconstpointer model)
{
  Case c = { .width = 30, .height = 26, .format = { 3, FALSE, FALSE }, .model = model, .cancel_after = 2 };
  GError *error = NULL;

  c.source = noise_pixels (30 * 26 * 3, 3);
  g_assert_false (measure (&c, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_CANCELLED);
  g_error_free (error);
  clear (&c);
}

static gboolean
fail_to_write (void *data, int y, int rows, const float *map, GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, "full");
  return FALSE;
}

static void
test_write_fails (void)
{
  Case c = { .width = 8, .height = 8, .format = { 1, FALSE, FALSE }, .model = "cubic" };
  AcuUpscaler *upscaler = new_upscaler (&c);
  GError *error = NULL;
  AcuTrust *trust;

  c.source = noise_pixels (64, 1);
  c.result = noise_pixels (256, 2);
  trust = acu_trust_new (upscaler, read_source, read_result, &c, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (acu_trust_write (trust, fail_to_write, &c, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
  g_error_free (error);
  acu_trust_free (trust);
  acu_trust_free (NULL);
  acu_upscaler_free (upscaler);
  clear (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trust/flat", test_flat);
  g_test_add_func ("/trust/texture", test_texture);
  g_test_add_data_func ("/trust/made-up/network", "photo-x2", test_made_up);
  g_test_add_data_func ("/trust/made-up/filter", "lanczos3", test_made_up);
  g_test_add_func ("/trust/steepness", test_steepness);
  g_test_add_func ("/trust/truth", test_truth);
  g_test_add_func ("/trust/formats", test_formats);
  g_test_add_func ("/trust/same", test_same);
  g_test_add_data_func ("/trust/cancel/network", "photo-x2", test_cancel);
  g_test_add_data_func ("/trust/cancel/filter", "cubic", test_cancel);
  g_test_add_func ("/trust/write-fails", test_write_fails);
  return g_test_run ();
}
