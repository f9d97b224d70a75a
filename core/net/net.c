/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "net.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const kind_names[] = {
  "input", "conv2d", "deconv2d", "depthwise", "slope", "sigmoid", "swish", "add", "mul", "affine", "concat", "append", "crop",
  "pad", "nearest", "bicubic", "pixel_shuffle", "global_pool", "stencil", "noise"
};

static void
layer_free (gpointer data)
{
  AcuLayer *layer = data;

  g_free (layer->name);
  g_clear_pointer (&layer->weights, g_bytes_unref);
  g_clear_pointer (&layer->bias, g_bytes_unref);
  g_clear_pointer (&layer->cells, g_bytes_unref);
  g_free (layer);
}

AcuNet *
acu_net_new (const char *name)
{
  AcuNet *net = g_new0 (AcuNet, 1);

  net->name = g_strdup (name);
  net->layers = g_ptr_array_new_with_free_func (layer_free);
  net->scale = 1;
  net->references = 1;
  return net;
}

AcuNet *
acu_net_ref (AcuNet *net)
{
  g_atomic_int_inc (&net->references);
  return net;
}

void
acu_net_unref (AcuNet *net)
{
  if (!net || !g_atomic_int_dec_and_test (&net->references))
    return;
  g_free (net->name);
  g_free (net->architecture);
  g_ptr_array_unref (net->layers);
  g_free (net);
}

const AcuLayer *
acu_net_layer (const AcuNet *net, guint index)
{
  return g_ptr_array_index (net->layers, index);
}

AcuLayer *
acu_net_add (AcuNet *net, AcuLayerKind kind, const char *name, const guint *inputs, guint n_inputs, guint *index)
{
  AcuLayer *layer;

  if (n_inputs > ACU_LAYER_MAX_INPUTS || (n_inputs == 0) != (kind == ACU_LAYER_INPUT))
    return NULL;
  for (guint i = 0; i < n_inputs; i++)
    if (inputs[i] >= net->layers->len)
      return NULL;

  layer = g_new0 (AcuLayer, 1);
  layer->kind = kind;
  layer->name = g_strdup (name);
  layer->n_inputs = n_inputs;
  for (guint i = 0; i < n_inputs; i++)
    layer->inputs[i] = inputs[i];
  layer->kernel_width = layer->kernel_height = layer->stride = layer->factor = layer->align = 1;
  layer->ratio = 1;
  layer->cubic = -0.75;
  layer->scale[0] = layer->scale[1] = 1;
  layer->channels = n_inputs ? acu_net_layer (net, inputs[0])->channels : 0;
  if (index)
    *index = net->layers->len;
  g_ptr_array_add (net->layers, layer);
  return layer;
}

const char *
acu_layer_kind_name (AcuLayerKind kind)
{
  return kind_names[kind];
}

gboolean
acu_layer_is_activation (const AcuLayer *layer)
{
  return layer->kind == ACU_LAYER_SLOPE || layer->kind == ACU_LAYER_SIGMOID || layer->kind == ACU_LAYER_SWISH;
}

AcuLayer *
acu_net_add_like (AcuNet *net, const AcuLayer *layer, const guint *inputs, guint *index)
{
  AcuLayer *copy = acu_net_add (net, layer->kind, NULL, inputs, layer->n_inputs, index);

  if (!copy)
    return NULL;
  *copy = *layer;
  for (guint k = 0; k < layer->n_inputs; k++)
    copy->inputs[k] = inputs[k];
  copy->name = g_strdup (layer->name);
  if (layer->weights)
    g_bytes_ref (layer->weights);
  if (layer->bias)
    g_bytes_ref (layer->bias);
  if (layer->cells)
    g_bytes_ref (layer->cells);
  return copy;
}

gboolean
acu_net_append (AcuNet *net, const AcuNet *other, guint picture, const char *suffix)
{
  guint shift = net->layers->len - 1;

  for (guint i = 1; i < other->layers->len; i++)
    {
      const AcuLayer *source = acu_net_layer (other, i);
      guint inputs[ACU_LAYER_MAX_INPUTS];
      AcuLayer *layer;
      char *name;

      for (guint k = 0; k < source->n_inputs; k++)
        inputs[k] = source->inputs[k] == 0 ? picture : source->inputs[k] + shift;
      if (!(layer = acu_net_add_like (net, source, inputs, NULL)))
        return FALSE;
      name = g_strconcat (source->name, suffix, NULL);
      g_free (layer->name);
      layer->name = name;
    }
  return TRUE;
}

AcuNet *
acu_net_up_to (const AcuNet *net, guint last)
{
  g_autofree gboolean *wanted = g_new0 (gboolean, last + 1);
  g_autofree guint *places = g_new0 (guint, last + 1);
  AcuNet *part = acu_net_new (net->name);

  part->architecture = g_strdup (net->architecture);
  wanted[0] = wanted[last] = TRUE;
  for (guint i = last + 1; i-- > 0;)
    for (guint k = 0; wanted[i] && k < acu_net_layer (net, i)->n_inputs; k++)
      wanted[acu_net_layer (net, i)->inputs[k]] = TRUE;
  for (guint i = 0; i <= last; i++)
    {
      const AcuLayer *source = acu_net_layer (net, i);
      guint inputs[ACU_LAYER_MAX_INPUTS] = { 0 };

      if (!wanted[i])
        continue;
      for (guint k = 0; k < source->n_inputs; k++)
        inputs[k] = places[source->inputs[k]];
      acu_net_add_like (part, source, inputs, &places[i]);
    }
  return part;
}

