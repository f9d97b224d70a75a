/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Training's nets beside the engine's, and their gradients beside finite differences. */
#include "nets.h"

#include "../core/run_net.h"
#include "kernels_once.h"
#include "tape.h"

#include <math.h>
#include <string.h>

typedef struct Trial
{
  AcuNet *net;
  AcuTrainNet *train;
  AcuTape *tape;
  int width, height;
  gboolean kinks;                 /* the net has slopes */
  gsize picture_floats, result_floats;
  float *picture, *direction;     /* the loss is the sum of the result times `direction` */
  float *gradients;               /* of the parameters */
} Trial;

static void
fill (GRand *rand, float *numbers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    numbers[i] = (float) g_rand_double_range (rand, -1, 1);
}

static void
trial_init (Trial *trial, const TestNet *test, GRand *rand, int width, int height, const AcuKernels *kernels, gboolean bf16)
{
  AcuWeights *weights;
  GError *error = NULL;
  const AcuMap *result;

  *trial = (Trial) { .net = test_net_new (test, rand), .width = width, .height = height,
                       .kinks = g_str_equal (test->name, "slopes") };
  weights = test_net_weights (trial->net);
  trial->train = acu_train_net_new (trial->net, weights, kernels, bf16, &error);
  g_assert_no_error (error);
  acu_weights_free (weights);
  trial->tape = acu_tape_new (trial->train, width, height, TRUE, TRUE, &error);
  g_assert_no_error (error);
  trial->picture_floats = (gsize) width * height * test->channels;
  trial->picture = g_new (float, trial->picture_floats);
  fill (rand, trial->picture, trial->picture_floats);
  acu_train_net_pack (trial->train, trial->train->values, 1);
  result = acu_tape_forward (trial->tape, trial->picture);
  trial->result_floats = (gsize) result->width * result->height * result->channels;
  trial->direction = g_new (float, trial->result_floats);
  fill (rand, trial->direction, trial->result_floats);
  trial->gradients = g_new0 (float, trial->train->n_values);
}

static void
trial_clear (Trial *trial)
{
  acu_tape_free (trial->tape);
  acu_train_net_free (trial->train);
  acu_net_unref (trial->net);
  g_free (trial->picture);
  g_free (trial->direction);
  g_free (trial->gradients);
}

static double
loss (Trial *trial, const float *values, const float *picture)
{
  const AcuMap *result;
  const float *direction = trial->direction;
  double sum = 0;

  acu_train_net_pack (trial->train, values, 1);
  result = acu_tape_forward (trial->tape, picture);
  for (int y = 0; y < result->height; y++)
    for (int x = 0; x < result->width; x++)
      for (int c = 0; c < result->channels; c++)
        sum += (double) *direction++ * acu_map_row (result, y)[(gsize) x * result->stored + c];
  return sum;
}

static void
backward (Trial *trial)
{
  const AcuMap *to = acu_tape_output_gradient (trial->tape);
  float *sums = g_new0 (float, trial->train->n_sums);
  const float *direction = trial->direction;

  loss (trial, trial->train->values, trial->picture);
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++, direction += to->channels)
      memcpy (acu_map_row (to, y) + (gsize) x * to->stored, direction, to->channels * sizeof (float));
  acu_tape_backward (trial->tape, sums);
  acu_train_net_collect (trial->train, &sums, 1, 1, trial->gradients, 1);
  g_free (sums);
}

/* Half a step. A kink's part of the error grows with it, that of rounding shrinks. */
#define STEP 0.02
#define STEP_KINKS 0.001
/* Of the gradient's norm. */
#define TOLERANCE 3e-4
#define TOLERANCE_KINKS 4e-3

/* By Richardson's extrapolation, along `along`, which belongs to `from`: of the parameters, or of the picture. */
static double
slope_along (Trial *trial, gboolean of_picture, const float *along, gsize first, gsize n)
{
  const float *from = of_picture ? trial->picture : trial->train->values;
  gsize all = of_picture ? trial->picture_floats : trial->train->n_values;
  g_autofree float *moved = g_memdup2 (from, all * sizeof (float));
  double at[2];

  for (int half = 0; half < 2; half++)
    {
      double step = (trial->kinks ? STEP_KINKS : STEP) * (half ? 1 : 2), ends[2];

      for (int end = 0; end < 2; end++)
        {
          for (gsize i = 0; i < n; i++)
            moved[first + i] = (float) (from[first + i] + (end ? step : -step) * along[i]);
          ends[end] = of_picture ? loss (trial, trial->train->values, moved) : loss (trial, moved, trial->picture);
        }
      at[half] = (ends[1] - ends[0]) / (2 * step);
    }
  return (4 * at[1] - at[0]) / 3;
}

