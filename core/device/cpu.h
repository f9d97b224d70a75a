/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The processor as a device: rows of stages as tasks on the thread pool, with the kernels of this instruction set. */
#ifndef ACU_CPU_H
#define ACU_CPU_H

#include "device.h"
#include "kernels.h"

G_BEGIN_DECLS

extern const AcuDevice acu_device_cpu;

/* A stage with its weights packed. A transposed convolution becomes stride × stride plain ones, each making every stride-th
 * pixel of every stride-th row: phase[row phase * stride + column phase]. */
typedef struct AcuCpuStage
{
  int phases;
  AcuConv2d *phase;
  float *memory;                  /* packed weights, bias and slope of all phases */
  float *taps;                    /* BICUBIC: 4 weights a column */
  gint32 *first;                  /* BICUBIC: the first column of each */
  int n_taps;
  double *sums;                   /* GLOBAL_POOL: by channel */
  double *row_sums;               /* GLOBAL_POOL: by row and channel of a step */
  int row_sums_rows;
} AcuCpuStage;

struct AcuExecutor
{
  const AcuProgram *program;
  const AcuKernels *kernels;
  int threads;
  float *arena;
  float *zeros;                   /* a row of zeros, as long as the longest row */
  float *scratch;                 /* a row a thread */
  guint64 scratch_floats;
  AcuCpuStage *stages;
};

/* cpu_prepare.c */
gboolean acu_cpu_pack (AcuExecutor *executor, GError **error);
void acu_cpu_unpack (AcuExecutor *executor);
guint64 acu_cpu_pack_bytes (const AcuProgram *program);
/* The n_taps (at most 4) weights with which output position `at` of a bicubic resize is made; returns the first input position. */
int acu_bicubic_taps (int at, int in, int out, int n_taps, float *taps);

/* cpu_stages.c: columns from .. to - 1 of one row of a stage. */
void acu_cpu_stage_row (AcuExecutor *executor, guint stage, int row, int from, int to, int worker);
/* Adds rows of a GLOBAL_POOL's input, in row order whatever the threads do. */
void acu_cpu_pool_rows (AcuExecutor *executor, guint stage, int first, int rows);

static inline float *
acu_cpu_row (const AcuExecutor *executor, const AcuBuffer *buffer, int y)
{
  return executor->arena + buffer->offset + (guint64) (y % buffer->slots) * buffer->row_floats
         + (guint64) buffer->margin_left * buffer->channels;
}

G_END_DECLS

#endif
