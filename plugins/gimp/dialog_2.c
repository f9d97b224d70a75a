/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog's window in GIMP 2.10. */
#include "dialog.h"
#include "enhance.h"

#include <glib/gi18n.h>

#define RESPONSE_RESET 1

gboolean
plugin_dialog_run (PluginImage image, gboolean same_size, PluginValues *values)
{
  GtkWidget *dialog;
  PluginPanel *panel;
  int response;

  gimp_ui_init (PLUGIN_BINARY, FALSE);
  dialog = gimp_dialog_new (same_size ? _("AI Enhance") : _("AI Upscale"), PLUGIN_BINARY, NULL, 0, gimp_standard_help_func,
                            same_size ? PLUGIN_ENHANCE : PLUGIN_PROCEDURE,
                            _("_Reset"), RESPONSE_RESET, _("_Cancel"), GTK_RESPONSE_CANCEL, same_size ? _("_Enhance") : _("_Upscale"),
                            GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_alternative_button_order (GTK_DIALOG (dialog), GTK_RESPONSE_OK, RESPONSE_RESET, GTK_RESPONSE_CANCEL,
                                           -1);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gtk_window_set_resizable (GTK_WINDOW (dialog), FALSE);
  gimp_window_set_transient (GTK_WINDOW (dialog));
  panel = plugin_panel_new (image, values, same_size, GTK_DIALOG (dialog),
                            GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), NULL, NULL);
  gtk_widget_show (dialog);
  while ((response = gimp_dialog_run (GIMP_DIALOG (dialog))) == RESPONSE_RESET)
    {
      if (same_size)
        plugin_enhance_defaults (values);
      else
        plugin_values_defaults (values);
      plugin_panel_set (panel, values);
    }
  plugin_panel_get (panel, values);
  if (response != GTK_RESPONSE_OK)
    acu_models_stop_measuring ();
  plugin_panel_free (panel);
  gtk_widget_destroy (dialog);
  return response == GTK_RESPONSE_OK;
}
