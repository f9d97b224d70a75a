/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The bicubic enlargement inside of nets, with the engine's weights. */
#include "../tape.h"

#include "cpu.h"

#define TAPS 4

/* weights[at * TAPS + k] belongs to source position first[at] + k; k < *taps. */
static void
make_axis (const AcuLayer *layer, int in, int out, int *first, float *weights, int *taps)
{
  *taps = MIN (TAPS, in);
  for (int at = 0; at < out; at++)
    first[at] = acu_bicubic_taps (layer->cubic, at, in, out, *taps, weights + (gsize) at * TAPS);
}

typedef struct Axes
{
  int *first_x, *first_y, taps_x, taps_y;
  float *weights_x, *weights_y;
} Axes;

static Axes
make_axes (const AcuLayer *layer, const AcuMap *in, const AcuMap *out)
{
  Axes axes = { g_new (int, out->width), g_new (int, out->height), 0, 0, g_new (float, (gsize) out->width * TAPS),
                g_new (float, (gsize) out->height * TAPS) };

  make_axis (layer, in->width, out->width, axes.first_x, axes.weights_x, &axes.taps_x);
  make_axis (layer, in->height, out->height, axes.first_y, axes.weights_y, &axes.taps_y);
  return axes;
}

static void
free_axes (Axes *axes)
{
  g_free (axes->first_x);
  g_free (axes->first_y);
  g_free (axes->weights_x);
  g_free (axes->weights_y);
}

static void
forward (AcuTape *tape, guint i)
{
  const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);
  const AcuMap *out = &tape->maps[i], *in = &tape->maps[layer->inputs[0]];
  Axes axes = make_axes (layer, in, out);

  for (int y = 0; y < out->height; y++)
    for (int x = 0; x < out->width; x++)
      for (int c = 0; c < out->channels; c++)
        {
          float sum = 0;

          for (int ky = 0; ky < axes.taps_y; ky++)
            {
              const float *row = acu_map_row (in, axes.first_y[y] + ky) + (gsize) axes.first_x[x] * in->stored + c;
              float across = 0;

              for (int kx = 0; kx < axes.taps_x; kx++)
                across += axes.weights_x[(gsize) x * TAPS + kx] * row[(gsize) kx * in->stored];
              sum += axes.weights_y[(gsize) y * TAPS + ky] * across;
            }
          acu_map_row (out, y)[(gsize) x * out->stored + c] = sum;
        }
  free_axes (&axes);
}

static void
backward (AcuTape *tape, guint i, float *sums)
{
  const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);
  const AcuMap *from = &tape->gradients[i];
  gboolean add;
  const AcuMap *to = acu_tape_gradient (tape, i, 0, &add);
  Axes axes;

  if (!to)
    return;
  if (!add)
    acu_map_clear (to);
  axes = make_axes (layer, to, from);
  for (int y = 0; y < from->height; y++)
    for (int x = 0; x < from->width; x++)
      for (int c = 0; c < from->channels; c++)
        {
          float g = acu_map_row (from, y)[(gsize) x * from->stored + c];

          for (int ky = 0; ky < axes.taps_y; ky++)
            for (int kx = 0; kx < axes.taps_x; kx++)
              acu_map_row (to, axes.first_y[y] + ky)[(gsize) (axes.first_x[x] + kx) * to->stored + c]
                += g * axes.weights_y[(gsize) y * TAPS + ky] * axes.weights_x[(gsize) x * TAPS + kx];
        }
  free_axes (&axes);
}

const AcuLayerOperations acu_operations_bicubic = { forward, backward };
