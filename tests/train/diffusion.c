/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The forward process: what chance does, that a perfect answer is the true picture, that threads and processes do not matter. */
#include "diffusion.h"
#include "diffusion_weights.h"

#include "arch.h"
#include "kernels_once.h"
#include "worker.h"

#include <acuity/error.h>
#include <math.h>
#include <string.h>

#define SIDE 8
#define FACTOR TEST_DIFFUSION_FACTOR
#define SMALL (SIDE * SIDE * 3)
#define LARGE (SMALL * FACTOR * FACTOR)
#define CHANNELS (3 * FACTOR * FACTOR)
#define COUNT 4
/* Of the judgement: so that it counts beside the other loss. */
#define WEIGHT 50

typedef struct Setting
{
  AcuTrainDiffusion *diffusion;
  AcuForward *forward;
  float small[COUNT * SMALL], large[COUNT * LARGE], base[LARGE], *input;
} Setting;

static Setting *
setting_new (guint64 seed, const char *likeness)
{
  Setting *s = g_new0 (Setting, 1);
  AcuWeights *weights = test_diffusion_weights ("0.8", "0.05");
  GRand *rand = g_rand_new_with_seed (6);
  GError *error = NULL;

  g_hash_table_replace (weights->metadata, g_strdup ("likeness"), g_strdup (likeness));
  s->diffusion = acu_train_diffusion_new (weights, seed, FALSE, &error);
  g_assert_no_error (error);
  acu_weights_free (weights);
  s->diffusion->first_share = 0.5;
  s->forward = acu_forward_new (s->diffusion, SIDE, &error);
  g_assert_no_error (error);
  s->input = g_new (float, acu_train_diffusion_input_floats (s->diffusion, SIDE));
  g_assert_cmpuint (acu_train_diffusion_input_floats (s->diffusion, SIDE), ==, SIDE * SIDE * (2 * CHANNELS + 4));
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
  acu_forward_free (s->forward);
  acu_train_diffusion_free (s->diffusion);
  g_free (s->input);
  g_free (s);
}

/* The noise within what was filled, in the order of cells and channels. */
static void
recover_noise (const Setting *s, double eta, float *noise)
{
  double kappa = s->diffusion->numbers.kappa, unit = acu_diffusion_unit (kappa, eta);

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < CHANNELS; c++)
        {
          const float *cell = s->input + (gsize) (y * SIDE + x) * (2 * CHANNELS + 4);
          int within = c % (FACTOR * FACTOR);
          double truth = s->large[((y * FACTOR + within / FACTOR) * SIDE * FACTOR + x * FACTOR + within % FACTOR) * 3 + c / (FACTOR * FACTOR)];
          double missing = (truth - cell[CHANNELS + c]) / s->diffusion->numbers.spread;

          *noise++ = (float) ((cell[c] / unit - (1 - eta) * missing) / (kappa * sqrt (eta)));
        }
}