/* Along the gradient itself, where the slope is steepest, and along a random direction. */
static void
check_along (Trial *trial, GRand *rand, const char *net, const char *what, gboolean of_picture, const float *gradient, gsize first,
             gsize n)
{
  double norm = 0;
  g_autofree float *along = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    norm += (double) gradient[i] * gradient[i];
  norm = sqrt (norm);
  g_assert_cmpfloat (norm, >, 1e-3);
  for (int random = 0; random < 2; random++)
    {
      double expected = 0, got, length = 0;

      for (gsize i = 0; i < n; i++)
        {
          along[i] = random ? (float) g_rand_double_range (rand, -1, 1) : (float) (gradient[i] / norm);
          length += (double) along[i] * along[i];
        }
      length = sqrt (length);
      for (gsize i = 0; i < n; i++)
        {
          along[i] = (float) (along[i] / length);
          expected += (double) along[i] * gradient[i];
        }
      got = slope_along (trial, of_picture, along, first, n);
      if (fabs (got - expected) > (trial->kinks ? TOLERANCE_KINKS : TOLERANCE) * norm)
        g_error ("%s: %s: the gradient says %g, finite differences %g; its norm is %g", net, what, expected, got, norm);
    }
}

static void
check_gradients (Trial *trial, GRand *rand, const char *net)
{
  const AcuMap *of_picture;
  g_autofree float *picture = g_new (float, trial->picture_floats);
  float *at = picture;

  backward (trial);
  of_picture = acu_tape_input_gradient (trial->tape);
  for (int y = 0; y < of_picture->height; y++)
    for (int x = 0; x < of_picture->width; x++, at += of_picture->channels)
      memcpy (at, acu_map_row (of_picture, y) + (gsize) x * of_picture->stored, of_picture->channels * sizeof (float));
  check_along (trial, rand, net, "picture", TRUE, picture, 0, trial->picture_floats);
  for (guint i = 0; i < trial->train->parameters->len; i++)
    {
      const AcuParameter *p = &g_array_index (trial->train->parameters, AcuParameter, i);

      check_along (trial, rand, net, p->name, FALSE, trial->gradients + p->first, p->first, p->count);
    }
}

static const int sizes[][2] = { { 12, 8 }, { 6, 10 }, { 14, 6 } };

static void
test_differences (void)
{
  for (const TestNet *test = test_nets; test->name; test++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        GRand *rand = g_rand_new_with_seed (7 + s);
        Trial trial;

        trial_init (&trial, test, rand, sizes[s][0], sizes[s][1], acu_kernels (), FALSE);
        check_gradients (&trial, rand, test->name);
        trial_clear (&trial);
        g_rand_free (rand);
      }
}

static void
test_engine (void)
{
  static const int more[][2] = { { 12, 8 }, { 6, 10 }, { 14, 6 }, { 26, 18 } };

  for (const TestNet *test = test_nets; test->name; test++)
    for (gsize s = 0; s < G_N_ELEMENTS (more); s++)
      {
        GRand *rand = g_rand_new_with_seed (70 + s);
        Trial trial;
        const AcuMap *result;
        float *expected, *at;

        trial_init (&trial, test, rand, more[s][0], more[s][1], acu_kernels (), FALSE);
        result = acu_tape_forward (trial.tape, trial.picture);
        expected = at = run_net (trial.net, trial.picture, &trial.width, &trial.height, 1, 0, 0, ACU_PRECISION_EXACT);
        g_assert_cmpint (trial.width, ==, result->width);
        g_assert_cmpint (trial.height, ==, result->height);
        for (int y = 0; y < result->height; y++)
          for (int x = 0; x < result->width; x++)
            for (int c = 0; c < result->channels; c++, at++)
              {
                float got = acu_map_row (result, y)[(gsize) x * result->stored + c];

                if (!(fabsf (got - *at) <= 2e-5f * (1 + fabsf (*at))))
                  g_error ("%s: (%d, %d) %d: the engine makes %g, training %g", test->name, x, y, c, *at, got);
              }
        g_free (expected);
        trial_clear (&trial);
        g_rand_free (rand);
      }
}

