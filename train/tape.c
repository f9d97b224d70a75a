/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tape.h"

#include "train_conv.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>

static const AcuLayerOperations *
operations_of (const AcuLayer *layer)
{
  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DECONV2D: return &acu_operations_conv2d;
    case ACU_LAYER_SLOPE: return &acu_operations_slope;
    case ACU_LAYER_SIGMOID: return &acu_operations_sigmoid;
    case ACU_LAYER_SWISH: return &acu_operations_swish;
    case ACU_LAYER_ADD: return &acu_operations_add;
    case ACU_LAYER_MUL: return &acu_operations_mul;
    case ACU_LAYER_AFFINE: return &acu_operations_affine;
    case ACU_LAYER_CONCAT: return &acu_operations_concat;
    case ACU_LAYER_CROP: return &acu_operations_crop;
    case ACU_LAYER_NEAREST: return &acu_operations_nearest;
    case ACU_LAYER_BICUBIC: return &acu_operations_bicubic;
    case ACU_LAYER_PIXEL_SHUFFLE: return &acu_operations_pixel_shuffle;
    case ACU_LAYER_GLOBAL_POOL: return &acu_operations_global_pool;
    default: return NULL;
    }
}

/* Zeroed memory for a map of layer i's shape; *map gets it. */
static gboolean
allocate (AcuTape *tape, guint i, AcuMap *map)
{
  const AcuShape *shape = &tape->shapes[i];
  int border = tape->net->border;
  float *memory;

  map->channels = shape->channels;
  map->height = shape->height;
  map->width = shape->width;
  map->stored = tape->net->layers[i].stored;
  map->row_floats = ((gsize) map->width + 2 * border) * map->stored;
  memory = acu_try_alloc0 ((guint64) map->height + 2 * border, map->row_floats * sizeof (float));
  if (!memory)
    return FALSE;
  g_ptr_array_add (tape->memory, memory);
  map->pixels = memory + border * map->row_floats + (gsize) border * map->stored;
  return TRUE;
}

static gboolean
same_layout (const AcuMap *map, const AcuShape *shape, int stored)
{
  return map->width == shape->width && map->height == shape->height && map->stored == stored
         && map->channels == shape->channels;
}

/* Gradients in the order of going back: memory of those that have been used up serves again for maps of the same layout, whose
 * surroundings are still zeros. */
static gboolean
allocate_gradients (AcuTape *tape, gboolean learns, gboolean input_gradient)
{
  guint n = tape->net->n_layers;
  g_autofree gboolean *wanted = g_new0 (gboolean, n);
  g_autoptr (GArray) unused = g_array_new (FALSE, FALSE, sizeof (AcuMap));

  for (guint i = 0; i < n; i++)
    {
      const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);

      wanted[i] = layer->kind == ACU_LAYER_INPUT ? input_gradient : learns && tape->net->layers[i].learns;
      for (guint k = 0; k < layer->n_inputs; k++)
        wanted[i] |= wanted[layer->inputs[k]];
    }
  wanted[n - 1] = TRUE;
  for (guint i = n; i-- > 0;)
    {
      const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);

      if (i == n - 1 && !allocate (tape, i, &tape->gradients[i]))
        return FALSE;
      if (!tape->gradients[i].pixels)
        continue;
      for (guint k = 0; k < layer->n_inputs; k++)
        {
          guint input = layer->inputs[k];
          AcuMap *map = &tape->gradients[input];

          if (!wanted[input] || map->pixels)
            continue;
          for (guint u = 0; u < unused->len && !map->pixels; u++)
            if (same_layout (&g_array_index (unused, AcuMap, u), &tape->shapes[input], tape->net->layers[input].stored))
              {
                *map = g_array_index (unused, AcuMap, u);
                g_array_remove_index_fast (unused, u);
              }
          if (!map->pixels && !allocate (tape, input, map))
            return FALSE;
        }
      /* The picture's is what the caller wants, and the result's what the caller fills. */
      if (layer->kind != ACU_LAYER_INPUT && i != n - 1)
        g_array_append_val (unused, tape->gradients[i]);
    }
  return TRUE;
}

