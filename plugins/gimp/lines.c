/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lines.h"
#include "widgets.h"

#include <glib/gi18n.h>

/* What stands on the right of what. */
static const char *const beside[][2] = {
  { "scale", "size-mode" },    { "longest", "size-mode" },    { "resolution", "size-mode" },   { "precision", "device" },
  { "strength", "clean" },     { "text-strength", "text" },   { "face-strength", "faces" },    { "steps", "seed" },
  { "trust-layer", "faithful" }, { "candidates", "result" },
};

GtkWidget *
plugin_field_new (const AcuOption *option)
{
  gboolean whole = option->type == ACU_OPTION_INT;
  double step = whole || option->maximum > 16 ? 1 : option->maximum > 1 ? 0.5 : 0.1;
  GtkWidget *field;

  switch (option->type)
    {
    case ACU_OPTION_DOUBLE:
    case ACU_OPTION_INT:
      field = gtk_spin_button_new_with_range (option->minimum, option->maximum, step);
      gtk_spin_button_set_digits (GTK_SPIN_BUTTON (field), whole ? 0 : option->maximum <= 16 ? 2 : 1);
      gtk_spin_button_set_increments (GTK_SPIN_BUTTON (field), step, option->maximum <= 16 ? 2 * step : 100);
      gtk_entry_set_width_chars (GTK_ENTRY (field), 9);
      gtk_entry_set_activates_default (GTK_ENTRY (field), TRUE);
      return field;
    case ACU_OPTION_BOOLEAN:
      return gtk_check_button_new_with_mnemonic (_(option->label));
    case ACU_OPTION_CHOICE:
      return plugin_combo_new (option);
    case ACU_OPTION_STRING:
      break;
    }
  if (g_str_equal (option->key, "model"))
    return plugin_combo_new (option);
  field = gtk_entry_new ();
  gtk_entry_set_activates_default (GTK_ENTRY (field), TRUE);
  return field;
}

const char *
plugin_field_signal (GtkWidget *field)
{
  return GTK_IS_SPIN_BUTTON (field) ? "value-changed" : GTK_IS_TOGGLE_BUTTON (field) ? "toggled" : "changed";
}

void
plugin_lines_init (PluginLines *lines, GtkBox *parent)
{
  *lines = (PluginLines) { .parent = parent };
  for (guint i = 0; i < G_N_ELEMENTS (lines->labels); i++)
    lines->labels[i] = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
}

void
plugin_lines_clear (PluginLines *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines->labels); i++)
    g_object_unref (lines->labels[i]);
}

GtkWidget *
plugin_line_new (void)
{
  GtkWidget *line = plugin_box_new (GTK_ORIENTATION_HORIZONTAL, 18);

  /* Two halves, so that what is on the right stands below one another. */
  gtk_box_set_homogeneous (GTK_BOX (line), TRUE);
  return line;
}

GtkBox *
plugin_lines_place (PluginLines *lines, const char *key, gboolean *right)
{
  const char *left = key;
  int index;

  for (guint i = 0; i < G_N_ELEMENTS (beside); i++)
    if (g_str_equal (beside[i][0], key))
      left = beside[i][1];
  *right = left != key;
  index = plugin_option_index (left);
  if (!lines->lines[index])
    {
      lines->lines[index] = plugin_line_new ();
      gtk_box_pack_start (lines->parent, lines->lines[index], FALSE, FALSE, 0);
    }
  return GTK_BOX (lines->lines[index]);
}

static void
look (GtkWidget *child, gpointer data)
{
  *(gboolean *) data |= gtk_widget_get_visible (child);
}

void
plugin_lines_update (PluginLines *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines->lines); i++)
    if (lines->lines[i])
      {
        gboolean visible = FALSE;

        gtk_container_foreach (GTK_CONTAINER (lines->lines[i]), look, &visible);
        gtk_widget_set_visible (lines->lines[i], visible);
      }
}
