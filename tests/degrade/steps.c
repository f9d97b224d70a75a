/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Each step against its formula. */
#include "blur.h"
#include "steps.h"

#include <acuity/error.h>
#include <math.h>
#include <string.h>

enum { SIDE = 128, PIXELS = SIDE * SIDE };

static float picture[PIXELS * 3], before[PIXELS * 3];

static void
fill (float value)
{
  for (int i = 0; i < PIXELS * 3; i++)
    picture[i] = before[i] = value;
}

static void
fill_texture (void)
{
  for (int i = 0; i < PIXELS * 3; i++)
    picture[i] = before[i] = 0.1f + 0.8f * (acu_random_at (3, i) >> 40) / 16777216.0f;
}

static void
test_functions (void)
{
  for (double x = -40; x <= 40; x += 0.37)
    {
      g_assert_cmpfloat_with_epsilon (acu_number_exp (x) / exp (x), 1, 1e-13);
      g_assert_cmpfloat_with_epsilon (acu_number_log (exp (x)), x, 1e-12);
      g_assert_cmpfloat_with_epsilon (acu_number_cos (x), cos (x), 1e-13);
      g_assert_cmpfloat_with_epsilon (acu_number_sin (x), sin (x), 1e-13);
      g_assert_cmpfloat_with_epsilon (acu_number_bessel1 (x), j1 (x), 1e-12);
    }
  g_assert_cmpfloat (acu_number_exp (-1000), ==, 0);
  g_assert_cmpuint (acu_random_next (&(AcuRandom) { 1234567 }), ==, G_GUINT64_CONSTANT (6457827717110365317));
}

static void
test_normal (void)
{
  enum { N = 400000 };
  double sums[5] = { 0 };

  for (int i = 0; i < N; i++)
    {
      double z = acu_random_normal (acu_random_at (1, i));

      for (int k = 1; k <= 4; k++)
        sums[k] += pow (z, k) / N;
    }
  g_assert_cmpfloat_with_epsilon (sums[1], 0, 0.01);
  g_assert_cmpfloat_with_epsilon (sums[2], 1, 0.01);
  g_assert_cmpfloat_with_epsilon (sums[3], 0, 0.02);
  g_assert_cmpfloat_with_epsilon (sums[4], 3, 0.05);
}

static double
formula (AcuBlurShape shape, double x, double y, double sx, double sy, double angle, double beta)
{
  double u = (cos (angle) * x + sin (angle) * y) / sx, v = (cos (angle) * y - sin (angle) * x) / sy, q = u * u + v * v;

  return shape == ACU_BLUR_GAUSSIAN ? exp (-q / 2) : shape == ACU_BLUR_GENERAL ? exp (-pow (q, beta) / 2) : 1 / (1 + pow (q, beta));
}

static void
test_kernels (void)
{
  static const double rows[][4] = { { 1, 1, 0, 1 }, { 3, 0.7, 0.6, 0.5 }, { 0.2, 0.2, 0, 2 }, { 2, 1.5, 2.5, 4 } };
  AcuBlurKernel kernel;

  for (int size = 3; size <= 21; size += 2)
    for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
      for (int shape = 0; shape < 3; shape++)
        {
          const double *p = rows[r];
          double sum = 0, total = 0;

          acu_blur_kernel_make (&kernel, size, (AcuBlurShape) shape, p[0], p[1], p[2], p[3]);
          for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++)
              total += formula ((AcuBlurShape) shape, x - size / 2, y - size / 2, p[0], p[1], p[2], p[3]);
          for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++)
              {
                double wanted = formula ((AcuBlurShape) shape, x - size / 2, y - size / 2, p[0], p[1], p[2], p[3]) / total;

                g_assert_cmpfloat_with_epsilon (kernel.weights[y * size + x], wanted, 1e-12);
                sum += kernel.weights[y * size + x];
              }
          g_assert_cmpfloat_with_epsilon (sum, 1, 1e-12);
        }
  acu_blur_kernel_sinc (&kernel, 21, 1.5);
  g_assert_cmpfloat_with_epsilon (kernel.weights[10 * 21 + 13] / kernel.weights[10 * 21 + 10],
                                  1.5 * j1 (4.5) / (2 * G_PI * 3) / (1.5 * 1.5 / (4 * G_PI)), 1e-11);
  g_assert_cmpfloat (kernel.weights[3], ==, kernel.weights[21 * 17]);
}

