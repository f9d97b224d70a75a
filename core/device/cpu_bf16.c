/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions of bfloat16 numbers on the CPU: see bf16.h. A transposed one, whose windows share no pixels, makes all pixels of a result row that lie over
 * one input pixel at once, as if they were so many more channels; each of its `stride` rows has weights of its own. Maps of such numbers are read where they lie; of others, the pixels under a block of the
 * result become bfloat16 in the worker's scratch. */
#include "cpu.h"
#include "kernels_once.h"
#include "pool.h"

#include <acuity/size.h>
#include <string.h>

/* Columns of a block: whole pairs of tiles. */
#define BLOCK_COLUMNS 64
/* Rows whose sums stay in a near cache; where pixels are made bfloat16, more at once, since neighbours do that again for the rows between them. */
#define SUMS_ROWS 4
#define GATHERED_ROWS 16
/* Where all maps are read as they lie, a task goes along the rows, as processors expect it. */
#define LONG_COLUMNS (4 * BLOCK_COLUMNS)
/* Rows under a block, of all slices. */
#define MOST_ROWS (ACU_WINOGRAD_MAX_SLICES * 64)

static gboolean
is_transposed (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_DECONV2D;
}

/* The convolution without its weights. */
static AcuConv2dBf16
shape (const AcuProgram *program, const AcuStage *stage)
{
  gboolean transposed = is_transposed (stage);
  AcuConv2dBf16 conv = {
    .slices = (int) stage->n_inputs - stage->residual,
    .out_channels = program->buffers[stage->output].channels * (transposed ? stage->stride : 1),
    .kernel_width = transposed ? 1 : stage->kernel_width,
    .kernel_height = transposed ? 1 : stage->kernel_height,
    .stride = transposed ? 1 : stage->stride
  };

  for (int k = 0; k < conv.slices; k++)
    conv.slice_channels[k] = program->buffers[stage->inputs[k]].channels;
  return conv;
}

/* Sets of weights: one, or one for each row of a window of a transposed convolution. */
static int
sets (const AcuStage *stage)
{
  return is_transposed (stage) ? stage->stride : 1;
}

guint64
acu_cpu_bf16_bytes (const AcuProgram *program, const AcuStage *stage)
{
  AcuConv2dBf16 conv = shape (program, stage);

  return sets (stage) * acu_conv2d_bf16_packed (&conv) * sizeof (guint16) + 2 * acu_cpu_vector_floats (conv.out_channels) * sizeof (float);
}

static gboolean
is_gathered (const AcuProgram *program, const AcuStage *stage, int slice)
{
  return program->buffers[stage->inputs[slice]].element != ACU_MAP_BF16;
}

/* Channels that become bfloat16. */
static gsize
gathered_channels (const AcuProgram *program, const AcuStage *stage)
{
  gsize channels = 0;

  for (int k = 0; k < (int) stage->n_inputs - stage->residual; k++)
    if (is_gathered (program, stage, k))
      channels += program->buffers[stage->inputs[k]].channels;
  return channels;
}

/* The first row of pixels under row `y` of the result, and how many there are under so many. */
static int
first_under (const AcuStage *stage, int y)
{
  return is_transposed (stage) ? y / stage->stride : y * stage->stride - stage->top;
}

static int
rows_under (const AcuStage *stage, int y, int rows)
{
  return is_transposed (stage) ? first_under (stage, y + rows - 1) - first_under (stage, y) + 1 : (rows - 1) * stage->stride + stage->kernel_height;
}

/* Columns are those of the result or, transposed, of the input. */
static int
columns_under (const AcuStage *stage, int columns)
{
  return (is_transposed (stage) ? columns : (columns - 1) * stage->stride + stage->kernel_width) + ACU_STAGE_BF16_BEYOND;
}

static int
columns_of (const AcuProgram *program, const AcuStage *stage)
{
  return program->buffers[stage->output].width / (is_transposed (stage) ? stage->stride : 1);
}

static gsize
gathered_numbers (const AcuProgram *program, const AcuStage *stage)
{
  return gathered_channels (program, stage) * rows_under (stage, 0, GATHERED_ROWS) * columns_under (stage, BLOCK_COLUMNS);
}

static gsize
sums_numbers (const AcuProgram *program, const AcuStage *stage)
{
  return (gsize) SUMS_ROWS * BLOCK_COLUMNS * shape (program, stage).out_channels;
}

guint64
acu_cpu_bf16_scratch (const AcuProgram *program, const AcuStage *stage)
{
  gsize sums = sums_numbers (program, stage);

  return sums * sizeof (float) + gathered_numbers (program, stage) * sizeof (guint16);
}