/* Raw gradients are added to what is there, and a second way back over the same tape makes the same again. */
static void
test_repeated (void)
{
  for (const TestNet *test = test_nets; test->name; test++)
    {
      GRand *rand = g_rand_new_with_seed (3);
      Trial trial;
      g_autofree float *first = NULL;

      trial_init (&trial, test, rand, 12, 8, acu_kernels (), FALSE);
      backward (&trial);
      first = g_memdup2 (trial.gradients, trial.train->n_values * sizeof (float));
      backward (&trial);
      g_assert_cmpmem (first, trial.train->n_values * sizeof (float), trial.gradients, trial.train->n_values * sizeof (float));
      trial_clear (&trial);
      g_rand_free (rand);
    }
}

/* The same numbers whatever the instruction set. */
static void
test_instruction_sets (void)
{
  static const char *const names[] = { "avx2", "avx512" };

  for (const TestNet *test = test_nets; test->name; test++)
    for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
      {
        AcuKernels kernels[2];
        Trial trials[2];
        int known;

        acu_kernels_init (&kernels[0], 0);
        acu_kernels_init (&kernels[1], acu_cpu_flags () & acu_cpu_flags_from_name (names[k], &known));
        for (int i = 0; i < 2; i++)
          {
            GRand *rand = g_rand_new_with_seed (11);

            trial_init (&trials[i], test, rand, 6, 8, &kernels[i], FALSE);
            backward (&trials[i]);
            g_rand_free (rand);
          }
        for (gsize i = 0; i < trials[0].train->n_values; i++)
          g_assert_cmpfloat (fabsf (trials[0].gradients[i] - trials[1].gradients[i]), <=, 1e-5f * (1 + fabsf (trials[0].gradients[i])));
        trial_clear (&trials[0]);
        trial_clear (&trials[1]);
      }
}

/* How far the gradients with convolutions of 8 significant bits are from those with 24, as a part of them. */
static double
bf16_error (const TestNet *test, const AcuKernels *kernels)
{
  Trial trials[2];
  double error = 0, size = 0;

  for (int bf16 = 0; bf16 < 2; bf16++)
    {
      GRand *rand = g_rand_new_with_seed (17);

      trial_init (&trials[bf16], test, rand, 28, 12, kernels, bf16);
      backward (&trials[bf16]);
      g_rand_free (rand);
    }
  for (gsize i = 0; i < trials[0].train->n_values; i++)
    {
      error += pow (trials[0].gradients[i] - trials[1].gradients[i], 2);
      size += pow (trials[0].gradients[i], 2);
    }
  trial_clear (&trials[0]);
  trial_clear (&trials[1]);
  return sqrt (error / size);
}

static void
test_bf16 (void)
{
  AcuKernels c;
  int rounded = 0;

  acu_kernels_init (&c, 0);
  for (const TestNet *test = test_nets; test->name; test++)
    {
      double by_c = bf16_error (test, &c), here = bf16_error (test, acu_kernels ());

      g_test_message ("%s: %.5f, %.5f", test->name, by_c, here);
      /* Kinks fall to the other side now and then. */
      g_assert_cmpfloat (by_c, <, 0.05);
      g_assert_cmpfloat (here, <, 0.05);
      rounded += by_c > 1e-4 && here > 1e-4;
    }
  /* Most of the networks have convolutions, whose numbers must have lost digits. */
  g_assert_cmpint (rounded, >=, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/train/gradients/engine", test_engine);
  g_test_add_func ("/train/gradients/differences", test_differences);
  g_test_add_func ("/train/gradients/repeated", test_repeated);
  g_test_add_func ("/train/gradients/instruction-sets", test_instruction_sets);
  g_test_add_func ("/train/gradients/bf16", test_bf16);
  return g_test_run ();
}
