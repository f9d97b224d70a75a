/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

typedef gboolean (*Measure) (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error);

static gboolean
niqe (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  return acu_measure_niqe (a, border, value, error);
}

static gboolean
sharpness (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, double *value, GError **error)
{
  return acu_measure_sharpness (a, border, value, error);
}

/* Those that look at one picture. */
static gboolean
is_alone (Measure measure)
{
  return measure == niqe || measure == sharpness;
}

/* All of them, with the least picture that each takes and what it says of two pictures that are alike. */
static const struct
{
  const char *name;
  Measure measure;
  int least_width, least_height;
  double alike;                   /* NaN: depends on the picture */
} measures[] = {
  { "psnr_y", acu_measure_psnr_y, 1, 1, INFINITY },
  { "psnr_rgb", acu_measure_psnr_rgb, 1, 1, INFINITY },
  { "ssim_y", acu_measure_ssim_y, 11, 11, 1 },
  { "ms_ssim_y", acu_measure_ms_ssim_y, 161, 161, 1 },
  { "gmsd", acu_measure_gmsd, 3, 3, 0 },
  { "niqe", niqe, 192, 96, NAN },
  { "sharpness", sharpness, 2, 2, NAN },
  { "consistency", acu_measure_consistency, 1, 1, INFINITY },
};

static AcuMetricPicture
picture_new (int width, int height, int channels)
{
  gsize n = (gsize) width * height * channels;
  float *pixels = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    pixels[i] = (float) g_test_rand_double_range (-0.05, 1.05);
  return (AcuMetricPicture) { pixels, width, height, channels };
}

static AcuMetricPicture
picture_flat (int width, int height, int channels, float value)
{
  AcuMetricPicture picture = picture_new (width, height, channels);

  for (gsize i = 0; i < (gsize) width * height * channels; i++)
    ((float *) picture.pixels)[i] = value;
  return picture;
}

static void
picture_clear (AcuMetricPicture *picture)
{
  g_free ((float *) picture->pixels);
}

static double
measured (Measure measure, const AcuMetricPicture *a, const AcuMetricPicture *b, int border)
{
  GError *error = NULL;
  double value = -1;

  g_assert_true (measure (a, b, border, &value, &error));
  g_assert_no_error (error);
  return value;
}

/* By hand: a difference of one value in flat pictures. */
static void
test_psnr_known (void)
{
  const struct
  {
    float a[3], b[3];
    int channels;
    double y, rgb;                /* the differences, of 255 */
  } table[] = {
    { { 0.5f }, { 0.25f }, 1, 219 * 0.25, 255 * 0.25 },
    { { 1, 1, 1 }, { 0, 0, 0 }, 3, 219, 255 },
    { { 1, 0, 0 }, { 0, 0, 0 }, 3, 65.481, 255 / sqrt (3) },
    { { 0, 1, 0 }, { 0, 0, 0 }, 3, 128.553, 255 / sqrt (3) },
    { { 0, 0, 1 }, { 0, 0, 0 }, 3, 24.966, 255 / sqrt (3) },
    { { 7, 1, 1 }, { 0, 0, -3 }, 3, 219, 255 },               /* limited to what a file holds */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const AcuMetricPicture a = { table[i].a, 1, 1, table[i].channels }, b = { table[i].b, 1, 1, table[i].channels };

      g_assert_cmpfloat_with_epsilon (measured (acu_measure_psnr_y, &a, &b, 0), 20 * log10 (255 / table[i].y), 1e-9);
      g_assert_cmpfloat_with_epsilon (measured (acu_measure_psnr_rgb, &a, &b, 0), 20 * log10 (255 / table[i].rgb), 1e-9);
    }
}

/* By hand: flat, stripes one pixel wide, and a checkerboard, whose neighbours differ across and down. */
static void
test_sharpness_known (void)
{
  AcuMetricPicture picture = picture_flat (9, 8, 1, 0.5f);

  g_assert_cmpfloat (measured (sharpness, &picture, NULL, 0), ==, 0);
  for (int i = 0; i < 72; i++)
    ((float *) picture.pixels)[i] = (float) (i % 9 % 2);
  g_assert_cmpfloat_with_epsilon (measured (sharpness, &picture, NULL, 1), 219 / 2.0, 1e-9);
  for (int i = 0; i < 72; i++)
    ((float *) picture.pixels)[i] = (float) ((i % 9 + i / 9) % 2);
  g_assert_cmpfloat_with_epsilon (measured (sharpness, &picture, NULL, 0), 219, 1e-9);
  picture_clear (&picture);
}