/* The weights with which row `row` of a transposed convolution's windows is made, as those of a plain one: [column][out][in]. */
static void
gather_row (float *dst, const float *weights, const AcuStage *stage, const AcuConv2dBf16 *conv, int row)
{
  const gsize taps = (gsize) stage->kernel_width * stage->kernel_height;
  int channels = 0;

  for (int k = 0; k < conv->slices; k++)
    channels += conv->slice_channels[k];
  for (int column = 0; column < stage->stride; column++)
    for (gsize n = 0; n < (gsize) conv->out_channels / stage->stride * channels; n++)
      *dst++ = weights[n * taps + row * stage->kernel_width + column];
}

static gboolean
fill (const AcuStage *stage, const AcuConv2dBf16 *conv, guint16 *packed, float *vectors)
{
  const int channels = conv->out_channels / sets (stage);
  float *room, *row = NULL;
  const float *numbers = acu_cpu_weights (stage, &room);

  if (numbers && is_transposed (stage))
    row = acu_try_alloc (acu_cpu_weights_count (stage) / sets (stage), sizeof (float));
  for (int set = 0; numbers && set < sets (stage) && (row || !is_transposed (stage)); set++)
    {
      if (row)
        gather_row (row, numbers, stage, conv, set);
      acu_conv2d_bf16_pack_level (packed + set * acu_conv2d_bf16_packed (conv), conv, row ? row : numbers);
    }
  for (int set = 0; set < sets (stage); set++)
    {
      acu_cpu_fill_vector (vectors + set * channels, stage->bias, channels);
      acu_cpu_fill_vector (vectors + acu_cpu_vector_floats (conv->out_channels) + set * channels, stage->slope, channels);
    }
  acu_free (room);
  acu_free (row);
  return numbers && (row || !is_transposed (stage));
}

gboolean
acu_cpu_bf16_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  AcuConv2dBf16 *conv = &packed->bf16;
  float *vectors;

  *conv = shape (program, stage);
  vectors = (float *) (void *) ((char *) packed->memory + sets (stage) * acu_conv2d_bf16_packed (conv) * sizeof (guint16));
  if (!packed->ready && !fill (stage, conv, packed->memory, vectors))
    return FALSE;
  conv->weights = packed->memory;
  conv->bias = vectors;
  packed->finish = (AcuFinish) {
    .channels = conv->out_channels,
    .element = acu_cpu_element (&program->buffers[stage->output]),
    .residual_element = acu_cpu_element (&program->buffers[stage->inputs[stage->n_inputs - 1]]),
    .activation = acu_cpu_activation (stage),
    .slope = vectors + acu_cpu_vector_floats (conv->out_channels),
    .scale = { stage->scale[0], stage->scale[1] },
    .gate = { stage->gate[0], stage->gate[1] }
  };
  return TRUE;
}

typedef struct Step
{
  AcuExecutor *executor;
  const AcuProgram *program;
  const AcuStage *stage;
  const AcuCpuStage *packed;
  int first, rows, block_rows;
  int columns, across;            /* of a task, and tasks beside one another */
} Step;

typedef struct Block
{
  int y, x, rows, columns;
  const guint16 *src[MOST_ROWS];  /* [slice][row under the block] */
  float *sums;
  guint16 *gathered;
} Block;

/* Asks for the memory of a span of a row, to be near when it is needed. */
static void
ask (const void *from, gsize bytes)
{
  for (gsize at = 0; at < bytes; at += 64)
    __builtin_prefetch ((const char *) from + at, 0, 2);
}

/* Bytes of the result in a column. */
static guint64
column_bytes (const Step *step)
{
  return acu_cpu_pixel_bytes (&step->program->buffers[step->stage->output]) * sets (step->stage);
}

/* Asks for what will be read under the block of that place, and for the rows that this one makes. */
static void
ask_ahead (const Step *step, const Block *b, int next_x, int next_y)
{
  const AcuStage *stage = step->stage;
  const AcuBuffer *out = &step->program->buffers[stage->output];

  for (int k = 0; k < step->packed->bf16.slices; k++)
    {
      const AcuBuffer *in = &step->program->buffers[stage->inputs[k]];
      const gsize pixel = acu_cpu_pixel_bytes (in), stride = (gsize) step->packed->bf16.stride, first = next_x * stride, columns = b->columns * stride;

      for (int r = 0; first < (gsize) in->width && r < rows_under (stage, next_y, b->rows); r++)
        ask ((const char *) acu_cpu_padded_row (step->executor, in, first_under (stage, next_y) + r) + first * pixel,
             MIN (columns, in->width - first) * pixel);
    }
  for (int r = 0; r < b->rows; r++)
    ask ((const char *) acu_cpu_row (step->executor, out, b->y + r) + b->x * column_bytes (step), b->columns * column_bytes (step));
}

