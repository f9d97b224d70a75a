/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions and transposed convolutions: each is the other's way back. */
#include "../tape.h"
#include "../train_conv.h"

static const AcuLayer *
layer_of (const AcuTape *tape, guint i)
{
  return g_ptr_array_index (tape->net->net->layers, i);
}

static void
forward (AcuTape *tape, guint i)
{
  const AcuTrainConv *conv = tape->net->layers[i].conv;
  const AcuMap *in = &tape->maps[layer_of (tape, i)->inputs[0]], *out = &tape->maps[i];

  if (conv->transposed)
    acu_train_conv_scatter (conv, tape->net->kernels, in, out, TRUE, FALSE, tape->scratch);
  else
    acu_train_conv_gather (conv, tape->net->kernels, in, out, TRUE, FALSE, tape->scratch);
}

static void
add_bias (const AcuMap *gradient, float *sums)
{
  for (int y = 0; y < gradient->height; y++)
    {
      const float *row = acu_map_row (gradient, y);

      for (int x = 0; x < gradient->width; x++, row += gradient->stored)
        for (int c = 0; c < gradient->stored; c++)
          sums[c] += row[c];
    }
}

static void
backward (AcuTape *tape, guint i, float *sums)
{
  const AcuTrainLayer *layer = &tape->net->layers[i];
  const AcuTrainConv *conv = layer->conv;
  const AcuMap *in = &tape->maps[layer_of (tape, i)->inputs[0]], *out = &tape->gradients[i], *to;
  gboolean add;

  if (sums && layer->weight >= 0)
    {
      if (conv->transposed)
        acu_train_conv_add_weights (conv, tape->net->kernels, out, in, sums + layer->sums, tape->scratch);
      else
        acu_train_conv_add_weights (conv, tape->net->kernels, in, out, sums + layer->sums, tape->scratch);
    }
  if (sums && layer->bias >= 0)
    add_bias (out, sums + layer->sums + acu_train_conv_sums (conv));
  if (!(to = acu_tape_gradient (tape, i, 0, &add)))
    return;
  if (conv->transposed)
    acu_train_conv_gather (conv, tape->net->kernels, out, to, FALSE, add, tape->scratch);
  else
    acu_train_conv_scatter (conv, tape->net->kernels, out, to, FALSE, add, tape->scratch);
}

const AcuLayerOperations acu_operations_conv2d = { forward, backward };
