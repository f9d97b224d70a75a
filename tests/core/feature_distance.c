/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "feature_distance.h"

#include <math.h>
#include <string.h>

/* Two layers: (r - g, b), then (x + y, x - y), both with negative numbers cut off; and a branch that nothing of them needs. */
static AcuNet *
net_new (int channels)
{
  static const float first[2][3] = { { 1, -1, 0 }, { 0, 0, 1 } }, second[2][2] = { { 1, 1 }, { 1, -1 } }, none[2] = { 0, 0 };
  AcuNet *net = acu_net_new ("two");
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL);
  guint input = 0, branch, here;

  layer->channels = channels;
  layer = acu_net_add (net, ACU_LAYER_CONV2D, "first", &input, 1, &here);
  layer->channels = 2;
  layer->weights = g_bytes_new_static (first, sizeof (float) * 2 * channels);
  layer = acu_net_add (net, ACU_LAYER_SLOPE, "cut1", &here, 1, &here);
  layer->weights = g_bytes_new_static (none, sizeof none);
  acu_net_add (net, ACU_LAYER_SIGMOID, "aside", &here, 1, &branch);
  layer = acu_net_add (net, ACU_LAYER_CONV2D, "second", &here, 1, &here);
  layer->weights = g_bytes_new_static (second, sizeof second);
  layer = acu_net_add (net, ACU_LAYER_SLOPE, "cut2", &here, 1, &here);
  layer->weights = g_bytes_new_static (none, sizeof none);
  acu_net_add (net, ACU_LAYER_ADD, "sum", (const guint[]) { here, branch }, 2, NULL);
  net->scale = 1;
  return net;
}

static double
unit_distance (const double *a, const double *b)
{
  double la = hypot (a[0], a[1]) + 1e-10, lb = hypot (b[0], b[1]) + 1e-10;

  return pow (a[0] / la - b[0] / lb, 2) + pow (a[1] / la - b[1] / lb, 2);
}

static void
features (const float *p, double one[2], double sigmoid[2], double two[2])
{
  one[0] = fmax (p[0] - p[1], 0);
  one[1] = fmax (p[2], 0);
  for (int c = 0; c < 2; c++)
    sigmoid[c] = 1 / (1 + exp (-one[c]));
  two[0] = fmax (one[0] + one[1], 0);
  two[1] = fmax (one[0] - one[1], 0);
}

static void
random_picture (float *pixels, int n)
{
  for (int i = 0; i < n; i++)
    pixels[i] = (float) g_test_rand_double ();
}

