/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Spectral normalisation: a matrix whose singular values are known, and the gradient beside finite differences. */
#include "nets.h"

#include "kernels_once.h"
#include "spectral.h"

#include <math.h>
#include <string.h>

static AcuTrainNet *
make_net (void)
{
  GRand *rand = g_rand_new_with_seed (4);
  const TestNet *test = test_nets;
  AcuNet *net;
  AcuWeights *weights;
  AcuTrainNet *train;

  /* Three convolutions. */
  while (!g_str_equal (test->name, "9 x 9, 1 x 1, 5 x 5"))
    test++;
  net = test_net_new (test, rand);
  weights = test_net_weights (net);
  train = acu_train_net_new (net, weights, acu_kernels (), FALSE, NULL);
  g_assert_nonnull (train);
  /* As a file would give them. */
  for (guint i = 0; i < train->parameters->len; i++)
    {
      AcuParameter *p = &g_array_index (train->parameters, AcuParameter, i);

      if (g_str_equal (p->name, "b.weight"))
        {
          p->dimensions = 4;
          p->shape[0] = 6;
          p->shape[1] = 17;
          p->shape[2] = p->shape[3] = 1;
        }
    }
  acu_weights_free (weights);
  acu_net_unref (net);
  g_rand_free (rand);
  return train;
}

static void
test_known (void)
{
  AcuTrainNet *train = make_net ();
  AcuSpectral *spectral = acu_spectral_new (train);
  const AcuParameter *b = acu_train_net_find (train, "b.weight"), *a = acu_train_net_find (train, "a.weight");
  g_autofree float *effective = g_new (float, train->n_values);

  for (gsize i = 0; i < b->count; i++)
    train->values[b->first + i] = 0;
  /* Singular values 3, 2 and 0.5. */
  train->values[b->first + 0 * 17 + 4] = 2;
  train->values[b->first + 1 * 17 + 0] = -3;
  train->values[b->first + 5 * 17 + 16] = 0.5f;
  acu_spectral_apply (spectral, train->values, effective, 2);
  g_assert_cmpfloat_with_epsilon (effective[b->first + 17], -1, 1e-3);
  g_assert_cmpfloat_with_epsilon (effective[b->first + 4], 2 / 3.0, 1e-3);
  /* The first layer is left alone. */
  for (gsize i = 0; i < a->count; i++)
    g_assert_cmpfloat (effective[a->first + i], ==, train->values[a->first + i]);
  acu_spectral_free (spectral);
  acu_train_net_free (train);
}

/* Of the sum of effective values times fixed numbers. */
static double
loss (AcuSpectral *spectral, const float *values, float *effective, const float *direction, gsize n)
{
  double sum = 0;

  acu_spectral_apply (spectral, values, effective, 1);
  for (gsize i = 0; i < n; i++)
    sum += (double) effective[i] * direction[i];
  return sum;
}

static void
test_gradient (void)
{
  AcuTrainNet *train = make_net ();
  AcuSpectral *spectral = acu_spectral_new (train);
  const AcuParameter *b = acu_train_net_find (train, "b.weight");
  gsize n = train->n_values;
  g_autofree float *effective = g_new (float, n), *direction = g_new (float, n), *gradient = g_new (float, n), *moved = g_new (float, n);
  GRand *rand = g_rand_new_with_seed (8);

  /* One singular value well above the others, as the power method wants it. */
  train->values[b->first + 2 * 17 + 3] = 4;
  for (gsize i = 0; i < n; i++)
    gradient[i] = direction[i] = (float) g_rand_double_range (rand, -1, 1);
  acu_spectral_apply (spectral, train->values, effective, 1);
  acu_spectral_gradient (spectral, effective, gradient, 1);
  for (gsize i = 0; i < b->count; i += 5)
    {
      double ends[2], step = 1e-2;

      for (int end = 0; end < 2; end++)
        {
          memcpy (moved, train->values, n * sizeof (float));
          moved[b->first + i] += (float) (end ? step : -step);
          ends[end] = loss (spectral, moved, effective, direction, n);
        }
      g_assert_cmpfloat_with_epsilon ((ends[1] - ends[0]) / (2 * step), gradient[b->first + i], 2e-3);
    }
  g_rand_free (rand);
  acu_spectral_free (spectral);
  acu_train_net_free (train);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/spectral/known", test_known);
  g_test_add_func ("/train/spectral/gradient", test_gradient);
  return g_test_run ();
}
