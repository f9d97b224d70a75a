/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparison.h"
#include "widgets.h"

#include <glib/gi18n.h>
#include <string.h>

#define LIST_WIDTH 380
#define LIST_HEIGHT 240

typedef struct Fields
{
  GtkWidget *dialog, *scale, *list, *box, *page, *note;
  char *name;                     /* of the image */
  gboolean own_page;              /* the person has chosen another name */
  gboolean setting;               /* we are changing it */
  GPtrArray *buttons;             /* GtkToggleButton*, each with its approach's name as "name" */
} Fields;

static int
scale_of (const Fields *fields)
{
  return gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (fields->scale));
}

/* With all of them, a model that is installed later is compared as well. */
static gboolean
takes_all (const Fields *fields)
{
  for (guint i = 0; i < fields->buttons->len; i++)
    if (!gtk_toggle_button_get_active (g_ptr_array_index (fields->buttons, i)))
      return FALSE;
  return TRUE;
}

static gboolean
takes_any (const Fields *fields)
{
  for (guint i = 0; i < fields->buttons->len; i++)
    if (gtk_toggle_button_get_active (g_ptr_array_index (fields->buttons, i)))
      return TRUE;
  return FALSE;
}

static void
update (Fields *fields)
{
  const char *page = gtk_entry_get_text (GTK_ENTRY (fields->page));

  gtk_dialog_set_response_sensitive (GTK_DIALOG (fields->dialog), GTK_RESPONSE_OK, takes_any (fields) && g_str_has_suffix (page, ".html"));
}

static void
on_toggled (GtkWidget *button, Fields *fields)
{
  update (fields);
}

static void
add_button (Fields *fields, const char *line, char **chosen)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", 2);
  GtkWidget *button;

  if (g_strv_length (words) < 2)
    return;
  button = gtk_check_button_new_with_label (words[1]);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), !chosen || g_strv_contains ((const char *const *) chosen, words[0]));
  gtk_widget_set_tooltip_text (button, words[0]);
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (words[0]), g_free);
  g_signal_connect (button, "toggled", G_CALLBACK (on_toggled), fields);
  gtk_box_pack_start (GTK_BOX (fields->box), button, FALSE, FALSE, 0);
  gtk_widget_show (button);
  g_ptr_array_add (fields->buttons, button);
}

/* `chosen` NULL: all of them. */
static void
fill_list (Fields *fields, char **chosen)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = plugin_comparison_list (scale_of (fields), &error);

  for (guint i = 0; i < fields->buttons->len; i++)
    gtk_widget_destroy (g_ptr_array_index (fields->buttons, i));
  g_ptr_array_set_size (fields->buttons, 0);
  for (guint i = 0; lines && lines[i]; i++)
    add_button (fields, lines[i], chosen);
  plugin_label_set_small (fields->note, error ? error->message
                                              : _("What is selected, or the whole layer, is made small and enlarged again. Of large pictures, the middle is compared. "
                                                  "Slow networks can take minutes."));
}

/* Named after the image and the factor, in the folder that it was in, until the person chooses another name. */
static void
set_page (Fields *fields)
{
  g_autofree char *before = g_filename_from_utf8 (gtk_entry_get_text (GTK_ENTRY (fields->page)), -1, NULL, NULL, NULL);
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  g_autofree char *folder = before && *before ? g_path_get_dirname (before) : g_strdup (documents ? documents : g_get_home_dir ());
  g_autofree char *file = g_strdup_printf ("%s-x%d.html", fields->name, scale_of (fields)), *path = g_build_filename (folder, file, NULL);
  g_autofree char *shown = g_filename_to_utf8 (path, -1, NULL, NULL, NULL);

  fields->setting = TRUE;
  if (!fields->own_page && shown)
    gtk_entry_set_text (GTK_ENTRY (fields->page), shown);
  fields->setting = FALSE;
}

static void
on_scale (GtkWidget *scale, Fields *fields)
{
  fill_list (fields, NULL);
  set_page (fields);
  update (fields);
}

static void
on_page (GtkWidget *page, Fields *fields)
{
  fields->own_page |= !fields->setting;
  update (fields);
}

static void
on_browse (GtkWidget *button, Fields *fields)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (_("Where the Page Goes"), GTK_WINDOW (fields->dialog), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Cancel"),
                                                   GTK_RESPONSE_CANCEL, _("_Choose"), GTK_RESPONSE_OK, NULL);
  g_autofree char *before = g_filename_from_utf8 (gtk_entry_get_text (GTK_ENTRY (fields->page)), -1, NULL, NULL, NULL);
  g_autofree char *folder = before ? g_path_get_dirname (before) : NULL, *name = before ? g_path_get_basename (before) : NULL;

  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  if (folder)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder);
  if (name)
    {
      g_autofree char *shown = g_filename_display_name (name);

      gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), shown);
    }
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    {
      g_autofree char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog));
      g_autofree char *shown = path ? g_filename_to_utf8 (path, -1, NULL, NULL, NULL) : NULL;

      if (shown)
        gtk_entry_set_text (GTK_ENTRY (fields->page), shown);
    }
  gtk_widget_destroy (dialog);
}

