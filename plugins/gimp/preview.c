/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview.h"
#include "map.h"
#include "widgets.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>
#include <math.h>

#define SIDE 380                  /* of the picture in the dialog, in the toolkit's pixels */
#define LEAST_HEIGHT 340          /* where the screen is low */
#define DELAY 150                 /* milliseconds after the last change */
#define TICK 250                  /* between reports */
#define FIRST_MARGIN 32           /* pixels read around the piece at first: the rest follows, where a network sees farther */
#define WHOLE_PIXELS 300000       /* up to so many, a picture is read whole where that decides */
#define GRIP 8                    /* pixels beside the line where the mouse takes it */
#define CHECK 8

typedef enum Grip
{
  GRIP_NONE,
  GRIP_SPLIT,
  GRIP_PICTURE
} Grip;

struct PluginPreview
{
  PluginImage image;
  PluginItem layer;
  gboolean has_layer;
  PluginValues values;
  GtkWidget *canvas, *status;
  PluginMap *map;
  PluginWorker *worker;
  PluginPatch *shown;             /* NULL before the first one is ready */
  gboolean current;               /* `shown` is what was asked for last */
  guint delay, tick;              /* timeouts */
  char *said;
  double x, y;                    /* of the piece's centre, 0 to 1 of the layer */
  double split;                   /* 0 to 1 of the piece: what is left of it is before */
  int scaled_width, scaled_height;   /* of the layer's result; 0 before it is known */
  Grip grip;
  double grip_x, grip_y;          /* where the mouse was */
};

static void
say (PluginPreview *preview, const char *text)
{
  if (g_strcmp0 (text, preview->said) == 0)
    return;
  g_free (preview->said);
  preview->said = g_strdup (text);
  plugin_label_set_small (preview->status, text);
  plugin_widget_describe (preview->canvas, NULL, text);
}

static int
view_axis (double centre, int length, int scaled)
{
  return CLAMP ((int) lround (centre * scaled - length / 2.0), 0, scaled - length);
}

static void
view_rect (const PluginPreview *preview, int width, int height, int scaled_width, int scaled_height, GeglRectangle *view)
{
  view->width = MIN (width, scaled_width);
  view->height = MIN (height, scaled_height);
  view->x = view_axis (preview->x, view->width, scaled_width);
  view->y = view_axis (preview->y, view->height, scaled_height);
}

/* What must be read around the piece so that it is exact, if that is more than at first. */
static int
margin_after (const PluginPatch *earlier)
{
  if (!earlier)
    return FIRST_MARGIN;
  return earlier->whole ? MAX (earlier->layer.width, earlier->layer.height) : earlier->reach;
}

PluginPatch *
plugin_preview_patch (PluginPreview *preview, const PluginValues *values, int width, int height, const PluginPatch *earlier,
                      GError **error)
{
  GeglRectangle source, scaled, view;

  if (!preview->has_layer || !gimp_item_is_valid (preview->layer))
    preview->has_layer = plugin_image_layer (preview->image, &preview->layer);
  if (!preview->has_layer)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no layer to show."));
      return NULL;
    }
  if (!plugin_layer_scaled (preview->image, values, preview->layer, &source, &scaled, error))
    return NULL;
  preview->scaled_width = scaled.width;
  preview->scaled_height = scaled.height;
  view_rect (preview, width, height, scaled.width, scaled.height, &view);
  return plugin_patch_new (preview->image, preview->layer, values, &source, &scaled, &view, margin_after (earlier),
                           earlier ? MAX (1, earlier->grid) : 8);
}

/* Whether more pixels around would make it exact, and are not too many. */
gboolean
plugin_preview_can_refine (const PluginPatch *patch)
{
  return patch->after && !plugin_patch_is_complete (patch)
         && (!patch->whole || (double) patch->layer.width * patch->layer.height <= WHOLE_PIXELS);
}

static gboolean
on_tick (gpointer data)
{
  PluginPreview *preview = data;
  double progress = plugin_worker_progress (preview->worker);
  const char *what = preview->shown && preview->current ? _("Preview; more of its surroundings follow") : _("Computing the preview");
  char *text;

  if (progress < 0)
    {
      preview->tick = 0;
      return G_SOURCE_REMOVE;
    }
  /* Translators: what is going on, and how much of it is done. */
  text = g_strdup_printf (_("%s: %d %%"), what, (int) (100 * progress));
  say (preview, text);
  g_free (text);
  return G_SOURCE_CONTINUE;
}

