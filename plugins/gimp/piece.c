/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "piece.h"

void
plugin_piece_of (PluginImage image, PluginItem layer, GeglRectangle *piece)
{
  gint selected = FALSE, x1, y1, x2, y2;
  GeglRectangle rect, common;

  plugin_item_rect (layer, &rect);
  *piece = (GeglRectangle) { 0, 0, rect.width, rect.height };
  if (gimp_selection_bounds (image, &selected, &x1, &y1, &x2, &y2) && selected
      && gegl_rectangle_intersect (&common, GEGL_RECTANGLE (x1 - rect.x, y1 - rect.y, x2 - x1, y2 - y1), piece))
    *piece = common;
}
