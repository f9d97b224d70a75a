/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map.h"

#include <glib/gi18n.h>
#include <math.h>

#define SIDE 150                  /* in the toolkit's pixels */

struct PluginMap
{
  GtkWidget *canvas;
  GdkPixbuf *thumbnail;           /* NULL: nothing can be shown */
  double x, y, width, height;     /* the piece; width 0: none */
  PluginMapMoved moved;
  gpointer data;
};

/* Where the thumbnail is on the canvas. */
static gboolean
picture_rect (const PluginMap *map, int width, int height, GeglRectangle *rect)
{
  double fit;

  if (!map->thumbnail)
    return FALSE;
  fit = fmin ((double) width / gdk_pixbuf_get_width (map->thumbnail), (double) height / gdk_pixbuf_get_height (map->thumbnail));
  rect->width = MAX (1, (int) (gdk_pixbuf_get_width (map->thumbnail) * fit));
  rect->height = MAX (1, (int) (gdk_pixbuf_get_height (map->thumbnail) * fit));
  rect->x = (width - rect->width) / 2;
  rect->y = (height - rect->height) / 2;
  return TRUE;
}

static void
draw (gpointer data, cairo_t *cr, int width, int height)
{
  PluginMap *map = data;
  GeglRectangle rect;
  double fit;

  if (!picture_rect (map, width, height, &rect))
    return;
  fit = (double) rect.width / gdk_pixbuf_get_width (map->thumbnail);
  cairo_save (cr);
  cairo_translate (cr, rect.x, rect.y);
  cairo_scale (cr, fit, fit);
  gdk_cairo_set_source_pixbuf (cr, map->thumbnail, 0, 0);
  cairo_paint (cr);
  cairo_restore (cr);
  if (map->width <= 0)
    return;
  cairo_rectangle (cr, rect.x + map->x * rect.width, rect.y + map->y * rect.height, fmax (3, map->width * rect.width),
                   fmax (3, map->height * rect.height));
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
point_at (PluginMap *map, double event_x, double event_y)
{
  GeglRectangle rect;
  int width, height, scale = plugin_canvas_scale (map->canvas);

  plugin_canvas_size (map->canvas, &width, &height);
  if (picture_rect (map, width, height, &rect))
    map->moved (map->data, (event_x * scale - rect.x) / rect.width, (event_y * scale - rect.y) / rect.height);
}

static gboolean
on_press (GtkWidget *canvas, GdkEventButton *event, PluginMap *map)
{
  gtk_widget_grab_focus (canvas);
  if (event->button != 1)
    return FALSE;
  point_at (map, event->x, event->y);
  return TRUE;
}

static gboolean
on_motion (GtkWidget *canvas, GdkEventMotion *event, PluginMap *map)
{
  if (event->state & GDK_BUTTON1_MASK)
    point_at (map, event->x, event->y);
  return TRUE;
}

/* Half a piece further, from where it is and not from a centre that the picture's edge holds back. */
static gboolean
on_key (GtkWidget *canvas, GdkEventKey *event, PluginMap *map)
{
  int x, y;

  if (!plugin_key_is_arrow (event->keyval, &x, &y))
    return FALSE;
  map->moved (map->data, CLAMP (map->x + x * map->width / 2, 0, 1 - map->width) + map->width / 2,
              CLAMP (map->y + y * map->height / 2, 0, 1 - map->height) + map->height / 2);
  return TRUE;
}

PluginMap *
plugin_map_new (const PluginItem *layer, GtkBox *box, PluginMapMoved moved, gpointer data)
{
  PluginMap *map = g_new0 (PluginMap, 1);

  map->moved = moved;
  map->data = data;
  if (layer)
    map->thumbnail = plugin_item_thumbnail (*layer, 2 * SIDE);
  map->canvas = plugin_canvas_new (SIDE, SIDE, _("Piece of the picture that the preview shows"), draw, map);
  gtk_widget_set_tooltip_text (map->canvas, _("Click where the preview shall look. Keys: arrows."));
  g_signal_connect (map->canvas, "button-press-event", G_CALLBACK (on_press), map);
  g_signal_connect (map->canvas, "motion-notify-event", G_CALLBACK (on_motion), map);
  g_signal_connect (map->canvas, "key-press-event", G_CALLBACK (on_key), map);
  gtk_box_pack_start (box, map->canvas, FALSE, FALSE, 0);
  return map;
}

void
plugin_map_free (PluginMap *map)
{
  g_clear_object (&map->thumbnail);
  g_free (map);
}

void
plugin_map_show (PluginMap *map, double x, double y, double width, double height)
{
  map->x = x;
  map->y = y;
  map->width = width;
  map->height = height;
  gtk_widget_queue_draw (map->canvas);
}
