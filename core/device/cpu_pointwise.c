/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions whose windows share no pixels on the CPU: see pointwise.h. A transposed one makes all pixels of a result row that lie over one
 * input pixel at once, as if they were so many more channels; each of its `stride` rows has weights of its own. */
#include "cpu.h"
#include "kernels_once.h"

#include <acuity/size.h>
#include <string.h>

static gboolean
is_transposed (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_DECONV2D;
}

static guint
slices (const AcuStage *stage)
{
  return stage->n_inputs - stage->residual;
}

/* The convolution without its weights. */
static AcuPointwise
shape (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  int rows = is_transposed (stage) ? 1 : stage->kernel_height;
  AcuPointwise conv = {
    .order = acu_kernels ()->i16_order,
    .out_channels = out->channels * (is_transposed (stage) ? stage->stride : 1),
    .out_element = acu_cpu_element (out),
    .residual_element = acu_cpu_element (&program->buffers[stage->inputs[stage->n_inputs - 1]]),
    .scale = { stage->scale[0], stage->scale[1] },
    .activation = acu_cpu_activation (stage)
  };

  for (guint k = 0; k < slices (stage); k++)
    for (int r = 0; r < rows; r++, conv.runs++)
      {
        const AcuBuffer *in = &program->buffers[stage->inputs[k]];

        conv.run_numbers[conv.runs] = in->channels * (is_transposed (stage) ? 1 : stage->kernel_width);
        conv.run_elements[conv.runs] = acu_cpu_element (in);
      }
  return conv;
}

/* Of one convolution; whole cache lines, since the next one's weights follow. */
static guint64
one_bytes (const AcuPointwise *conv)
{
  return (acu_pointwise_weights_bytes (conv) + 3 * acu_cpu_vector_floats (conv->out_channels) * sizeof (float) + 63) / 64 * 64;
}

static int
count (const AcuStage *stage)
{
  return is_transposed (stage) ? stage->stride : 1;
}

guint64
acu_cpu_pointwise_bytes (const AcuProgram *program, const AcuStage *stage)
{
  AcuPointwise conv = shape (program, stage);

  return count (stage) * one_bytes (&conv);
}

guint64
acu_cpu_pointwise_scratch (const AcuProgram *program, const AcuStage *stage)
{
  AcuPointwise conv = shape (program, stage);

  return acu_pointwise_scratch_bytes (&conv);
}

/* The weights of output channel `out` in the order of the runs. */
static void
gather (float *dst, const float *weights, const AcuProgram *program, const AcuStage *stage, int out, int channels)
{
  gsize taps = (gsize) stage->kernel_width * stage->kernel_height;
  int first = 0;

  for (guint k = 0; k < slices (stage); first += program->buffers[stage->inputs[k++]].channels)
    for (gsize tap = 0; tap < taps; tap++)
      for (int c = 0; c < program->buffers[stage->inputs[k]].channels; c++)
        *dst++ = weights[((gsize) out * channels + first + c) * taps + tap];
}

/* The weights with which result pixel `column` of a window of a transposed convolution's row is made. */
static void
gather_transposed (float *dst, const float *weights, const AcuStage *stage, int out, int channels, int row, int column)
{
  gsize taps = (gsize) stage->kernel_width * stage->kernel_height;

  for (int c = 0; c < channels; c++)
    dst[c] = weights[((gsize) out * channels + c) * taps + row * stage->kernel_width + column];
}

static void
fill_vector (float *dst, GBytes *source, int channels, int times, gsize padded)
{
  memset (dst, 0, padded * sizeof (float));
  for (int i = 0; source && i < times; i++)
    memcpy (dst + i * channels, g_bytes_get_data (source, NULL), channels * sizeof (float));
}

static char *
memory_of (const AcuCpuStage *packed, const AcuPointwise *conv, int row)
{
  return (char *) packed->memory + row * one_bytes (conv);
}

