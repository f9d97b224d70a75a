/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* All packed weights of a network lie in one piece of memory, which is what is kept in a file for the next process. */
#include "cpu.h"
#include "packed_file.h"
#include "packing_sources.h"
#include "pool.h"

#include "kernels_once.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* What is packed sooner than it is found. */
#define WORTH_KEEPING (1 << 20)

static guint64
whole_lines (guint64 bytes)
{
  return (bytes + 63) / 64 * 64;
}

gsize
acu_cpu_weights_count (const AcuStage *stage)
{
  return g_bytes_get_size (stage->weights) / acu_map_element_bytes (stage->weights_element);
}

/* No overflow: these are a few times the sizes of weights that are in memory. */
static guint64
packed_bytes (const AcuProgram *program)
{
  guint64 bytes = 0;

  for (guint i = 0; i < program->n_stages; i++)
    bytes += whole_lines (acu_cpu_stage_packed_bytes (program, &program->stages[i]));
  return bytes;
}

guint64
acu_cpu_pack_bytes (const AcuProgram *program, int threads)
{
  guint64 bytes = packed_bytes (program) + program->n_stages * (sizeof (AcuCpuStage) + sizeof (AcuFingerprint)), widened = 0;

  for (guint i = 0; i < program->n_stages; i++)
    {
      const AcuStage *stage = &program->stages[i];

      bytes += acu_cpu_stage_bytes (program, stage);
      if (stage->weights)
        {
          /* As floats; and once more in another order. */
          guint64 copies = (stage->weights_element == ACU_MAP_F16) + (stage->algorithm == ACU_ALGORITHM_POINTWISE_I16)
                           + (stage->algorithm == ACU_ALGORITHM_CONV2D_BF16 && stage->kind == ACU_STAGE_DECONV2D);

          widened = MAX (widened, copies * acu_cpu_weights_count (stage) * sizeof (float));
        }
    }
  return bytes + widened * (guint64) threads;
}

const float *
acu_cpu_weights (const AcuStage *stage, float **room)
{
  gsize count = acu_cpu_weights_count (stage);

  *room = NULL;
  if (stage->weights_element == ACU_MAP_F32)
    return g_bytes_get_data (stage->weights, NULL);
  *room = acu_try_alloc (count, sizeof (float));
  if (*room)
    acu_kernels ()->half_widen (*room, g_bytes_get_data (stage->weights, NULL), count);
  return *room;
}

void
acu_cpu_fill_vector (float *dst, GBytes *source, int channels)
{
  memset (dst, 0, acu_cpu_vector_floats (channels) * sizeof (float));
  if (source)
    memcpy (dst, g_bytes_get_data (source, NULL), channels * sizeof (float));
}

static AcuFingerprint
fingerprint_of (GBytes *bytes)
{
  gsize size = 0;
  const void *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  return acu_fingerprint (data, size);
}

/* Everything that a stage's packed weights follow from. */
static AcuFingerprint
stage_key (const AcuProgram *program, const AcuStage *stage)
{
  struct
  {
    gint32 numbers[9 + ACU_STAGE_MAX_INPUTS];
    AcuFingerprint parts[3];
  } all;

  /* With what lies between the members. */
  memset (&all, 0, sizeof all);
  all.numbers[0] = stage->kind;
  all.numbers[1] = stage->algorithm;
  all.numbers[2] = program->buffers[stage->output].channels;
  all.numbers[3] = stage->kernel_width;
  all.numbers[4] = stage->kernel_height;
  all.numbers[5] = stage->stride;
  all.numbers[6] = stage->weights_element;
  all.numbers[7] = (gint32) stage->n_inputs - stage->residual;
  /* Kernels that read other weights never meet this one's. */
  all.numbers[8] = (gint32) acu_kernels ()->i16_order;
  for (int k = 0; k < all.numbers[7]; k++)
    all.numbers[9 + k] = program->buffers[stage->inputs[k]].channels;
  all.parts[0] = fingerprint_of (stage->weights);
  all.parts[1] = fingerprint_of (stage->bias);
  all.parts[2] = fingerprint_of (stage->slope);
  return acu_fingerprint (&all, sizeof all);
}

typedef struct Work
{
  AcuExecutor *executor;
  AcuFingerprint *keys;           /* by stage, and one of the program */
  gint failed;                    /* atomic */
} Work;

static void
fingerprint_stage (void *data, int number, int worker)
{
  const Work *work = data;
  const AcuProgram *program = work->executor->program;
  const AcuStage *stage = &program->stages[number];

  if (acu_cpu_stage_packed_bytes (program, stage))
    work->keys[number] = stage_key (program, stage);
}

static gboolean
make_key (AcuExecutor *executor)
{
  guint n = executor->program->n_stages;
  Work work = { executor, acu_try_alloc0 (n + 1, sizeof (AcuFingerprint)) };

  if (!work.keys)
    return FALSE;
  acu_pool_run ((int) n, executor->threads, fingerprint_stage, &work);
  work.keys[n] = acu_fingerprint (ACU_PACKING_SOURCES, strlen (ACU_PACKING_SOURCES));
  executor->key = acu_fingerprint (work.keys, (n + 1) * sizeof *work.keys);
  acu_free (work.keys);
  return TRUE;
}

static void
prepare_stage (void *data, int number, int worker)
{
  Work *work = data;
  const AcuProgram *program = work->executor->program;

  if (!acu_cpu_prepare_stage (program, &program->stages[number], &work->executor->stages[number]))
    g_atomic_int_set (&work->failed, TRUE);
}

/* Prepares all stages with their weights in executor->packed. */
static gboolean
prepare_stages (AcuExecutor *executor)
{
  const AcuProgram *program = executor->program;
  Work work = { executor };
  guint64 at = 0;

  for (guint i = 0; i < program->n_stages; i++)
    {
      guint64 bytes = acu_cpu_stage_packed_bytes (program, &program->stages[i]), lines = whole_lines (bytes);

      executor->stages[i] = (AcuCpuStage) { .memory = (char *) executor->packed + at, .ready = executor->found };
      /* What is kept in a file holds nothing left over from other work. */
      if (!executor->found)
        memset ((char *) executor->packed + at + bytes, 0, lines - bytes);
      at += lines;
    }
  acu_pool_run ((int) program->n_stages, executor->threads, prepare_stage, &work);
  return !work.failed;
}

static void
release_stages (AcuExecutor *executor)
{
  for (guint i = 0; i < executor->program->n_stages; i++)
    acu_cpu_release_stage (&executor->stages[i]);
}

gboolean
acu_cpu_pack (AcuExecutor *executor, GError **error)
{
  gboolean keep;

  executor->stages = acu_try_alloc0 (executor->program->n_stages, sizeof *executor->stages);
  executor->packed_bytes = packed_bytes (executor->program);
  executor->packed = executor->stages ? acu_try_alloc (executor->packed_bytes, 1) : NULL;
  keep = executor->packed && executor->packed_bytes >= WORTH_KEEPING && !executor->program->passing && make_key (executor);
  executor->found = keep && acu_packed_file_read (&executor->key, executor->packed, executor->packed_bytes, executor->threads);
  if (executor->packed && prepare_stages (executor))
    {
      if (keep && !executor->found)
        acu_packed_file_save (&executor->key, executor->packed, executor->packed_bytes, executor->threads);
      return TRUE;
    }
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

void
acu_cpu_unpack (AcuExecutor *executor)
{
  release_stages (executor);
  acu_free (executor->packed);
  acu_free (executor->stages);
  executor->stages = NULL;
}
