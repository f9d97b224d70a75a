/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sums, products and affine maps. Maps that meet here may keep different numbers of channels a pixel. */
#include "../tape.h"

static const AcuLayer *
layer_of (const AcuTape *tape, guint i)
{
  return g_ptr_array_index (tape->net->net->layers, i);
}

/* to = scale * from, or to += scale * from. */
static void
add_scaled (const AcuMap *to, const AcuMap *from, float scale, gboolean add)
{
  for (int y = 0; y < to->height; y++)
    {
      float *t = acu_map_row (to, y);
      const float *f = acu_map_row (from, y);
      int runs = to->stored == from->stored ? 1 : to->width, n = to->stored == from->stored ? to->width * to->stored : to->channels;

      for (int run = 0; run < runs; run++, t += to->stored, f += from->stored)
        for (int c = 0; c < n; c++)
          t[c] = add ? t[c] + scale * f[c] : scale * f[c];
    }
}

static void
add_forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = layer_of (tape, i);

  for (guint k = 0; k < 2; k++)
    add_scaled (&tape->maps[i], &tape->maps[layer->inputs[k]], layer->scale[k], k > 0);
}

static void
add_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuLayer *layer = layer_of (tape, i);

  for (guint k = 0; k < 2; k++)
    {
      gboolean add;
      const AcuMap *to = acu_tape_gradient (tape, i, k, &add);

      if (to)
        add_scaled (to, &tape->gradients[i], layer->scale[k], add);
    }
}

/* Pixel (x, y) of a factor, which may be one for the whole map. */
static const float *
factor_at (const AcuMap *map, int x, int y)
{
  return acu_map_row (map, map->height == 1 ? 0 : y) + (map->width == 1 ? 0 : (gsize) x * map->stored);
}

static void
mul_forward (AcuTape *tape, guint i)
{
  const AcuMap *out = &tape->maps[i], *a = &tape->maps[layer_of (tape, i)->inputs[0]], *b = &tape->maps[layer_of (tape, i)->inputs[1]];

  for (int y = 0; y < out->height; y++)
    for (int x = 0; x < out->width; x++)
      {
        float *o = acu_map_row (out, y) + (gsize) x * out->stored;
        const float *p = acu_map_row (a, y) + (gsize) x * a->stored, *q = factor_at (b, x, y);

        for (int c = 0; c < out->channels; c++)
          o[c] = p[c] * q[c];
      }
}

static void
mul_backward (AcuTape *tape, guint i, float *sums)
{
  const AcuMap *from = &tape->gradients[i];

  for (guint k = 0; k < 2; k++)
    {
      gboolean add;
      const AcuMap *to = acu_tape_gradient (tape, i, k, &add), *other = &tape->maps[layer_of (tape, i)->inputs[1 - k]];

      if (!to)
        continue;
      if (!add)
        acu_map_clear (to);
      for (int y = 0; y < from->height; y++)
        for (int x = 0; x < from->width; x++)
          {
            float *t = (float *) factor_at (to, x, y);
            const float *g = acu_map_row (from, y) + (gsize) x * from->stored, *q = factor_at (other, x, y);

            for (int c = 0; c < from->channels; c++)
              t[c] += g[c] * q[c];
          }
    }
}

static void
affine_rows (const AcuMap *to, const AcuMap *from, const float *scale, const float *offset, gboolean add)
{
  for (int y = 0; y < to->height; y++)
    for (int x = 0; x < to->width; x++)
      {
        float *t = acu_map_row (to, y) + (gsize) x * to->stored;
        const float *f = acu_map_row (from, y) + (gsize) x * from->stored;

        for (int c = 0; c < to->channels; c++)
          t[c] = (add ? t[c] : 0) + f[c] * scale[c] + (offset ? offset[c] : 0);
      }
}

static void
affine_forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = layer_of (tape, i);

  affine_rows (&tape->maps[i], &tape->maps[layer->inputs[0]], g_bytes_get_data (layer->weights, NULL),
               g_bytes_get_data (layer->bias, NULL), FALSE);
}

static void
affine_backward (AcuTape *tape, guint i, float *sums)
{
  gboolean add;
  const AcuMap *to = acu_tape_gradient (tape, i, 0, &add);

  if (to)
    affine_rows (to, &tape->gradients[i], g_bytes_get_data (layer_of (tape, i)->weights, NULL), NULL, add);
}

const AcuLayerOperations acu_operations_add = { add_forward, add_backward };
const AcuLayerOperations acu_operations_mul = { mul_forward, mul_backward };
const AcuLayerOperations acu_operations_affine = { affine_forward, affine_backward };
