/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Winograd convolutions on the CPU: the tiles of a step, shared out to the threads. */
#include "cpu.h"
#include "kernels_once.h"
#include "pool.h"

#include <acuity/size.h>

/* Tiles of a task are a multiple of this (so that the products fill their registers) where there are enough. */
#define TILES_STEP 6

/* The convolution without its weights. */
static AcuWinograd
shape (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  AcuWinograd conv = {
    .kind = stage->algorithm == ACU_ALGORITHM_WINOGRAD_I16 ? ACU_WINOGRAD_I16 : ACU_WINOGRAD_F32,
    .order = acu_kernels ()->i16_order,
    .slices = stage->n_inputs - stage->residual,
    .out_channels = out->channels,
    .out_element = acu_cpu_element (out),
    .activation = acu_cpu_activation (stage),
    .residual = stage->residual,
    .scale = { stage->scale[0], stage->scale[1] },
    .gate = { stage->gate[0], stage->gate[1] }
  };

  for (int k = 0; k < conv.slices; k++)
    {
      conv.slice_channels[k] = program->buffers[stage->inputs[k]].channels;
      conv.slice_elements[k] = acu_cpu_element (&program->buffers[stage->inputs[k]]);
    }
  if (stage->residual)
    conv.residual_element = acu_cpu_element (&program->buffers[stage->inputs[conv.slices]]);
  return conv;
}

guint64
acu_cpu_winograd_bytes (const AcuProgram *program, const AcuStage *stage)
{
  AcuWinograd conv = shape (program, stage);

  return acu_winograd_weights_bytes (&conv) + 3 * acu_cpu_vector_floats (conv.out_channels) * sizeof (float);
}

guint64
acu_cpu_winograd_scratch (const AcuProgram *program, const AcuStage *stage)
{
  AcuWinograd conv = shape (program, stage);

  return acu_winograd_scratch_bytes (&conv);
}

gboolean
acu_cpu_winograd_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  AcuWinograd *conv = &packed->winograd;
  gsize weights, vector;
  float *vectors;

  *conv = shape (program, stage);
  weights = acu_winograd_weights_bytes (conv);
  vector = acu_cpu_vector_floats (conv->out_channels);
  vectors = (float *) (void *) ((char *) packed->memory + weights);
  if (!packed->ready)
    {
      float *room;
      const float *numbers = acu_cpu_weights (stage, &room);

      if (!numbers)
        return FALSE;
      acu_winograd_pack (packed->memory, vectors, conv, numbers);
      acu_free (room);
      acu_cpu_fill_vector (vectors + vector, stage->bias, conv->out_channels);
      acu_cpu_fill_vector (vectors + 2 * vector, stage->slope, conv->out_channels);
    }
  conv->weights = packed->memory;
  conv->factor = vectors;
  conv->bias = vectors + vector;
  conv->slope = vectors + 2 * vector;
  return TRUE;
}

typedef struct Step
{
  AcuExecutor *executor;
  guint stage;
  int first, rows;                /* of the result */
  int top;                        /* row of the first tiles' upper edge: first, or above the picture */
  int across, tiles, per_task;    /* tiles in a row, in all, of a task */
} Step;

/* One row of tiles, the first of which begins in column 0; its upper edge lies in row y. */
static void
set_row (AcuWinogradRow *tiles, const Step *step, int y)
{
  AcuExecutor *executor = step->executor;
  const AcuBuffer *buffers = executor->program->buffers;
  const AcuStage *stage = &executor->program->stages[step->stage];
  guint slices = stage->n_inputs - stage->residual;

  for (guint k = 0; k < slices; k++)
    {
      const AcuBuffer *in = &buffers[stage->inputs[k]];

      for (int r = 0; r < ACU_WINOGRAD_WINDOW; r++)
        tiles->src[k * ACU_WINOGRAD_WINDOW + r] = (const char *) acu_cpu_padded_row (executor, in, y - stage->top + r)
                                                  - stage->left * acu_cpu_pixel_bytes (in);
    }
  tiles->above = MAX (0, step->first - y);
  tiles->rows = MIN (ACU_WINOGRAD_SIDE, step->first + step->rows - y);
  for (int r = tiles->above; r < tiles->rows; r++)
    {
      tiles->dst[r] = acu_cpu_row (executor, &buffers[stage->output], y + r);
      tiles->residual[r] = stage->residual ? acu_cpu_residual (executor, stage, 0, y + r) : NULL;
    }
}

static void
run_task (void *data, int task, int worker)
{
  const Step *step = data;
  AcuExecutor *executor = step->executor;
  const AcuWinograd *conv = &executor->stages[step->stage].winograd;
  int from = task * step->per_task, n = MIN (step->per_task, step->tiles - from);
  int ahead = MIN (step->per_task, step->tiles - from - n);
  int row = from / step->across, column = from % step->across;
  int width = executor->program->buffers[executor->program->stages[step->stage].output].width;
  AcuWinogradTile tiles[2 * ACU_WINOGRAD_TILES];
  AcuWinogradRow lines[2 * ACU_WINOGRAD_TILES], *line = lines;

  for (int t = 0; t < n + ahead; t++)
    {
      if (t == 0 || column == 0)
        {
          line = t == 0 ? lines : line + 1;
          set_row (line, step, step->top + row * ACU_WINOGRAD_SIDE);
        }
      tiles[t] = (AcuWinogradTile) { line, column * ACU_WINOGRAD_SIDE, MIN (ACU_WINOGRAD_SIDE, width - column * ACU_WINOGRAD_SIDE) };
      if (++column == step->across)
        {
          column = 0;
          row++;
        }
    }
  if (!executor->kernels->winograd[conv->kind] (tiles, n, ahead, conv, executor->scratch + executor->scratch_bytes * worker))
    g_atomic_int_set (&executor->overflowed, TRUE);
}

void
acu_cpu_winograd_run (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuStage *stage = &executor->program->stages[number];
  Step step = { executor, number, first, rows };
  int tasks;

  step.across = (executor->program->buffers[stage->output].width + ACU_WINOGRAD_SIDE - 1) / ACU_WINOGRAD_SIDE;
  step.top = first == 0 && stage->phase > 0 ? stage->phase - ACU_WINOGRAD_SIDE : first;
  step.tiles = (first + rows - step.top + ACU_WINOGRAD_SIDE - 1) / ACU_WINOGRAD_SIDE * step.across;
  /* As many tasks for each thread, so that none waits for the last one. */
  tasks = (step.tiles + ACU_WINOGRAD_TILES - 1) / ACU_WINOGRAD_TILES;
  tasks = (tasks + executor->threads - 1) / executor->threads * executor->threads;
  step.per_task = (step.tiles + tasks - 1) / tasks;
  step.per_task = MIN ((step.per_task + TILES_STEP - 1) / TILES_STEP * TILES_STEP, ACU_WINOGRAD_TILES);
  acu_cpu_share_out (executor, (step.tiles + step.per_task - 1) / step.per_task, run_task, &step);
}
