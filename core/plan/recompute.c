/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Maps that are made a second time rather than kept.
 *
 * RRDB nets add the map of their first convolution to what hundreds of rows later comes out of their trunk: a ring of 64 channels, an eighth
 * of all memory. The picture under it has 3, and the convolution is a ten-thousandth of the work (cf. Chen et al. 2016, “Training
 * Deep Nets with Sublinear Memory Cost”). Both times it makes the same numbers.
 *
 * Channel attention multiplies a map, kept whole for its mean, by a number a channel. Where the product is read on both sides of another mean it would be
 * kept whole as well; making it again costs less time than writing it to far memory and reading it back. */
#include "plan_private.h"

#include <string.h>

/* Rows that a reader lags behind, at least. */
#define FAR_ROWS 32
/* One in so many of a net's operations may be spent on this. */
#define WORK_SHARE 1000
#define MOST_COPIES ACU_PLAN_SPARE_STAGES

/* How many rows of its own each stage's input is ahead when its first row can be made; behind a barrier all of them. */
static void
find_lags (const AcuPlan *plan, double *lags)
{
  const AcuProgram *program = &plan->program;

  for (guint i = 0; i < program->n_stages; i++)
    {
      const AcuStage *stage = &program->stages[i];
      int height = program->buffers[i].height;

      lags[i] = 0;
      for (guint k = 0; k < stage->n_inputs; k++)
        {
          int in = program->buffers[stage->inputs[k]].height;
          double rows = in == 1 || stage->kind == ACU_STAGE_GLOBAL_POOL
                          ? height : (lags[stage->inputs[k]] + acu_plan_last_row (plan, i, k, 0)) * height / in;

          lags[i] = MAX (lags[i], rows);
        }
    }
}

static double
operations_of (const AcuProgram *program)
{
  double sum = 0;

  for (guint i = 1; i < program->n_stages; i++)
    sum += program->stages[i].row_operations * program->buffers[i].height;
  return sum;
}

/* A convolution of the picture itself that makes any row by itself, whatever was made before. */
static gboolean
is_cheap (const AcuProgram *program, guint number, double most)
{
  const AcuStage *stage = &program->stages[number];

  return stage->kind == ACU_STAGE_CONV2D && stage->n_inputs == 1 && stage->inputs[0] == 0 && stage->granularity == 1
         && program->buffers[number].channels > program->buffers[0].channels
         && program->buffers[number].height == program->buffers[0].height
         && stage->row_operations * program->buffers[number].height <= most;
}

static gboolean
is_far (const AcuProgram *program, const double *lags, guint source, guint reader)
{
  double rows = lags[reader] * program->buffers[source].height / program->buffers[reader].height;

  /* A mean waits for all rows in any case. */
  return program->stages[reader].kind != ACU_STAGE_GLOBAL_POOL && rows - lags[source] >= FAR_ROWS;
}

/* A product with one number a channel (channel attention), of a map that is kept whole in any case, for the mean that those numbers come from. */
static gboolean
is_product_of_kept (const AcuPlan *plan, guint number)
{
  const AcuStage *stage = &plan->program.stages[number];
  guint map = stage->inputs[0];

  for (guint c = plan->consumers_start[map]; stage->kind == ACU_STAGE_CHANNEL_MUL && c < plan->consumers_start[map + 1]; c++)
    if (plan->program.stages[plan->consumers[c]].kind == ACU_STAGE_GLOBAL_POOL)
      return !plan->device->group;
  return FALSE;
}

/* Whether a mean of a whole map is taken between both, which other readers of `source` lead to: all of it would have to be kept. */
static gboolean
is_behind_mean (const AcuPlan *plan, guint source, guint reader)
{
  guint first = reader;

  for (guint c = plan->consumers_start[source]; c < plan->consumers_start[source + 1]; c++)
    first = MIN (first, plan->consumers[c]);
  while (first < reader && plan->program.stages[first].kind != ACU_STAGE_GLOBAL_POOL)
    first++;
  return first < reader;
}

/* Makes `source` once more as stage `at`, for all readers from there on. */
static void
insert_copy (AcuPlan *plan, double *lags, guint source, guint at)
{
  AcuProgram *program = &plan->program;
  guint after = program->n_stages - at;

  memmove (&program->stages[at + 1], &program->stages[at], after * sizeof *program->stages);
  memmove (&program->buffers[at + 1], &program->buffers[at], after * sizeof *program->buffers);
  memmove (&plan->layers[at + 1], &plan->layers[at], after * sizeof *plan->layers);
  memmove (&lags[at + 1], &lags[at], after * sizeof *lags);
  program->stages[at] = program->stages[source];
  program->buffers[at] = program->buffers[source];
  plan->layers[at] = plan->layers[source];
  lags[at] = lags[at + 1];
  program->stages[at].output = at;
  program->n_stages++;
  for (guint i = at + 1; i < program->n_stages; i++)
    {
      AcuStage *stage = &program->stages[i];

      stage->output = i;
      for (guint k = 0; k < stage->n_inputs; k++)
        stage->inputs[k] = stage->inputs[k] == source ? at : stage->inputs[k] + (stage->inputs[k] >= at);
    }
}

gboolean
acu_plan_recompute (AcuPlan *plan)
{
  AcuProgram *program = &plan->program;
  g_autofree double *lags = g_try_new (double, program->n_stages + MOST_COPIES);
  double most = operations_of (program) / WORK_SHARE;
  guint copies = 0;

  if (!lags)
    return FALSE;
  find_lags (plan, lags);
  for (guint source = 1; source < program->n_stages && copies < MOST_COPIES; source++)
    {
      gboolean product = is_product_of_kept (plan, source);
      guint reader = 0;

      if (!product && !is_cheap (program, source, most))
        continue;
      for (guint c = plan->consumers_start[source]; c < plan->consumers_start[source + 1]; c++)
        if ((product ? is_behind_mean (plan, source, plan->consumers[c]) : is_far (program, lags, source, plan->consumers[c]))
            && (!reader || plan->consumers[c] < reader))
          reader = plan->consumers[c];
      if (!reader)
        continue;
      if (!product)
        most -= program->stages[source].row_operations * program->buffers[source].height;
      insert_copy (plan, lags, source, reader);
      copies++;
      if (!acu_plan_list_consumers (plan))
        return FALSE;
    }
  if (copies > 0)
    acu_plan_choose_maps (plan);
  return TRUE;
}
