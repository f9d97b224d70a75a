/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin.h"

static int
round_away (double value)
{
  return (int) (value < 0 ? value - 0.5 : value + 0.5);
}

void
plugin_scale_layer (const GeglRectangle *layer, double x_factor, double y_factor, GeglRectangle *scaled)
{
  scaled->x = round_away (x_factor * layer->x);
  scaled->y = round_away (y_factor * layer->y);
  scaled->width = MAX (1, round_away (x_factor * (layer->x + layer->width)) - scaled->x);
  scaled->height = MAX (1, round_away (y_factor * (layer->y + layer->height)) - scaled->y);
}

void
plugin_scale_child (const GeglRectangle *child, const GeglRectangle *group, const GeglRectangle *scaled_group,
                    GeglRectangle *scaled)
{
  double x_factor = (double) scaled_group->width / group->width;
  double y_factor = (double) scaled_group->height / group->height;

  scaled->x = scaled_group->x + round_away (x_factor * (child->x - group->x));
  scaled->y = scaled_group->y + round_away (y_factor * (child->y - group->y));
  scaled->width = MAX (1, round_away (x_factor * child->width));
  scaled->height = MAX (1, round_away (y_factor * child->height));
}

gboolean
plugin_image_layer (PluginImage image, PluginItem *layer)
{
  int n = 0;
  PluginItem *layers;
  double most = 0;
  gboolean found = plugin_image_chosen_layer (image, layer);

  if (found)
    return TRUE;
  layers = plugin_image_layers (image, &n);
  for (int i = 0; i < n; i++)
    {
      GeglRectangle rect;

      plugin_item_rect (layers[i], &rect);
      if (!plugin_item_is_group (layers[i]) && (double) rect.width * rect.height > most)
        {
          most = (double) rect.width * rect.height;
          *layer = layers[i];
          found = TRUE;
        }
    }
  g_free (layers);
  return found;
}