/* Moments of a unit Gaussian; no likeness between neighbours, channels, samples and steps. */
static void
test_chance (void)
{
  enum { SAMPLES = 120, N = SIDE * SIDE * CHANNELS };
  Setting *s = setting_new (5, "0");
  double first = acu_diffusion_first (0.8), last = sqrt (ACU_DIFFUSION_LAST), sums[5] = { 0 }, along = 0, across = 0, between = 0, total = (double) SAMPLES * N;
  double lowest = 1, highest = 0, mean = 0;
  int starts = 0;
  g_autofree float *noise = g_new (float, N), *before = g_new0 (float, N);

  g_assert_cmpfloat_with_epsilon (first, 0.0316228, 1e-6);
  for (int i = 0; i < SAMPLES; i++)
    {
      double eta, part;

      acu_forward_fill (s->forward, s->small, s->large, (guint64) i / 3, (guint64) i % 3, s->input, s->base, &eta);
      g_assert_cmpfloat_with_epsilon (s->input[2 * CHANNELS + 3], sqrt (eta), 1e-6);
      part = (sqrt (eta) - first) / (last - first);
      lowest = MIN (lowest, part);
      highest = MAX (highest, part);
      mean += part * part / SAMPLES;
      starts += part > 1 - 1e-9;
      recover_noise (s, eta, noise);
      for (int k = 0; k < N; k++)
        {
          for (int m = 1; m <= 4; m++)
            sums[m] += pow (noise[k], m) / total;
          along += k >= CHANNELS ? noise[k] * noise[k - CHANNELS] / total : 0;
          across += k ? noise[k] * noise[k - 1] / total : 0;
          between += noise[k] * before[k] / total;
        }
      memcpy (before, noise, N * sizeof (float));
    }
  /* Of 370,000 numbers: five standard deviations of each moment. Where there is little noise, it is known to some 1e-3 only. */
  g_assert_cmpfloat_with_epsilon (sums[1], 0, 5 / sqrt (total));
  g_assert_cmpfloat_with_epsilon (sums[2], 1, 5 * sqrt (2 / total));
  g_assert_cmpfloat_with_epsilon (sums[3], 0, 5 * sqrt (15 / total));
  g_assert_cmpfloat_with_epsilon (sums[4], 3, 5 * sqrt (96 / total));
  g_assert_cmpfloat_with_epsilon (along, 0, 5 / sqrt (total));
  g_assert_cmpfloat_with_epsilon (across, 0, 5 / sqrt (total));
  g_assert_cmpfloat_with_epsilon (between, 0, 5 / sqrt (total));
  /* Half are the first step's; of the others, the square is even. */
  g_assert_cmpfloat_with_epsilon (starts, SAMPLES / 2.0, 5 * sqrt (SAMPLES / 4.0));
  g_assert_cmpfloat_with_epsilon (mean, 0.75, 5 * sqrt (0.104 / SAMPLES));
  g_assert_cmpfloat (lowest, >=, 0);
  g_assert_cmpfloat (lowest, <, 0.4);
  g_assert_cmpfloat_with_epsilon (highest, 1, 1e-12);
  setting_free (s);
}

/* The same names, the same numbers; another step, sample or seed, others. */
static void
test_names (void)
{
  Setting *s = setting_new (5, "0"), *other = setting_new (6, "0");
  gsize n = acu_train_diffusion_input_floats (s->diffusion, SIDE) * sizeof (float);
  g_autofree float *kept = g_memdup2 (s->input, n);

  acu_forward_fill (s->forward, s->small, s->large, 3, 1, kept, s->base, NULL);
  acu_forward_fill (s->forward, s->small, s->large, 4, 1, s->input, s->base, NULL);
  g_assert_cmpint (memcmp (kept, s->input, n), !=, 0);
  acu_forward_fill (s->forward, s->small, s->large, 3, 2, s->input, s->base, NULL);
  g_assert_cmpint (memcmp (kept, s->input, n), !=, 0);
  acu_forward_fill (other->forward, s->small, s->large, 3, 1, s->input, s->base, NULL);
  g_assert_cmpint (memcmp (kept, s->input, n), !=, 0);
  acu_forward_fill (s->forward, s->small, s->large, 3, 1, s->input, s->base, NULL);
  g_assert_cmpmem (kept, n, s->input, n);
  setting_free (s);
  setting_free (other);
}

