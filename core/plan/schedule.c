/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <glib/gi18n-lib.h>

typedef struct Walk
{
  const AcuPlan *plan;
  int *made;                      /* rows that each stage has made; GLOBAL_POOL: rows of its input it has taken */
  int *wanted;
  int *slots;
  AcuStep step;
  void *data;
} Walk;

static const AcuBuffer *
buffer_of (const AcuPlan *plan, guint stage)
{
  return &plan->program.buffers[stage];
}

/* The first row of `input` that rows from `first` on of a stage read, in all the rest of the picture. */
static int
first_kept (const AcuPlan *plan, guint stage, guint input, int first)
{
  const AcuLayer *layer = plan->layers[stage];
  int in = buffer_of (plan, plan->program.stages[stage].inputs[input])->height;
  int out = buffer_of (plan, stage)->height;
  int low, high;

  if (plan->program.stages[stage].kind == ACU_STAGE_GLOBAL_POOL)
    return first;
  if (first >= out)
    return in;
  acu_layer_window (layer, input, TRUE, in, out, first, first, &low, &high);
  if (layer->kind == ACU_LAYER_PAD)
    {
      /* Near the top rows come from below, and those at the bottom go back up again. */
      int beyond = out - layer->top - in;

      low = first < layer->top ? 0 : MIN (low, MAX (0, in - 1 - MAX (beyond, 0)));
    }
  return low;
}

static int
kept_from (const Walk *walk, guint stage)
{
  const AcuPlan *plan = walk->plan;
  int keep = walk->made[stage];

  for (guint c = plan->consumers_start[stage]; c < plan->consumers_start[stage + 1]; c++)
    {
      guint reader = plan->consumers[c];

      for (guint k = 0; k < plan->program.stages[reader].n_inputs; k++)
        if (plan->program.stages[reader].inputs[k] == stage)
          keep = MIN (keep, first_kept (plan, reader, k, walk->made[reader]));
    }
  return keep;
}

/* Works out, from the last stage of a band backwards, how many rows each stage must have made. */
static void
want (Walk *walk, guint last)
{
  const AcuPlan *plan = walk->plan;

  for (guint i = last + 1; i-- > 0;)
    {
      const AcuStage *stage = &plan->program.stages[i];

      if (walk->wanted[i] <= walk->made[i] || stage->n_inputs == 0)
        continue;
      for (guint k = 0; k < stage->n_inputs; k++)
        {
          guint input = stage->inputs[k];
          int low, high = walk->wanted[i] - 1;

          if (stage->kind != ACU_STAGE_GLOBAL_POOL)
            acu_layer_window (plan->layers[i], k, TRUE, buffer_of (plan, input)->height, buffer_of (plan, i)->height,
                              walk->made[i], walk->wanted[i] - 1, &low, &high);
          walk->wanted[input] = MAX (walk->wanted[input], high + 1);
        }
    }
}

static gboolean
run_band (Walk *walk, guint last, GError **error)
{
  const AcuPlan *plan = walk->plan;

  want (walk, last);
  for (guint i = 0; i <= last; i++)
    {
      int first = walk->made[i], rows = walk->wanted[i] - first;

      if (rows <= 0)
        continue;
      if (walk->slots && plan->program.stages[i].kind != ACU_STAGE_GLOBAL_POOL)
        walk->slots[i] = MAX (walk->slots[i], walk->wanted[i] - kept_from (walk, i));
      if (walk->step && !walk->step (walk->data, i, first, rows, error))
        return FALSE;
      walk->made[i] = walk->wanted[i];
    }
  return TRUE;
}

/* After a barrier its stage counts as having made its one row. */
static void
finish_pool (Walk *walk, guint pool)
{
  walk->made[pool] = walk->wanted[pool] = buffer_of (walk->plan, walk->plan->program.stages[pool].inputs[0])->height;
  if (walk->slots)
    walk->slots[pool] = 1;
}

/* One band: each stage makes all of its rows, in order, so that buffers can be shared by lifetime. */
static gboolean
run_whole (Walk *walk, GError **error)
{
  const AcuPlan *plan = walk->plan;
  guint n = plan->program.n_stages;

  for (guint i = 0; i < n; i++)
    {
      gboolean pool = plan->program.stages[i].kind == ACU_STAGE_GLOBAL_POOL;
      int rows = buffer_of (plan, pool ? plan->program.stages[i].inputs[0] : i)->height;

      if (walk->slots)
        walk->slots[i] = buffer_of (plan, i)->height;
      if (walk->step && !walk->step (walk->data, i, 0, rows, error))
        return FALSE;
    }
  return !walk->step || walk->step (walk->data, G_MAXUINT, 0, buffer_of (plan, n - 1)->height, error);
}

gboolean
acu_plan_schedule (const AcuPlan *plan, int band_rows, int *slots, AcuStep step, void *data, GError **error)
{
  guint n = plan->program.n_stages;
  g_autofree int *made = g_try_new0 (int, n), *wanted = g_try_new0 (int, n);
  Walk walk = { plan, made, wanted, slots, step, data };
  int height = buffer_of (plan, n - 1)->height;

  if (!made || !wanted)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."),
                   plan->net->name);
      return FALSE;
    }
  if (band_rows == 0)
    return run_whole (&walk, error);
  for (guint i = 0; i < n; i++)
    {
      gboolean pool = plan->program.stages[i].kind == ACU_STAGE_GLOBAL_POOL;
      int rows = pool ? buffer_of (plan, plan->program.stages[i].inputs[0])->height : height;
      gint64 band;

      if (!pool && i < n - 1)
        continue;
      /* The same share of the picture as a band of the result has. */
      band = MAX (1, (gint64) band_rows * rows / height);
      for (gint64 end = MIN (band, rows);; end = MIN (end + band, rows))
        {
          int before = wanted[n - 1];

          wanted[i] = (int) end;
          if (!run_band (&walk, i, error))
            return FALSE;
          if (i == n - 1 && step && !step (data, G_MAXUINT, before, (int) end - before, error))
            return FALSE;
          if (end == rows)
            break;
        }
      if (pool)
        finish_pool (&walk, i);
    }
  return TRUE;
}
