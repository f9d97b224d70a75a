/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* See begins_at_edge(). */
#define EDGE_STAGES 64
#define EDGE_ROWS 256

typedef struct Walk
{
  const AcuPlan *plan;
  int *made;                      /* rows that each stage has made; GLOBAL_POOL: rows of its input it has taken */
  int *wanted;
  int *aims;                      /* rows that each stage would have made if the picture went on above its top */
  AcuLife *lives;
  guint phase;
  AcuStep step;
  void *data;
} Walk;

static const AcuBuffer *
buffer_of (const AcuPlan *plan, guint stage)
{
  return &plan->program.buffers[stage];
}

/* What a convolution adds to its own results, pixel by pixel. */
static gboolean
is_added (const AcuStage *stage, guint input)
{
  return stage->residual && (stage->kind == ACU_STAGE_CONV2D || stage->kind == ACU_STAGE_DECONV2D) && input == stage->n_inputs - 1;
}

/* What a stage's input and output are as high as where its window is found. */
static int
height_in (const AcuPlan *plan, guint stage, guint input)
{
  const AcuStage *at = &plan->program.stages[stage];

  return at->kind == ACU_STAGE_CONV2D ? at->in_height : buffer_of (plan, at->inputs[input])->height;
}

static int
height_out (const AcuPlan *plan, guint stage)
{
  const AcuStage *at = &plan->program.stages[stage];

  return at->kind == ACU_STAGE_BICUBIC ? at->whole_height : buffer_of (plan, stage)->height;
}