/* Against the plain double sum, with kernels that are products and ones that are not. */
static void
test_convolution (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 20 }, { 20, 1 }, { 3, 2 }, { 37, 29 } };
  AcuDegradationPass pass = acu_degradation_preset_find ("photo")->recipe.first;

  pass.sinc = 0.3;
  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint seed = 0; seed < 40; seed++)
      {
        int w = sizes[s][0], h = sizes[s][1];
        AcuRandom random = { seed };
        AcuBlurKernel kernel;

        fill_texture ();
        acu_blur_kernel_draw (&kernel, &pass, &random);
        g_assert_true (acu_blur_run (&kernel, picture, w, h, NULL));
        for (int y = 0; y < h; y++)
          for (int x = 0; x < w; x++)
            {
              double sum = 0;

              for (int j = 0; j < kernel.size; j++)
                for (int i = 0; i < kernel.size; i++)
                  {
                    int u = abs (x + i - kernel.size / 2), v = abs (y + j - kernel.size / 2);

                    u = w == 1 ? 0 : u % (2 * w - 2);
                    v = h == 1 ? 0 : v % (2 * h - 2);
                    u = u < w ? u : 2 * w - 2 - u;
                    v = v < h ? v : 2 * h - 2 - v;
                    sum += kernel.weights[j * kernel.size + i] * before[(v * w + u) * 3 + 1];
                  }
              g_assert_cmpfloat_with_epsilon (picture[(y * w + x) * 3 + 1], sum, 3e-5);
            }
      }
}

/* Mean and deviation of what was added, and how much the channels agree. */
static void
measure (double *mean, double *sigma, double *agreement)
{
  double sum = 0, squares = 0, products = 0;

  for (int i = 0; i < PIXELS; i++)
    for (int c = 0; c < 3; c++)
      {
        double d = picture[3 * i + c] - before[3 * i + c], e = picture[3 * i + (c + 1) % 3] - before[3 * i + (c + 1) % 3];

        sum += d;
        squares += d * d;
        products += d * e;
      }
  *mean = sum / (3 * PIXELS);
  *sigma = sqrt (squares / (3 * PIXELS));
  *agreement = products / squares;
}

static void
test_noise (void)
{
  static const float levels[] = { 0, 4 / 255.0f, 20 / 255.0f, 40 / 255.0f, 0.5f, 1 };
  double mean, sigma, agreement;

  for (int gray = 0; gray < 2; gray++)
    {
      fill (0.5f);
      acu_noise_gaussian (picture, PIXELS, 0.05f, gray, 5);
      measure (&mean, &sigma, &agreement);
      g_assert_cmpfloat_with_epsilon (mean, 0, 0.0015);
      g_assert_cmpfloat_with_epsilon (sigma, 0.05, 0.001);
      g_assert_cmpfloat_with_epsilon (agreement, gray, 0.03);
      for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
        {
          fill (levels[l]);
          acu_noise_poisson (picture, PIXELS, 2, gray, 6);
          measure (&mean, &sigma, &agreement);
          g_assert_cmpfloat_with_epsilon (mean, 0, 0.003);
          g_assert_cmpfloat_with_epsilon (sigma, 2 * sqrt (levels[l] / 256), 0.002 + 0.02 * sqrt (levels[l]) * 2 / 16);
        }
    }
}

static double
difference (void)
{
  double sum = 0;

  for (int i = 0; i < PIXELS * 3; i++)
    sum += fabs (picture[i] - before[i]) / (PIXELS * 3);
  return sum;
}

