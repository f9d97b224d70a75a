/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows that are the same in GIMP 2.10 and 3. */
#include "dialog.h"

#include <glib/gi18n.h>

GtkWidget *
plugin_window_new (const char *title, const char *procedure, const char *ok)
{
  GtkWidget *dialog = gimp_dialog_new (title, PLUGIN_BINARY, NULL, 0, gimp_standard_help_func, procedure, _("_Cancel"), GTK_RESPONSE_CANCEL, ok,
                                       GTK_RESPONSE_OK, NULL);

#if ACU_GIMP == 2
  gtk_dialog_set_alternative_button_order (GTK_DIALOG (dialog), GTK_RESPONSE_OK, GTK_RESPONSE_CANCEL, -1);
#else
  gimp_dialog_set_alternative_button_order (GTK_DIALOG (dialog), GTK_RESPONSE_OK, GTK_RESPONSE_CANCEL, -1);
#endif
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (dialog));
  return dialog;
}
