/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The processor as a device: rows of stages as tasks on the thread pool, with the kernels of this instruction set. */
#ifndef ACU_CPU_H
#define ACU_CPU_H

#include "device.h"
#include "fingerprint.h"
#include "kernels.h"
#include "pool.h"

G_BEGIN_DECLS

extern const AcuDevice acu_device_cpu;

/* A stage with its weights packed. A transposed convolution becomes stride × stride plain ones, each making every stride-th
 * pixel of every stride-th row: phase[row phase * stride + column phase]. */
typedef struct AcuCpuStage
{
  int phases;
  AcuConv2d *phase;
  AcuWinograd winograd;           /* instead of phases */
  AcuPointwise *pointwise;        /* the same; of a transposed convolution one a row */
  AcuConv2dBlock block;           /* the same */
  AcuConv2dBf16 bf16;             /* the same, with what follows its sums */
  AcuFinish finish;
  void *memory;                   /* packed weights, bias and slope of all phases; part of the executor's `packed` */
  gboolean ready;                 /* that memory has been filled */
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
  char *arena;
  char *zeros;                    /* a row of zeros, as long as the longest row */
  char *scratch;                  /* for each worker; the arena follows in the same memory */
  guint64 row_bytes, scratch_bytes;       /* of the longest row, of a worker's scratch */
  gint overflowed;                /* atomic: a number left the range of its map */
  AcuBeside beside;               /* for the next acu_cpu_share_out(); NULL: nothing */
  void *beside_data;
  AcuCpuStage *stages;
  void *packed;                   /* weights of all stages */
  guint64 packed_bytes;
  gboolean found;                 /* they come from an earlier run's file */
  AcuFingerprint key;             /* of that file */
};

/* cpu_pack.c: the weights of all stages, from the file in which an earlier process has kept them, or packed, and kept for the next one. */
gboolean acu_cpu_pack (AcuExecutor *executor, GError **error);
void acu_cpu_unpack (AcuExecutor *executor);
guint64 acu_cpu_pack_bytes (const AcuProgram *program, int threads);
gsize acu_cpu_weights_count (const AcuStage *stage);
/* A convolution's weights as floats; free *room, which may be NULL. NULL if there is not enough memory. */
const float *acu_cpu_weights (const AcuStage *stage, float **room);
/* `channels` floats of source (NULL: zeros), then zeros up to whole groups. */
void acu_cpu_fill_vector (float *dst, GBytes *source, int channels);

/* cpu.c: how a stage is done by its algorithm; NULL where it is done as every other one. */
typedef struct AcuCpuMethod
{
  guint64 (*bytes) (const AcuProgram *program, const AcuStage *stage);            /* of packed weights */
  guint64 (*scratch) (const AcuProgram *program, const AcuStage *stage);          /* of a worker */
  gboolean (*pack) (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);     /* as acu_cpu_prepare_stage() */
  void (*run) (AcuExecutor *executor, guint stage, int first, int rows);          /* rows of it; NULL: acu_cpu_stage_row() does one */
} AcuCpuMethod;
extern const AcuCpuMethod acu_cpu_methods[ACU_N_ALGORITHMS];

/* cpu.c: tasks for all threads. */
void acu_cpu_share_out (AcuExecutor *executor, int tasks, AcuTask run, void *data);

/* cpu_prepare.c: what one stage needs. Bytes of packed weights; and of anything else that prepare() allocates. */
guint64 acu_cpu_stage_packed_bytes (const AcuProgram *program, const AcuStage *stage);
guint64 acu_cpu_stage_bytes (const AcuProgram *program, const AcuStage *stage);
/* Makes all of it ready: packed->memory has room for the packed weights, or holds them. FALSE if there is not enough memory. */
gboolean acu_cpu_prepare_stage (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);
void acu_cpu_release_stage (AcuCpuStage *packed);
/* The n_taps (at most 4) weights with which output position `at` of a bicubic resize is made; returns the first input position. */
int acu_bicubic_taps (double cubic, int at, int in, int out, int n_taps, float *taps);

static inline AcuElement
acu_cpu_element (const AcuBuffer *buffer)
{
  static const AcuElement elements[] = { [ACU_MAP_F32] = ACU_ELEMENT_F32, [ACU_MAP_F16] = ACU_ELEMENT_F16, [ACU_MAP_BF16] = ACU_ELEMENT_BF16 };

  return elements[buffer->element];
}