/* What F must say is (missing - skip d(η)) / gain, of about unit size whatever η is; then base + result F is the truth. */
static void
test_answer (void)
{
  enum { N = SIDE * SIDE * CHANNELS };
  Setting *s = setting_new (5, "0");
  double kappa = s->diffusion->numbers.kappa, spread = s->diffusion->numbers.spread;

  for (int i = 0; i < 40; i++)
    {
      double eta, square = 0;
      float result = acu_forward_fill (s->forward, s->small, s->large, (guint64) i, 0, s->input, s->base, &eta);

      g_assert_cmpfloat_with_epsilon (result, spread * acu_diffusion_gain (kappa, eta), 1e-7);
      for (int y = 0; y < SIDE * FACTOR; y++)
        for (int x = 0; x < SIDE * FACTOR; x++)
          for (int c = 0; c < 3; c++)
            {
              const float *cell = s->input + (gsize) (y / FACTOR * SIDE + x / FACTOR) * (2 * CHANNELS + 4);
              int channel = c * FACTOR * FACTOR + y % FACTOR * FACTOR + x % FACTOR, at = (y * SIDE * FACTOR + x) * 3 + c;
              double missing = (s->large[at] - cell[CHANNELS + channel]) / spread, noisy = cell[channel] / acu_diffusion_unit (kappa, eta);
              double answer = (missing - acu_diffusion_skip (kappa, eta) * noisy) / acu_diffusion_gain (kappa, eta);

              g_assert_cmpfloat_with_epsilon (s->base[at] + result * answer, s->large[at], 1e-5);
              square += answer * answer / N;
            }
      g_assert_cmpfloat (square, >, 0);
    }
  setting_free (s);
}

/* Where channel `channel` of a cell is in a large picture. */
static int
pixel_of (int cell, int channel)
{
  int within = channel % (FACTOR * FACTOR), y = cell / SIDE * FACTOR + within / FACTOR, x = cell % SIDE * FACTOR + within % FACTOR;

  return (y * SIDE * FACTOR + x) * 3 + channel / (FACTOR * FACTOR);
}

/* As in use: from almost nothing but noise down a schedule of 4 to 15 steps, not to its last one. */
static void
test_ways (void)
{
  Setting *s = setting_new (5, "0");
  double kappa = s->diffusion->numbers.kappa, etas[ACU_DIFFUSION_MOST_STEPS];
  int used = 0, lengths[ACU_DIFFUSION_MOST_STEPS + 1] = { 0 };

  s->diffusion->used_share = 0.25;
  for (guint64 i = 0; i < 8000; i++)
    {
      int n = acu_forward_way (s->forward, i, i % 5, etas), fits = 0;

      used += n > 1;
      if (n == 1)
        continue;
      g_assert_cmpint (n, <=, 14);
      lengths[n]++;
      g_assert_cmpfloat_with_epsilon (etas[0], ACU_DIFFUSION_LAST, 1e-12);
      for (int steps = 4; steps <= 15; steps++)
        {
          gboolean all = n < steps;

          for (int k = 0; all && k < n; k++)
            all = fabs (etas[k] - acu_diffusion_eta (kappa, steps, steps - k)) < 1e-12;
          fits += all;
        }
      g_assert_cmpint (fits, >=, 1);
    }
  /* Five standard deviations. */
  g_assert_cmpfloat_with_epsilon (used, 2000, 5 * sqrt (8000 * 0.1875));
  for (int n = 2; n <= 14; n++)
    g_assert_cmpint (lengths[n], >, 0);
  s->diffusion->used_share = 0;
  for (guint64 i = 0; i < 200; i++)
    g_assert_cmpint (acu_forward_way (s->forward, i, 0, etas), ==, 1);
  setting_free (s);
}

