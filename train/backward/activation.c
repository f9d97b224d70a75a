/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PReLU and its relatives, sigmoid, swish. */
#include "../tape.h"

static const AcuMap *
input_of (const AcuTape *tape, guint i)
{
  const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);

  return &tape->maps[layer->inputs[0]];
}

static void
slope_forward (AcuTape *tape, guint i)
{
  const AcuMap *in = input_of (tape, i), *out = &tape->maps[i];

  for (int y = 0; y < out->height; y++)
    tape->net->kernels->slope (acu_map_row (out, y), acu_map_row (in, y), tape->net->layers[i].slopes, out->stored, out->width);
}

static void
slope_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuTrainLayer *layer = &tape->net->layers[i];
  const AcuMap *in = input_of (tape, i), *from = &tape->gradients[i], *to;
  gboolean add;
  float *mine = sums && layer->weight >= 0 ? sums + layer->sums : tape->scratch;

  if (!(to = acu_tape_gradient (tape, i, 0, &add)))
    return;
  for (int y = 0; y < to->height; y++)
    tape->net->kernels->slope_gradient (acu_map_row (to, y), mine, acu_map_row (from, y), acu_map_row (in, y), layer->slopes,
                                        to->stored, to->width, add);
}

static void
smooth_forward (AcuTape *tape, guint i, AcuActivation kind)
{
  const AcuMap *in = input_of (tape, i), *out = &tape->maps[i];

  for (int y = 0; y < out->height; y++)
    tape->net->kernels->activation (acu_map_row (out, y), acu_map_row (in, y), (gsize) out->width * out->stored, kind);
  /* Of channels that mean nothing the sigmoid would make halves. */
  for (int y = 0; y < out->height && out->stored > out->channels; y++)
    for (int x = 0; x < out->width; x++)
      memset (acu_map_row (out, y) + (gsize) x * out->stored + out->channels, 0, (out->stored - out->channels) * sizeof (float));
}

static void
sigmoid_forward (AcuTape *tape, guint i)
{
  smooth_forward (tape, i, ACU_ACTIVATION_SIGMOID);
}

static void
sigmoid_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuMap *out = &tape->maps[i], *from = &tape->gradients[i], *to;
  gboolean add;

  if (!(to = acu_tape_gradient (tape, i, 0, &add)))
    return;
  for (int y = 0; y < to->height; y++)
    {
      float *t = acu_map_row (to, y);
      const float *s = acu_map_row (out, y), *g = acu_map_row (from, y);

      for (int x = 0; x < to->width * to->stored; x++)
        t[x] = (add ? t[x] : 0) + g[x] * s[x] * (1 - s[x]);
    }
}

static void
swish_forward (AcuTape *tape, guint i)
{
  smooth_forward (tape, i, ACU_ACTIVATION_SWISH);
}

/* (v s)' = s + v s (1 - s), s being the sigmoid of v. */
static void
swish_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuMap *in = input_of (tape, i), *from = &tape->gradients[i], *to;
  gboolean add;
  g_autofree float *sigmoid = NULL;

  if (!(to = acu_tape_gradient (tape, i, 0, &add)))
    return;
  sigmoid = g_new (float, (gsize) to->width * to->stored);
  for (int y = 0; y < to->height; y++)
    {
      float *t = acu_map_row (to, y);
      const float *v = acu_map_row (in, y), *g = acu_map_row (from, y);

      tape->net->kernels->activation (sigmoid, v, (gsize) to->width * to->stored, ACU_ACTIVATION_SIGMOID);
      for (int x = 0; x < to->width * to->stored; x++)
        t[x] = (add ? t[x] : 0) + g[x] * (sigmoid[x] + v[x] * sigmoid[x] * (1 - sigmoid[x]));
    }
}

const AcuLayerOperations acu_operations_slope = { slope_forward, slope_backward };
const AcuLayerOperations acu_operations_sigmoid = { sigmoid_forward, sigmoid_backward };
const AcuLayerOperations acu_operations_swish = { swish_forward, swish_backward };