static int
floor_div (int a, int b)
{
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

void
acu_plan_window (const AcuPlan *plan, guint stage, guint input, int first, int last, int *in_first, int *in_last)
{
  const AcuStage *at = &plan->program.stages[stage];

  if (is_added (at, input))
    {
      *in_first = first + at->from_top[1];
      *in_last = last + at->from_top[1];
    }
  else if (at->kind == ACU_STAGE_ADD)
    {
      *in_first = first + at->from_top[input];
      *in_last = last + at->from_top[input];
    }
  else if (at->residual && at->kind == ACU_STAGE_BICUBIC && input == 1)
    {
      *in_first = first / at->factor;
      *in_last = last / at->factor;
    }
  else
    {
      acu_layer_window (plan->layers[stage], input, TRUE, height_in (plan, stage, input), height_out (plan, stage), first, last, in_first, in_last);
      *in_first = MIN (*in_first / at->repeats, buffer_of (plan, at->inputs[input])->height - 1);
      *in_last = MIN (*in_last / at->repeats, buffer_of (plan, at->inputs[input])->height - 1);
    }
}

int
acu_plan_last_row (const AcuPlan *plan, guint stage, guint input, int last)
{
  const AcuStage *at = &plan->program.stages[stage];

  if (at->kind == ACU_STAGE_ADD)
    return last + at->from_top[input];
  if (is_added (at, input))
    return last + at->from_top[1];
  if (at->residual && at->kind == ACU_STAGE_BICUBIC && input == 1)
    return floor_div (last, at->factor);
  return floor_div (acu_layer_last_row (plan->layers[stage], height_in (plan, stage, input), height_out (plan, stage), last), at->repeats);
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
  acu_plan_window (plan, stage, input, first, first, &low, &high);
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

/* Rows that the inputs of stage i must have for what it is wanted to make. */
static void
want_inputs (Walk *walk, guint i)
{
  const AcuPlan *plan = walk->plan;
  const AcuStage *stage = &plan->program.stages[i];

  for (guint k = 0; k < stage->n_inputs; k++)
    {
      guint input = stage->inputs[k];
      int low, high = walk->wanted[i] - 1;

      if (stage->kind != ACU_STAGE_GLOBAL_POOL)
        acu_plan_window (plan, i, k, walk->made[i], walk->wanted[i] - 1, &low, &high);
      walk->wanted[input] = MAX (walk->wanted[input], high + 1);
    }
}

/* So many rows, rounded up to what the stage makes at once. */
static int
whole_steps (const AcuStage *stage, int rows, int height)
{
  int beyond = rows - stage->phase, steps;

  if (rows <= 0 || stage->granularity == 1)
    return MIN (rows, height);
  steps = beyond <= 0 ? 0 : (beyond + stage->granularity - 1) / stage->granularity;
  return MIN (steps * stage->granularity + stage->phase, height);
}

/* Works out, from the last stage of a band backwards, how many rows each stage must have made when the last one has `end`, which starts
 * below zero: that fills the rings a band at a time instead of all at once for the first row. */
static void
want (Walk *walk, guint last, int end)
{
  const AcuPlan *plan = walk->plan;

  for (guint i = 0; i < last; i++)
    walk->aims[i] = G_MININT / 2;
  walk->aims[last] = end;
  for (guint i = last + 1; i-- > 0;)
    {
      const AcuStage *stage = &plan->program.stages[i];
      gboolean pool = stage->kind == ACU_STAGE_GLOBAL_POOL;
      int height = pool ? buffer_of (plan, stage->inputs[0])->height : buffer_of (plan, i)->height;

      walk->wanted[i] = whole_steps (stage, MAX (walk->wanted[i], MIN (walk->aims[i], height)), height);
      /* An earlier barrier is over, and so is all that it needed. */
      if (walk->made[i] >= height || (pool && i < last))
        continue;
      for (guint k = 0; k < stage->n_inputs; k++)
        {
          guint input = stage->inputs[k];
          int in = buffer_of (plan, input)->height;

          if (walk->aims[i] > G_MININT / 4 && (in > 1 || k == 0))
            walk->aims[input] = MAX (walk->aims[input], pool ? walk->aims[i]
                                       : acu_plan_last_row (plan, i, k, walk->aims[i] - 1) + 1);
        }
      if (walk->wanted[i] > walk->made[i])
        want_inputs (walk, i);
    }
}

/* The rows of the last stage of a phase: of a mean, what it takes. */
static int
rows_of_phase (const AcuPlan *plan, guint last)
{
  const AcuStage *stage = &plan->program.stages[last];

  return buffer_of (plan, stage->kind == ACU_STAGE_GLOBAL_POOL ? stage->inputs[0] : last)->height;
}

/* How many rows before its first one the last stage's schedule begins, so that no ring gets more than a band at once: with a low picture and a deep
 * net more than there are. */
static int
lead (Walk *walk, guint last)
{
  const AcuPlan *plan = walk->plan;
  double rows = rows_of_phase (plan, last), most = 0;

  want (walk, last, 0);
  for (guint i = 0; i <= last; i++)
    if (walk->aims[i] > 0)
      most = MAX (most, walk->aims[i] * rows / buffer_of (plan, i)->height);
  /* That was only a question: between bands, all that was wanted has been made. */
  memcpy (walk->wanted, walk->made, plan->program.n_stages * sizeof *walk->made);
  return (int) MIN (most + 1, rows + ACU_PLAN_MOST_LEAD);
}

/* Stage i makes rows, of which its buffer must hold so many. */
static void
note_life (Walk *walk, guint i, int rows)
{
  const AcuStage *stage = &walk->plan->program.stages[i];

  if (walk->lives[i].rows == 0)
    walk->lives[i].first = walk->phase;
  walk->lives[i].rows = MAX (walk->lives[i].rows, stage->kind == ACU_STAGE_GLOBAL_POOL ? 1 : rows);
  walk->lives[i].last = walk->phase;
  for (guint k = 0; k < stage->n_inputs; k++)
    walk->lives[stage->inputs[k]].last = walk->phase;
}

static gboolean
run_band (Walk *walk, guint last, int end, GError **error)
{
  want (walk, last, end);
  for (guint i = 0; i <= last; i++)
    {
      int first = walk->made[i], rows = walk->wanted[i] - first;

      if (rows <= 0)
        continue;
      if (walk->lives)
        note_life (walk, i, walk->wanted[i] - kept_from (walk, i));
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
  walk->phase++;
}

/* One band: each stage makes all of its rows, in order, so that buffers can be shared by lifetime; but those of the tail take turns, so that
 * what they hand to one another, and to the caller, is still in the caches. */
static gboolean
run_whole (Walk *walk, GError **error)
{
  const AcuPlan *plan = walk->plan;
  guint n = plan->program.n_stages;
  int height = buffer_of (plan, n - 1)->height;

  for (guint i = 0; i < plan->tail; i++)
    {
      gboolean pool = plan->program.stages[i].kind == ACU_STAGE_GLOBAL_POOL;

      walk->made[i] = walk->wanted[i] = buffer_of (plan, pool ? plan->program.stages[i].inputs[0] : i)->height;
      walk->phase = i;
      if (walk->lives)
        note_life (walk, i, buffer_of (plan, i)->height);
      if (walk->step && !walk->step (walk->data, i, 0, walk->made[i], error))
        return FALSE;
    }
  walk->phase = plan->tail;
  while (plan->tail < n && walk->made[n - 1] < height)
    {
      int before = walk->made[n - 1];

      if (!run_band (walk, n - 1, MIN (before + acu_plan_turn_rows (plan), height), error)
          || (walk->step && !walk->step (walk->data, G_MAXUINT, before, walk->made[n - 1] - before, error)))
        return FALSE;
    }
  return plan->tail < n || !walk->step || walk->step (walk->data, G_MAXUINT, 0, height, error);
}

static gboolean
ends_segment (const AcuPlan *plan, guint stage)
{
  return stage == plan->program.n_stages - 1 || plan->program.stages[stage].kind == ACU_STAGE_GLOBAL_POOL;
}

/* The stages at the end of which each reads the one before, which nothing else does: as far as the last convolution. */
void
acu_plan_find_tail (AcuPlan *plan)
{
  const AcuStage *stages = plan->program.stages;
  guint last = plan->program.n_stages - 1, i = last;

  plan->tail = last + 1;
  if (plan->device->complete || last == 0 || stages[last].kind == ACU_STAGE_GLOBAL_POOL)
    return;
  while (stages[i].kind != ACU_STAGE_CONV2D && stages[i].kind != ACU_STAGE_DECONV2D && i > 1 && stages[i].inputs[0] == i - 1 && stages[i - 1].kind != ACU_STAGE_GLOBAL_POOL
         && plan->consumers_start[i] - plan->consumers_start[i - 1] == 1)
    i--;
  plan->tail = i;
}

/* Phases let each stage be just as far ahead as its readers' windows want, which keeps rings short, but make one more row of tiles, the first of which are partly above
 * the picture. Where all rings together are short in any case, tiles begin at the picture's edge. That depends on the network and the picture alone, for tiles decide about
 * the last bits. */
static gboolean
begins_at_edge (const AcuPlan *plan)
{
  guint tiled = 0;

  for (guint i = 0; i < plan->program.n_stages; i++)
    tiled += plan->program.stages[i].granularity > 1;
  return tiled <= EDGE_STAGES && plan->program.buffers[0].height <= EDGE_ROWS;
}

gboolean
acu_plan_set_phases (AcuPlan *plan)
{
  guint n = plan->program.n_stages;
  g_autofree int *made = g_try_new0 (int, n), *wanted = g_try_new0 (int, n), *aims = g_try_new0 (int, n);
  Walk walk = { plan, made, wanted, aims };
  gboolean edge;

  if (!made || !wanted || !aims)
    return FALSE;
  plan->leads = 0;
  edge = begins_at_edge (plan);
  for (guint i = 0; i < n; i++)
    plan->program.stages[i].phase = edge ? 0 : -1;
  for (guint last = 0; last < n; last++)
    {
      if (!ends_segment (plan, last))
        continue;
      plan->leads += (double) lead (&walk, last) * buffer_of (plan, n - 1)->height / rows_of_phase (plan, last);
      for (guint i = 0; i <= last; i++)
        {
          AcuStage *stage = &plan->program.stages[i];

          if (aims[i] <= G_MININT / 4)
            continue;
          if (stage->phase < 0)
            stage->phase = (aims[i] % stage->granularity + stage->granularity) % stage->granularity;
          /* The next phase begins with that. */
          made[i] = rows_of_phase (plan, i);
        }
    }
  for (guint i = 0; i < n; i++)
    plan->program.stages[i].phase = MAX (plan->program.stages[i].phase, 0);
  return TRUE;
}

gboolean
acu_plan_schedule (const AcuPlan *plan, int band_rows, AcuLife *lives, AcuStep step, void *data, GError **error)
{
  guint n = plan->program.n_stages;
  g_autofree int *made = g_try_new0 (int, n), *wanted = g_try_new0 (int, n), *aims = g_try_new0 (int, n);
  Walk walk = { plan, made, wanted, aims, lives, 0, step, data };
  int height = buffer_of (plan, n - 1)->height;

  if (!made || !wanted || !aims)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."),
                   plan->net->name);
      return FALSE;
    }
  if (band_rows == 0)
    return run_whole (&walk, error);
  for (guint i = 0; i < n; i++)
    {
      int rows = rows_of_phase (plan, i);
      gint64 band;

      if (!ends_segment (plan, i))
        continue;
      /* The same share of the picture as a band of the result has. */
      band = MAX (1, (gint64) band_rows * rows / height);
      for (gint64 end = band - lead (&walk, i);; end += band)
        {
          int before = made[n - 1];

          end = MIN (end, rows);
          if (!run_band (&walk, i, (int) end, error))
            return FALSE;
          if (i == n - 1 && step && made[i] > before && !step (data, G_MAXUINT, before, made[i] - before, error))
            return FALSE;
          if (end == rows)
            break;
        }
      if (plan->program.stages[i].kind == ACU_STAGE_GLOBAL_POOL)
        finish_pool (&walk, i);
    }
  return TRUE;
}