/* Finds, or makes, the pixels under the block. */
static void
gather (const Step *step, Block *b)
{
  const AcuStage *stage = step->stage;
  const AcuConv2dBf16 *conv = &step->packed->bf16;
  const int rows = rows_under (stage, b->y, b->rows), columns = columns_under (stage, b->columns), left = is_transposed (stage) ? 0 : stage->left;
  guint16 *free = b->gathered;

  for (int k = 0; k < conv->slices; k++)
    {
      const AcuBuffer *in = &step->program->buffers[stage->inputs[k]];

      for (int r = 0; r < rows; r++)
        {
          const char *row = acu_cpu_padded_row (step->executor, in, first_under (stage, b->y) + r);

          row += ((gssize) b->x * conv->stride - left) * (gssize) acu_cpu_pixel_bytes (in);
          b->src[k * rows + r] = (const guint16 *) (const void *) row;
          if (is_gathered (step->program, stage, k))
            {
              step->executor->kernels->bf16_pixels (free, in->channels, row, acu_cpu_element (in), in->channels, columns);
              b->src[k * rows + r] = free;
              free += (gsize) columns * in->channels;
            }
        }
    }
}

/* Rows of the result from their sums. */
static void
finish (const Step *step, const Block *b, int first, int rows)
{
  AcuExecutor *executor = step->executor;
  const AcuStage *stage = step->stage;
  const AcuBuffer *out = &step->program->buffers[stage->output];
  const float *sums = b->sums;

  for (int y = first; y < first + rows; y++, sums += (gsize) b->columns * step->packed->finish.channels)
    {
      char *dst = (char *) acu_cpu_row (executor, out, y) + b->x * column_bytes (step);
      const void *residual = acu_cpu_residual (executor, stage, b->x * sets (stage), y);

      if (!executor->kernels->finish (dst, sums, residual, &step->packed->finish, b->columns))
        g_atomic_int_set (&executor->overflowed, TRUE);
    }
}

static void
run_block (const Step *step, Block *b)
{
  const AcuStage *stage = step->stage;
  AcuConv2dBf16 conv = step->packed->bf16;
  const int under = rows_under (stage, b->y, b->rows), most = is_transposed (stage) ? 1 : SUMS_ROWS;

  gather (step, b);
  for (int r = 0; r < b->rows; r += most)
    {
      const int rows = MIN (most, b->rows - r), y = b->y + r, here = rows_under (stage, y, rows);
      const guint16 *src[MOST_ROWS];

      for (int k = 0; k < conv.slices; k++)
        memcpy (src + k * here, b->src + k * under + first_under (stage, y) - first_under (stage, b->y), here * sizeof *src);
      conv.weights = step->packed->bf16.weights + y % sets (stage) * acu_conv2d_bf16_packed (&conv);
      step->executor->kernels->conv2d_bf16 (b->sums, conv.out_channels, (ptrdiff_t) b->columns * conv.out_channels, src, &conv, b->columns, rows, FALSE);
      finish (step, b, y, rows);
    }
}

static void
run_task (void *data, int task, int worker)
{
  const Step *step = data;
  const int from = task % step->across * step->columns, to = MIN (from + step->columns, columns_of (step->program, step->stage));
  Block b = { .y = step->first + task / step->across * step->block_rows };

  b.rows = MIN (step->block_rows, step->first + step->rows - b.y);
  b.sums = (float *) (void *) (step->executor->scratch + step->executor->scratch_bytes * worker);
  b.gathered = (guint16 *) (void *) (b.sums + sums_numbers (step->program, step->stage));
  for (b.x = from; b.x < to; b.x += BLOCK_COLUMNS)
    {
      b.columns = MIN (BLOCK_COLUMNS, to - b.x);
      if (b.x + BLOCK_COLUMNS < to)
        ask_ahead (step, &b, b.x + BLOCK_COLUMNS, b.y);
      else
        ask_ahead (step, &b, from, MIN (b.y + step->block_rows, step->first + step->rows - 1));
      run_block (step, &b);
    }
}

void
acu_cpu_bf16_run (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuProgram *program = executor->program;
  const AcuStage *stage = &program->stages[number];
  gboolean gathers = gathered_channels (program, stage) > 0;
  Step step = { executor, program, stage, &executor->stages[number], first, rows };
  int most = gathers ? GATHERED_ROWS : SUMS_ROWS, tasks;

  step.columns = gathers ? BLOCK_COLUMNS : LONG_COLUMNS;
  step.across = (columns_of (program, stage) + step.columns - 1) / step.columns;
  /* As many tasks for each thread, so that none waits for the last one. */
  tasks = (rows + most - 1) / most * step.across;
  tasks = (tasks + executor->threads - 1) / executor->threads * executor->threads;
  step.block_rows = CLAMP (rows * step.across / tasks, 1, most);
  acu_cpu_share_out (executor, (rows + step.block_rows - 1) / step.block_rows * step.across, run_task, &step);
}
