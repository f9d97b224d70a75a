/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the options stand in the dialog: one a line, or two that belong together, so that all of them fit a low screen. */
#ifndef ACU_GIMP_LINES_H
#define ACU_GIMP_LINES_H

#include "dialog.h"

/* A field for an option, and the signal that tells of a change. */
GtkWidget *plugin_field_new (const AcuOption *option);
const char *plugin_field_signal (GtkWidget *field);

/**
 * PluginLines: the lines of options
 * @parent: what they are packed into, in the order in which they are asked for
 * @labels: a size group for the labels on the left and one for those on the right
 */
typedef struct PluginLines
{
  GtkBox *parent;
  GtkSizeGroup *labels[2];
  GtkWidget *lines[PLUGIN_MAX_OPTIONS];   /* by the option on the left; NULL: none was asked for */
} PluginLines;

void plugin_lines_init (PluginLines *lines, GtkBox *parent);
void plugin_lines_clear (PluginLines *lines);
/* Where the row of the option goes: into a line of its own, or beside the option that it belongs to. *right: whether it is that. */
GtkBox *plugin_lines_place (PluginLines *lines, const char *key, gboolean *right);
/* A line for two fields, or one that is wider; its cells are packed by whoever asks. */
GtkWidget *plugin_line_new (void);
/* Lines of which nothing is to be seen take no room. */
void plugin_lines_update (PluginLines *lines);

#endif
