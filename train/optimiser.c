/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "optimiser.h"

#include "pool.h"

#include <acuity/size.h>
#include <math.h>
#include <string.h>

/* Numbers that one task changes. */
#define PIECE 65536

AcuOptimiser *
acu_optimiser_new (const AcuOptimiserOptions *options, gint64 steps, const float *values, gsize n)
{
  AcuOptimiser *optimiser = g_new0 (AcuOptimiser, 1);

  optimiser->options = *options;
  optimiser->steps = steps;
  optimiser->n = n;
  optimiser->first = acu_try_alloc0 (n, sizeof (float));
  optimiser->second = acu_try_alloc0 (n, sizeof (float));
  optimiser->average = acu_try_alloc (n, sizeof (float));
  if (!optimiser->first || !optimiser->second || !optimiser->average)
    {
      acu_optimiser_free (optimiser);
      return NULL;
    }
  memcpy (optimiser->average, values, n * sizeof (float));
  return optimiser;
}

void
acu_optimiser_free (AcuOptimiser *optimiser)
{
  if (!optimiser)
    return;
  acu_free (optimiser->first);
  acu_free (optimiser->second);
  acu_free (optimiser->average);
  g_free (optimiser);
}

double
acu_optimiser_rate (const AcuOptimiserOptions *options, gint64 step, gint64 steps)
{
  double rate = options->rate;

  if (step < options->warm_up)
    return rate * (double) (step + 1) / (double) options->warm_up;
  if (options->schedule == ACU_SCHEDULE_COSINE)
    {
      double done = (double) (step - options->warm_up) / (double) MAX (1, steps - options->warm_up);

      return options->least + (rate - options->least) * 0.5 * (1 + cos (G_PI * CLAMP (done, 0, 1)));
    }
  if (options->schedule == ACU_SCHEDULE_STEP)
    for (guint i = 0; i < options->n_milestones && step >= options->milestones[i]; i++)
      rate *= options->factor;
  return rate;
}

typedef struct StepJob
{
  AcuOptimiser *optimiser;
  float *values, *gradients;
  float scale;                    /* of the gradients */
  float rate, correct1, correct2, keep;
  double *squares;                /* one a task */
} StepJob;

static void
sum_squares (void *data, int task, int worker)
{
  const StepJob *job = data;
  gsize end = MIN (job->optimiser->n, (gsize) (task + 1) * PIECE);
  double sum = 0;

  for (gsize i = (gsize) task * PIECE; i < end; i++)
    sum += (double) job->gradients[i] * job->gradients[i];
  job->squares[task] = sum;
}

static void
change (void *data, int task, int worker)
{
  const StepJob *job = data;
  AcuOptimiser *o = job->optimiser;
  const float beta1 = (float) o->options.beta1, beta2 = (float) o->options.beta2, epsilon = (float) o->options.epsilon;
  const float decay = (float) o->options.decay, coupled = o->options.decoupled ? 0 : decay;
  const float shrink = o->options.decoupled ? 1 - job->rate * decay : 1;
  gsize begin = (gsize) task * PIECE, end = MIN (o->n, begin + PIECE);

  for (gsize i = begin; i < end; i++)
    {
      float g = job->gradients[i] * job->scale + coupled * job->values[i];

      o->first[i] = beta1 * o->first[i] + (1 - beta1) * g;
      o->second[i] = beta2 * o->second[i] + (1 - beta2) * g * g;
      job->values[i] = job->values[i] * shrink
                       - job->rate * (o->first[i] * job->correct1) / (sqrtf (o->second[i] * job->correct2) + epsilon);
      o->average[i] = job->keep * o->average[i] + (1 - job->keep) * job->values[i];
    }
}

double
acu_optimiser_step (AcuOptimiser *optimiser, float *values, float *gradients, int threads)
{
  const AcuOptimiserOptions *options = &optimiser->options;
  int tasks = (int) ((optimiser->n + PIECE - 1) / PIECE);
  g_autofree double *squares = g_new (double, MAX (tasks, 1));
  StepJob job = { optimiser, values, gradients, 1, .squares = squares };
  double norm = 0, step = (double) optimiser->step + 1;

  acu_pool_run (tasks, threads, sum_squares, &job);
  for (int i = 0; i < tasks; i++)
    norm += squares[i];
  norm = sqrt (norm);
  if (isfinite (norm))
    {
      if (options->clip > 0 && norm > options->clip)
        job.scale = (float) (options->clip / norm);
      job.rate = (float) acu_optimiser_rate (options, optimiser->step, optimiser->steps);
      job.correct1 = (float) (1 / (1 - pow (options->beta1, step)));
      job.correct2 = (float) (1 / (1 - pow (options->beta2, step)));
      /* At first the average follows quickly: it would remember the random beginning for long. */
      job.keep = (float) MIN (options->average, step / (step + 9));
      acu_pool_run (tasks, threads, change, &job);
    }
  optimiser->step++;
  return norm;
}
