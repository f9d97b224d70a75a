/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>


GtkWidget *
plugin_box_new (GtkOrientation orientation, int spacing)
{
  GtkWidget *box;

#if ACU_GIMP == 2
  box = orientation == GTK_ORIENTATION_HORIZONTAL ? gtk_hbox_new (FALSE, spacing) : gtk_vbox_new (FALSE, spacing);
#else
  box = gtk_box_new (orientation, spacing);
#endif
  gtk_widget_show (box);
  return box;
}

GtkWidget *
plugin_label_new (const char *text, int width)
{
  GtkWidget *label = gtk_label_new (text);

#if ACU_GIMP == 2
  gtk_misc_set_alignment (GTK_MISC (label), 0, width ? 0 : 0.5f);
#else
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), width ? 0 : 0.5f);
#endif
  if (width)
    {
      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_set_size_request (label, width, -1);
#if ACU_GIMP == 3
      gtk_label_set_max_width_chars (GTK_LABEL (label), width / 8);
#endif
    }
  gtk_widget_show (label);
  return label;
}

void
plugin_label_set_small (GtkWidget *label, const char *text)
{
  char *markup = g_markup_printf_escaped ("<small>%s</small>", text);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  g_free (markup);
}

GtkWidget *
plugin_button_new (const char *label, const char *help, GCallback clicked, gpointer data)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, help);
  g_signal_connect (button, "clicked", clicked, data);
  gtk_widget_show (button);
  return button;
}

GtkWidget *
plugin_row_new (GtkSizeGroup *labels, const char *text, GtkWidget *field, gboolean wide)
{
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *label = plugin_label_new (NULL, 0);
  /* Translators: a field's label and the sign that ends it. */
  char *with_colon = text[0] ? g_strdup_printf (_("%s:"), text) : g_strdup ("");

  gtk_label_set_text_with_mnemonic (GTK_LABEL (label), with_colon);
  g_free (with_colon);
  gtk_size_group_add_widget (labels, label);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  if (field)
    {
      if (text[0])
        gtk_label_set_mnemonic_widget (GTK_LABEL (label), field);
      gtk_box_pack_start (GTK_BOX (box), field, wide, wide, 0);
      gtk_widget_show (field);
    }
  return box;
}

typedef struct Canvas
{
  PluginDraw draw;
  gpointer data;
} Canvas;

int
plugin_canvas_scale (GtkWidget *canvas)
{
#if ACU_GIMP == 2
  return 1;
#else
  return gtk_widget_get_scale_factor (canvas);
#endif
}

void
plugin_canvas_size (GtkWidget *canvas, int *width, int *height)
{
  GtkAllocation allocation;
  int scale = plugin_canvas_scale (canvas);

  gtk_widget_get_allocation (canvas, &allocation);
  *width = MAX (1, allocation.width * scale);
  *height = MAX (1, allocation.height * scale);
}

static void
draw_canvas (GtkWidget *widget, cairo_t *cr, const Canvas *canvas)
{
  int width, height, scale = plugin_canvas_scale (widget);

  plugin_canvas_size (widget, &width, &height);
  cairo_save (cr);
  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  canvas->draw (canvas->data, cr, width, height);
  cairo_restore (cr);
#if ACU_GIMP == 2
  if (gtk_widget_has_focus (widget))
    gtk_paint_focus (gtk_widget_get_style (widget), gtk_widget_get_window (widget), gtk_widget_get_state (widget), NULL, widget, NULL, 0, 0, width, height);
#else
  if (gtk_widget_has_visible_focus (widget))
    gtk_render_focus (gtk_widget_get_style_context (widget), cr, 0, 0, (double) width / scale, (double) height / scale);
#endif
}

#if ACU_GIMP == 2
static gboolean
on_expose (GtkWidget *widget, GdkEventExpose *event, Canvas *canvas)
{
  cairo_t *cr = gdk_cairo_create (gtk_widget_get_window (widget));

  gdk_cairo_region (cr, event->region);
  cairo_clip (cr);
  draw_canvas (widget, cr, canvas);
  cairo_destroy (cr);
  return TRUE;
}
#else
static gboolean
on_draw (GtkWidget *widget, cairo_t *cr, Canvas *canvas)
{
  draw_canvas (widget, cr, canvas);
  return TRUE;
}
#endif

static gboolean
on_focus (GtkWidget *widget, GdkEventFocus *event, gpointer data)
{
  gtk_widget_queue_draw (widget);
  return FALSE;
}

