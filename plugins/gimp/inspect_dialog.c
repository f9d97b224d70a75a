/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inspect.h"
#include "widgets.h"

#include <glib/gi18n.h>

#define LEVELS 3

typedef struct Fields
{
  GtkWidget *dialog, *model, *place, *side, *note;
} Fields;

/* The levels, then every layer by its name. */
static void
fill_places (Fields *fields)
{
  char *name = plugin_combo_name (fields->model);
  GError *error = NULL;
  AcuModelInfo *model = name ? acu_model_find (name, 2, &error) : NULL;
  char **places = model ? acu_model_places (model, &error) : NULL;
  int n = places ? (int) g_strv_length (places) : 0;

  plugin_combo_clear (fields->place);
  for (int level = 0; level < LEVELS && n; level++)
    {
      static const char *const labels[LEVELS] = { N_("Edges and colours (early layers)"), N_("Shapes and textures (middle layers)"), N_("Features (late layers)") };

      plugin_combo_append (fields->place, acu_maps_level_name (level), _(labels[level]));
    }
  if (n)
    plugin_combo_append (fields->place, "", NULL);
  for (int i = 0; i < n; i++)
    {
      /* Translators: the name of a layer, its level (edges, shapes, features). */
      char *label = g_strdup_printf (_("Layer %s (%s)"), places[i], acu_maps_level_label (i * LEVELS / n));

      plugin_combo_append (fields->place, places[i], label);
      g_free (label);
    }
  plugin_label_set_small (fields->note, error ? error->message
                                              : _("Shows what is selected, or the whole layer, as the network sees it: one gray picture for each thing it looks for."));
  gtk_dialog_set_response_sensitive (GTK_DIALOG (fields->dialog), GTK_RESPONSE_OK, n > 0);
  g_clear_error (&error);
  g_strfreev (places);
  acu_model_info_free (model);
  g_free (name);
}

static void
on_model (GtkWidget *model, Fields *fields)
{
  fill_places (fields);
  plugin_combo_select (fields->place, acu_maps_level_name (ACU_MAPS_EDGES));
}

static void
take_text (GtkWidget *combo, char *text)
{
  char *name = plugin_combo_name (combo);

  g_strlcpy (text, name ? name : "", PLUGIN_MAX_TEXT);
  g_free (name);
}

gboolean
plugin_inspect_ask (PluginImage image, PluginInspection *inspection)
{
  const AcuOption *options = plugin_inspect_options ();
  GtkWidget *dialog, *box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6), *side;
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  Fields fields;
  gboolean ok;

  dialog = plugin_window_new (_("What Each Layer Sees"), PLUGIN_INSPECT, _("_Show"));
  fields = (Fields) { dialog, plugin_combo_new_networks (), plugin_combo_new_empty (),
                      gtk_spin_button_new_with_range (options[2].minimum, options[2].maximum, 16), plugin_label_new (NULL, 380) };
  gtk_entry_set_activates_default (GTK_ENTRY (fields.side), TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (fields.side), inspection->side);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), box, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), plugin_row_new (labels, _(options[0].label), fields.model, TRUE), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), plugin_row_new (labels, _(options[1].label), fields.place, TRUE), FALSE, FALSE, 0);
  side = plugin_row_new (labels, _(options[2].label), fields.side, FALSE);
  gtk_box_pack_start (GTK_BOX (side), plugin_label_new (_("pixels"), 0), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), side, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), fields.note, FALSE, FALSE, 0);
  gtk_widget_set_tooltip_text (fields.model, _(options[0].help));
  gtk_widget_set_tooltip_text (fields.place, _(options[1].help));
  gtk_widget_set_tooltip_text (fields.side, _(options[2].help));
  plugin_combo_select (fields.model, inspection->model);
  fill_places (&fields);
  plugin_combo_select (fields.place, inspection->place);
  g_signal_connect (fields.model, "changed", G_CALLBACK (on_model), &fields);
  gtk_widget_grab_focus (fields.side);
  gtk_widget_show (dialog);
  ok = gimp_dialog_run (GIMP_DIALOG (dialog)) == GTK_RESPONSE_OK;
  if (ok)
    {
      take_text (fields.model, inspection->model);
      take_text (fields.place, inspection->place);
      inspection->side = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (fields.side));
    }
  gtk_widget_destroy (dialog);
  g_object_unref (labels);
  return ok;
}