/* By its definition, for the last depth, the last two and all three; the sigmoid knows how much white is. */
static void
check_definition (float white)
{
  enum { WIDTH = 13, HEIGHT = 9, BORDER = 2 };
  static const char *const layers[] = { "cut2", "cut1, cut2", "cut1, aside, cut2" };
  float pixels[2][WIDTH * HEIGHT * 3];
  const AcuMetricPicture a = { pixels[0], WIDTH, HEIGHT, 3 }, b = { pixels[1], WIDTH, HEIGHT, 3 };
  AcuNet *net = net_new (3);
  double sums[3] = { 0 };

  random_picture (pixels[0], WIDTH * HEIGHT * 3);
  random_picture (pixels[1], WIDTH * HEIGHT * 3);
  for (int y = BORDER; y < HEIGHT - BORDER; y++)
    for (int x = BORDER; x < WIDTH - BORDER; x++)
      {
        double f[2][3][2];

        for (int i = 0; i < 2; i++)
          {
            const float *p = pixels[i] + 3 * (y * WIDTH + x), seen[] = { white * p[0], white * p[1], white * p[2] };

            features (seen, f[i][0], f[i][1], f[i][2]);
          }
        for (int d = 0; d < 3; d++)
          sums[d] += unit_distance (f[0][d], f[1][d]) / ((WIDTH - 2 * BORDER) * (HEIGHT - 2 * BORDER));
      }
  for (guint depths = 1; depths <= 4; depths++)
    {
      const double wanted[] = { sums[2], (sums[0] + sums[2]) / 2, (sums[0] + sums[1] + sums[2]) / 3 };
      g_autoptr (GError) error = NULL;
      AcuFeatureDistance *distance = acu_feature_distance_new (net, depths, white, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (acu_feature_distance_layers (distance), ==, layers[MIN (depths, 3) - 1]);
      for (int threads = 1; threads <= 2; threads++)
        {
          double value = -1;

          g_assert_true (acu_feature_distance_measure (distance, &a, &b, BORDER, threads, &value, &error));
          g_assert_no_error (error);
          g_assert_cmpfloat_with_epsilon (value, wanted[MIN (depths, 3) - 1], 1e-5);
          g_assert_true (acu_feature_distance_measure (distance, &a, &a, BORDER, threads, &value, &error));
          g_assert_cmpfloat (value, ==, 0);
        }
      acu_feature_distance_free (distance);
    }
  acu_net_unref (net);
}

/* Within a limit the same comes out; where it does not fit, that is said beforehand and when it is measured. */
static void
test_limit (void)
{
  enum { WIDTH = 64, HEIGHT = 200 };
  g_autofree float *first = g_new (float, WIDTH * HEIGHT * 3), *second = g_new (float, WIDTH * HEIGHT * 3);
  const AcuMetricPicture a = { first, WIDTH, HEIGHT, 3 }, b = { second, WIDTH, HEIGHT, 3 };
  AcuNet *net = net_new (3);
  AcuFeatureDistance *distance = acu_feature_distance_new (net, 2, 1, NULL);
  GError *error = NULL;
  double whole = -1, within = -2;

  random_picture (first, WIDTH * HEIGHT * 3);
  random_picture (second, WIDTH * HEIGHT * 3);
  g_assert_true (acu_feature_distance_fits (distance, WIDTH, HEIGHT, 1, 1, &error));
  g_assert_true (acu_feature_distance_measure (distance, &a, &b, 1, 1, &whole, &error));
  /* a megabyte of the caller's, and less than the whole picture takes */
  acu_feature_distance_limit (distance, 1100000, 1000000);
  g_assert_true (acu_feature_distance_fits (distance, WIDTH, HEIGHT, 1, 1, &error));
  g_assert_true (acu_feature_distance_measure (distance, &a, &b, 1, 1, &within, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (within, ==, whole);
  acu_feature_distance_limit (distance, 1001000, 1000000);
  g_assert_false (acu_feature_distance_fits (distance, WIDTH, HEIGHT, 1, 1, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_clear_error (&error);
  g_assert_false (acu_feature_distance_measure (distance, &a, &b, 1, 1, &within, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_clear_error (&error);
  acu_feature_distance_limit (distance, 0, 0);
  g_assert_true (acu_feature_distance_fits (distance, WIDTH, HEIGHT, 1, 1, &error));
  acu_feature_distance_free (distance);
  acu_net_unref (net);
}

static void
test_definition (void)
{
  check_definition (1);
  check_definition (3);
}

static void
test_edges (void)
{
  float pixels[2][27];
  AcuMetricPicture a = { pixels[0], 3, 3, 3 }, b = { pixels[1], 3, 3, 3 }, gray[2] = { { pixels[0], 3, 3, 1 }, { pixels[1], 3, 3, 1 } };
  AcuNet *rgb = net_new (3), *one = net_new (1), *empty = acu_net_new ("empty");
  AcuFeatureDistance *distance = acu_feature_distance_new (rgb, 2, 1, NULL), *of_gray = acu_feature_distance_new (one, 2, 1, NULL);
  GError *error = NULL;
  double value = 42;

  random_picture (pixels[0], 27);
  random_picture (pixels[1], 27);
  acu_net_add (empty, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  g_assert_null (acu_feature_distance_new (empty, 1, 1, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  for (guint depths = 0; depths <= ACU_FEATURE_MOST_DEPTHS + 1; depths += ACU_FEATURE_MOST_DEPTHS + 1)
    {
      g_assert_null (acu_feature_distance_new (rgb, depths, 1, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_false (acu_feature_distance_measure (distance, &a, &b, 2, 1, &value, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (acu_feature_distance_measure (distance, &a, &gray[1], 0, 1, &value, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (acu_feature_distance_measure (of_gray, &a, &b, 0, 1, &value, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpfloat (value, ==, 42);
  g_assert_true (acu_feature_distance_measure (of_gray, &gray[0], &gray[1], 1, 1, &value, &error));
  g_assert_true (value >= 0 && value <= 4);
  g_assert_true (acu_feature_distance_measure (distance, &gray[0], &gray[1], 1, 1, &value, &error));
  g_assert_true (value >= 0 && value <= 4);
  pixels[1][13] = NAN;
  g_assert_true (acu_feature_distance_measure (distance, &a, &b, 1, 1, &value, &error));
  g_assert_true (isnan (value));
  acu_feature_distance_free (distance);
  acu_feature_distance_free (of_gray);
  acu_feature_distance_free (NULL);
  acu_net_unref (rgb);
  acu_net_unref (one);
  acu_net_unref (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feature-distance/definition", test_definition);
  g_test_add_func ("/feature-distance/limit", test_limit);
  g_test_add_func ("/feature-distance/edges", test_edges);
  return g_test_run ();
}