/* After a step from `from` to `to` with a perfect answer, what a step reads is between where it came from and the truth, with noise of the right size. */
static void
check_step (const Setting *s, const float *before, double from, double to)
{
  enum { N = SIDE * SIDE * CHANNELS, STRIDE = 2 * CHANNELS + 4 };
  double kappa = s->diffusion->numbers.kappa, spread = s->diffusion->numbers.spread, share = 1 - to / from, square = 0, sum = 0;

  for (int cell = 0; cell < SIDE * SIDE; cell++)
    {
      g_assert_cmpfloat_with_epsilon (s->input[cell * STRIDE + 2 * CHANNELS + 3], sqrt (to), 1e-6);
      g_assert_cmpmem (s->input + cell * STRIDE + CHANNELS, (CHANNELS + 3) * sizeof (float), before + cell * STRIDE + CHANNELS, (CHANNELS + 3) * sizeof (float));
      for (int c = 0; c < CHANNELS; c++)
        {
          double estimate = before[cell * STRIDE + CHANNELS + c], old = before[cell * STRIDE + c] / acu_diffusion_unit (kappa, from);
          double missing = (s->large[pixel_of (cell, c)] - estimate) / spread, now = s->input[cell * STRIDE + c] / acu_diffusion_unit (kappa, to);
          double noise = (now - to / from * old - share * missing) / (kappa * sqrt (to * share));

          sum += noise / N;
          square += noise * noise / N;
          g_assert_cmpfloat_with_epsilon (s->base[pixel_of (cell, c)], estimate + spread * acu_diffusion_skip (kappa, to) * now, 1e-5);
        }
    }
  g_assert_cmpfloat_with_epsilon (sum, 0, 5 / sqrt (N));
  g_assert_cmpfloat_with_epsilon (square, 1, 5 * sqrt (2.0 / N));
}

static void
test_step (void)
{
  enum { N = SIDE * SIDE * CHANNELS };
  Setting *s = setting_new (5, "0");
  double etas[ACU_DIFFUSION_MOST_STEPS];
  g_autofree float *answer = g_new (float, N);
  float result;
  guint64 sample = 0;

  s->diffusion->used_share = 1;
  while (acu_forward_way (s->forward, 1, sample, etas) < 4)
    sample++;
  result = acu_forward_fill (s->forward, s->small, s->large, 1, sample, s->input, s->base, NULL);
  for (int i = 1; i < 4; i++)
    {
      g_autofree float *before = g_memdup2 (s->input, acu_train_diffusion_input_floats (s->diffusion, SIDE) * sizeof (float));

      for (int k = 0; k < N; k++)
        answer[k] = (s->large[k] - s->base[k]) / result;
      result = acu_forward_step (s->forward, etas, i, answer, 1, sample, s->input, s->base);
      g_assert_cmpfloat_with_epsilon (result, s->diffusion->numbers.spread * acu_diffusion_gain (s->diffusion->numbers.kappa, etas[i]), 1e-7);
      check_step (s, before, etas[i - 1], etas[i]);
    }
  setting_free (s);
}

static void
test_missing (void)
{
  Setting *s = setting_new (5, "0");
  float moved[LARGE];
  double sums[2] = { 1, 2 };

  acu_forward_fill (s->forward, s->small, s->large, 0, 0, s->input, s->base, NULL);
  /* The estimate, moved by as much everywhere, and in another way in one colour. */
  for (int y = 0; y < SIDE * FACTOR; y++)
    for (int x = 0; x < SIDE * FACTOR; x++)
      for (int c = 0; c < 3; c++)
        moved[(y * SIDE * FACTOR + x) * 3 + c] = s->input[(gsize) (y / FACTOR * SIDE + x / FACTOR) * (2 * CHANNELS + 4) + CHANNELS + c * FACTOR * FACTOR
                                                          + y % FACTOR * FACTOR + x % FACTOR] + (c == 1 ? -0.25f : 0.25f);
  acu_forward_missing (s->forward, s->small, moved, sums);
  g_assert_cmpfloat_with_epsilon (sums[0], 1 + 0.0625, 1e-6);
  /* One pair of three is alike, two are opposite. */
  g_assert_cmpfloat_with_epsilon (sums[1], 2 - 0.0625 / 3, 1e-6);
  setting_free (s);
}

