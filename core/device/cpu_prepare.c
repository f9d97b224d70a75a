/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"
#include "pool.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define POOL_ROWS 64

static int
padded_channels (int channels)
{
  return (channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP * ACU_CONV2D_GROUP;
}

static int
phase_taps (int kernel, int stride, int phase)
{
  return (kernel - phase + stride - 1) / stride;
}

/* The convolution that phase (py, px) of a stage is; without weights yet. */
static AcuConv2d
phase_shape (const AcuProgram *program, const AcuStage *stage, int py, int px)
{
  gboolean transposed = stage->kind == ACU_STAGE_DECONV2D;
  AcuConv2d conv = {
    .slices = stage->n_inputs - stage->residual,
    .out_channels = program->buffers[stage->output].channels,
    .kernel_width = transposed ? phase_taps (stage->kernel_width, stage->stride, px) : stage->kernel_width,
    .kernel_height = transposed ? phase_taps (stage->kernel_height, stage->stride, py) : stage->kernel_height,
    .stride = transposed ? 1 : stage->stride
  };

  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    conv.slice_channels[k] = program->buffers[stage->inputs[k]].channels;
  return conv;
}

/* Floats for weights, bias and slope. Weights are in memory already, so their padded size is far from overflow. */
static guint64
phase_floats (const AcuConv2d *conv)
{
  return (guint64) acu_conv2d_packed_floats (conv) + 2 * (guint64) padded_channels (conv->out_channels);
}

static int
phases_along (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_DECONV2D ? stage->stride : 1;
}

static gboolean
has_weights (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONV2D || stage->kind == ACU_STAGE_DECONV2D;
}

guint64
acu_cpu_pack_bytes (const AcuProgram *program)
{
  guint64 bytes = program->n_stages * sizeof (AcuCpuStage);

  for (guint i = 0; i < program->n_stages; i++)
    {
      const AcuStage *stage = &program->stages[i];
      int n = phases_along (stage);

      if (acu_algorithm_is_winograd (stage->algorithm))
        bytes += acu_cpu_winograd_bytes (program, stage);
      else if (stage->algorithm == ACU_ALGORITHM_POINTWISE_I16)
        bytes += acu_cpu_pointwise_bytes (program, stage);
      else if (has_weights (stage))
        for (int phase = 0; phase < n * n; phase++)
          {
            AcuConv2d conv = phase_shape (program, stage, phase / n, phase % n);

            bytes += phase_floats (&conv) * sizeof (float);
          }
      else if (stage->kind == ACU_STAGE_GLOBAL_POOL)
        bytes += (guint64) program->buffers[i].channels * sizeof (double) * (POOL_ROWS + 1);
      else if (stage->kind == ACU_STAGE_BICUBIC)
        bytes += (guint64) program->buffers[i].width * (4 * sizeof (float) + sizeof (gint32));
    }
  return bytes;
}

static void
fill_vector (float *dst, GBytes *source, int channels)
{
  memset (dst, 0, padded_channels (channels) * sizeof (float));
  if (source)
    memcpy (dst, g_bytes_get_data (source, NULL), channels * sizeof (float));
}

/* Picks the taps of one phase of a transposed convolution, turned round, so that they run with the input. */
static gboolean
pack_phase (float *packed, const AcuConv2d *conv, const AcuStage *stage, int py, int px)
{
  const float *weights = g_bytes_get_data (stage->weights, NULL);
  gsize kernels = g_bytes_get_size (stage->weights) / sizeof (float)
                  / ((gsize) stage->kernel_width * stage->kernel_height);
  int width = conv->kernel_width, height = conv->kernel_height;
  float *taps = acu_try_alloc (kernels, (guint64) width * height * sizeof (float));

  if (!taps)
    return FALSE;
  for (gsize k = 0; k < kernels; k++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        {
          int from_y = py + (height - 1 - y) * stage->stride, from_x = px + (width - 1 - x) * stage->stride;

          taps[(k * height + y) * width + x]
            = weights[(k * stage->kernel_height + from_y) * stage->kernel_width + from_x];
        }
  acu_conv2d_pack (packed, conv, taps);
  acu_free (taps);
  return TRUE;
}

static gboolean
pack_conv (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  int n = phases_along (stage);
  guint64 floats = 0;
  float *at;

  if (acu_algorithm_is_winograd (stage->algorithm))
    return acu_cpu_winograd_pack (program, stage, packed);
  if (stage->algorithm == ACU_ALGORITHM_POINTWISE_I16)
    return acu_cpu_pointwise_pack (program, stage, packed);
  packed->phases = n * n;
  packed->phase = acu_try_alloc0 (packed->phases, sizeof *packed->phase);
  if (!packed->phase)
    return FALSE;
  for (int i = 0; i < packed->phases; i++)
    {
      packed->phase[i] = phase_shape (program, stage, i / n, i % n);
      floats += phase_floats (&packed->phase[i]);
    }
  at = packed->memory = acu_try_alloc (floats, sizeof (float));
  if (!at)
    return FALSE;
  for (int i = 0; i < packed->phases; i++)
    {
      AcuConv2d *conv = &packed->phase[i];
      int channels = conv->out_channels;
      gsize weights = acu_conv2d_packed_floats (conv);

      if (stage->kind == ACU_STAGE_CONV2D)
        acu_conv2d_pack (at, conv, g_bytes_get_data (stage->weights, NULL));
      else if (!pack_phase (at, conv, stage, i / n, i % n))
        return FALSE;
      conv->weights = at;
      conv->bias = at + weights;
      fill_vector (at + weights, stage->bias, channels);
      fill_vector (at + weights + padded_channels (channels), stage->slope, channels);
      conv->slope = stage->slope ? at + weights + padded_channels (channels) : NULL;
      at += phase_floats (conv);
    }
  return TRUE;
}

/* Keys 1981 with a = -0.75; taps beyond the ends count for the pixel at the end. */
static gboolean
pack_bicubic (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  int in = program->buffers[stage->inputs[0]].width, out = program->buffers[stage->output].width;

  packed->n_taps = MIN (4, in);
  packed->taps = acu_try_alloc0 (out, packed->n_taps * sizeof (float));
  packed->first = acu_try_alloc (out, sizeof (gint32));
  if (!packed->taps || !packed->first)
    return FALSE;
  for (int x = 0; x < out; x++)
    packed->first[x] = acu_bicubic_taps (x, in, out, packed->n_taps, packed->taps + (gsize) x * packed->n_taps);
  return TRUE;
}

int
acu_bicubic_taps (int at, int in, int out, int n_taps, float *taps)
{
  const double a = -0.75;
  double centre = (at + 0.5) * in / out - 0.5;
  int base = (int) floor (centre);
  float t = (float) (centre - base);
  int first = CLAMP (base - 1, 0, in - n_taps);
  float w[4];

  for (int k = 0; k < n_taps; k++)
    taps[k] = 0;
  for (int k = 0; k < 4; k++)
    {
      double d = fabs (t + 1 - k);

      w[k] = (float) (d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a);
      taps[CLAMP (base - 1 + k, 0, in - 1) - first] += w[k];
    }
  return first;
}

typedef struct Packing
{
  AcuExecutor *executor;
  gint failed;                    /* atomic */
} Packing;

static void
pack_stage (void *data, int number, int worker)
{
  Packing *packing = data;
  const AcuProgram *program = packing->executor->program;
  const AcuStage *stage = &program->stages[number];
  AcuCpuStage *packed = &packing->executor->stages[number];
  int channels = program->buffers[number].channels;

  if ((has_weights (stage) && !pack_conv (program, stage, packed))
      || (stage->kind == ACU_STAGE_BICUBIC && !pack_bicubic (program, stage, packed)))
    g_atomic_int_set (&packing->failed, TRUE);
  if (stage->kind == ACU_STAGE_GLOBAL_POOL)
    {
      packed->row_sums_rows = POOL_ROWS;
      packed->sums = acu_try_alloc0 (channels, sizeof (double));
      packed->row_sums = acu_try_alloc (channels, POOL_ROWS * sizeof (double));
      if (!packed->sums || !packed->row_sums)
        g_atomic_int_set (&packing->failed, TRUE);
    }
}

gboolean
acu_cpu_pack (AcuExecutor *executor, GError **error)
{
  Packing packing = { executor };

  executor->stages = acu_try_alloc0 (executor->program->n_stages, sizeof *executor->stages);
  if (executor->stages)
    acu_pool_run ((int) executor->program->n_stages, executor->threads, pack_stage, &packing);
  if (executor->stages && !packing.failed)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

void
acu_cpu_unpack (AcuExecutor *executor)
{
  for (guint i = 0; i < executor->program->n_stages; i++)
    {
      AcuCpuStage *packed = &executor->stages[i];

      acu_free (packed->phase);
      acu_free (packed->pointwise);
      acu_free (packed->memory);
      acu_free (packed->taps);
      acu_free (packed->first);
      acu_free (packed->sums);
      acu_free (packed->row_sums);
    }
  acu_free (executor->stages);
  executor->stages = NULL;
}