static void
test_jpeg (void)
{
  static const int qualities[] = { 100, 90, 60, 30, 5 };
  double last = 0;
  GError *error = NULL;
  float *wide = g_new0 (float, 3 * 65501);

  for (guint q = 0; q < G_N_ELEMENTS (qualities); q++)
    {
      fill_texture ();
      g_assert_true (acu_jpeg_run (picture, SIDE, SIDE, qualities[q], TRUE, NULL));
      g_assert_cmpfloat (difference (), >, last);
      last = difference ();
      g_assert_cmpfloat (last, <, qualities[q] == 100 ? 0.01 : 0.5);
    }
  fill_texture ();
  g_assert_true (acu_jpeg_run (picture, SIDE, SIDE, 100, FALSE, NULL));
  g_assert_cmpfloat (difference (), >, 0.05);
  g_assert_false (acu_jpeg_run (wide, 65501, 1, 50, FALSE, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_SIZE);
  g_error_free (error);
  g_free (wide);
}

static void
test_camera (void)
{
  const int corner = 0, centre = (SIDE / 2 * SIDE + SIDE / 2) * 3;
  int hot = 0;

  fill (0.5f);
  acu_lens_vignetting (picture, SIDE, SIDE, 0.4);
  g_assert_cmpfloat_with_epsilon (picture[corner], 0.3, 0.005);
  g_assert_cmpfloat_with_epsilon (picture[centre], 0.5, 0.001);

  /* a ramp shows how far a channel moves */
  fill (0);
  for (int i = 0; i < PIXELS * 3; i++)
    picture[i] = before[i] = (float) (i / 3 % SIDE) / SIDE;
  g_assert_true (acu_lens_aberration (picture, SIDE, SIDE, 2, -2, NULL));
  /* of 2 pixels in the corner, half of the square root of 2 lie across */
  g_assert_cmpfloat_with_epsilon ((picture[3 * 5] - before[3 * 5]) * SIDE, 2 * 0.7071 * 58.5 / 64, 0.02);
  g_assert_cmpfloat_with_epsilon ((picture[3 * 5 + 2] - before[3 * 5 + 2]) * SIDE, -2 * 0.7071 * 58.5 / 64, 0.02);
  g_assert_cmpfloat (picture[3 * 5 + 1], ==, before[3 * 5 + 1]);

  fill (0.25f);
  acu_sensor_hot_pixels (picture, PIXELS, 0.01, TRUE, 9);
  for (int i = 0; i < PIXELS * 3; i++)
    hot += picture[i] == 1;
  g_assert_cmpint (hot, >, PIXELS / 100 * 0.7);
  g_assert_cmpint (hot, <, PIXELS / 100 * 1.3);

  fill (0.25f);
  g_assert_true (acu_sensor_mosaic (picture, SIDE, SIDE, 0, NULL));
  g_assert_cmpmem (picture, sizeof picture, before, sizeof before);
  fill_texture ();
  g_assert_true (acu_sensor_mosaic (picture, SIDE, SIDE, 0, NULL));
  g_assert_cmpfloat (picture[0], ==, before[0]);
  g_assert_cmpfloat_with_epsilon (picture[3 + 0], (before[0] + before[6]) / 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (picture[3 * (SIDE * 2 + 2) + 2],
                                  (before[3 * (SIDE + 1) + 2] + before[3 * (SIDE + 3) + 2] + before[3 * (SIDE * 3 + 1) + 2]
                                   + before[3 * (SIDE * 3 + 3) + 2]) / 4, 1e-6);

  fill_texture ();
  g_assert_true (acu_sensor_chroma_blur (picture, SIDE, SIDE, 2, NULL));
  g_assert_cmpfloat (difference (), >, 0.05);
  for (int i = 0; i < PIXELS; i++)
    g_assert_cmpfloat_with_epsilon (0.299 * (picture[3 * i] - before[3 * i]) + 0.587 * (picture[3 * i + 1] - before[3 * i + 1])
                                    + 0.114 * (picture[3 * i + 2] - before[3 * i + 2]), 0, 1e-5);

  /* an edge gets a halo on both sides, far from it nothing changes */
  fill (0.25f);
  for (int i = 0; i < PIXELS * 3; i++)
    picture[i] = before[i] = i / 3 % SIDE < 64 ? 0.25f : 0.75f;
  g_assert_true (acu_sharpen (picture, SIDE, SIDE, 1, 1, NULL));
  g_assert_cmpfloat (picture[3 * 63], <, 0.15);
  g_assert_cmpfloat (picture[3 * 64], >, 0.85);
  g_assert_cmpfloat_with_epsilon (picture[3 * 20], 0.25, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/degrade/steps/functions", test_functions);
  g_test_add_func ("/degrade/steps/normal", test_normal);
  g_test_add_func ("/degrade/steps/kernels", test_kernels);
  g_test_add_func ("/degrade/steps/convolution", test_convolution);
  g_test_add_func ("/degrade/steps/noise", test_noise);
  g_test_add_func ("/degrade/steps/jpeg", test_jpeg);
  g_test_add_func ("/degrade/steps/camera", test_camera);
  return g_test_run ();
}
