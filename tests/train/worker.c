/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The gradient of a batch: a mean over its pictures, the same for any number of threads, with and without a discriminator. */
#include "compact_net.h"

#include "arch.h"
#include "create.h"
#include "kernels_once.h"
#include "worker.h"

#include <math.h>
#include <string.h>

#define SIDE 8
#define SCALE 2
#define MOST 5
/* Of the judgement: so that it counts beside the other loss. */
#define WEIGHT 50

typedef struct Setting
{
  AcuNet *net, *judge_net;
  AcuTrainNet *train, *judge;
  float small[MOST * SIDE * SIDE * 3], large[MOST * SIDE * SIDE * 3 * SCALE * SCALE];
} Setting;

static AcuTrainNet *
make_judge (AcuNet **net)
{
  AcuArchOptions options = { "unet-discriminator", 1, 4, 1 };
  AcuWeights *weights = acu_arch_create (&options, 3, NULL);
  AcuTrainNet *judge;

  *net = acu_arch_build_training (weights, NULL);
  judge = acu_train_net_new (*net, weights, acu_kernels (), FALSE, NULL);
  acu_weights_free (weights);
  acu_train_net_pack (judge, judge->values, 1);
  return judge;
}

static Setting *
setting_new (gboolean judged)
{
  Setting *s = g_new0 (Setting, 1);
  GRand *rand = g_rand_new_with_seed (6);
  AcuWeights *weights;

  s->net = compact_net_new (8, 1, SCALE);
  weights = test_net_weights (s->net);
  s->train = acu_train_net_new (s->net, weights, acu_kernels (), FALSE, NULL);
  acu_weights_free (weights);
  acu_train_net_pack (s->train, s->train->values, 1);
  s->judge = judged ? make_judge (&s->judge_net) : NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (s->small); i++)
    s->small[i] = (float) g_rand_double (rand);
  for (gsize i = 0; i < G_N_ELEMENTS (s->large); i++)
    s->large[i] = (float) g_rand_double (rand);
  g_rand_free (rand);
  return s;
}

static void
setting_free (Setting *s)
{
  acu_train_net_free (s->train);
  acu_train_net_free (s->judge);
  acu_net_unref (s->net);
  if (s->judge_net)
    acu_net_unref (s->judge_net);
  g_free (s);
}

/* Gradients of a batch of `count` pictures; g_free(). */
static float *
run (Setting *s, int count, int threads, float **judge_gradients, double *losses)
{
  AcuWorkerOptions options = { .net = s->train, .terms = { { acu_loss_find ("mse"), 2 } }, .n_terms = 1, .count = count, .side = SIDE,
                               .scale = SCALE, .threads = threads, .judge = s->judge, .adversarial_weight = WEIGHT,
                               .adversarial = acu_adversarial_loss_find ("relativistic") };
  AcuBatch batch = { 0, count, s->small, s->large };
  GError *error = NULL;
  AcuWorker *worker = acu_worker_new (&options, &error);
  float *gradients = g_new0 (float, s->train->n_values);

  g_assert_no_error (error);
  *judge_gradients = s->judge ? g_new0 (float, s->judge->n_values) : NULL;
  acu_worker_run (worker, &batch, gradients, *judge_gradients, losses);
  acu_worker_free (worker);
  return gradients;
}

static void
assert_near (const float *a, const float *b, gsize n)
{
  float largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabsf (a[i]));
  g_assert_cmpfloat (largest, >, 0);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 1e-5 * largest);
}

/* As many equal pictures have the gradient of one. */
static void
test_mean (void)
{
  for (int judged = 0; judged < 2; judged++)
    {
      Setting *s = setting_new (judged);
      double one_loss[ACU_MAX_LOSSES], all_losses[ACU_MAX_LOSSES];
      float *one_judge, *all_judge;
      g_autofree float *one = run (s, 1, 1, &one_judge, one_loss), *all = NULL;

      for (int i = 1; i < MOST; i++)
        {
          memcpy (s->small + i * SIDE * SIDE * 3, s->small, sizeof s->small / MOST);
          memcpy (s->large + i * SIDE * SIDE * 3 * SCALE * SCALE, s->large, sizeof s->large / MOST);
        }
      all = run (s, MOST, 1, &all_judge, all_losses);
      assert_near (one, all, s->train->n_values);
      if (judged)
        assert_near (one_judge, all_judge, s->judge->n_values);
      for (int i = 0; i < (judged ? 3 : 1); i++)
        g_assert_cmpfloat_with_epsilon (one_loss[i], all_losses[i], 1e-6);
      g_free (one_judge);
      g_free (all_judge);
      setting_free (s);
    }
}

static void
test_threads (void)
{
  for (int judged = 0; judged < 2; judged++)
    for (int threads = 2; threads <= 4; threads++)
      {
        Setting *s = setting_new (judged);
        double losses[ACU_MAX_LOSSES];
        float *one_judge, *many_judge;
        g_autofree float *one = run (s, MOST, 1, &one_judge, losses), *many = run (s, MOST, threads, &many_judge, losses);

        g_assert_cmpmem (one, s->train->n_values * sizeof (float), many, s->train->n_values * sizeof (float));
        if (judged)
          g_assert_cmpmem (one_judge, s->judge->n_values * sizeof (float), many_judge, s->judge->n_values * sizeof (float));
        g_free (one_judge);
        g_free (many_judge);
        setting_free (s);
      }
}

/* Along the gradient, the loss falls as the gradient says. */
static void
test_descent (void)
{
  for (int judged = 0; judged < 2; judged++)
    {
      Setting *s = setting_new (judged);
      gsize n = s->train->n_values;
      double losses[ACU_MAX_LOSSES], square = 0, ends[2];
      float *judge, *unused;
      g_autofree float *gradients = run (s, 2, 1, &judge, losses), *before = g_memdup2 (s->train->values, n * sizeof (float));
      const double step = 1e-3;

      for (gsize i = 0; i < n; i++)
        square += (double) gradients[i] * gradients[i];
      for (int end = 0; end < 2; end++)
        {
          for (gsize i = 0; i < n; i++)
            s->train->values[i] = (float) (before[i] + (end ? step : -step) * gradients[i] / sqrt (square));
          acu_train_net_pack (s->train, s->train->values, 1);
          g_free (run (s, 2, 1, &unused, losses));
          g_free (unused);
          ends[end] = 2 * losses[0] + (judged ? WEIGHT * losses[1] : 0);
        }
      g_assert_cmpfloat_with_epsilon ((ends[1] - ends[0]) / (2 * step) / sqrt (square), 1, 0.03);
      g_free (judge);
      setting_free (s);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/worker/mean", test_mean);
  g_test_add_func ("/train/worker/threads", test_threads);
  g_test_add_func ("/train/worker/descent", test_descent);
  return g_test_run ();
}