/* Flat pictures have no structure: only luminance is compared. */
static void
test_ssim_known (void)
{
  AcuMetricPicture a = picture_flat (170, 163, 1, 0.25f), b = picture_flat (170, 163, 1, 0.75f);
  const double p = 16 + 219 * 0.25, q = 16 + 219 * 0.75, c1 = 2.55 * 2.55;
  double luminance = (2 * p * q + c1) / (p * p + q * q + c1);

  g_assert_cmpfloat_with_epsilon (measured (acu_measure_ssim_y, &a, &b, 0), luminance, 1e-9);
  g_assert_cmpfloat_with_epsilon (measured (acu_measure_ms_ssim_y, &a, &b, 0), pow (luminance, 0.1333), 1e-9);
  picture_clear (&a);
  picture_clear (&b);
}

/* A window of 11 × 11 is all there is: against the definition with weights written out. */
static void
test_ssim_one_window (void)
{
  AcuMetricPicture a = picture_new (11, 11, 3), b = picture_new (11, 11, 3);
  double sums[5] = { 0 }, total = 0, va, vb, ab;

  for (int y = 0; y < 11; y++)
    for (int x = 0; x < 11; x++)
      {
        double w = exp (-((x - 5) * (x - 5) + (y - 5) * (y - 5)) / 4.5), p, q;

        g_assert_true (acu_metric_luma_row (a.pixels + 3 * (11 * y + x), 1, 3, &p));
        g_assert_true (acu_metric_luma_row (b.pixels + 3 * (11 * y + x), 1, 3, &q));
        total += w;
        sums[0] += w * p;
        sums[1] += w * q;
        sums[2] += w * p * p;
        sums[3] += w * q * q;
        sums[4] += w * p * q;
      }
  for (int i = 0; i < 5; i++)
    sums[i] /= total;
  va = sums[2] - sums[0] * sums[0];
  vb = sums[3] - sums[1] * sums[1];
  ab = sums[4] - sums[0] * sums[1];
  g_assert_cmpfloat_with_epsilon (measured (acu_measure_ssim_y, &a, &b, 0),
                                  (2 * sums[0] * sums[1] + 6.5025) * (2 * ab + 58.5225)
                                    / ((sums[0] * sums[0] + sums[1] * sums[1] + 6.5025) * (va + vb + 58.5225)), 1e-9);
  picture_clear (&a);
  picture_clear (&b);
}

/* Halved, 4 × 4 pixels become 2 × 2, all of them at an edge: one bright quarter against a dark picture. */
static void
test_gmsd_known (void)
{
  const float bright[16] = { 1, 1, 0, 0, 1, 1 }, dark[16] = { 0 };
  const AcuMetricPicture a = { bright, 4, 4, 1 }, b = { dark, 4, 4, 1 };
  /* The bright place itself has no difference across it; its neighbours have 255/3 one way (and both ways at the corner). */
  const double g = 85 * 85;
  const double s[4] = { 1, 170 / (g + 170), 170 / (g + 170), 170 / (2 * g + 170) };
  double mean = (s[0] + s[1] + s[2] + s[3]) / 4, squares = 0;

  for (int i = 0; i < 4; i++)
    squares += (s[i] - mean) * (s[i] - mean);
  g_assert_cmpfloat_with_epsilon (measured (acu_measure_gmsd, &a, &b, 0), sqrt (squares / 3), 1e-9);
}

static void
test_consistency_known (void)
{
  const int factors[] = { 1, 2, 3, 4 };

  for (guint f = 0; f < G_N_ELEMENTS (factors); f++)
    {
      AcuMetricPicture large = picture_flat (12 * factors[f], 10 * factors[f], 3, 0.5f), small = picture_flat (12, 10, 3, 0.25f);

      g_assert_cmpfloat_with_epsilon (measured (acu_measure_consistency, &large, &small, 2), 20 * log10 (4), 1e-4);
      picture_clear (&large);
      picture_clear (&small);
    }
}

/* Columns of 2 and 0 are 1 and 0 in a file, and 0.5 when shrunk. */
static void
test_consistency_limited (void)
{
  AcuMetricPicture large = picture_flat (24, 20, 3, 2), small = picture_flat (12, 10, 3, 0.25f);

  for (gsize i = 0; i < 24 * 20 * 3; i++)
    if (i / 3 % 2)
      ((float *) large.pixels)[i] = 0;
  g_assert_cmpfloat_with_epsilon (measured (acu_measure_consistency, &large, &small, 2), 20 * log10 (4), 1e-4);
  picture_clear (&large);
  picture_clear (&small);
}

