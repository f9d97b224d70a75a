/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dialogs are made of, where GTK 2 and GTK 3 differ or a few calls always go together. */
#ifndef ACU_GIMP_WIDGETS_H
#define ACU_GIMP_WIDGETS_H

#include "compat.h"

#include <libgimp/gimpui.h>

/* All of them are made visible. */
GtkWidget *plugin_box_new (GtkOrientation orientation, int spacing);
/* With `width` above 0 the text is broken into lines of so many pixels at most. */
GtkWidget *plugin_label_new (const char *text, int width);
void plugin_label_set_small (GtkWidget *label, const char *text);
GtkWidget *plugin_button_new (const char *label, const char *help, GCallback clicked, gpointer data);

/* A line of a dialog: what it is called, of a width that all of the group have, and its field. `label` has a mnemonic. */
GtkWidget *plugin_row_new (GtkSizeGroup *labels, const char *label, GtkWidget *field, gboolean wide);

/* Draws in pixels of the screen, however many of them a pixel of the toolkit has. */
typedef void (*PluginDraw) (gpointer data, cairo_t *cr, int width, int height);

/* An area of our own, at least so large, that takes keys and the mouse; for people who do not see it, it has a name. */
GtkWidget *plugin_canvas_new (int width, int height, const char *name, PluginDraw draw, gpointer data);
/* How many pixels of the screen a pixel of the toolkit has, and the canvas's size in them. */
int plugin_canvas_scale (GtkWidget *canvas);
void plugin_canvas_size (GtkWidget *canvas, int *width, int *height);
/* The size of the screen that the widget's window is on, without panels where that is known, in the toolkit's pixels. */
int plugin_room_across (GtkWidget *widget);
int plugin_room_down (GtkWidget *widget);
/* What is in it is as high as it likes, but if it has no room it scrolls; what gets the focus is brought into view. */
GtkWidget *plugin_scroller_new (GtkWidget *content, int room);
void plugin_canvas_set_cursor (GtkWidget *canvas, GdkCursorType type);

/* Whether a key is an arrow, and which: -1, 0 or 1 in each direction. */
gboolean plugin_key_is_arrow (guint key, int *x, int *y);

/* What a screen reader says of a widget; NULL leaves it as it is. */
void plugin_widget_describe (GtkWidget *widget, const char *name, const char *description);

#endif
