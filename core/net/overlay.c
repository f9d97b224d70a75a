/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "net.h"

#include <glib/gi18n-lib.h>

/* v * scale + offset of three channels. */
static guint
affine (AcuNet *net, const char *name, guint at, float scale, float offset)
{
  const float scales[3] = { scale, scale, scale }, offsets[3] = { offset, offset, offset };
  guint index;
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_AFFINE, name, &at, 1, &index);

  layer->channels = 3;
  layer->weights = g_bytes_new (scales, sizeof scales);
  layer->bias = g_bytes_new (offsets, sizeof offsets);
  return index;
}

static guint
positive (AcuNet *net, const char *name, guint at)
{
  static const float zeros[3] = { 0 };
  guint index;
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_SLOPE, name, &at, 1, &index);

  layer->channels = 3;
  layer->weights = g_bytes_new_static (zeros, sizeof zeros);
  return index;
}

static guint
add (AcuNet *net, const char *name, guint a, float a_scale, guint b, float b_scale)
{
  const guint inputs[2] = { a, b };
  guint index;
  AcuLayer *layer = acu_net_add (net, ACU_LAYER_ADD, name, inputs, 2, &index);

  layer->channels = 3;
  layer->scale[0] = a_scale;
  layer->scale[1] = b_scale;
  return index;
}

/* From `low` to `high` a ramp from 0 to `strength`, as 1 - max (0, 1 - max (0, …)); then enlarged. */
static guint
shape_mask (AcuNet *net, const AcuOverlay *overlay, guint at)
{
  const float span = (float) (overlay->high - overlay->low);
  guint index;
  AcuLayer *layer;

  at = positive (net, "mask.from", affine (net, "mask.ramp", at, 1 / span, (float) -overlay->low / span));
  at = positive (net, "mask.to", affine (net, "mask.rest", at, -1, 1));
  at = affine (net, "mask.strength", at, (float) -overlay->strength, (float) overlay->strength);
  layer = acu_net_add (net, ACU_LAYER_STENCIL, "mask.cells", &at, 1, &index);
  layer->channels = 3;
  layer->cells = overlay->cells ? g_bytes_ref (overlay->cells) : NULL;
  layer->factor = overlay->columns;
  at = index;
  layer = acu_net_add (net, ACU_LAYER_BICUBIC, "mask.enlarged", &at, 1, &index);
  layer->channels = 3;
  layer->ratio = overlay->base->scale;
  /* Keys' filter with a = 0 has no negative part. */
  layer->cubic = 0;
  return index;
}

AcuNet *
acu_net_bicubic (int scale)
{
  AcuNet *net = acu_net_new ("bicubic");
  guint picture;
  AcuLayer *layer;

  net->architecture = g_strdup ("bicubic");
  net->scale = scale;
  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &picture)->channels = 3;
  layer = acu_net_add (net, ACU_LAYER_BICUBIC, "enlarged", &picture, 1, NULL);
  layer->channels = 3;
  layer->ratio = scale;
  layer->cubic = -0.5;
  return net;
}

static guint
result_of (const AcuNet *net)
{
  return net->layers->len - 1;
}

AcuNet *
acu_net_overlay (const AcuOverlay *overlay, GError **error)
{
  const AcuNet *base = overlay->base, *over = overlay->over, *mask = overlay->mask;
  AcuNet *net = acu_net_new (base->name);
  guint base_result, over_result = 0, mask_result = 0;
  gboolean fits = base->scale == over->scale && (!mask || mask->scale == 1);

  net->architecture = g_strdup (base->architecture);
  net->scale = base->scale;
  acu_net_add_like (net, acu_net_layer (base, 0), NULL, NULL);
  fits = fits && acu_net_append (net, base, 0, "");
  base_result = result_of (net);
  fits = fits && acu_net_append (net, over, 0, " (over)");
  over_result = result_of (net);
  fits = fits && (!mask || acu_net_append (net, mask, 0, " (mask)"));
  mask_result = result_of (net);
  if (!fits || acu_net_layer (net, base_result)->channels != 3 || acu_net_layer (net, over_result)->channels != 3
      || acu_net_layer (net, mask_result)->channels != 3)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s and %s cannot be laid over one another."), base->name, over->name);
      acu_net_unref (net);
      return NULL;
    }
  if (mask)
    {
      guint inputs[2] = { add (net, "difference", over_result, 1, base_result, -1), shape_mask (net, overlay, mask_result) }, product;

      acu_net_add (net, ACU_LAYER_MUL, "masked", inputs, 2, &product)->channels = 3;
      add (net, "blended", base_result, 1, product, 1);
    }
  else
    add (net, "blended", base_result, (float) (1 - overlay->strength), over_result, (float) overlay->strength);
  return net;
}
