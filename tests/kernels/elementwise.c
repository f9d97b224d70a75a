/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

typedef enum Op
{
  OP_SLOPE,
  OP_ADD,
  OP_MUL,
  OP_AFFINE,
  N_OPS
} Op;

static const char *const op_names[] = { "slope", "add", "mul", "affine" };

/* One call: two rows, and two numbers for each channel. */
typedef struct Row
{
  Op op;
  int channels, width;
  const float *a, *b, *first, *second;
  float *expected;
} Row;

static void
run (const AcuKernels *k, const Row *row, float *dst, const float *a, const float *b)
{
  gsize n = (gsize) row->channels * row->width;

  switch (row->op)
    {
    case OP_SLOPE:
      k->slope (dst, a, row->first, row->channels, row->width);
      break;
    case OP_ADD:
      k->add (dst, a, row->first[0], b, row->second[0], n);
      break;
    case OP_MUL:
      k->mul (dst, a, b, n);
      break;
    default:
      k->affine (dst, a, row->first, row->second, row->channels, row->width);
    }
}

/* Three ways: into a row of its own, over the first source, over the second. */
static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  gsize n = (gsize) row->channels * row->width;

  for (int way = 0; way < 3; way++)
    {
      Buffer a, b, dst;
      float *to;

      if (way == 2 && row->op != OP_ADD && row->op != OP_MUL)
        continue;
      buffer_init (&a, n, TRUE);
      buffer_init (&b, n, TRUE);
      buffer_init (&dst, n, g_test_rand_bit ());
      memcpy (a.f, row->a, n * sizeof (float));
      memcpy (b.f, row->b, n * sizeof (float));
      to = way == 0 ? dst.f : way == 1 ? a.f : b.f;
      run (kernels, row, to, a.f, b.f);
      assert_same (op_names[row->op], isa, row->expected, to, n);
      buffer_clear (&a, op_names[row->op]);
      buffer_clear (&b, op_names[row->op]);
      buffer_clear (&dst, op_names[row->op]);
    }
}

/* What the header says, operation by operation; volatile keeps products and sums apart. */
static float
by_definition (const Row *row, gsize i)
{
  int c = (int) (i % row->channels);
  volatile float product, other;

  switch (row->op)
    {
    case OP_SLOPE:
      return row->a[i] < 0 ? row->a[i] * row->first[c] : row->a[i];
    case OP_ADD:
      product = row->a[i] * row->first[0];
      other = row->b[i] * row->second[0];
      return product + other;
    case OP_MUL:
      return row->a[i] * row->b[i];
    default:
      product = row->a[i] * row->first[c];
      return product + row->second[c];
    }
}

static void
test_random (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 600; i++)
    {
      float a[80 * 40], b[80 * 40], first[80], second[80], expected[80 * 40];
      Row row = { i % N_OPS, g_test_rand_int_range (1, 81), g_test_rand_int_range (0, 41), a, b, first, second,
                  expected };
      gsize n = (gsize) row.channels * row.width;
      Numbers numbers = g_test_rand_int_range (0, N_NUMBERS);

      fill_random (a, n, numbers);
      fill_random (b, n, numbers);
      fill_random (first, row.channels, numbers == NUMBERS_WIDE ? NUMBERS_ORDINARY : numbers);
      fill_random (second, row.channels, numbers);
      for (gsize j = 0; j < n; j++)
        expected[j] = by_definition (&row, j);
      compare_level ("c", &c, &row);
      for_each_level (compare_level, &row);
    }
}

static void
test_hand_made (void)
{
  static const float a[] = { 1, -2, -0.0f, 4, -5, -INFINITY }, b[] = { 10, 20, 30, 40, 50, 60 };
  static const float first[] = { 2, 0.5f }, second[] = { -1, 3 };
  static const float expected[N_OPS][6] = {
    { 1, -1, -0.0f, 4, -10, -INFINITY },    /* slopes 2 and 0.5; zero keeps its sign */
    { -8, -24, -30, -32, -60, -INFINITY },  /* 2 a - b */
    { 10, -40, -0.0f, 160, -250, -INFINITY },
    { 1, 2, -1, 5, -11, -INFINITY },        /* 2 v - 1 and v / 2 + 3 */
  };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int op = 0; op < N_OPS; op++)
    {
      float got[6];
      const Row row = { op, 2, 3, a, b, first, second, NULL };

      run (&c, &row, got, a, b);
      assert_same (op_names[op], "c", expected[op], got, 6);
    }
}

/* A slope of 0 must not turn what is not negative into NaN; -Inf times 0 is NaN, so that it is noticed. */
static void
slope_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  static const float src[] = { INFINITY, NAN, -INFINITY, -1, -1e-45f, 0.0f, -0.0f, 1e-45f };
  static const float expected[] = { INFINITY, NAN, NAN, -0.0f, -0.0f, 0.0f, -0.0f, 1e-45f };
  static const float slope[8] = { 0 };
  float got[8];

  kernels->slope (got, src, slope, 8, 1);
  assert_same ("slope 0", isa, expected, got, 8);
}

