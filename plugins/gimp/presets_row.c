/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets_row.h"
#include "dialog.h"

#include <glib/gi18n.h>

struct PluginPresets
{
  GtkWidget *combo, *remove;
  int own;                        /* the number of the user's first */
  void (*get) (gpointer data, PluginValues *values);
  void (*set) (gpointer data, const PluginValues *values);
  gpointer data;
  gboolean updating;
};

static void
fill (PluginPresets *presets, const char *chosen)
{
  char **names = plugin_presets_names (&presets->own);

  presets->updating = TRUE;
  plugin_combo_clear (presets->combo);
  for (int i = 0; names[i]; i++)
    {
      if (i == presets->own)
        plugin_combo_append (presets->combo, "", NULL);
      plugin_combo_append (presets->combo, names[i], names[i]);
    }
  if (chosen)
    plugin_combo_select (presets->combo, chosen);
  /* the line between the two is a row as well */
  gtk_widget_set_sensitive (presets->remove, gtk_combo_box_get_active (GTK_COMBO_BOX (presets->combo)) > presets->own);
  presets->updating = FALSE;
  g_strfreev (names);
}

static void
complain (PluginPresets *presets, GError *error)
{
  GtkWidget *dialog = gtk_message_dialog_new (GTK_WINDOW (gtk_widget_get_toplevel (presets->combo)), GTK_DIALOG_MODAL, GTK_MESSAGE_ERROR,
                                              GTK_BUTTONS_CLOSE, "%s", error->message);

  gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  g_error_free (error);
}

static void
on_chosen (GtkWidget *combo, PluginPresets *presets)
{
  PluginValues *values;
  char *name = presets->updating ? NULL : plugin_combo_name (combo);

  if (!name)
    return;
  values = g_new (PluginValues, 1);
  presets->get (presets->data, values);
  presets->updating = TRUE;
  if (plugin_presets_load (name, values))
    presets->set (presets->data, values);
  presets->updating = FALSE;
  gtk_widget_set_sensitive (presets->remove, gtk_combo_box_get_active (GTK_COMBO_BOX (combo)) > presets->own);
  g_free (values);
  g_free (name);
}

/* The name to save under; NULL when it was cancelled. */
static char *
ask_name (PluginPresets *presets)
{
  GtkWidget *dialog = plugin_window_new (_("Save Preset"), PLUGIN_PROCEDURE, _("_Save")), *entry = gtk_entry_new ();
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  char *name = NULL;
  int own = gtk_combo_box_get_active (GTK_COMBO_BOX (presets->combo));

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (gtk_widget_get_toplevel (presets->combo)));
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  if (own > presets->own && (name = plugin_combo_name (presets->combo)))
    gtk_entry_set_text (GTK_ENTRY (entry), name);
  g_clear_pointer (&name, g_free);
  gtk_box_pack_start (GTK_BOX (box), plugin_row_new (labels, _("_Name"), entry, TRUE), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), box, TRUE, TRUE, 0);
  gtk_widget_grab_focus (entry);
  gtk_widget_show (dialog);
  if (gimp_dialog_run (GIMP_DIALOG (dialog)) == GTK_RESPONSE_OK)
    name = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (entry))));
  gtk_widget_destroy (dialog);
  g_object_unref (labels);
  return name;
}

static void
on_save (GtkWidget *button, PluginPresets *presets)
{
  char *name = ask_name (presets);
  PluginValues *values = g_new (PluginValues, 1);
  GError *error = NULL;

  presets->get (presets->data, values);
  if (name && plugin_presets_save (name, values, &error))
    fill (presets, name);
  if (error)
    complain (presets, error);
  g_free (values);
  g_free (name);
}

static void
on_remove (GtkWidget *button, PluginPresets *presets)
{
  char *name = plugin_combo_name (presets->combo);
  GError *error = NULL;

  if (name && plugin_presets_delete (name, &error))
    fill (presets, NULL);
  if (error)
    complain (presets, error);
  g_free (name);
}

PluginPresets *
plugin_presets_new (GtkBox *box, GtkSizeGroup *labels, void (*get) (gpointer data, PluginValues *values),
                    void (*set) (gpointer data, const PluginValues *values), gpointer data)
{
  PluginPresets *presets = g_new0 (PluginPresets, 1);
  GtkWidget *row;

  *presets = (PluginPresets) { .get = get, .set = set, .data = data };
  presets->combo = plugin_combo_new_empty ();
  gtk_widget_set_tooltip_text (presets->combo, _("Sets all options at once"));
  row = plugin_row_new (labels, _("Prese_ts"), presets->combo, TRUE);
  presets->remove = plugin_button_new (_("Delete"), _("Forget this preset"), G_CALLBACK (on_remove), presets);
  gtk_box_pack_start (GTK_BOX (row), plugin_button_new (_("Save…"), _("Keep these options under a name"), G_CALLBACK (on_save), presets), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), presets->remove, FALSE, FALSE, 0);
  gtk_box_pack_start (box, row, FALSE, FALSE, 0);
  fill (presets, NULL);
  g_signal_connect (presets->combo, "changed", G_CALLBACK (on_chosen), presets);
  return presets;
}

void
plugin_presets_free (PluginPresets *presets)
{
  g_signal_handlers_disconnect_by_data (presets->combo, presets);
  g_free (presets);
}

void
plugin_presets_changed (PluginPresets *presets)
{
  if (presets->updating)
    return;
  presets->updating = TRUE;
  gtk_combo_box_set_active (GTK_COMBO_BOX (presets->combo), -1);
  gtk_widget_set_sensitive (presets->remove, FALSE);
  presets->updating = FALSE;
}
