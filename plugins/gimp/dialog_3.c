/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog's window in GIMP 3: GimpProcedureDialog brings Reset, saved settings and the last values. */
#include "dialog.h"

#include <glib/gi18n.h>

typedef struct Window
{
  GimpProcedureConfig *config;
  PluginPanel *panel;
  gboolean writing;               /* the panel itself is changing the config */
} Window;

static void
panel_changed (gpointer data, const PluginValues *values)
{
  Window *window = data;

  window->writing = TRUE;
  plugin_values_to_config (values, window->config);
  window->writing = FALSE;
}

static void
config_changed (GObject *config, GParamSpec *property, gpointer data)
{
  Window *window = data;
  PluginValues *values;

  if (window->writing)
    return;
  values = g_new (PluginValues, 1);
  plugin_values_from_config (values, window->config);
  plugin_panel_set (window->panel, values);
  g_free (values);
}

gboolean
plugin_dialog_run (PluginImage image, GimpProcedure *procedure, GimpProcedureConfig *config)
{
  Window window = { .config = config };
  PluginValues *values = g_new (PluginValues, 1);
  GtkWidget *dialog;
  gulong handler;
  gboolean ok;

  gimp_ui_init (PLUGIN_BINARY);
  dialog = gimp_procedure_dialog_new (procedure, config, _("AI Upscale"));
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), _("_Upscale"));
  gtk_window_set_resizable (GTK_WINDOW (dialog), FALSE);
  plugin_values_from_config (values, config);
  window.panel = plugin_panel_new (image, values, FALSE, GTK_DIALOG (dialog),
                                   GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), panel_changed, &window);
  handler = g_signal_connect (config, "notify", G_CALLBACK (config_changed), &window);
  ok = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  g_signal_handler_disconnect (config, handler);
  plugin_panel_get (window.panel, values);
  if (ok)
    plugin_values_to_config (values, config);
  else
    acu_models_stop_measuring ();
  plugin_panel_free (window.panel);
  gtk_widget_destroy (dialog);
  g_free (values);
  return ok;
}