static void
start (PluginPreview *preview, const PluginPatch *earlier)
{
  GError *error = NULL;
  PluginPatch *patch;
  int width, height;

  plugin_worker_cancel (preview->worker);
  plugin_canvas_size (preview->canvas, &width, &height);
  patch = plugin_preview_patch (preview, &preview->values, width, height, earlier, &error);
  if (!patch)
    {
      say (preview, error->message);
      g_error_free (error);
      return;
    }
  plugin_worker_add (preview->worker, patch);
  if (!preview->tick)
    preview->tick = g_timeout_add (TICK, on_tick, preview);
}

static gboolean
on_delay (gpointer data)
{
  PluginPreview *preview = data;

  preview->delay = 0;
  start (preview, NULL);
  return G_SOURCE_REMOVE;
}

static void
restart (PluginPreview *preview)
{
  plugin_worker_cancel (preview->worker);
  preview->current = FALSE;
  g_clear_handle_id (&preview->delay, g_source_remove);
  preview->delay = g_timeout_add (DELAY, on_delay, preview);
}

static void
show_piece (PluginPreview *preview)
{
  GeglRectangle view;
  int width, height;

  gtk_widget_queue_draw (preview->canvas);
  if (!preview->scaled_width)
    return;
  plugin_canvas_size (preview->canvas, &width, &height);
  view_rect (preview, width, height, preview->scaled_width, preview->scaled_height, &view);
  plugin_map_show (preview->map, (double) view.x / preview->scaled_width, (double) view.y / preview->scaled_height,
                   (double) view.width / preview->scaled_width, (double) view.height / preview->scaled_height);
}

/* Why a piece alone cannot say exactly what becomes of it. */
static const char *
why_whole (const PluginValues *values)
{
  gboolean text = g_str_equal (plugin_values_text (values, "text"), "auto"), faces = g_str_equal (plugin_values_text (values, "faces"), "auto");

  if (text && faces)
    return _("100 %. Text and faces are looked for in the whole picture, so the result may differ a little.");
  if (text)
    return _("100 %. Text is looked for in the whole picture, so the result may differ a little.");
  if (faces)
    return _("100 %. Faces are looked for in the whole picture, so the result may differ a little.");
  return _("100 %. This model looks at the whole picture, so the result may differ a little.");
}

static void
on_done (gpointer data, PluginPatch *patch)
{
  PluginPreview *preview = data;

  if (patch->error)
    {
      say (preview, patch->error->message);
      plugin_patch_free (patch);
      return;
    }
  plugin_patch_free (preview->shown);
  preview->shown = patch;
  preview->current = TRUE;
  show_piece (preview);
  if (plugin_patch_is_exact (patch))
    say (preview, _("100 %: this is what the result will be."));
  else if (plugin_preview_can_refine (patch))
    start (preview, patch);
  else if (plugin_patch_is_complete (patch))
    say (preview, _("100 %. The result will be this, shifted by a fraction of a pixel."));
  else
    say (preview, why_whole (&patch->values));
}

void
plugin_draw_picture (cairo_t *cr, cairo_surface_t *picture, int x, int y)
{
  int width = cairo_image_surface_get_width (picture), height = cairo_image_surface_get_height (picture);

  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_set_source_rgb (cr, 0.6, 0.6, 0.6);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.4, 0.4, 0.4);
  for (int v = 0; v * CHECK < height; v++)
    for (int u = v % 2; u * CHECK < width; u += 2)
      cairo_rectangle (cr, x + u * CHECK, y + v * CHECK, CHECK, CHECK);
  cairo_fill (cr);
  cairo_set_source_surface (cr, picture, x, y);
  cairo_paint (cr);
  cairo_restore (cr);
}

static void
draw_word (PluginPreview *preview, cairo_t *cr, const char *word, int x, int y, gboolean right)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (preview->canvas, word);
  int width, height, scale = plugin_canvas_scale (preview->canvas);

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_save (cr);
  cairo_translate (cr, right ? x - (width + 12) * scale : x, y);
  cairo_scale (cr, scale, scale);
  cairo_rectangle (cr, 0, 0, width + 12, height + 4);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.6);
  cairo_fill (cr);
  cairo_move_to (cr, 6, 2);
  cairo_set_source_rgb (cr, 1, 1, 1);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
  g_object_unref (layout);
}

/* The piece that is wanted now, on the canvas. */
static void
now (const PluginPreview *preview, int width, int height, GeglRectangle *view, int *left, int *top)
{
  view_rect (preview, width, height, preview->scaled_width, preview->scaled_height, view);
  *left = (width - view->width) / 2;
  *top = (height - view->height) / 2;
}

