/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"
#include "pool.h"

#include "kernels_once.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/mman.h>

/* Of most systems. */
#define LARGE_PAGE ((guintptr) 2 << 20)
/* A task is about this many operations: small enough to share out, large enough that taking it costs nothing. */
#define TASK_OPERATIONS 2e6
/* Fewer are done by the caller's thread. */
#define LITTLE_OPERATIONS 5e4
/* Columns of a task at least, so that kernels fill their blocks. */
#define TASK_COLUMNS 32

const AcuCpuMethod acu_cpu_methods[ACU_N_ALGORITHMS] = {
  [ACU_ALGORITHM_WINOGRAD_F32] = { acu_cpu_winograd_bytes, acu_cpu_winograd_scratch, acu_cpu_winograd_pack, acu_cpu_winograd_run },
  [ACU_ALGORITHM_WINOGRAD_I16] = { acu_cpu_winograd_bytes, acu_cpu_winograd_scratch, acu_cpu_winograd_pack, acu_cpu_winograd_run },
  [ACU_ALGORITHM_POINTWISE_I16] = { acu_cpu_pointwise_bytes, acu_cpu_pointwise_scratch, acu_cpu_pointwise_pack, NULL },
  [ACU_ALGORITHM_CONV2D_BF16] = { acu_cpu_bf16_bytes, acu_cpu_bf16_scratch, acu_cpu_bf16_pack, acu_cpu_bf16_run },
  [ACU_ALGORITHM_CONV2D_BLOCK] = { acu_cpu_block_bytes, acu_cpu_block_scratch, acu_cpu_block_pack, acu_cpu_block_run },
};

static guint64
longest_row (const AcuProgram *program)
{
  guint64 longest = 0;

  for (guint i = 0; i < program->n_stages; i++)
    longest = MAX (longest, program->buffers[i].row_bytes / acu_map_element_bytes (program->buffers[i].element));
  return longest * sizeof (float);
}

/* What one worker needs beside maps and weights, in whole cache lines. */
static guint64
scratch_bytes (const AcuProgram *program)
{
  guint64 most = longest_row (program);

  for (guint i = 0; i < program->n_stages; i++)
    most = MAX (most, acu_cpu_stage_scratch (program, &program->stages[i]));
  return (most + 63) / 64 * 64 + 64;
}

static guint64
cpu_bytes (const AcuProgram *program, int threads)
{
  /* Rows and weights were checked against overflow when they were made; their sum is far below 2^63. */
  return acu_cpu_pack_bytes (program, threads) + longest_row (program) + scratch_bytes (program) * (guint64) threads;
}

static void
cpu_free (AcuExecutor *executor)
{
  if (!executor)
    return;
  if (executor->stages)
    acu_cpu_unpack (executor);
  acu_free (executor->zeros);
  acu_free (executor->scratch);
  g_free (executor);
}

/* Rings are gone over again and again. What waits for a barrier is written once and read once or twice, which large pages do not make quicker; and virtual
 * machines may need six times as long to find large ones (docs/SPEED.md). */
static void
advise (const AcuExecutor *executor)
{
#ifdef MADV_NOHUGEPAGE
  const AcuProgram *program = executor->program;
  guintptr first = ((guintptr) executor->arena + program->ring_bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  guintptr end = ((guintptr) executor->arena + program->arena_bytes) / LARGE_PAGE * LARGE_PAGE;

  if (end > first)
    (void) madvise ((void *) first, end - first, MADV_NOHUGEPAGE);
#endif
}

static AcuExecutor *
cpu_prepare (const AcuProgram *program, int threads, GError **error)
{
  AcuExecutor *executor = g_new0 (AcuExecutor, 1);
  guint64 scratch, bytes;

  executor->program = program;
  executor->kernels = acu_kernels ();
  executor->threads = threads;
  executor->row_bytes = longest_row (program);
  executor->scratch_bytes = scratch_bytes (program);
  executor->zeros = acu_try_alloc0 (executor->row_bytes, 1);
  /* Weights first: packing takes memory that the arena can use afterwards. */
  if (!acu_cpu_pack (executor, error))
    {
      cpu_free (executor);
      return NULL;
    }
  /* One piece of memory, so that scratch lies in large pages even where it is small by itself: products step through it from one page to the
   * next. */
  if (acu_size_mul (executor->scratch_bytes, threads, &scratch) && acu_size_add (scratch, program->arena_bytes, &bytes))
    executor->scratch = acu_try_alloc (bytes, 1);
  if (!executor->zeros || !executor->scratch)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY,
                           _("There is not enough memory for the network's feature maps."));
      cpu_free (executor);
      return NULL;
    }
  executor->arena = executor->scratch + scratch;
  advise (executor);
  return executor;
}

static void
cpu_reset (AcuExecutor *executor)
{
  executor->overflowed = FALSE;
  for (guint i = 0; i < executor->program->n_stages; i++)
    if (executor->program->stages[i].kind == ACU_STAGE_GLOBAL_POOL)
      memset (executor->stages[i].sums, 0, executor->program->buffers[i].channels * sizeof (double));
}