static inline AcuWinogradActivation
acu_cpu_activation (const AcuStage *stage)
{
  return stage->gated ? ACU_WINOGRAD_GATE : stage->slope ? ACU_WINOGRAD_SLOPE
         : stage->activation == ACU_STAGE_SIGMOID ? ACU_WINOGRAD_SIGMOID
         : stage->activation == ACU_STAGE_SWISH ? ACU_WINOGRAD_SWISH : ACU_WINOGRAD_LINEAR;
}

/* Floats of bias, slope or factors: whole groups. */
static inline gsize
acu_cpu_vector_floats (int channels)
{
  return ((gsize) channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP * ACU_CONV2D_GROUP;
}

/* cpu_pointwise.c: columns from .. to - 1 of one row; of a transposed convolution, whole windows. FALSE: beyond the map's range. */
guint64 acu_cpu_pointwise_bytes (const AcuProgram *program, const AcuStage *stage);
guint64 acu_cpu_pointwise_scratch (const AcuProgram *program, const AcuStage *stage);
/* As acu_cpu_prepare_stage(). */
gboolean acu_cpu_pointwise_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);
gboolean acu_cpu_pointwise_row (AcuExecutor *executor, guint stage, int row, int from, int to, char *scratch);

/* cpu_winograd.c */
guint64 acu_cpu_winograd_bytes (const AcuProgram *program, const AcuStage *stage);
guint64 acu_cpu_winograd_scratch (const AcuProgram *program, const AcuStage *stage);
/* As acu_cpu_prepare_stage(). */
gboolean acu_cpu_winograd_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);
void acu_cpu_winograd_run (AcuExecutor *executor, guint stage, int first, int rows);

/* cpu_block.c */
guint64 acu_cpu_block_bytes (const AcuProgram *program, const AcuStage *stage);
guint64 acu_cpu_block_scratch (const AcuProgram *program, const AcuStage *stage);
/* As acu_cpu_prepare_stage(). */
gboolean acu_cpu_block_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);
void acu_cpu_block_run (AcuExecutor *executor, guint stage, int first, int rows);

/* cpu_bf16.c */
guint64 acu_cpu_bf16_bytes (const AcuProgram *program, const AcuStage *stage);
guint64 acu_cpu_bf16_scratch (const AcuProgram *program, const AcuStage *stage);
/* As acu_cpu_prepare_stage(). */
gboolean acu_cpu_bf16_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed);
void acu_cpu_bf16_run (AcuExecutor *executor, guint stage, int first, int rows);

/* The most columns of a task of a stage that works in scratch memory, and what it needs there. */
#define ACU_CPU_COLUMNS 96
guint64 acu_cpu_stage_scratch (const AcuProgram *program, const AcuStage *stage);

/* cpu_stages.c: columns from .. to - 1 of one row of a stage. */
void acu_cpu_stage_row (AcuExecutor *executor, guint stage, int row, int from, int to, int worker);
/* Adds rows of a GLOBAL_POOL's input, in row order whatever the threads do. */
void acu_cpu_pool_rows (AcuExecutor *executor, guint stage, int first, int rows);

static inline guint64
acu_cpu_pixel_bytes (const AcuBuffer *buffer)
{
  return (guint64) buffer->channels * acu_map_element_bytes (buffer->element);
}

/* The pixel in column 0 of a row: floats or 16-bit floats. */
static inline void *
acu_cpu_row (const AcuExecutor *executor, const AcuBuffer *buffer, int y)
{
  return executor->arena + buffer->offset + (guint64) (y % buffer->slots) * buffer->row_bytes
         + buffer->margin_left * acu_cpu_pixel_bytes (buffer);
}

/* The same, or zeros where y lies outside of the picture. */
static inline const void *
acu_cpu_padded_row (const AcuExecutor *executor, const AcuBuffer *buffer, int y)
{
  return y < 0 || y >= buffer->height ? executor->zeros + buffer->margin_left * acu_cpu_pixel_bytes (buffer)
                                      : acu_cpu_row (executor, buffer, y);
}

/* Pixel (x, y) of what a convolution adds to its results; NULL where it adds nothing. */
static inline const void *
acu_cpu_residual (const AcuExecutor *executor, const AcuStage *stage, int x, int y)
{
  const AcuBuffer *other = &executor->program->buffers[stage->inputs[stage->n_inputs - 1]];

  return stage->residual ? (const char *) acu_cpu_row (executor, other, y + stage->from_top[1]) + (x + stage->from_left[1]) * (gssize) acu_cpu_pixel_bytes (other) : NULL;
}

G_END_DECLS

#endif