/* Of the layers from `first` on, which see a picture that is so many times as large in their pass. */
static void
spread_noise (AcuNet *net, guint first, int pass, int times)
{
  for (guint i = first; i < net->layers->len; i++)
    {
      AcuLayer *layer = g_ptr_array_index (net->layers, i);

      if (layer->kind != ACU_LAYER_NOISE)
        continue;
      layer->step += (guint32) pass * ACU_NET_STEPS;
      layer->factor *= times;
      layer->left *= times;
      layer->top *= times;
    }
}

gboolean
acu_net_is_random (const AcuNet *net)
{
  for (guint i = 0; i < net->layers->len; i++)
    if (acu_net_layer (net, i)->kind == ACU_LAYER_NOISE)
      return TRUE;
  return FALSE;
}

AcuNet *
acu_net_seeded (const AcuNet *net, guint32 seed, int left, int top)
{
  AcuNet *seeded = acu_net_new (net->name);

  seeded->architecture = g_strdup (net->architecture);
  seeded->scale = net->scale;
  seeded->marks = net->marks;
  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *source = acu_net_layer (net, i);
      AcuLayer *layer = acu_net_add_like (seeded, source, source->inputs, NULL);

      if (source->kind != ACU_LAYER_NOISE)
        continue;
      layer->seed = seed;
      layer->left = left * source->factor;
      layer->top = top * source->factor;
    }
  return seeded;
}

AcuNet *
acu_net_repeat (const AcuNet *net, int times, GError **error)
{
  AcuNet *repeated = acu_net_new (net->name);

  repeated->architecture = g_strdup (net->architecture);
  acu_net_add_like (repeated, acu_net_layer (net, 0), NULL, NULL);
  for (int pass = 0; pass < times; pass++)
    {
      g_autofree char *suffix = pass ? g_strdup_printf (" (pass %d)", pass + 1) : g_strdup ("");

      /* In later passes, the result of the pass before stands for the picture. */
      if (!acu_net_append (repeated, net, repeated->layers->len - 1, suffix))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: this network cannot be applied more than once."), net->name);
          acu_net_unref (repeated);
          return NULL;
        }
      spread_noise (repeated, repeated->layers->len - (net->layers->len - 1), pass, repeated->scale);
      repeated->scale *= net->scale;
    }
  return repeated;
}

static void
print_parameters (GString *text, const AcuLayer *layer)
{
  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DECONV2D:
    case ACU_LAYER_DEPTHWISE:
      g_string_append_printf (text, " %dx%d", layer->kernel_width, layer->kernel_height);
      if (layer->stride > 1)
        g_string_append_printf (text, " stride %d", layer->stride);
      if (layer->left || layer->top || layer->right || layer->bottom)
        g_string_append_printf (text, " pad %d,%d,%d,%d", layer->left, layer->top, layer->right, layer->bottom);
      break;
    case ACU_LAYER_CROP:
      if (layer->n_inputs == 2)
        g_string_append_printf (text, " from %d,%d", layer->left, layer->top);
      else
        g_string_append_printf (text, " %d,%d,%d,%d", layer->left, layer->top, layer->right, layer->bottom);
      break;
    case ACU_LAYER_PAD:
      g_string_append_printf (text, " %s %d,%d,%d,%d align %d",
                              layer->border == ACU_BORDER_REFLECT ? "reflect" : "replicate",
                              layer->left, layer->top, layer->right, layer->bottom, layer->align);
      break;
    case ACU_LAYER_ADD:
      if (layer->scale[0] != 1 || layer->scale[1] != 1)
        g_string_append_printf (text, " × %g, %g", layer->scale[0], layer->scale[1]);
      break;
    case ACU_LAYER_NEAREST:
    case ACU_LAYER_PIXEL_SHUFFLE:
      g_string_append_printf (text, " %d", layer->factor);
      break;
    case ACU_LAYER_BICUBIC:
      g_string_append_printf (text, " %g", layer->ratio);
      break;
    default:
      break;
    }
}

char *
acu_net_print (const AcuNet *net, int width, int height, GError **error)
{
  g_autofree AcuShape *shapes = g_try_new (AcuShape, net->layers->len);
  GString *text;

  if (!shapes)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("%s: there is not enough memory."), net->name);
      return NULL;
    }
  if (!acu_net_infer (net, width, height, shapes, error))
    return NULL;

  text = g_string_new (NULL);
  g_string_append_printf (text, "%s: %s, scale %d, %u layers\n", net->name,
                          net->architecture ? net->architecture : "?", net->scale, net->layers->len);
  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);

      g_string_append_printf (text, "%5u %-13s", i, kind_names[layer->kind]);
      for (guint k = 0; k < layer->n_inputs; k++)
        g_string_append_printf (text, "%s%u", k ? "," : " ", layer->inputs[k]);
      print_parameters (text, layer);
      g_string_append_printf (text, " -> %d × %d × %d  %s\n", shapes[i].channels, shapes[i].height, shapes[i].width,
                              layer->name);
    }
  return g_string_free (text, FALSE);
}
