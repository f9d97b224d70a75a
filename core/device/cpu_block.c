/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions in 16-bit block floating point on the CPU, see conv2d_block.h: a block is a task. */
#include "cpu.h"
#include "kernels_once.h"
#include "pool.h"

#include <acuity/size.h>

G_STATIC_ASSERT (ACU_STAGE_BLOCK_ROWS == ACU_BLOCK_ROWS);
G_STATIC_ASSERT (ACU_STAGE_BLOCK_CHANNELS == ACU_BLOCK_MOST_CHANNELS);

/* The convolution without its weights. */
static AcuConv2dBlock
shape (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  AcuConv2dBlock conv = {
    .slices = (int) stage->n_inputs - stage->residual,
    .finish = {
      .channels = out->channels,
      .element = acu_cpu_element (out),
      .residual_element = acu_cpu_element (&program->buffers[stage->inputs[stage->n_inputs - 1]]),
      .activation = acu_cpu_activation (stage),
      .scale = { stage->scale[0], stage->scale[1] },
      .gate = { stage->gate[0], stage->gate[1] }
    }
  };

  for (int k = 0; k < conv.slices; k++)
    {
      conv.slice_channels[k] = program->buffers[stage->inputs[k]].channels;
      conv.slice_elements[k] = acu_cpu_element (&program->buffers[stage->inputs[k]]);
    }
  return conv;
}

guint64
acu_cpu_block_bytes (const AcuProgram *program, const AcuStage *stage)
{
  AcuConv2dBlock conv = shape (program, stage);

  return acu_conv2d_block_weights (&conv) + 3 * acu_cpu_vector_floats (conv.finish.channels) * sizeof (float);
}

guint64
acu_cpu_block_scratch (const AcuProgram *program, const AcuStage *stage)
{
  AcuConv2dBlock conv = shape (program, stage);

  return acu_conv2d_block_scratch (&conv);
}

gboolean
acu_cpu_block_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  AcuConv2dBlock *conv = &packed->block;
  gsize vector;
  float *vectors;

  *conv = shape (program, stage);
  vector = acu_cpu_vector_floats (conv->finish.channels);
  vectors = (float *) (void *) ((char *) packed->memory + acu_conv2d_block_weights (conv));
  if (!packed->ready)
    {
      float *room;
      const float *numbers = acu_cpu_weights (stage, &room);

      if (!numbers)
        return FALSE;
      acu_conv2d_block_pack (packed->memory, vectors, conv, numbers);
      acu_free (room);
      acu_cpu_fill_vector (vectors + vector, stage->bias, conv->finish.channels);
      acu_cpu_fill_vector (vectors + 2 * vector, stage->slope, conv->finish.channels);
    }
  conv->weights = packed->memory;
  conv->factor = vectors;
  conv->bias = vectors + vector;
  conv->finish.slope = vectors + 2 * vector;
  return TRUE;
}

typedef struct Step
{
  AcuExecutor *executor;
  const AcuStage *stage;
  const AcuConv2dBlock *conv;
  int first, rows;                /* of the result */
  int top;                        /* row of the first blocks' upper edge: first, or above the picture */
  int across;                     /* blocks in a row */
} Step;

/* The pixels under a block, and where its results go. */
static void
set_block (const Step *step, AcuBlock *block, int x, int y)
{
  AcuExecutor *executor = step->executor;
  const AcuBuffer *buffers = executor->program->buffers, *out = &buffers[step->stage->output];

  block->above = MAX (0, step->first - y);
  block->rows = MIN (ACU_BLOCK_ROWS, step->first + step->rows - y);
  block->columns = MIN (ACU_BLOCK_COLUMNS, out->width - x);
  for (int k = 0; k < step->conv->slices; k++)
    {
      const AcuBuffer *in = &buffers[step->stage->inputs[k]];
      const gssize left = ((gssize) x - step->stage->left) * (gssize) acu_cpu_pixel_bytes (in);

      for (int r = 0; r < ACU_BLOCK_WINDOW_ROWS; r++)
        block->src[k * ACU_BLOCK_WINDOW_ROWS + r] = (const char *) acu_cpu_padded_row (executor, in, y - step->stage->top + r) + left;
    }
  for (int r = block->above; r < block->rows; r++)
    {
      block->dst[r] = (char *) acu_cpu_row (executor, out, y + r) + x * acu_cpu_pixel_bytes (out);
      block->residual[r] = acu_cpu_residual (executor, step->stage, x, y + r);
    }
}

static void
run_task (void *data, int task, int worker)
{
  const Step *step = data;
  AcuExecutor *executor = step->executor;
  AcuBlock block;

  set_block (step, &block, task % step->across * ACU_BLOCK_COLUMNS, step->top + task / step->across * ACU_BLOCK_ROWS);
  if (!executor->kernels->conv2d_block (&block, step->conv, executor->scratch + executor->scratch_bytes * worker))
    g_atomic_int_set (&executor->overflowed, TRUE);
}

void
acu_cpu_block_run (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuStage *stage = &executor->program->stages[number];
  Step step = { executor, stage, &executor->stages[number].block, first, rows };

  step.across = (executor->program->buffers[stage->output].width + ACU_BLOCK_COLUMNS - 1) / ACU_BLOCK_COLUMNS;
  step.top = first == 0 && stage->phase > 0 ? stage->phase - ACU_BLOCK_ROWS : first;
  acu_cpu_share_out (executor, (first + rows - step.top + ACU_BLOCK_ROWS - 1) / ACU_BLOCK_ROWS * step.across, run_task, &step);
}