static void
fill_dialog (Fields *fields, const PluginComparison *comparison)
{
  const AcuOption *options = plugin_comparison_options ();
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6), *scrolled = gtk_scrolled_window_new (NULL, NULL), *viewport = gtk_viewport_new (NULL, NULL), *row;
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (fields->dialog))), box, TRUE, TRUE, 0);
  fields->scale = gtk_spin_button_new_with_range (options[1].minimum, options[1].maximum, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (fields->scale), comparison->scale);
  gtk_entry_set_activates_default (GTK_ENTRY (fields->scale), TRUE);
  gtk_widget_set_tooltip_text (fields->scale, _(options[1].help));
  gtk_box_pack_start (GTK_BOX (box), plugin_row_new (labels, _(options[1].label), fields->scale, FALSE), FALSE, FALSE, 0);
  fields->box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_viewport_set_shadow_type (GTK_VIEWPORT (viewport), GTK_SHADOW_NONE);
  gtk_container_add (GTK_CONTAINER (viewport), fields->box);
  gtk_container_add (GTK_CONTAINER (scrolled), viewport);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_widget_set_size_request (scrolled, LIST_WIDTH, LIST_HEIGHT);
  plugin_widget_describe (fields->box, _("What is compared"), NULL);
  gtk_widget_show_all (scrolled);
  gtk_box_pack_start (GTK_BOX (box), scrolled, TRUE, TRUE, 0);
  fields->page = gtk_entry_new ();
  gtk_entry_set_activates_default (GTK_ENTRY (fields->page), TRUE);
  gtk_widget_set_tooltip_text (fields->page, _(options[2].help));
  row = plugin_row_new (labels, _(options[2].label), fields->page, TRUE);
  gtk_box_pack_start (GTK_BOX (row), plugin_button_new (_("_Browse…"), _(options[2].help), G_CALLBACK (on_browse), fields), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  fields->note = plugin_label_new (NULL, LIST_WIDTH);
  gtk_box_pack_start (GTK_BOX (box), fields->note, FALSE, FALSE, 0);
  g_object_unref (labels);
}

/* FALSE when the names do not fit. */
static gboolean
take_models (const Fields *fields, PluginComparison *comparison)
{
  GString *names = g_string_new (NULL);
  gboolean fits;

  for (guint i = 0; !takes_all (fields) && i < fields->buttons->len; i++)
    if (gtk_toggle_button_get_active (g_ptr_array_index (fields->buttons, i)))
      g_string_append_printf (names, "%s%s", names->len ? "," : "", (const char *) g_object_get_data (g_ptr_array_index (fields->buttons, i), "name"));
  fits = g_strlcpy (comparison->models, names->str, sizeof comparison->models) < sizeof comparison->models;
  g_string_free (names, TRUE);
  return fits;
}

static gboolean
take (const Fields *fields, PluginComparison *comparison)
{
  comparison->scale = scale_of (fields);
  return take_models (fields, comparison)
         && g_strlcpy (comparison->page, gtk_entry_get_text (GTK_ENTRY (fields->page)), sizeof comparison->page) < sizeof comparison->page;
}

gboolean
plugin_comparison_ask (PluginImage image, PluginComparison *comparison)
{
  Fields fields = { .dialog = plugin_window_new (_("Compare Models"), PLUGIN_COMPARISON, _("C_ompare")), .name = plugin_comparison_name (image),
                    .buttons = g_ptr_array_new () };
  g_auto (GStrv) chosen = comparison->models[0] ? g_strsplit (comparison->models, ",", -1) : NULL;
  gboolean ok;

  fill_dialog (&fields, comparison);
  fields.setting = TRUE;
  gtk_entry_set_text (GTK_ENTRY (fields.page), comparison->page);
  set_page (&fields);
  fill_list (&fields, chosen);
  g_signal_connect (fields.scale, "value-changed", G_CALLBACK (on_scale), &fields);
  g_signal_connect (fields.page, "changed", G_CALLBACK (on_page), &fields);
  update (&fields);
  gtk_widget_grab_focus (fields.scale);
  gtk_widget_show (fields.dialog);
  ok = gimp_dialog_run (GIMP_DIALOG (fields.dialog)) == GTK_RESPONSE_OK && take (&fields, comparison);
  /* A field that loses the focus says once more that it has changed. */
  g_signal_handlers_disconnect_by_data (fields.scale, &fields);
  g_signal_handlers_disconnect_by_data (fields.page, &fields);
  gtk_widget_destroy (fields.dialog);
  g_ptr_array_unref (fields.buttons);
  g_free (fields.name);
  return ok;
}