static gboolean
fill (const AcuProgram *program, const AcuStage *stage, const AcuCpuStage *packed)
{
  AcuPointwise conv = shape (program, stage);
  int channels = 0, out_channels = program->buffers[stage->output].channels, numbers = 0;
  gsize vector = acu_cpu_vector_floats (conv.out_channels);
  float *room, *ordered;
  const float *weights = acu_cpu_weights (stage, &room);

  for (guint k = 0; k < slices (stage); k++)
    channels += program->buffers[stage->inputs[k]].channels;
  for (int r = 0; r < conv.runs; r++)
    numbers += conv.run_numbers[r];
  ordered = acu_try_alloc ((guint64) conv.out_channels * numbers, sizeof (float));
  for (int row = 0; weights && ordered && row < count (stage); row++)
    {
      char *memory = memory_of (packed, &conv, row);
      gsize weights_bytes = acu_pointwise_weights_bytes (&conv), used = weights_bytes + 3 * vector * sizeof (float);
      float *vectors = (float *) (void *) (memory + weights_bytes);

      for (int out = 0; out < conv.out_channels; out++)
        if (is_transposed (stage))
          gather_transposed (ordered + (gsize) out * numbers, weights, stage, out % out_channels, channels, row, out / out_channels);
        else
          gather (ordered + (gsize) out * numbers, weights, program, stage, out, channels);
      acu_pointwise_pack (memory, vectors, &conv, ordered);
      fill_vector (vectors + vector, stage->bias, out_channels, conv.out_channels / out_channels, vector);
      fill_vector (vectors + 2 * vector, stage->slope, out_channels, conv.out_channels / out_channels, vector);
      memset (memory + used, 0, one_bytes (&conv) - used);
    }
  acu_free (room);
  acu_free (ordered);
  return weights && ordered;
}

gboolean
acu_cpu_pointwise_pack (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  AcuPointwise conv = shape (program, stage);
  gsize vector = acu_cpu_vector_floats (conv.out_channels);

  packed->pointwise = acu_try_alloc0 (count (stage), sizeof *packed->pointwise);
  if (!packed->pointwise)
    return FALSE;
  for (int row = 0; row < count (stage); row++)
    {
      const char *memory = memory_of (packed, &conv, row);
      const float *vectors = (const float *) (const void *) (memory + acu_pointwise_weights_bytes (&conv));

      packed->pointwise[row] = conv;
      packed->pointwise[row].weights = memory;
      packed->pointwise[row].factor = vectors;
      packed->pointwise[row].bias = vectors + vector;
      packed->pointwise[row].slope = vectors + 2 * vector;
    }
  return packed->ready || fill (program, stage, packed);
}

gboolean
acu_cpu_pointwise_row (AcuExecutor *executor, guint number, int row, int from, int to, char *scratch)
{
  const AcuProgram *program = executor->program;
  const AcuStage *stage = &program->stages[number];
  const AcuBuffer *out = &program->buffers[stage->output];
  gboolean transposed = is_transposed (stage);
  const AcuPointwise *conv = &executor->stages[number].pointwise[transposed ? row % stage->stride : 0];
  const void *src[ACU_POINTWISE_MAX_RUNS];
  int runs = 0;

  for (guint k = 0; k < slices (stage); k++)
    for (int r = 0; r < (transposed ? 1 : stage->kernel_height); r++)
      {
        const AcuBuffer *in = &program->buffers[stage->inputs[k]];
        int y = transposed ? row / stage->stride : row * stage->stride + r, x = transposed ? from / stage->stride : from * stage->stride;

        src[runs++] = (const char *) acu_cpu_row (executor, in, y) + x * acu_cpu_pixel_bytes (in);
      }
  return executor->kernels->pointwise ((char *) acu_cpu_row (executor, out, row) + from * acu_cpu_pixel_bytes (out), src,
                                       acu_cpu_residual (executor, stage, from, row), conv,
                                       (to - from) / (transposed ? stage->stride : 1), scratch);
}
