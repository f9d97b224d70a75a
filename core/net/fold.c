/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A transposed convolution of few channels, which wastes most of a vector on each of them, becomes a convolution that makes all pixels of a window of
 * stride × stride at once, as channels, and a pixel shuffle (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"). */
#include "net.h"

#include <string.h>

/* More are no waste. */
#define FEW_CHANNELS 8
#define MOST_STRIDE 4

/* Along one side: result pixel stride · c + phase reads, with tap t, input pixel c + offset (phase, t). */
typedef struct Side
{
  int kernel, stride, before, after;    /* of the transposed convolution: its window, and what is cut from its result */
  int taps, pad_before, pad_after;      /* of the other one */
} Side;

/* Whether the tap counts for the phase, and the offset. */
static gboolean
find_offset (const Side *side, int phase, int tap, int *offset)
{
  int distance = phase + side->before - tap;

  *offset = distance / side->stride;
  return distance % side->stride == 0;
}

static gboolean
fit (Side *side)
{
  int least = G_MAXINT, most = G_MININT, beyond = side->kernel - side->before - side->after;

  for (int phase = 0; phase < side->stride; phase++)
    for (int tap = 0, offset; tap < side->kernel; tap++)
      if (find_offset (side, phase, tap, &offset))
        {
          least = MIN (least, offset);
          most = MAX (most, offset);
        }
  if (least > most || beyond % side->stride != 0)
    return FALSE;
  side->taps = most - least + 1;
  side->pad_before = -least;
  side->pad_after = beyond / side->stride - 2 + side->taps - side->pad_before;
  return side->pad_before >= 0 && side->pad_after >= 0;
}

static gboolean
folds (const AcuLayer *layer, Side *across, Side *down)
{
  if (layer->kind != ACU_LAYER_DECONV2D || layer->channels > FEW_CHANNELS || layer->stride < 2 || layer->stride > MOST_STRIDE)
    return FALSE;
  *across = (Side) { layer->kernel_width, layer->stride, layer->left, layer->right };
  *down = (Side) { layer->kernel_height, layer->stride, layer->top, layer->bottom };
  return fit (across) && fit (down);
}

/* From [out][in][height][width] to [out · stride²][in][taps][taps]. */
static GBytes *
fold_weights (const AcuLayer *layer, const Side *across, const Side *down)
{
  const gsize number = layer->half ? 2 : sizeof (float), window = (gsize) layer->kernel_width * layer->kernel_height, folded = (gsize) across->taps * down->taps;
  const char *from = g_bytes_get_data (layer->weights, NULL);
  const int stride = layer->stride, phases = stride * stride;
  const gsize pairs = g_bytes_get_size (layer->weights) / number / window, in = pairs / layer->channels;
  char *to = g_try_malloc0_n (pairs * phases * folded, number);

  for (gsize pair = 0; to && pair < pairs; pair++)
    for (int phase = 0; phase < phases; phase++)
      for (int y = 0; y < layer->kernel_height; y++)
        for (int x = 0; x < layer->kernel_width; x++)
          {
            const gsize out = pair / in * phases + phase;
            int row, column;

            if (find_offset (down, phase / stride, y, &row) && find_offset (across, phase % stride, x, &column))
              memcpy (to + ((out * in + pair % in) * folded + (gsize) (row + down->pad_before) * across->taps + column + across->pad_before) * number,
                      from + (pair * window + (gsize) y * layer->kernel_width + x) * number, number);
          }
  return to ? g_bytes_new_take (to, pairs * phases * folded * number) : NULL;
}

static GBytes *
repeat_bias (GBytes *bias, int channels, int times)
{
  const float *from = g_bytes_get_data (bias, NULL);
  float *to = g_new (float, (gsize) channels * times);

  for (int i = 0; i < channels * times; i++)
    to[i] = from[i / times];
  return g_bytes_new_take (to, (gsize) channels * times * sizeof (float));
}

/* FALSE without memory. */
static gboolean
add_folded (AcuNet *net, const AcuLayer *layer, guint at, const Side *across, const Side *down, guint *index)
{
  GBytes *weights = fold_weights (layer, across, down);
  const int phases = layer->stride * layer->stride;
  AcuLayer *conv = weights ? acu_net_add (net, ACU_LAYER_CONV2D, layer->name, &at, 1, &at) : NULL, *shuffle;

  if (!conv)
    return FALSE;
  conv->channels = layer->channels * phases;
  conv->kernel_width = across->taps;
  conv->kernel_height = down->taps;
  conv->stride = 1;
  conv->left = across->pad_before;
  conv->right = across->pad_after;
  conv->top = down->pad_before;
  conv->bottom = down->pad_after;
  conv->weights = weights;
  conv->half = layer->half;
  conv->bias = layer->bias ? repeat_bias (layer->bias, layer->channels, phases) : NULL;
  shuffle = acu_net_add (net, ACU_LAYER_PIXEL_SHUFFLE, layer->name, &at, 1, index);
  shuffle->channels = layer->channels;
  shuffle->factor = layer->stride;
  return TRUE;
}

AcuNet *
acu_net_fold (AcuNet *net)
{
  g_autofree guint *places = g_new0 (guint, net->layers->len);
  AcuNet *folded = acu_net_new (net->name);
  gboolean any = FALSE, done = TRUE;

  folded->architecture = g_strdup (net->architecture);
  folded->scale = net->scale;
  folded->marks = net->marks;
  for (guint i = 0; done && i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);
      guint inputs[ACU_LAYER_MAX_INPUTS] = { 0 };
      Side across, down;

      for (guint k = 0; k < layer->n_inputs; k++)
        inputs[k] = places[layer->inputs[k]];
      if (folds (layer, &across, &down))
        done = any = add_folded (folded, layer, inputs[0], &across, &down, &places[i]);
      else
        done = acu_net_add_like (folded, layer, inputs, &places[i]) != NULL;
    }
  if (!any || !done)
    {
      acu_net_unref (folded);
      return net;
    }
  acu_net_unref (net);
  return folded;
}
