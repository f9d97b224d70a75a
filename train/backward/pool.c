/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The mean over all pixels. */
#include "../tape.h"

static void
forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);
  const AcuMap *out = &tape->maps[i], *in = &tape->maps[layer->inputs[0]];

  for (int c = 0; c < in->channels; c++)
    {
      double sum = 0;

      for (int y = 0; y < in->height; y++)
        for (int x = 0; x < in->width; x++)
          sum += acu_map_row (in, y)[(gsize) x * in->stored + c];
      out->pixels[c] = (float) (sum / ((double) in->width * in->height));
    }
}

static void
backward (AcuTape *tape, guint i, float *sums)
{
  const AcuMap *from = &tape->gradients[i];
  gboolean add;
  const AcuMap *to = acu_tape_gradient (tape, i, 0, &add);
  float share;

  if (!to)
    return;
  share = 1.0f / ((float) to->width * to->height);
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      for (int c = 0; c < to->channels; c++)
        {
          float *t = &acu_map_row (to, y)[(gsize) x * to->stored + c];

          *t = (add ? *t : 0) + from->pixels[c] * share;
        }
}

const AcuLayerOperations acu_operations_global_pool = { forward, backward };