static void
test_alike (void)
{
  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    for (int channels = 1; channels <= 3; channels += 2)
      for (int border = 0; border < 3; border++)
        {
          AcuMetricPicture a = picture_new (measures[m].least_width + 2 * border, measures[m].least_height + 2 * border, channels);
          double value = measured (measures[m].measure, &a, &a, border);

          g_test_message ("%s: %g", measures[m].name, value);
          if (isnan (measures[m].alike))
            g_assert_true (isfinite (value) && value > 0);
          else if (isinf (measures[m].alike))
            g_assert_true (isinf (value) && value > 0);
          else
            g_assert_cmpfloat_with_epsilon (value, measures[m].alike, 1e-12);
          picture_clear (&a);
        }
}

/* One size less is refused, and the value left alone. */
static void
test_too_small (void)
{
  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    for (int border = 0; border < 3; border++)
      for (int way = 0; way < 2; way++)
        {
          AcuMetricPicture a = picture_new (measures[m].least_width + 2 * border - (way == 0),
                                            measures[m].least_height + 2 * border - (way == 1), 1);
          g_autoptr (GError) error = NULL;
          double value = 42;

          g_assert_false (measures[m].measure (&a, &a, border, &value, &error));
          g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
          g_assert_cmpfloat (value, ==, 42);
          picture_clear (&a);
        }
}

static void
test_refusals (void)
{
  const float pixels[12] = { 0 };
  const AcuMetricPicture good = { pixels, 2, 2, 3 };
  const struct
  {
    AcuMetricPicture picture;
    int border;
  } bad[] = {
    { { pixels, 0, 2, 3 }, 0 }, { { pixels, 2, 0, 3 }, 0 }, { { pixels, -2, 2, 3 }, 0 }, { { pixels, 2, 2, 2 }, 0 },
    { { pixels, 2, 2, 4 }, 0 }, { { pixels, 2, 2, 0 }, 0 }, { { pixels, ACU_MAX_SIDE + 1, 2, 3 }, 0 }, { { pixels, G_MAXINT, 2, 3 }, 0 },
    { { pixels, G_MININT, 2, 3 }, 0 }, { { pixels, 2, 2, 3 }, -1 }, { { pixels, 2, 2, 3 }, 1 }, { { pixels, 2, 2, 3 }, G_MAXINT },
    { { pixels, 2, 2, 3 }, G_MAXINT / 2 + 1 }, { { pixels, 2, 2, 3 }, G_MININT },
  };
  const AcuMetricPicture other[] = { { pixels, 2, 1, 3 }, { pixels, 1, 2, 3 }, { pixels, 2, 2, 1 }, { pixels, 4, 1, 3 }, { pixels, 0, 0, 0 } };

  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    {
      GError *error = NULL;
      double value = 42;

      for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
        {
          g_assert_false (measures[m].measure (&bad[i].picture, &bad[i].picture, bad[i].border, &value, &error));
          g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
          g_clear_error (&error);
        }
      for (guint i = 0; i < G_N_ELEMENTS (other); i++)
        {
          gboolean smaller = measures[m].measure == acu_measure_consistency && other[i].channels == 3 && other[i].width <= 2;

          /* What is smaller and has the same channels is an input that a result was made of. */
          if (smaller || measures[m].measure == sharpness)
            continue;
          g_assert_false (measures[m].measure (&good, &other[i], 0, &value, &error));
          g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
          g_clear_error (&error);
        }
      g_assert_cmpfloat (value, ==, 42);
    }
}

/* What is no number makes the result none, wherever it is; in the border it is not looked at. */
static void
test_not_finite (void)
{
  const float wrong[] = { NAN, INFINITY, -INFINITY };

  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
      for (int which = 0; which < 2; which++)
        {
          AcuMetricPicture pair[2] = { picture_new (measures[m].least_width + 4, measures[m].least_height + 4, 3),
                                       picture_new (measures[m].least_width + 4, measures[m].least_height + 4, 3) };
          float *inside = (float *) pair[which].pixels + 3 * (2 * pair[which].width + 2) + 1, *outside = (float *) pair[which].pixels;
          gboolean unary = is_alone (measures[m].measure) && which == 1;
          double before = measured (measures[m].measure, &pair[0], &pair[1], 2);

          g_assert_true (isfinite (before));
          *outside = wrong[i];
          if (measures[m].measure != acu_measure_consistency || which == 1)
            g_assert_cmpfloat (measured (measures[m].measure, &pair[0], &pair[1], 2), ==, before);
          *outside = 0;
          *inside = wrong[i];
          if (unary)
            g_assert_cmpfloat (measured (measures[m].measure, &pair[0], &pair[1], 2), ==, before);
          else
            g_assert_true (isnan (measured (measures[m].measure, &pair[0], &pair[1], 2)));
          picture_clear (&pair[0]);
          picture_clear (&pair[1]);
        }
}

