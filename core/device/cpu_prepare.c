/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"

#include <acuity/size.h>
#include <math.h>
#include <string.h>

#define POOL_ROWS 64

G_STATIC_ASSERT (ACU_STAGE_FEW_CHANNELS == ACU_CONV2D_FEW);

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
weights_floats (const AcuStage *stage, const AcuConv2d *conv)
{
  return stage->algorithm == ACU_ALGORITHM_CONV2D_FEW ? (acu_conv2d_few_floats (conv) + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP * ACU_CONV2D_GROUP
                                                      : acu_conv2d_packed_floats (conv);
}

static guint64
phase_floats (const AcuStage *stage, const AcuConv2d *conv)
{
  return weights_floats (stage, conv) + 2 * (guint64) acu_cpu_vector_floats (conv->out_channels);
}

static int
phases_along (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_DECONV2D ? stage->stride : 1;
}

guint64
acu_cpu_stage_packed_bytes (const AcuProgram *program, const AcuStage *stage)
{
  int n = phases_along (stage);
  guint64 floats = 0;

  if (acu_cpu_methods[stage->algorithm].bytes)
    return acu_cpu_methods[stage->algorithm].bytes (program, stage);
  if (stage->kind != ACU_STAGE_CONV2D && stage->kind != ACU_STAGE_DECONV2D)
    return 0;
  for (int phase = 0; phase < n * n; phase++)
    {
      AcuConv2d conv = phase_shape (program, stage, phase / n, phase % n);

      floats += phase_floats (stage, &conv);
    }
  return floats * sizeof (float);
}

guint64
acu_cpu_stage_bytes (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];

  switch (stage->kind)
    {
    case ACU_STAGE_GLOBAL_POOL:
      return (guint64) out->channels * sizeof (double) * (POOL_ROWS + 1);
    case ACU_STAGE_BICUBIC:
      return (guint64) out->width * (4 * sizeof (float) + sizeof (gint32));
    case ACU_STAGE_DECONV2D:
      return (guint64) stage->stride * stage->stride * MAX (sizeof (AcuConv2d), sizeof (AcuPointwise));
    default:
      return MAX (sizeof (AcuConv2d), sizeof (AcuPointwise));
    }
}

/* Picks the taps of one phase of a transposed convolution, turned round, so that they run with the input. */
static gboolean
pack_phase (float *packed, const AcuConv2d *conv, const AcuStage *stage, const float *weights, int py, int px)
{
  gsize kernels = g_bytes_get_size (stage->weights) / acu_map_element_bytes (stage->weights_element)
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
fill_phases (const AcuStage *stage, const AcuCpuStage *packed)
{
  float *at = packed->memory, *room;
  const float *numbers = acu_cpu_weights (stage, &room);
  int n = phases_along (stage);
  gboolean done = numbers != NULL;

  for (int i = 0; done && i < packed->phases; i++)
    {
      const AcuConv2d *conv = &packed->phase[i];
      int channels = conv->out_channels;
      float *bias = at + weights_floats (stage, conv);

      if (stage->algorithm == ACU_ALGORITHM_CONV2D_FEW)
        acu_conv2d_few_pack (at, conv, numbers);
      else if (stage->kind == ACU_STAGE_CONV2D)
        acu_conv2d_pack (at, conv, numbers);
      else
        done = pack_phase (at, conv, stage, numbers, i / n, i % n);
      acu_cpu_fill_vector (bias, stage->bias, channels);
      acu_cpu_fill_vector (bias + acu_cpu_vector_floats (channels), stage->slope, channels);
      at += phase_floats (stage, conv);
    }
  acu_free (room);
  return done;
}

static gboolean
prepare_phases (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  int n = phases_along (stage);
  const float *at = packed->memory;

  packed->phases = n * n;
  packed->phase = acu_try_alloc0 (packed->phases, sizeof *packed->phase);
  if (!packed->phase)
    return FALSE;
  for (int i = 0; i < packed->phases; i++)
    {
      AcuConv2d *conv = &packed->phase[i];

      *conv = phase_shape (program, stage, i / n, i % n);
      conv->weights = at;
      conv->bias = at + weights_floats (stage, conv);
      conv->slope = stage->slope ? conv->bias + acu_cpu_vector_floats (conv->out_channels) : NULL;
      at += phase_floats (stage, conv);
    }
  return packed->ready || fill_phases (stage, packed);
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
    packed->first[x] = acu_bicubic_taps (stage->cubic, x, in, out, packed->n_taps, packed->taps + (gsize) x * packed->n_taps);
  return TRUE;
}

int
acu_bicubic_taps (double cubic, int at, int in, int out, int n_taps, float *taps)
{
  const double a = cubic;
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

static gboolean
prepare_pool (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  int channels = program->buffers[stage->output].channels;

  packed->row_sums_rows = POOL_ROWS;
  packed->sums = acu_try_alloc0 (channels, sizeof (double));
  packed->row_sums = acu_try_alloc (channels, POOL_ROWS * sizeof (double));
  return packed->sums && packed->row_sums;
}

gboolean
acu_cpu_prepare_stage (const AcuProgram *program, const AcuStage *stage, AcuCpuStage *packed)
{
  if (acu_cpu_methods[stage->algorithm].pack)
    return acu_cpu_methods[stage->algorithm].pack (program, stage, packed);
  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
    case ACU_STAGE_DECONV2D:
      return prepare_phases (program, stage, packed);
    case ACU_STAGE_BICUBIC:
      return pack_bicubic (program, stage, packed);
    case ACU_STAGE_GLOBAL_POOL:
      return prepare_pool (program, stage, packed);
    default:
      return TRUE;
    }
}

void
acu_cpu_release_stage (AcuCpuStage *packed)
{
  acu_free (packed->phase);
  acu_free (packed->pointwise);
  acu_free (packed->taps);
  acu_free (packed->first);
  acu_free (packed->sums);
  acu_free (packed->row_sums);
}
