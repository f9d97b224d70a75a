/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "same_net.h"

#include "half.h"

#include <math.h>

/* What a weight may lose when it is written in 16 bits: a part of it, and what is smaller than the smallest numbers. */
#define ROUNDING 1e-3f
#define SMALLEST 1e-7f

static gsize
n_weights (const AcuLayer *layer)
{
  return layer->weights ? g_bytes_get_size (layer->weights) / (layer->half ? sizeof (guint16) : sizeof (float)) : 0;
}

static float
weight (const AcuLayer *layer, const void *weights, gsize i)
{
  return layer->half ? acu_half_to_float (((const guint16 *) weights)[i]) : ((const float *) weights)[i];
}

static gboolean
same_layer (const AcuLayer *a, const AcuLayer *b)
{
  gsize n = n_weights (a);
  const void *of_a = n ? g_bytes_get_data (a->weights, NULL) : NULL, *of_b;

  if (a->kind != b->kind || a->channels != b->channels || n_weights (b) != n)
    return FALSE;
  of_b = n ? g_bytes_get_data (b->weights, NULL) : NULL;
  for (gsize i = 0; i < n; i++)
    {
      float x = weight (a, of_a, i), y = weight (b, of_b, i);

      if (!(fabsf (x - y) <= ROUNDING * fabsf (x) + SMALLEST))
        return FALSE;
    }
  return TRUE;
}

gboolean
acu_net_is_same (const AcuNet *a, const AcuNet *b)
{
  if (a->layers->len != b->layers->len)
    return FALSE;
  for (guint i = 0; i < a->layers->len; i++)
    if (!same_layer (acu_net_layer (a, i), acu_net_layer (b, i)))
      return FALSE;
  return TRUE;
}