static void
test_slope_edges (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  slope_level ("c", &c, NULL);
  for_each_level (slope_level, NULL);
}

/* Sums of channels go on from what is there, in double precision. */
static void
sums_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  for (int i = 0; i < 60; i++)
    {
      int channels = g_test_rand_int_range (1, 81), width = g_test_rand_int_range (0, 41);
      Buffer src, sums, expected;
      double *to, *truth;

      buffer_init (&src, (gsize) channels * width, g_test_rand_bit ());
      fill_random (src.f, src.n, NUMBERS_ORDINARY);
      buffer_init (&sums, 2 * (gsize) channels, TRUE);
      buffer_init (&expected, 2 * (gsize) channels, TRUE);
      to = (double *) (void *) sums.f;
      truth = (double *) (void *) expected.f;
      for (int c = 0; c < channels; c++)
        to[c] = truth[c] = g_test_rand_double ();
      for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++)
          truth[c] += src.f[x * channels + c];
      kernels->channel_sums (to, src.f, channels, width);
      for (int c = 0; c < channels; c++)
        if (to[c] != truth[c])
          g_error ("channel sums, %s: channel %d of %d is %a, expected %a", isa, c, channels, to[c], truth[c]);
      buffer_clear (&src, "channel sums, source");
      buffer_clear (&sums, "channel sums");
      buffer_clear (&expected, "channel sums, expected");
    }
}

static void
test_channel_sums (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  sums_level ("c", &c, NULL);
  for_each_level (sums_level, NULL);
}

/* The way back through a slope. */
typedef struct Back
{
  int channels, width, add;
  const float *gradient, *src, *slope, *before, *before_sums;
  const float *expected, *expected_sums;
} Back;

static void
compare_back (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Back *back = data;
  gsize n = (gsize) back->channels * back->width;
  Buffer dst, sums, gradient, src;

  buffer_init (&dst, n, TRUE);
  buffer_init (&sums, back->channels, TRUE);
  buffer_init (&gradient, n, TRUE);
  buffer_init (&src, n, TRUE);
  memcpy (dst.f, back->before, n * sizeof (float));
  memcpy (sums.f, back->before_sums, sums.n * sizeof (float));
  memcpy (gradient.f, back->gradient, n * sizeof (float));
  memcpy (src.f, back->src, n * sizeof (float));
  kernels->slope_gradient (dst.f, sums.f, gradient.f, src.f, back->slope, back->channels, back->width, back->add);
  assert_same ("slope gradient", isa, back->expected, dst.f, n);
  assert_same ("slope gradient, sums", isa, back->expected_sums, sums.f, sums.n);
  buffer_clear (&dst, "slope gradient");
  buffer_clear (&sums, "slope gradient, sums");
  buffer_clear (&gradient, "gradient");
  buffer_clear (&src, "source");
}

static void
test_slope_gradient (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 200; i++)
    {
      float gradient[80 * 12], src[80 * 12], before[80 * 12], expected[80 * 12], slope[80], before_sums[80], expected_sums[80];
      Back back = { g_test_rand_int_range (1, 81), g_test_rand_int_range (0, 13), i % 2, gradient, src, slope, before,
                    before_sums, expected, expected_sums };
      gsize n = (gsize) back.channels * back.width;
      Numbers numbers = g_test_rand_int_range (0, N_NUMBERS);

      fill_random (gradient, n, NUMBERS_ORDINARY);
      fill_random (src, n, numbers);
      fill_random (before, n, NUMBERS_ORDINARY);
      fill_random (slope, back.channels, NUMBERS_ORDINARY);
      fill_random (before_sums, back.channels, NUMBERS_ORDINARY);
      memcpy (expected_sums, before_sums, sizeof expected_sums);
      for (gsize j = 0; j < n; j++)
        {
          volatile float passed = gradient[j], product = gradient[j] * src[j];

          if (src[j] < 0)
            {
              passed = gradient[j] * slope[j % back.channels];
              expected_sums[j % back.channels] += product;
            }
          expected[j] = back.add ? before[j] + passed : passed;
        }
      compare_back ("c", &c, &back);
      for_each_level (compare_back, &back);
    }
}

void
add_elementwise_tests (void)
{
  g_test_add_func ("/kernels/elementwise/slope-gradient", test_slope_gradient);
  g_test_add_func ("/kernels/elementwise/channel-sums", test_channel_sums);
  g_test_add_func ("/kernels/elementwise/hand-made", test_hand_made);
  g_test_add_func ("/kernels/elementwise/slope-edges", test_slope_edges);
  g_test_add_func ("/kernels/elementwise/random", test_random);
}