GtkWidget *
plugin_canvas_new (int width, int height, const char *name, PluginDraw draw, gpointer data)
{
  GtkWidget *widget = gtk_drawing_area_new ();
  Canvas *canvas = g_new (Canvas, 1);

  *canvas = (Canvas) { draw, data };
  gtk_widget_set_size_request (widget, width, height);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK | GDK_KEY_PRESS_MASK | GDK_FOCUS_CHANGE_MASK);
#if ACU_GIMP == 2
  g_signal_connect (widget, "expose-event", G_CALLBACK (on_expose), canvas);
#else
  g_signal_connect (widget, "draw", G_CALLBACK (on_draw), canvas);
#endif
  g_signal_connect (widget, "focus-in-event", G_CALLBACK (on_focus), NULL);
  g_signal_connect (widget, "focus-out-event", G_CALLBACK (on_focus), NULL);
  g_object_set_data_full (G_OBJECT (widget), "canvas", canvas, g_free);
  plugin_widget_describe (widget, name, NULL);
  gtk_widget_show (widget);
  return widget;
}

static GdkRectangle
room (GtkWidget *widget)
{
  GdkRectangle area = { 0 };
#if ACU_GIMP == 2
  GdkScreen *screen = gtk_widget_get_screen (widget);
  GdkWindow *window = gtk_widget_get_window (widget);

  gdk_screen_get_monitor_geometry (screen, window ? gdk_screen_get_monitor_at_window (screen, window) : 0, &area);
#else
  GdkDisplay *display = gtk_widget_get_display (widget);
  GdkWindow *window = gtk_widget_get_window (widget);
  GdkMonitor *monitor = window ? gdk_display_get_monitor_at_window (display, window) : gdk_display_get_monitor (display, 0);

  if (monitor)
    gdk_monitor_get_workarea (monitor, &area);
#endif
  return area;
}

int
plugin_room_across (GtkWidget *widget)
{
  return room (widget).width;
}

int
plugin_room_down (GtkWidget *widget)
{
  return room (widget).height;
}

#if ACU_GIMP == 2
/* GTK 2 knows no scrolled window that is as high as what is in it. */
static void
on_content_size (GtkWidget *content, GtkRequisition *size, GtkWidget *scroller)
{
  int most = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (scroller), "room")), height;

  gtk_widget_get_size_request (scroller, NULL, &height);
  if (height != MIN (size->height, most))
    gtk_widget_set_size_request (scroller, -1, MIN (size->height, most));
}
#endif

GtkWidget *
plugin_scroller_new (GtkWidget *content, int room)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL), *view;

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
#if ACU_GIMP == 2
  gtk_scrolled_window_add_with_viewport (GTK_SCROLLED_WINDOW (scroller), content);
  g_object_set_data (G_OBJECT (scroller), "room", GINT_TO_POINTER (room > 0 ? room : G_MAXINT));
  g_signal_connect_after (content, "size-request", G_CALLBACK (on_content_size), scroller);
#else
  gtk_container_add (GTK_CONTAINER (scroller), content);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  if (room > 0)
    gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), room);
#endif
  /* What is in it has the focus. */
  gtk_widget_set_can_focus (scroller, FALSE);
  view = gtk_bin_get_child (GTK_BIN (scroller));
  gtk_viewport_set_shadow_type (GTK_VIEWPORT (view), GTK_SHADOW_NONE);
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (content), gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)));
  gtk_widget_show (view);
  gtk_widget_show (scroller);
  return scroller;
}

void
plugin_canvas_set_cursor (GtkWidget *canvas, GdkCursorType type)
{
  GdkCursor *cursor = gdk_cursor_new_for_display (gtk_widget_get_display (canvas), type);

  gdk_window_set_cursor (gtk_widget_get_window (canvas), cursor);
#if ACU_GIMP == 2
  gdk_cursor_unref (cursor);
#else
  g_object_unref (cursor);
#endif
}

void
plugin_widget_describe (GtkWidget *widget, const char *name, const char *description)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  if (name)
    atk_object_set_name (accessible, name);
  if (description)
    atk_object_set_description (accessible, description);
}

gboolean
plugin_key_is_arrow (guint key, int *x, int *y)
{
  *x = key == GDK_KEY_Left || key == GDK_KEY_KP_Left ? -1 : key == GDK_KEY_Right || key == GDK_KEY_KP_Right ? 1 : 0;
  *y = key == GDK_KEY_Up || key == GDK_KEY_KP_Up ? -1 : key == GDK_KEY_Down || key == GDK_KEY_KP_Down ? 1 : 0;
  return *x || *y;
}
