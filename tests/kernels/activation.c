/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

static const AcuActivation kinds[] = { ACU_ACTIVATION_SIGMOID, ACU_ACTIVATION_SWISH };

typedef struct Row
{
  const float *src, *expected;
  gsize n;
  AcuActivation kind;
} Row;

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  const char *what = row->kind == ACU_ACTIVATION_SWISH ? "swish" : "sigmoid";

  for (int in_place = 0; in_place < 2; in_place++)
    {
      Buffer src, dst;

      buffer_init (&src, row->n, TRUE);
      buffer_init (&dst, row->n, g_test_rand_bit ());
      memcpy (src.f, row->src, row->n * sizeof (float));
      kernels->activation (in_place ? src.f : dst.f, src.f, row->n, row->kind);
      assert_same (what, isa, row->expected, in_place ? src.f : dst.f, row->n);
      buffer_clear (&src, what);
      buffer_clear (&dst, what);
    }
}

static void
compare (const float *src, gsize n, AcuActivation kind)
{
  AcuKernels reference;
  float *expected = g_new (float, n + 1);
  Row row = { src, expected, n, kind };

  acu_kernels_init (&reference, 0);
  reference.activation (expected, src, n, kind);
  for_each_level (compare_level, &row);
  g_free (expected);
}

static void
test_random (void)
{
  for (gsize n = 0; n <= 140; n++)
    for (int numbers = 0; numbers < N_NUMBERS; numbers++)
      for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          float src[140];

          fill_random (src, n, numbers);
          compare (src, n, kinds[k]);
        }
}

/* Floats all over the range of bit patterns, NaN of all kinds included. */
static void
test_all_magnitudes (void)
{
  enum { STEP = 8191, N = G_MAXUINT32 / STEP };
  float *src = g_new (float, N);

  for (guint32 i = 0; i < N; i++)
    {
      guint32 bits = i * STEP;

      memcpy (&src[i], &bits, sizeof bits);
    }
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    compare (src, N, kinds[k]);
  g_free (src);
}

static void
test_special (void)
{
  static const struct
  {
    float v, sigmoid, swish;
  } rows[] = {
    { 0.0f, 0.5f, 0.0f },
    { -0.0f, 0.5f, -0.0f },
    { 1e-45f, 0.5f, 0.0f },       /* half of the smallest number, to even */
    { 100.0f, 1.0f, 100.0f },
    { 3e38f, 1.0f, 3e38f },
    { INFINITY, 1.0f, INFINITY },
    { NAN, NAN, NAN },
  };
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      float sigmoid, swish;

      k.activation (&sigmoid, &rows[i].v, 1, ACU_ACTIVATION_SIGMOID);
      k.activation (&swish, &rows[i].v, 1, ACU_ACTIVATION_SWISH);
      assert_same ("sigmoid", "c", &rows[i].sigmoid, &sigmoid, 1);
      assert_same ("swish", "c", &rows[i].swish, &swish, 1);
    }
  /* Far below zero both vanish: no NaN, no wrong sign. */
  for (float v = -88; v > -1e30f; v *= 3)
    {
      float sigmoid, swish;

      k.activation (&sigmoid, &v, 1, ACU_ACTIVATION_SIGMOID);
      k.activation (&swish, &v, 1, ACU_ACTIVATION_SWISH);
      g_assert_true (sigmoid >= 0 && sigmoid < 2e-38f);
      g_assert_true (swish <= 0 && swish > v * 2e-38f);
    }
}

/* exp has a relative error below 2e-7; the addition and the division add half a unit in the last place each. */
static void
test_accuracy (void)
{
  const double limit = 2e-7 + 1.2e-7;
  AcuKernels k;
  double worst_sigmoid = 0, worst_swish = 0, worst_exp = 0;

  acu_kernels_init (&k, 0);
  for (int i = -860000; i <= 860000; i++)
    {
      float v = i * 1e-4f, sigmoid, swish;
      double exact = 1 / (1 + exp (-(double) v));

      k.activation (&sigmoid, &v, 1, ACU_ACTIVATION_SIGMOID);
      k.activation (&swish, &v, 1, ACU_ACTIVATION_SWISH);
      worst_sigmoid = MAX (worst_sigmoid, fabs (sigmoid - exact) / exact);
      if (v != 0)
        worst_swish = MAX (worst_swish, fabs (swish - v * exact) / fabs (v * exact));
      /* Here 1 + exp is exp itself: only the division's rounding comes on top. */
      if (v < -20)
        worst_exp = MAX (worst_exp, fabs (sigmoid - exp (v)) / exp (v) - 0x1p-24);
    }
  g_test_message ("largest relative error: sigmoid %.3g, swish %.3g, exp about %.3g",
                  worst_sigmoid, worst_swish, worst_exp);
  g_assert_cmpfloat (worst_sigmoid, <, limit);
  g_assert_cmpfloat (worst_swish, <, limit);
  g_assert_cmpfloat (worst_exp, <, 2e-7);
}

typedef struct Bench
{
  float floats[4096];
  const AcuKernels *kernels;
  AcuActivation kind;
} Bench;

static void
bench_work (gpointer data)
{
  static float dst[4096];
  Bench *bench = data;

  bench->kernels->activation (dst, bench->floats, G_N_ELEMENTS (dst), bench->kind);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *bench = data;

  bench->kernels = kernels;
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      bench->kind = kinds[k];
      g_test_message ("%s, %s: %.2f Gfloat/s", kinds[k] == ACU_ACTIVATION_SWISH ? "swish" : "sigmoid", isa,
                      G_N_ELEMENTS (bench->floats) / best_seconds (bench_work, bench) * 1e-9);
    }
}

static void
test_speed (void)
{
  AcuKernels reference;
  Bench bench;

  fill_random (bench.floats, G_N_ELEMENTS (bench.floats), NUMBERS_ORDINARY);
  acu_kernels_init (&reference, 0);
  bench_level ("c", &reference, &bench);
  for_each_level (bench_level, &bench);
}

void
add_activation_tests (void)
{
  g_test_add_func ("/kernels/activation/special", test_special);
  g_test_add_func ("/kernels/activation/accuracy", test_accuracy);
  g_test_add_func ("/kernels/activation/random", test_random);
  g_test_add_func ("/kernels/activation/all-magnitudes", test_all_magnitudes);
  g_test_add_func ("/kernels/activation/speed", test_speed);
}