static gboolean
allocate_all (AcuTape *tape, gboolean learns, gboolean input_gradient)
{
  gsize scratch = 1;

  for (guint i = 0; i < tape->net->n_layers; i++)
    {
      const AcuTrainLayer *layer = &tape->net->layers[i];

      if (!allocate (tape, i, &tape->maps[i]))
        return FALSE;
      scratch = MAX (scratch, (gsize) layer->stored * sizeof (float));
      if (layer->conv)
        {
          const AcuLayer *read = g_ptr_array_index (tape->net->net->layers, i);
          const AcuShape *out = &tape->shapes[i], *in = &tape->shapes[read->inputs[0]];
          gsize bytes = acu_train_conv_scratch_bytes (layer->conv, MAX (out->width, in->width), MAX (out->height, in->height));

          scratch = MAX (scratch, bytes);
        }
    }
  tape->scratch = acu_try_alloc (scratch, 1);
  return tape->scratch && allocate_gradients (tape, learns, input_gradient);
}

AcuTape *
acu_tape_new (const AcuTrainNet *net, int width, int height, gboolean learns, gboolean input_gradient, GError **error)
{
  AcuTape *tape = g_new0 (AcuTape, 1);
  guint n = net->net->layers->len;

  tape->net = net;
  tape->shapes = g_new0 (AcuShape, n);
  tape->maps = g_new0 (AcuMap, n);
  tape->gradients = g_new0 (AcuMap, n);
  tape->started = g_new0 (gboolean, n);
  tape->memory = g_ptr_array_new_with_free_func (acu_free);
  if (!acu_net_infer (net->net, width, height, tape->shapes, error))
    goto failed;
  if (!allocate_all (tape, learns, input_gradient))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to train %s on pictures of %d × %d pixels."),
                   net->net->name, width, height);
      goto failed;
    }
  return tape;

failed:
  acu_tape_free (tape);
  return NULL;
}

void
acu_tape_free (AcuTape *tape)
{
  if (!tape)
    return;
  g_ptr_array_unref (tape->memory);
  acu_free (tape->scratch);
  g_free (tape->shapes);
  g_free (tape->maps);
  g_free (tape->gradients);
  g_free (tape->started);
  g_free (tape);
}

const AcuMap *
acu_tape_forward (AcuTape *tape, const float *picture)
{
  guint n = tape->net->n_layers;

  for (guint i = 0; i < n; i++)
    {
      const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);
      const AcuMap *map = &tape->maps[i];

      if (layer->kind != ACU_LAYER_INPUT)
        {
          operations_of (layer)->forward (tape, i);
          continue;
        }
      for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++, picture += map->channels)
          memcpy (acu_map_row (map, y) + (gsize) x * map->stored, picture, map->channels * sizeof (float));
    }
  return &tape->maps[n - 1];
}

const AcuMap *
acu_tape_output_gradient (AcuTape *tape)
{
  return &tape->gradients[tape->net->n_layers - 1];
}

const AcuMap *
acu_tape_input_gradient (const AcuTape *tape)
{
  return &tape->gradients[0];
}

const AcuMap *
acu_tape_gradient (AcuTape *tape, guint layer, guint k, gboolean *add)
{
  guint input = ((const AcuLayer *) g_ptr_array_index (tape->net->net->layers, layer))->inputs[k];

  if (!tape->gradients[input].pixels)
    return NULL;
  *add = tape->started[input];
  tape->started[input] = TRUE;
  return &tape->gradients[input];
}

void
acu_tape_backward (AcuTape *tape, float *sums)
{
  guint n = tape->net->n_layers;

  for (guint i = 0; i < n; i++)
    tape->started[i] = i == n - 1;
  for (guint i = n; i-- > 0;)
    {
      const AcuLayer *layer = g_ptr_array_index (tape->net->net->layers, i);

      if (layer->kind != ACU_LAYER_INPUT && tape->started[i])
        operations_of (layer)->backward (tape, i, sums);
    }
}