static void
draw_split (PluginPreview *preview, cairo_t *cr, const GeglRectangle *view, int left, int top)
{
  double x = left + round (preview->split * view->width);

  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_rectangle (cr, x - 2, top, 4, view->height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, x - 1, top, 2, view->height);
  cairo_fill (cr);
  cairo_arc (cr, x, top + view->height / 2.0, 6, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_save (cr);
  cairo_rectangle (cr, left, top, MAX (0, x - left - 2), view->height);
  cairo_clip (cr);
  draw_word (preview, cr, _("Before"), left + 6, top + 6, FALSE);
  cairo_restore (cr);
  cairo_rectangle (cr, x + 2, top, MAX (0, left + view->width - x - 2), view->height);
  cairo_clip (cr);
  draw_word (preview, cr, _("After"), left + view->width - 6, top + 6, TRUE);
}

static void
draw (gpointer data, cairo_t *cr, int width, int height)
{
  PluginPreview *preview = data;
  const PluginPatch *shown = preview->shown;
  GeglRectangle view;
  int left, top, x, y;

  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  cairo_paint (cr);
  if (!shown || !preview->scaled_width)
    return;
  now (preview, width, height, &view, &left, &top);
  /* What was computed for another place is shown where it belongs until the new piece is ready. */
  x = left + shown->place.view.x - view.x;
  y = top + shown->place.view.y - view.y;
  if (shown->scaled.width != preview->scaled_width || shown->scaled.height != preview->scaled_height)
    {
      x = left;
      y = top;
    }
  cairo_rectangle (cr, left, top, view.width, view.height);
  cairo_clip (cr);
  plugin_draw_picture (cr, shown->after, x, y);
  cairo_save (cr);
  cairo_rectangle (cr, left, top, round (preview->split * view.width), view.height);
  cairo_clip (cr);
  plugin_draw_picture (cr, shown->before, x, y);
  cairo_restore (cr);
  draw_split (preview, cr, &view, left, top);
}

static void
set_split (PluginPreview *preview, double split)
{
  char *text;

  preview->split = CLAMP (split, 0, 1);
  /* Translators: a number without fractions is put in. */
  text = g_strdup_printf (_("The left %d %% show the picture before."), (int) lround (100 * preview->split));
  plugin_widget_describe (preview->canvas, NULL, text);
  g_free (text);
  gtk_widget_queue_draw (preview->canvas);
}

static void
move_to (gpointer data, double x, double y)
{
  PluginPreview *preview = data;

  x = CLAMP (x, 0, 1);
  y = CLAMP (y, 0, 1);
  if (x == preview->x && y == preview->y)
    return;
  preview->x = x;
  preview->y = y;
  show_piece (preview);
  restart (preview);
}

/* From where it is and not from a centre that the picture's edge holds back. */
void
plugin_preview_move (PluginPreview *preview, double x, double y)
{
  GeglRectangle view;
  int width, height;

  if (!preview->scaled_width)
    return;
  plugin_canvas_size (preview->canvas, &width, &height);
  view_rect (preview, width, height, preview->scaled_width, preview->scaled_height, &view);
  move_to (preview, (CLAMP (view.x + x, 0, preview->scaled_width - view.width) + view.width / 2.0) / preview->scaled_width,
           (CLAMP (view.y + y, 0, preview->scaled_height - view.height) + view.height / 2.0) / preview->scaled_height);
}

static double
split_of (PluginPreview *preview, double event_x)
{
  GeglRectangle view;
  int width, height, left, top;

  plugin_canvas_size (preview->canvas, &width, &height);
  now (preview, width, height, &view, &left, &top);
  return view.width ? (event_x * plugin_canvas_scale (preview->canvas) - left) / view.width : 0.5;
}

static gboolean
is_on_split (PluginPreview *preview, double event_x)
{
  int width, height;

  plugin_canvas_size (preview->canvas, &width, &height);
  return fabs (split_of (preview, event_x) - preview->split) * MIN (width, MAX (1, preview->scaled_width))
         <= GRIP * plugin_canvas_scale (preview->canvas);
}

static gboolean
on_press (GtkWidget *canvas, GdkEventButton *event, PluginPreview *preview)
{
  gtk_widget_grab_focus (canvas);
  if (event->button != 1)
    return FALSE;
  preview->grip = is_on_split (preview, event->x) ? GRIP_SPLIT : GRIP_PICTURE;
  preview->grip_x = event->x;
  preview->grip_y = event->y;
  return TRUE;
}

static gboolean
on_release (GtkWidget *canvas, GdkEventButton *event, PluginPreview *preview)
{
  preview->grip = GRIP_NONE;
  return TRUE;
}

static gboolean
on_motion (GtkWidget *canvas, GdkEventMotion *event, PluginPreview *preview)
{
  int scale = plugin_canvas_scale (canvas);

  if (preview->grip == GRIP_SPLIT)
    set_split (preview, split_of (preview, event->x));
  else if (preview->grip == GRIP_PICTURE)
    {
      plugin_preview_move (preview, (preview->grip_x - event->x) * scale, (preview->grip_y - event->y) * scale);
      preview->grip_x = event->x;
      preview->grip_y = event->y;
    }
  else
    plugin_canvas_set_cursor (canvas, is_on_split (preview, event->x) ? GDK_SB_H_DOUBLE_ARROW : GDK_FLEUR);
  return TRUE;
}

static gboolean
on_key (GtkWidget *canvas, GdkEventKey *event, PluginPreview *preview)
{
  int x, y;
  gboolean picture = (event->state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  if (plugin_key_is_arrow (event->keyval, &x, &y))
    {
      if (picture || y)
        plugin_preview_move (preview, 50 * x, 50 * y);
      else
        set_split (preview, preview->split + 0.05 * x);
    }
  else if (event->keyval == GDK_KEY_Home)
    set_split (preview, 0);
  else if (event->keyval == GDK_KEY_End)
    set_split (preview, 1);
  else
    return FALSE;
  return TRUE;
}

/* In the middle of what is selected, if anything is. */
static void
first_place (PluginPreview *preview)
{
  gint selected = FALSE, x1, y1, x2, y2;
  GeglRectangle rect;

  preview->x = preview->y = 0.5;
  if (!preview->has_layer || !gimp_selection_bounds (preview->image, &selected, &x1, &y1, &x2, &y2) || !selected)
    return;
  plugin_item_rect (preview->layer, &rect);
  preview->x = CLAMP (((x1 + x2) / 2.0 - rect.x) / rect.width, 0, 1);
  preview->y = CLAMP (((y1 + y2) / 2.0 - rect.y) / rect.height, 0, 1);
}

PluginPreview *
plugin_preview_new (PluginImage image, GtkBox *box, GtkBox *below)
{
  PluginPreview *preview = g_new0 (PluginPreview, 1);

  preview->image = image;
  preview->split = 0.5;
  preview->has_layer = plugin_image_layer (image, &preview->layer);
  preview->worker = plugin_worker_new (on_done, preview);
  first_place (preview);
  preview->canvas = plugin_canvas_new (SIDE, LEAST_HEIGHT, _("Preview"), draw, preview);
  gtk_widget_set_tooltip_text (preview->canvas,
                               _("Drag the line to compare before and after, or the picture to see another piece of it.\n"
                                 "Keys: ← and → move the line, Shift with arrows the picture."));
  preview->status = plugin_label_new (NULL, SIDE);
  gtk_box_pack_start (box, preview->canvas, TRUE, TRUE, 0);
  gtk_box_pack_start (box, preview->status, FALSE, FALSE, 0);
  preview->map = plugin_map_new (preview->has_layer ? &preview->layer : NULL, below, move_to, preview);
  g_signal_connect (preview->canvas, "button-press-event", G_CALLBACK (on_press), preview);
  g_signal_connect (preview->canvas, "button-release-event", G_CALLBACK (on_release), preview);
  g_signal_connect (preview->canvas, "motion-notify-event", G_CALLBACK (on_motion), preview);
  g_signal_connect (preview->canvas, "key-press-event", G_CALLBACK (on_key), preview);
  say (preview, _("Computing the preview"));
  return preview;
}

void
plugin_preview_free (PluginPreview *preview)
{
  g_clear_handle_id (&preview->delay, g_source_remove);
  g_clear_handle_id (&preview->tick, g_source_remove);
  plugin_worker_free (preview->worker);
  plugin_workers_wait ();
  plugin_patch_free (preview->shown);
  plugin_map_free (preview->map);
  g_free (preview->said);
  g_free (preview);
}

void
plugin_preview_set (PluginPreview *preview, const PluginValues *values)
{
  preview->values = *values;
  restart (preview);
}

void
plugin_preview_pause (PluginPreview *preview)
{
  plugin_worker_cancel (preview->worker);
  g_clear_handle_id (&preview->delay, g_source_remove);
}

double
plugin_preview_factor (const PluginPreview *preview, const PluginValues *values)
{
  return plugin_values_factor (values, plugin_image_width (preview->image), plugin_image_height (preview->image));
}

gboolean
plugin_preview_cleans (const PluginPreview *preview, const PluginValues *values)
{
  const char *model = plugin_values_text (values, "model");

  return model[0] && acu_model_cleans (model, plugin_preview_factor (preview, values));
}
