/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adam by hand, schedules, clipping, the moving average. */
#include "optimiser.h"

#include <math.h>
#include <string.h>

static const AcuOptimiserOptions adam = { .rate = 0.1, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .average = 0.5 };

/* The published algorithm in double precision. */
static void
test_adam (void)
{
  for (int decoupled = 0; decoupled < 2; decoupled++)
    {
      AcuOptimiserOptions options = adam;
      float values[] = { 1, -2 }, gradients[2];
      double x[] = { 1, -2 }, m[2] = { 0 }, v[2] = { 0 };
      AcuOptimiser *optimiser;

      options.decoupled = decoupled;
      options.decay = 0.2;
      optimiser = acu_optimiser_new (&options, 100, values, 2);
      for (int step = 1; step <= 20; step++)
        {
          for (int i = 0; i < 2; i++)
            {
              double g = sin (step + i) + 0.3;

              gradients[i] = (float) g;
              g += decoupled ? 0 : 0.2 * x[i];
              m[i] = 0.9 * m[i] + 0.1 * g;
              v[i] = 0.99 * v[i] + 0.01 * g * g;
              x[i] *= decoupled ? 1 - 0.1 * 0.2 : 1;
              x[i] -= 0.1 * (m[i] / (1 - pow (0.9, step))) / (sqrt (v[i] / (1 - pow (0.99, step))) + 1e-8);
            }
          acu_optimiser_step (optimiser, values, gradients, 2);
        }
      for (int i = 0; i < 2; i++)
        g_assert_cmpfloat_with_epsilon (values[i], x[i], 1e-4);
      g_assert_cmpint (optimiser->step, ==, 20);
      acu_optimiser_free (optimiser);
    }
}

static void
test_schedules (void)
{
  static const struct { AcuSchedule schedule; gint64 step; double rate; } rows[] = {
    { ACU_SCHEDULE_CONSTANT, 0, 0.1 / 4 }, { ACU_SCHEDULE_CONSTANT, 3, 0.1 }, { ACU_SCHEDULE_CONSTANT, 99, 0.1 },
    { ACU_SCHEDULE_COSINE, 4, 0.1 }, { ACU_SCHEDULE_COSINE, 54, 0.055 }, { ACU_SCHEDULE_COSINE, 104, 0.01 }, { ACU_SCHEDULE_COSINE, 500, 0.01 },
    { ACU_SCHEDULE_STEP, 9, 0.1 }, { ACU_SCHEDULE_STEP, 10, 0.05 }, { ACU_SCHEDULE_STEP, 20, 0.025 }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AcuOptimiserOptions options = adam;

      options.schedule = rows[i].schedule;
      options.warm_up = 4;
      options.least = 0.01;
      options.factor = 0.5;
      options.n_milestones = 2;
      options.milestones[0] = 10;
      options.milestones[1] = 20;
      g_assert_cmpfloat_with_epsilon (acu_optimiser_rate (&options, rows[i].step, 104), rows[i].rate, 1e-12);
    }
}

static void
test_clip (void)
{
  AcuOptimiserOptions options = adam;
  float values[] = { 0, 0 }, gradients[] = { 30, 40 };
  AcuOptimiser *optimiser;

  options.clip = 5;
  optimiser = acu_optimiser_new (&options, 10, values, 2);
  g_assert_cmpfloat_with_epsilon (acu_optimiser_step (optimiser, values, gradients, 1), 50, 1e-6);
  g_assert_cmpfloat_with_epsilon (optimiser->first[0], 0.1 * 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (optimiser->first[1], 0.1 * 4, 1e-6);
  acu_optimiser_free (optimiser);
}

/* What is no number changes nothing. */
static void
test_no_number (void)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      float values[] = { 1, 2 }, gradients[] = { 1, bad[i] };
      AcuOptimiser *optimiser = acu_optimiser_new (&adam, 10, values, 2);

      g_assert_false (isfinite (acu_optimiser_step (optimiser, values, gradients, 1)));
      g_assert_cmpfloat (values[0], ==, 1);
      g_assert_cmpfloat (values[1], ==, 2);
      g_assert_cmpfloat (optimiser->average[1], ==, 2);
      acu_optimiser_free (optimiser);
    }
}

/* The first steps' average follows quickly, later ones by its memory. */
static void
test_average (void)
{
  AcuOptimiserOptions options = adam;
  float value = 0, gradient;
  double average = 0;
  AcuOptimiser *optimiser;

  options.average = 0.3;
  optimiser = acu_optimiser_new (&options, 100, &value, 1);
  for (int step = 1; step <= 30; step++)
    {
      double keep = fmin (0.3, step / (step + 9.0));

      gradient = -1;
      acu_optimiser_step (optimiser, &value, &gradient, 1);
      average = keep * average + (1 - keep) * value;
      g_assert_cmpfloat_with_epsilon (optimiser->average[0], average, 1e-5);
    }
  acu_optimiser_free (optimiser);
}

/* 200,000 numbers go to several tasks: the same for any number of threads. */
static void
test_threads (void)
{
  const gsize n = 200000;
  g_autofree float *a = g_new (float, n), *b = g_new (float, n), *ga = g_new (float, n), *gb = g_new (float, n);
  AcuOptimiserOptions options = adam;
  AcuOptimiser *one, *three;

  options.clip = 1;
  for (gsize i = 0; i < n; i++)
    {
      a[i] = b[i] = (float) sin ((double) i);
      ga[i] = gb[i] = (float) cos ((double) i);
    }
  one = acu_optimiser_new (&options, 10, a, n);
  three = acu_optimiser_new (&options, 10, b, n);
  g_assert_cmpfloat (acu_optimiser_step (one, a, ga, 1), ==, acu_optimiser_step (three, b, gb, 3));
  g_assert_cmpmem (a, n * sizeof (float), b, n * sizeof (float));
  acu_optimiser_free (one);
  acu_optimiser_free (three);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/optimiser/adam", test_adam);
  g_test_add_func ("/train/optimiser/schedules", test_schedules);
  g_test_add_func ("/train/optimiser/clip", test_clip);
  g_test_add_func ("/train/optimiser/no-number", test_no_number);
  g_test_add_func ("/train/optimiser/average", test_average);
  g_test_add_func ("/train/optimiser/threads", test_threads);
  return g_test_run ();
}
