/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The optimiser against its formulas, written out in double precision, for a weight whose gradients are known. */
#include "optimiser.h"

#include <math.h>

#define STEPS 40

static double
gradient_at (int step)
{
  return sin (step * 0.7) + 0.3 * (step % 3);
}

/* Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), as published: with bias-corrected moments by name. */
static void
check (const AcuOptimiserOptions *o, const char *what)
{
  float value = 0.75f;
  double expected = 0.75, first = 0, second = 0, average = 0.75;
  AcuOptimiser *optimiser = acu_optimiser_new (o, STEPS, &value, 1);

  for (int step = 0; step < STEPS; step++)
    {
      double g = gradient_at (step), rate = acu_optimiser_rate (o, step, STEPS), keep, norm;
      float gradient = (float) g;

      norm = acu_optimiser_step (optimiser, &value, &gradient, 1);
      g_assert_cmpfloat (fabs (norm - fabs (g)), <, 1e-6);
      if (o->clip > 0 && fabs (g) > o->clip)
        g *= o->clip / fabs (g);
      if (!o->decoupled)
        g += o->decay * expected;
      first = o->beta1 * first + (1 - o->beta1) * g;
      second = o->beta2 * second + (1 - o->beta2) * g * g;
      if (o->decoupled)
        expected -= rate * o->decay * expected;
      expected -= rate * first / (1 - pow (o->beta1, step + 1)) / (sqrt (second / (1 - pow (o->beta2, step + 1))) + o->epsilon);
      keep = MIN (o->average, (step + 1.0) / (step + 10.0));
      average = keep * average + (1 - keep) * expected;
      if (fabs (value - expected) > 1e-5 || fabs (optimiser->average[0] - average) > 1e-5)
        g_error ("%s, step %d: the weight is %.7f, not %.7f; its average %.7f, not %.7f", what, step, value, expected,
                 optimiser->average[0], average);
      g_assert_cmpint (optimiser->step, ==, step + 1);
    }
  acu_optimiser_free (optimiser);
}

static void
test_formulas (void)
{
  static const struct { const char *what; AcuOptimiserOptions options; } rows[] = {
    { "Adam", { .rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .average = 0.9 } },
    { "Adam with little memory", { .rate = 0.01, .beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-3, .average = 0 } },
    { "Adam with decay", { .rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.3, .average = 0.999 } },
    { "AdamW", { .decoupled = TRUE, .rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .decay = 0.3, .average = 0.9 } },
    { "Adam with a limit", { .rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .clip = 0.4, .average = 0.9 } },
    { "Adam with cosine", { .rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .average = 0.9, .schedule = ACU_SCHEDULE_COSINE,
                            .warm_up = 7, .least = 1e-4 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (&rows[i].options, rows[i].what);
}

static void
test_schedules (void)
{
  const AcuOptimiserOptions constant = { .rate = 0.5, .warm_up = 4, .schedule = ACU_SCHEDULE_CONSTANT };
  const AcuOptimiserOptions cosine = { .rate = 0.5, .least = 0.1, .warm_up = 4, .schedule = ACU_SCHEDULE_COSINE };
  const AcuOptimiserOptions steps = { .rate = 0.5, .factor = 0.5, .schedule = ACU_SCHEDULE_STEP, .n_milestones = 2, .milestones = { 5, 9 } };
  const struct { const AcuOptimiserOptions *options; gint64 step; double rate; } rows[] = {
    { &constant, 0, 0.125 }, { &constant, 3, 0.5 }, { &constant, 103, 0.5 }, { &cosine, 0, 0.125 }, { &cosine, 4, 0.5 },
    { &cosine, 54, 0.3 }, { &cosine, 104, 0.1 }, { &cosine, 1000, 0.1 }, { &steps, 0, 0.5 }, { &steps, 4, 0.5 }, { &steps, 5, 0.25 },
    { &steps, 8, 0.25 }, { &steps, 9, 0.125 }, { &steps, 104, 0.125 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpfloat (fabs (acu_optimiser_rate (rows[i].options, rows[i].step, 104) - rows[i].rate), <, 1e-12);
}

/* Many weights, on any number of threads; and a gradient that is no number, which changes nothing. */
static void
test_many (void)
{
  const AcuOptimiserOptions options = { .rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8, .clip = 1, .average = 0.9 };
  const gsize n = 200001;
  g_autofree float *values = g_new0 (float, 2 * n), *gradients = g_new (float, n);
  double norms[2];

  for (int k = 0; k < 2; k++)
    {
      float *mine = values + k * n;
      AcuOptimiser *optimiser = acu_optimiser_new (&options, STEPS, mine, n);

      for (int step = 0; step < 3; step++)
        {
          for (gsize i = 0; i < n; i++)
            gradients[i] = (float) sin ((double) i * (step + 1));
          norms[k] = acu_optimiser_step (optimiser, mine, gradients, k ? 4 : 1);
        }
      gradients[n - 1] = NAN;
      g_assert_false (isfinite (acu_optimiser_step (optimiser, mine, gradients, 2)));
      g_assert_cmpint (optimiser->step, ==, 4);
      for (gsize i = 0; i < n; i++)
        g_assert_true (isfinite (mine[i]) && (mine[i] != 0 || i == 0));
      acu_optimiser_free (optimiser);
    }
  g_assert_cmpmem (values, n * sizeof (float), values + n, n * sizeof (float));
  g_assert_cmpfloat (norms[0], ==, norms[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/optimiser/formulas", test_formulas);
  g_test_add_func ("/train/optimiser/schedules", test_schedules);
  g_test_add_func ("/train/optimiser/many", test_many);
  return g_test_run ();
}