/* Noise is as alike in the colours of a pixel as it is said to be, and in nothing else. */
static void
test_colours (void)
{
  enum { SAMPLES = 60, N = SIDE * SIDE * CHANNELS, PIXELS = FACTOR * FACTOR };
  Setting *s = setting_new (5, "0.8");
  double variance = 0, alike = 0, apart = 0;
  g_autofree float *noise = g_new (float, N);

  for (int i = 0; i < SAMPLES; i++)
    {
      double eta;

      acu_forward_fill (s->forward, s->small, s->large, (guint64) i, 0, s->input, s->base, &eta);
      recover_noise (s, eta, noise);
      for (int k = 0; k < N; k++)
        {
          int cell = k / CHANNELS * CHANNELS, channel = k % CHANNELS;

          variance += noise[k] * noise[k] / (SAMPLES * N);
          alike += noise[k] * noise[cell + (channel + PIXELS) % CHANNELS] / (SAMPLES * N);
          apart += noise[k] * noise[cell + (channel + PIXELS + 1) % CHANNELS] / (SAMPLES * N);
        }
    }
  /* Five standard deviations. */
  g_assert_cmpfloat_with_epsilon (variance, 1, 0.025);
  g_assert_cmpfloat_with_epsilon (alike, 0.8, 0.025);
  g_assert_cmpfloat_with_epsilon (apart, 0, 0.025);
  setting_free (s);
}

/* A step net, and a judge that is told the noise. */
typedef struct Pair
{
  AcuNet *nets[2];
  AcuTrainNet *net, *judge;
} Pair;

static AcuTrainNet *
make_net (AcuWeights *weights, AcuNet **net)
{
  AcuTrainNet *train;

  *net = acu_arch_build_training (weights, NULL);
  train = acu_train_net_new (*net, weights, acu_kernels (), FALSE, NULL);
  acu_weights_free (weights);
  g_assert_nonnull (train);
  acu_train_net_pack (train, train->values, 1);
  return train;
}

static void
pair_init (Pair *pair)
{
  AcuArchOptions judge = { "unet-discriminator", 1, 4, 1, TRUE };

  pair->net = make_net (test_diffusion_weights ("0.8", "0.05"), &pair->nets[0]);
  pair->judge = make_net (acu_arch_create (&judge, 3, NULL), &pair->nets[1]);
}

static void
pair_clear (Pair *pair)
{
  acu_train_net_free (pair->net);
  acu_train_net_free (pair->judge);
  acu_net_unref (pair->nets[0]);
  acu_net_unref (pair->nets[1]);
}

typedef struct Run
{
  int count, threads, first, every;
  gboolean judged;
} Run;

/* Gradients of a batch, the judge's behind the net's; g_free(). */
static float *
run (Setting *s, const Pair *pair, const Run *how, double *losses)
{
  AcuWorkerOptions options = { .net = pair->net, .terms = { { acu_loss_find ("mse"), 1 } }, .n_terms = 1, .count = how->count, .side = SIDE,
                               .scale = FACTOR, .threads = how->threads, .diffusion = s->diffusion, .first = how->first, .every = how->every,
                               .judge = how->judged ? pair->judge : NULL, .adversarial_weight = WEIGHT,
                               .adversarial = acu_adversarial_loss_find ("relativistic") };
  AcuBatch batch = { 9, how->count, s->small, s->large };
  float *gradients = g_new0 (float, pair->net->n_values + pair->judge->n_values);
  GError *error = NULL;
  AcuWorker *worker = acu_worker_new (&options, &error);

  g_assert_no_error (error);
  acu_worker_run (worker, &batch, gradients, how->judged ? gradients + pair->net->n_values : NULL, losses);
  acu_worker_free (worker);
  return gradients;
}

