/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Layers that move numbers: each result pixel is a source pixel, and its gradient goes back to where it came from. */
#include "../tape.h"

static const AcuLayer *
layer_of (const AcuTape *tape, guint i)
{
  return g_ptr_array_index (tape->net->net->layers, i);
}

static void
concat_forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = layer_of (tape, i);
  const AcuMap *out = &tape->maps[i];
  int first = 0;

  for (guint k = 0; k < layer->n_inputs; first += tape->maps[layer->inputs[k]].channels, k++)
    {
      const AcuMap *in = &tape->maps[layer->inputs[k]];

      for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++)
          memcpy (acu_map_row (out, y) + (gsize) x * out->stored + first, acu_map_row (in, y) + (gsize) x * in->stored,
                  in->channels * sizeof (float));
    }
}

static void
concat_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuLayer *layer = layer_of (tape, i);
  const AcuMap *from = &tape->gradients[i];
  int first = 0;

  for (guint k = 0; k < layer->n_inputs; first += tape->maps[layer->inputs[k]].channels, k++)
    {
      gboolean add;
      const AcuMap *to = acu_tape_gradient (tape, i, k, &add);

      for (int y = 0; to && y < to->height; y++)
        for (int x = 0; x < to->width; x++)
          {
            float *t = acu_map_row (to, y) + (gsize) x * to->stored;
            const float *g = acu_map_row (from, y) + (gsize) x * from->stored + first;

            for (int c = 0; c < to->channels; c++)
              t[c] = (add ? t[c] : 0) + g[c];
          }
    }
}

/* Where channel c of result pixel (x, y) comes from. */
typedef struct Source
{
  int x, y, channel;
} Source;

static inline Source
source_of (const AcuLayer *layer, int x, int y, int c)
{
  int f = layer->factor;

  if (layer->kind == ACU_LAYER_CROP)
    return (Source) { x + layer->left, y + layer->top, c };
  if (layer->kind == ACU_LAYER_NEAREST)
    return (Source) { x / f, y / f, c };
  return (Source) { x / f, y / f, (c * f + y % f) * f + x % f };
}

static void
move_forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = layer_of (tape, i);
  const AcuMap *out = &tape->maps[i], *in = &tape->maps[layer->inputs[0]];

  for (int y = 0; y < out->height; y++)
    for (int x = 0; x < out->width; x++)
      for (int c = 0; c < out->channels; c++)
        {
          Source s = source_of (layer, x, y, c);

          acu_map_row (out, y)[(gsize) x * out->stored + c] = acu_map_row (in, s.y)[(gsize) s.x * in->stored + s.channel];
        }
}

static void
move_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuLayer *layer = layer_of (tape, i);
  const AcuMap *from = &tape->gradients[i];
  gboolean add;
  const AcuMap *to = acu_tape_gradient (tape, i, 0, &add);

  if (!to)
    return;
  if (!add)
    acu_map_clear (to);
  for (int y = 0; y < from->height; y++)
    for (int x = 0; x < from->width; x++)
      for (int c = 0; c < from->channels; c++)
        {
          Source s = source_of (layer, x, y, c);

          acu_map_row (to, s.y)[(gsize) s.x * to->stored + s.channel] += acu_map_row (from, y)[(gsize) x * from->stored + c];
        }
}

const AcuLayerOperations acu_operations_concat = { concat_forward, concat_backward };
const AcuLayerOperations acu_operations_crop = { move_forward, move_backward };
const AcuLayerOperations acu_operations_nearest = { move_forward, move_backward };
const AcuLayerOperations acu_operations_pixel_shuffle = { move_forward, move_backward };
