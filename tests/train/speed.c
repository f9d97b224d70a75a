/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* speed CHANNELS CONVOLUTIONS SCALE BATCH SIDE THREADS STEPS: seconds of training steps (forwards, backwards, Adam) of a compact network on random
 * numbers, a step a line, for speed_torch.py to compare. */
#include "compact_net.h"
#include "kernels_once.h"
#include "optimiser.h"
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>

int
main (int argc, char **argv)
{
  static const AcuOptimiserOptions adam = { .rate = 1e-4, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .average = 0.999 };
  AcuWorkerOptions options = { .terms = { { acu_loss_find ("l1"), 1 } }, .n_terms = 1 };
  int n[7];
  AcuNet *net;
  AcuWeights *weights;
  AcuTrainNet *train;
  AcuWorker *worker;
  AcuOptimiser *optimiser;
  AcuBatch batch = { 0 };
  float *gradients;
  double loss;
  GError *error = NULL;

  for (int i = 0; i < 7; i++)
    if (argc < 8 || argc > 9 || (argc == 9 && !g_str_equal (argv[8], "bf16")) || (n[i] = atoi (argv[1 + i])) < 1)
      {
        g_printerr ("usage: speed CHANNELS CONVOLUTIONS SCALE BATCH SIDE THREADS STEPS [bf16]\n");
        return 2;
      }
  net = compact_net_new (n[0], n[1], n[2]);
  weights = test_net_weights (net);
  train = acu_train_net_new (net, weights, acu_kernels (), argc == 9, &error);
  g_assert_no_error (error);
  options.net = train;
  options.count = n[3];
  options.side = n[4];
  options.scale = n[2];
  options.threads = n[5];
  worker = acu_worker_new (&options, &error);
  g_assert_no_error (error);
  optimiser = acu_optimiser_new (&adam, 1000, train->values, train->n_values);
  batch.count = n[3];
  batch.small = g_new0 (float, (gsize) n[3] * n[4] * n[4] * 3);
  batch.large = g_new0 (float, (gsize) n[3] * n[4] * n[4] * 3 * n[2] * n[2]);
  for (gsize i = 0; i < (gsize) n[3] * n[4] * n[4] * 3; i++)
    batch.small[i] = (float) g_random_double ();
  gradients = g_new0 (float, train->n_values);
  for (int step = 0; step < n[6]; step++)
    {
      gint64 before = g_get_monotonic_time ();

      acu_train_net_pack (train, train->values, n[5]);
      acu_worker_run (worker, &batch, gradients, NULL, &loss);
      acu_optimiser_step (optimiser, train->values, gradients, n[5]);
      printf ("%.6f\n", 1e-6 * (double) (g_get_monotonic_time () - before));
      fflush (stdout);
    }
  return 0;
}
