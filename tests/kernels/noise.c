/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gaussian noise by counting: the same on every level, of the normal distribution, and nothing tells of one number what another is. */
#include "checkasm.h"

#include <math.h>
#include <string.h>

#define N (1 << 19)
/* Standard deviations of what is measured of N numbers: one in fifteen million is beyond. */
#define FAR 5.3

typedef struct Case
{
  AcuNoiseRow row;
  guint32 place;
  gsize n;
} Case;

static void
check_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Case *c = data;

  for (int at_end = 0; at_end < 2; at_end++)
    {
      Buffer got;

      buffer_init (&got, c->n, at_end);
      kernels->noise (got.f, c->row, c->place, c->n);
      for (gsize i = 0; i < c->n; i++)
        {
          const float expected = acu_noise_number (c->row, c->place + (guint32) i);

          assert_same ("noise", isa, &expected, &got.f[i], 1);
        }
      buffer_clear (&got, "noise");
    }
}

static void
test_levels (void)
{
  AcuKernels kernels;

  acu_kernels_init (&kernels, 0);
  for (gsize n = 0; n < 70; n++)
    {
      Case c = { acu_noise_row (g_test_rand_int (), 3, (guint32) n), (guint32) g_test_rand_int (), n };

      check_level ("c", &kernels, &c);
      for_each_level (check_level, &c);
    }
}

/* What other machines make, bit for bit: a seed is a promise. */
static void
test_promise (void)
{
  static const struct
  {
    guint32 seed, step, row, place;
    float number;
  } known[] = {
    { 0, 0, 0, 0, 0x1.45ffe8p+0f },
    { 0, 1, 0, 1, 0x1.d18fep+0f },
    { 1, 0, 5, 2, 0x1.babb22p-1f },
    { 7, 4, 11, 1000, 0x1.44b064p+0f },
    { 123456, 15, 4095, 3000000, -0x1.a8c9dap-3f },
    { 0x7fffffff, 1, 2, 3, 0x1.2ce3dep-1f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      float number = acu_noise_number (acu_noise_row (known[i].seed, known[i].step, known[i].row), known[i].place);

      assert_same ("noise", "c", &known[i].number, &number, 1);
    }
}

static float *
draw (guint32 seed, guint32 step, guint32 row, guint32 place)
{
  float *numbers = g_new (float, N);
  AcuKernels kernels;

  acu_kernels_init (&kernels, 0);
  kernels.noise (numbers, acu_noise_row (seed, step, row), place, N);
  return numbers;
}

static void
test_distribution (void)
{
  /* Of the normal distribution: the share beyond so many standard deviations. */
  static const double beyond[] = { 1, 0.31731051, 0.04550026, 0.00269980, 0.0000633425 };
  g_autofree float *numbers = draw (1, 2, 3, 0);
  double sum = 0, squares = 0, cubes = 0, fourths = 0, most = 0;
  int counts[5] = { 0 };

  for (int i = 0; i < N; i++)
    {
      double v = numbers[i];

      sum += v;
      squares += v * v;
      cubes += v * v * v;
      fourths += v * v * v * v;
      most = MAX (most, fabs (v));
      for (int k = 0; k < 5; k++)
        counts[k] += fabs (v) > k;
    }
  g_assert_cmpfloat (fabs (sum / N), <, FAR / sqrt (N));
  g_assert_cmpfloat (fabs (squares / N - 1), <, FAR * sqrt (2.0 / N));
  g_assert_cmpfloat (fabs (cubes / N), <, FAR * sqrt (15.0 / N));
  g_assert_cmpfloat (fabs (fourths / N - 3), <, FAR * sqrt (96.0 / N));
  g_assert_cmpfloat (most, <, 5.2);
  g_assert_cmpfloat (most, >, 4);
  for (int k = 1; k < 5; k++)
    /* One in a hundred more or less is what the fit allows itself. */
    g_assert_cmpfloat (fabs ((double) counts[k] / N - beyond[k]), <, FAR * sqrt (beyond[k] / N) + (k < 4 ? 0.01 : 0.2) * beyond[k]);
}

static void
assert_apart (const float *a, const float *b, int n, const char *what)
{
  double products = 0, squares = 0;

  for (int i = 0; i < n; i++)
    {
      products += (double) a[i] * b[i];
      /* Large ones beside large ones would be a pattern, too. */
      squares += ((double) a[i] * a[i] - 1) * ((double) b[i] * b[i] - 1);
    }
  if (fabs (products / n) > FAR / sqrt (n) || fabs (squares / n / 2) > FAR / sqrt (n))
    g_error ("%s: correlation %g, of squares %g; at most %g is chance", what, products / n, squares / n / 2, FAR / sqrt (n));
}

static void
test_apart (void)
{
  static const int lags[] = { 1, 2, 3, 12, 16, 47, 48, 49, 96, 144, 1024, 65536 };
  static const guint32 others[][3] = { { 2, 2, 3 }, { 1, 3, 3 }, { 1, 2, 4 }, { 1, 2, 5 }, { 3, 2, 1 }, { 2, 1, 3 }, { 1, 3, 2 }, { 0, 2, 3 }, { 1, 0, 3 }, { 0x80000001, 2, 3 },
                                       { 1, 2, 0x80000003 } };
  g_autofree float *numbers = draw (1, 2, 3, 0);

  for (guint k = 0; k < G_N_ELEMENTS (lags); k++)
    assert_apart (numbers, numbers + lags[k], N - lags[k], "neighbours");
  for (guint k = 0; k < G_N_ELEMENTS (others); k++)
    for (int shift = -1; shift <= 1; shift++)
      {
        g_autofree float *other = draw (others[k][0], others[k][1], others[k][2], (guint32) (48 * shift));

        assert_apart (numbers, other, N, "another seed, step or row");
      }
}

/* A place is that place wherever a piece begins. */
static void
test_pieces (void)
{
  g_autofree float *whole = draw (7, 1, 9, 0), *part = draw (7, 1, 9, 1234);

  g_assert_cmpint (memcmp (whole + 1234, part, (N - 1234) * sizeof (float)), ==, 0);
}

void
add_noise_tests (void)
{
  g_test_add_func ("/kernels/noise/levels", test_levels);
  g_test_add_func ("/kernels/noise/promise", test_promise);
  g_test_add_func ("/kernels/noise/distribution", test_distribution);
  g_test_add_func ("/kernels/noise/apart", test_apart);
  g_test_add_func ("/kernels/noise/pieces", test_pieces);
}
