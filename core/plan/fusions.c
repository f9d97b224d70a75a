/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Runs of layers that are one stage.
 *
 * Gates: a convolution v, added to something and multiplied by its own sigmoid, (v * a + x * b) * (sigmoid (v) * c + d): the
 * parameter-free attention of SPAN (Wan et al. 2024). Five layers are one stage.
 *
 * Repeats: a pixel shuffle to which the picture, every pixel repeated, is added: the end of SRVGG.
 *
 * Enlargements: the same with the picture bicubically enlarged. */
#include "plan_private.h"

/* Whether all of a layer's numbers are one; NULL stands for zeros. */
static gboolean
uniform (GBytes *numbers, float *value)
{
  gsize bytes = 0;
  const float *v = numbers ? g_bytes_get_data (numbers, &bytes) : NULL;

  *value = v ? v[0] : 0;
  for (gsize c = 1; c < bytes / sizeof (float); c++)
    if (v[c] != *value)
      return FALSE;
  return TRUE;
}

/* Follows `at` up to the layer whose sigmoid it is. */
static gboolean
read_sigmoid (const AcuNet *net, const guint *readers, guint at, AcuGate *gate)
{
  const AcuLayer *layer = acu_net_layer (net, at);

  gate->gate[0] = 1;
  gate->gate[1] = 0;
  gate->swallowed[0] = gate->swallowed[1] = at;
  if (layer->kind == ACU_LAYER_AFFINE)
    {
      if (readers[at] != 1 || !uniform (layer->weights, &gate->gate[0])
          || !uniform (layer->bias, &gate->gate[1]))
        return FALSE;
      at = layer->inputs[0];
      layer = acu_net_layer (net, at);
      gate->swallowed[1] = at;
    }
  if (layer->kind != ACU_LAYER_SIGMOID || readers[at] != 1)
    return FALSE;
  gate->convolution = layer->inputs[0];
  return TRUE;
}

static gboolean
read_sum (const AcuNet *net, const guint *readers, guint at, AcuGate *gate)
{
  const AcuLayer *layer = acu_net_layer (net, at);
  int k;

  if (layer->kind != ACU_LAYER_ADD || readers[at] != 1 || layer->inputs[0] == layer->inputs[1])
    return FALSE;
  k = layer->inputs[0] == gate->convolution ? 0 : 1;
  if (layer->inputs[k] != gate->convolution)
    return FALSE;
  gate->other = layer->inputs[1 - k];
  gate->scale[0] = layer->scale[k];
  gate->scale[1] = layer->scale[1 - k];
  gate->swallowed[2] = at;
  /* What is added has to be there before the convolution runs. */
  return gate->other < gate->convolution;
}

gboolean
acu_plan_find_gate (const AcuNet *net, const guint *readers, guint mul, AcuGate *gate)
{
  const AcuLayer *layer = acu_net_layer (net, mul);

  if (layer->kind != ACU_LAYER_MUL)
    return FALSE;
  for (int k = 0; k < 2; k++)
    if (read_sigmoid (net, readers, layer->inputs[k], gate) && read_sum (net, readers, layer->inputs[1 - k], gate)
        && acu_net_layer (net, gate->convolution)->kind == ACU_LAYER_CONV2D && readers[gate->convolution] == 2)
      return TRUE;
  return FALSE;
}

gboolean
acu_plan_find_repeat (const AcuNet *net, const guint *readers, guint add, AcuRepeat *repeat)
{
  const AcuLayer *sum = acu_net_layer (net, add);

  if (sum->kind != ACU_LAYER_ADD || sum->scale[0] != 1 || sum->scale[1] != 1)
    return FALSE;
  for (int k = 0; k < 2; k++)
    {
      guint shuffle = sum->inputs[k], nearest = sum->inputs[1 - k];
      const AcuLayer *a = acu_net_layer (net, shuffle), *b = acu_net_layer (net, nearest);

      if (a->kind == ACU_LAYER_PIXEL_SHUFFLE && b->kind == ACU_LAYER_NEAREST && a->factor == b->factor && readers[shuffle] == 1
          && readers[nearest] == 1 && b->inputs[0] < shuffle)
        {
          *repeat = (AcuRepeat) { shuffle, nearest, b->inputs[0] };
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
acu_plan_find_enlargement (const AcuNet *net, const guint *readers, guint add, AcuEnlargement *enlargement)
{
  const AcuLayer *sum = acu_net_layer (net, add);

  if (sum->kind != ACU_LAYER_ADD || sum->scale[0] != 1 || sum->scale[1] != 1)
    return FALSE;
  for (int k = 0; k < 2; k++)
    {
      guint bicubic = sum->inputs[k], shuffle = sum->inputs[1 - k];

      if (acu_net_layer (net, bicubic)->kind == ACU_LAYER_BICUBIC && acu_net_layer (net, shuffle)->kind == ACU_LAYER_PIXEL_SHUFFLE
          && readers[bicubic] == 1 && readers[shuffle] == 1)
        {
          *enlargement = (AcuEnlargement) { bicubic, shuffle };
          return TRUE;
        }
    }
  return FALSE;
}