/* Any number of threads; as sample 2 of one process or the only one of the third. */
static void
test_worker (void)
{
  Setting *s = setting_new (5, "0");
  Pair pair;

  pair_init (&pair);
  s->diffusion->used_share = 0.5;
  for (int judged = 0; judged < 2; judged++)
    {
      double losses[ACU_MAX_LOSSES], again[ACU_MAX_LOSSES];
      gsize n = (pair.net->n_values + pair.judge->n_values) * sizeof (float);
      g_autofree float *one = run (s, &pair, &(Run) { COUNT, 1, 0, 1, judged }, losses), *three = run (s, &pair, &(Run) { COUNT, 3, 0, 1, judged }, again);
      g_autofree float *third = NULL, *same = NULL, *other = NULL;

      g_assert_cmpmem (one, n, three, n);
      g_assert_cmpmem (losses, (judged ? 3 : 1) * sizeof *losses, again, (judged ? 3 : 1) * sizeof *losses);
      third = run (s, &pair, &(Run) { 1, 1, 2, 1, judged }, losses);
      same = run (s, &pair, &(Run) { 1, 2, 2, 5, judged }, losses);
      other = run (s, &pair, &(Run) { 1, 2, 3, 5, judged }, losses);
      g_assert_cmpmem (third, n, same, n);
      g_assert_cmpint (memcmp (third, other, n), !=, 0);
    }
  pair_clear (&pair);
  setting_free (s);
}

/* Along its gradient (from `first` on in what run() returns) the loss of a net falls as the gradient says. */
static void
check_descent (Setting *s, const Pair *pair, AcuTrainNet *net, gsize first, double weight_of_mse, double weight_of_generator, double weight_of_judge)
{
  const Run how = { 2, 1, 0, 1, TRUE };
  double losses[ACU_MAX_LOSSES], square = 0, ends[2];
  gsize n = net->n_values;
  g_autofree float *all = run (s, pair, &how, losses), *before = g_memdup2 (net->values, n * sizeof (float));
  const float *gradients = all + first;
  const double step = 1e-3;

  for (gsize i = 0; i < n; i++)
    square += (double) gradients[i] * gradients[i];
  g_assert_cmpfloat (square, >, 0);
  for (int end = 0; end < 2; end++)
    {
      for (gsize i = 0; i < n; i++)
        net->values[i] = (float) (before[i] + (end ? step : -step) * gradients[i] / sqrt (square));
      acu_train_net_pack (net, net->values, 1);
      g_free (run (s, pair, &how, losses));
      ends[end] = weight_of_mse * losses[0] + weight_of_generator * losses[1] + weight_of_judge * losses[2];
    }
  memcpy (net->values, before, n * sizeof (float));
  acu_train_net_pack (net, net->values, 1);
  g_assert_cmpfloat_with_epsilon ((ends[1] - ends[0]) / (2 * step) / sqrt (square), 1, 0.03);
}

/* With a judge, which is told the noise: of both, and it makes a difference to it. */
static void
test_judge (void)
{
  Setting *s = setting_new (5, "0.5");
  Pair pair;
  const AcuParameter *entry;
  double losses[ACU_MAX_LOSSES], told = 0;
  g_autofree float *gradients = NULL;

  pair_init (&pair);
  g_assert_cmpint (acu_net_layer (pair.nets[1], 0)->channels, ==, 4);
  check_descent (s, &pair, pair.net, 0, 1, WEIGHT, 0);
  check_descent (s, &pair, pair.judge, pair.net->n_values, 0, 0, 1);
  gradients = run (s, &pair, &(Run) { 2, 1, 0, 1, TRUE }, losses);
  entry = acu_train_net_find (pair.judge, "conv0.weight");
  for (guint64 o = 0; o < entry->shape[0]; o++)
    for (int tap = 0; tap < 9; tap++)
      told += fabs (gradients[pair.net->n_values + entry->first + (o * 4 + 3) * 9 + (guint64) tap]);
  g_assert_cmpfloat (told, >, 0);
  pair_clear (&pair);
  setting_free (s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/diffusion/chance", test_chance);
  g_test_add_func ("/train/diffusion/names", test_names);
  g_test_add_func ("/train/diffusion/answer", test_answer);
  g_test_add_func ("/train/diffusion/ways", test_ways);
  g_test_add_func ("/train/diffusion/step", test_step);
  g_test_add_func ("/train/diffusion/missing", test_missing);
  g_test_add_func ("/train/diffusion/colours", test_colours);
  g_test_add_func ("/train/diffusion/worker", test_worker);
  g_test_add_func ("/train/diffusion/judge", test_judge);
  return g_test_run ();
}
