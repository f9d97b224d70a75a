/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch_window.h"
#include "dialog.h"
#include "widgets.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH 460
#define PROBLEMS_HEIGHT 120

typedef struct Window
{
  GtkWidget *dialog, *from, *to, *bar, *text, *problems;
  PluginBatch *batch;
} Window;

static void
show_ends (Window *window, const PluginBatchState *state)
{
  /* Translators: the numbers of pictures. */
  char *text = g_strdup_printf (_("Pictures: %d done, %d there already, %d failed, of %d."), state->done, state->skipped, state->failed, state->total);

  gtk_label_set_text (GTK_LABEL (window->text), state->error ? state->error : text);
  g_free (text);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (window->dialog), GTK_RESPONSE_OK, TRUE);
  gtk_widget_set_sensitive (window->from, TRUE);
  gtk_widget_set_sensitive (window->to, TRUE);
}

static void
show_state (gpointer data)
{
  Window *window = data;
  PluginBatchState state;
  char *left, *text, *problems;

  if (!window->batch)
    return;
  plugin_batch_state (window->batch, &state);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (window->bar), state.running || state.error ? state.fraction : 1);
  problems = g_utf8_make_valid (state.problems, -1);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (window->problems)), problems, -1);
  g_free (problems);
  if (!state.running)
    {
      show_ends (window, &state);
      return;
    }
  left = acu_format_seconds (state.seconds_left);
  if (state.seconds_left >= 0)
    /* Translators: the number of the picture at work, of how many, its name, time such as "2 min 3 s". */
    text = g_strdup_printf (_("Picture %d of %d: %s. %s left."), MIN (state.total, state.done + state.skipped + state.failed + 1), state.total, state.name, left);
  else
    text = g_strdup_printf (_("Picture %d of %d: %s."), MIN (state.total, state.done + state.skipped + state.failed + 1), state.total, state.name);
  gtk_label_set_text (GTK_LABEL (window->text), text);
  g_free (text);
  g_free (left);
}

static void
on_browse (GtkWidget *button, GtkWidget *entry)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (_("Choose a Folder"), GTK_WINDOW (gtk_widget_get_toplevel (button)), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                                   _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Choose"), GTK_RESPONSE_OK, NULL);
  const char *before = gtk_entry_get_text (GTK_ENTRY (entry));

  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  if (before[0])
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), before);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    {
      char *path = gtk_file_chooser_get_filename (GTK_FILE_CHOOSER (dialog)), *shown = path ? g_filename_to_utf8 (path, -1, NULL, NULL, NULL) : NULL;

      if (shown)
        gtk_entry_set_text (GTK_ENTRY (entry), shown);
      g_free (shown);
      g_free (path);
    }
  gtk_widget_destroy (dialog);
}

static GtkWidget *
new_folder (GtkBox *box, GtkSizeGroup *labels, const char *label, const char *help)
{
  GtkWidget *entry = gtk_entry_new (), *row = plugin_row_new (labels, label, entry, TRUE);

  gtk_widget_set_tooltip_text (entry, help);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_box_pack_start (GTK_BOX (row), plugin_button_new (_("Browse…"), help, G_CALLBACK (on_browse), entry), FALSE, FALSE, 0);
  gtk_box_pack_start (box, row, FALSE, FALSE, 0);
  return entry;
}

/* The folder that an entry names, "~" for the user's own; NULL when it is empty. */
static char *
take_folder (GtkWidget *entry)
{
  const char *text = gtk_entry_get_text (GTK_ENTRY (entry));
  g_autofree char *path = text[0] ? g_filename_from_utf8 (text, -1, NULL, NULL, NULL) : NULL;

  if (path && path[0] == '~' && (!path[1] || path[1] == G_DIR_SEPARATOR))
    return g_build_filename (g_get_home_dir (), path + 1, NULL);
  return g_steal_pointer (&path);
}

static void
begin (Window *window, const PluginValues *values)
{
  char *from = take_folder (window->from), *to = take_folder (window->to);
  GError *error = NULL;

  g_clear_pointer (&window->batch, plugin_batch_free);
  if (!from || !to)
    gtk_label_set_text (GTK_LABEL (window->text), _("Choose both folders first."));
  else if (!(window->batch = plugin_batch_start (from, to, values, show_state, window, &error)))
    {
      gtk_label_set_text (GTK_LABEL (window->text), error->message);
      g_error_free (error);
    }
  else
    {
      gtk_dialog_set_response_sensitive (GTK_DIALOG (window->dialog), GTK_RESPONSE_OK, FALSE);
      gtk_widget_set_sensitive (window->from, FALSE);
      gtk_widget_set_sensitive (window->to, FALSE);
      show_state (window);
    }
  g_free (from);
  g_free (to);
}

static void
fill_window (Window *window)
{
  GtkWidget *box = plugin_box_new (GTK_ORIENTATION_VERTICAL, 6), *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkSizeGroup *labels = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  window->from = new_folder (GTK_BOX (box), labels, _("_Pictures from"), _("Every PNG, JPEG, TIFF, WebP, OpenEXR and PPM file in this folder is enlarged"));
  window->to = new_folder (GTK_BOX (box), labels, _("_Results to"), _("Files keep their names; what is there already is left out"));
  g_object_unref (labels);
  window->bar = gtk_progress_bar_new ();
  gtk_widget_show (window->bar);
  plugin_widget_describe (window->bar, _("Progress"), NULL);
  gtk_box_pack_start (GTK_BOX (box), window->bar, FALSE, FALSE, 0);
  window->text = plugin_label_new (_("Pictures whose result is there already are left out, so that a stopped run can be started again."), WIDTH);
  gtk_box_pack_start (GTK_BOX (box), window->text, FALSE, FALSE, 0);
  window->problems = gtk_text_view_new ();
  gtk_text_view_set_editable (GTK_TEXT_VIEW (window->problems), FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (window->problems), GTK_WRAP_WORD_CHAR);
  /* Tab goes on to the buttons */
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (window->problems), FALSE);
  plugin_widget_describe (window->problems, _("Pictures that failed"), NULL);
  gtk_container_add (GTK_CONTAINER (scrolled), window->problems);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_widget_set_size_request (scrolled, WIDTH, PROBLEMS_HEIGHT);
  gtk_widget_show_all (scrolled);
  gtk_box_pack_start (GTK_BOX (box), plugin_label_new (_("Problems:"), 0), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), scrolled, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window->dialog))), box, TRUE, TRUE, 0);
}

void
plugin_batch_run (GtkWindow *parent, const PluginValues *values)
{
  Window window = { .dialog = plugin_window_new (_("AI Upscale: A Folder of Pictures"), PLUGIN_PROCEDURE, _("_Start")) };

  gtk_window_set_transient_for (GTK_WINDOW (window.dialog), parent);
  fill_window (&window);
  gtk_widget_show (window.dialog);
  while (gimp_dialog_run (GIMP_DIALOG (window.dialog)) == GTK_RESPONSE_OK)
    begin (&window, values);
  plugin_batch_free (window.batch);
  gtk_widget_destroy (window.dialog);
}