/* Margins share memory with other maps (by lifetime) and with older rows, so each new row clears its own. */
static void
clear_margins (AcuExecutor *executor, const AcuBuffer *buffer, int y)
{
  char *row = acu_cpu_row (executor, buffer, y);
  gsize pixel = acu_cpu_pixel_bytes (buffer);

  memset (row - buffer->margin_left * pixel, 0, buffer->margin_left * pixel);
  memset (row + buffer->width * pixel, 0, buffer->margin_right * pixel);
}

static void
cpu_upload (AcuExecutor *executor, int first, int rows, const float *pixels)
{
  const AcuBuffer *buffer = &executor->program->buffers[0];
  gsize floats = (gsize) buffer->width * buffer->channels;

  for (int y = first; y < first + rows; y++, pixels += floats)
    {
      memcpy (acu_cpu_row (executor, buffer, y), pixels, floats * sizeof (float));
      clear_margins (executor, buffer, y);
    }
}

static int
cpu_download (AcuExecutor *executor, int first, int rows, const float **pixels)
{
  const AcuBuffer *buffer = &executor->program->buffers[executor->program->n_stages - 1];

  /* Nobody reads the last buffer, so its rows have no margins. */
  g_assert (buffer->element == ACU_MAP_F32 && buffer->margin_left + buffer->margin_right == 0);
  *pixels = acu_cpu_row (executor, buffer, first);
  return MIN (rows, buffer->slots - first % buffer->slots);
}

typedef struct Step
{
  AcuExecutor *executor;
  guint stage;
  int first, columns, chunk;      /* first row; columns of a row; columns of a task */
  int chunks;                     /* tasks a row */
} Step;

static void
run_task (void *data, int task, int worker)
{
  const Step *step = data;
  int row = step->first + task / step->chunks;
  int from = task % step->chunks * step->chunk;

  acu_cpu_stage_row (step->executor, step->stage, row, from, MIN (from + step->chunk, step->columns), worker);
}

static void
cpu_beside (AcuExecutor *executor, void (*work) (void *data), void *data)
{
  executor->beside = work;
  executor->beside_data = data;
}

void
acu_cpu_share_out (AcuExecutor *executor, int tasks, AcuTask run, void *data)
{
  AcuBeside beside = executor->beside;

  executor->beside = NULL;
  acu_pool_run_beside (tasks, executor->threads, run, data, beside, executor->beside_data);
}

static gboolean
cpu_run (AcuExecutor *executor, guint number, int first, int rows)
{
  const AcuStage *stage = &executor->program->stages[number];
  const AcuBuffer *buffer = &executor->program->buffers[number];
  Step step = { executor, number, first, buffer->width };
  double chunks;

  if (stage->kind == ACU_STAGE_GLOBAL_POOL)
    {
      clear_margins (executor, buffer, 0);
      acu_cpu_pool_rows (executor, number, first, rows);
      return TRUE;
    }
  for (int y = first; y < first + rows; y++)
    clear_margins (executor, buffer, y);
  if (acu_cpu_methods[stage->algorithm].run)
    {
      acu_cpu_methods[stage->algorithm].run (executor, number, first, rows);
      return !g_atomic_int_get (&executor->overflowed);
    }
  chunks = CLAMP (stage->row_operations / TASK_OPERATIONS, 1, MAX (1, buffer->width / TASK_COLUMNS));
  step.chunk = (buffer->width + (int) chunks - 1) / (int) chunks;
  if (acu_cpu_stage_scratch (executor->program, stage))
    step.chunk = MIN (step.chunk, ACU_CPU_COLUMNS);
  /* Windows stay whole. */
  if (stage->kind == ACU_STAGE_DECONV2D && stage->algorithm == ACU_ALGORITHM_POINTWISE_I16)
    step.chunk = (step.chunk + stage->stride - 1) / stage->stride * stage->stride;
  step.chunks = (buffer->width + step.chunk - 1) / step.chunk;
  /* Little work is done here and now: waking threads would cost more. */
  if (stage->row_operations * rows < LITTLE_OPERATIONS && !executor->beside)
    acu_pool_run (rows * step.chunks, 1, run_task, &step);
  else
    acu_cpu_share_out (executor, rows * step.chunks, run_task, &step);
  return !g_atomic_int_get (&executor->overflowed);
}

static gboolean
cpu_bf16_quick (void)
{
  return acu_kernels ()->bf16_quick;
}

static gboolean
cpu_block_quick (void)
{
  return acu_kernels ()->block_quick;
}

const AcuDevice acu_device_cpu = {
  "cpu", cpu_bf16_quick, cpu_block_quick, cpu_bytes, cpu_prepare, cpu_reset, cpu_upload, cpu_run, cpu_beside, cpu_download, cpu_free
};