/* Gray is RGB with channels that are alike; the border is what a smaller picture would not have; order does not matter. */
static void
test_same_thing (void)
{
  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    {
      const int width = 200, height = 175, border = 3;
      AcuMetricPicture gray[2], rgb[2], inner[2];

      for (int i = 0; i < 2; i++)
        {
          gray[i] = picture_new (width, height, 1);
          rgb[i] = picture_new (width, height, 3);
          inner[i] = picture_new (width - 2 * border, height - 2 * border, 1);
          for (int p = 0; p < width * height; p++)
            for (int c = 0; c < 3; c++)
              ((float *) rgb[i].pixels)[3 * p + c] = gray[i].pixels[p];
          for (int y = 0; y < inner[i].height; y++)
            memcpy ((float *) inner[i].pixels + y * inner[i].width, gray[i].pixels + (y + border) * width + border,
                    inner[i].width * sizeof (float));
        }
      g_assert_cmpfloat_with_epsilon (measured (measures[m].measure, &gray[0], &gray[1], border),
                                      measured (measures[m].measure, &rgb[0], &rgb[1], border), 1e-9);
      g_assert_cmpfloat_with_epsilon (measured (measures[m].measure, &gray[0], &gray[1], border),
                                      measured (measures[m].measure, &inner[0], &inner[1], 0), 1e-9);
      if (!is_alone (measures[m].measure))
        g_assert_cmpfloat_with_epsilon (measured (measures[m].measure, &gray[0], &gray[1], border),
                                        measured (measures[m].measure, &gray[1], &gray[0], border), 1e-9);
      for (int i = 0; i < 2; i++)
        {
          picture_clear (&gray[i]);
          picture_clear (&rgb[i]);
          picture_clear (&inner[i]);
        }
    }
}

/* A flat picture has no statistics; with two blocks that have some, there is a number. */
static void
test_niqe_flat (void)
{
  AcuMetricPicture picture = picture_flat (96 * 3, 96, 3, 0.3f);

  g_assert_true (isnan (measured (niqe, &picture, NULL, 0)));
  for (int x = 0; x < 96 * 2; x++)
    for (int y = 0; y < 96; y++)
      ((float *) picture.pixels)[3 * (y * picture.width + x)] = (float) g_test_rand_double ();
  g_assert_true (isfinite (measured (niqe, &picture, NULL, 0)));
  g_assert_nonnull (strstr (acu_metric_niqe_model (), "BasicSR"));
  picture_clear (&picture);
}

static gpointer
measure_in_thread (gpointer data)
{
  AcuMetricPicture *pair = data;
  double *values = g_new (double, G_N_ELEMENTS (measures));

  for (guint m = 0; m < G_N_ELEMENTS (measures); m++)
    values[m] = measured (measures[m].measure, &pair[0], &pair[1], 1);
  return values;
}

static void
test_threads (void)
{
  AcuMetricPicture pair[2] = { picture_new (201, 180, 3), picture_new (201, 180, 3) };
  g_autofree double *wanted = measure_in_thread (pair);
  GThread *threads[4];

  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    threads[t] = g_thread_new ("measure", measure_in_thread, pair);
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    {
      g_autofree double *values = g_thread_join (threads[t]);

      g_assert_cmpmem (values, sizeof measures / sizeof measures[0] * sizeof (double), wanted,
                       sizeof measures / sizeof measures[0] * sizeof (double));
    }
  picture_clear (&pair[0]);
  picture_clear (&pair[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/sharpness-known", test_sharpness_known);
  g_test_add_func ("/metrics/psnr-known", test_psnr_known);
  g_test_add_func ("/metrics/ssim-known", test_ssim_known);
  g_test_add_func ("/metrics/ssim-one-window", test_ssim_one_window);
  g_test_add_func ("/metrics/gmsd-known", test_gmsd_known);
  g_test_add_func ("/metrics/consistency-known", test_consistency_known);
  g_test_add_func ("/metrics/consistency-limited", test_consistency_limited);
  g_test_add_func ("/metrics/alike", test_alike);
  g_test_add_func ("/metrics/too-small", test_too_small);
  g_test_add_func ("/metrics/refusals", test_refusals);
  g_test_add_func ("/metrics/not-finite", test_not_finite);
  g_test_add_func ("/metrics/same-thing", test_same_thing);
  g_test_add_func ("/metrics/niqe-flat", test_niqe_flat);
  g_test_add_func ("/metrics/threads", test_threads);
  return g_test_run ();
}
