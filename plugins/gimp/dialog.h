/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dialog. What is inside (the panel) is the same for GTK 2 and GTK 3; the window around it belongs to each GIMP. */
#ifndef ACU_GIMP_DIALOG_H
#define ACU_GIMP_DIALOG_H

#include "plugin.h"

#include <libgimp/gimpui.h>

typedef struct PluginPanel PluginPanel;
typedef void (*PluginPanelChanged) (gpointer data, const PluginValues *values);

/* Makes the widgets (those for the size only if it may change), packs them into `box` and switches `dialog`'s OK off while the values make no sense. `changed`
 * (may be NULL) is told of every change that the person makes. Lives until plugin_panel_free(). */
PluginPanel *plugin_panel_new (PluginImage image, const PluginValues *values, gboolean same_size, GtkDialog *dialog,
                               GtkBox *box, PluginPanelChanged changed, gpointer data);
/* Destroys its widgets, before the dialog. */
void plugin_panel_free (PluginPanel *panel);
void plugin_panel_set (PluginPanel *panel, const PluginValues *values);
void plugin_panel_get (const PluginPanel *panel, PluginValues *values);

/* A list of an option's choices, or of all models that can be used now. */
GtkWidget *plugin_combo_new (const AcuOption *option);
/* A list of networks alone, and one to be filled; a NULL label makes a line between groups. */
GtkWidget *plugin_combo_new_networks (void);
GtkWidget *plugin_combo_new_empty (void);
void plugin_combo_append (GtkWidget *combo, const char *name, const char *label);
void plugin_combo_clear (GtkWidget *combo);
/* A name that is not in the list (a file, a model that is gone) is added, so that it can be seen. */
void plugin_combo_select (GtkWidget *combo, const char *name);
/* Name and explanation of what is chosen, or NULL; free with g_free(). */
char *plugin_combo_name (GtkWidget *combo);
char *plugin_combo_detail (GtkWidget *combo);

/* How long a job takes and how much memory it needs, worked out beside the dialog: a network is loaded, and tried out where this machine does not know it yet. */
typedef struct PluginEstimate PluginEstimate;

/* Told from the main loop when there is something new to say: a text, or why the job cannot be done. */
typedef void (*PluginEstimated) (gpointer data, const char *text, const GError *error);
PluginEstimate *plugin_estimate_new (PluginImage image, PluginEstimated estimated, gpointer data);
/* Waits for what is going on, usually a fraction of a second. */
void plugin_estimate_free (PluginEstimate *estimate);
/* Works it out for these values; of what was asked earlier nothing is told any more. */
void plugin_estimate_ask (PluginEstimate *estimate, const PluginValues *values);
/* What was asked is no longer of interest. */
void plugin_estimate_forget (PluginEstimate *estimate);

/* A window with the buttons Cancel and `ok`, for the procedure of that name. gimp_dialog_run() it, then destroy it. */
GtkWidget *plugin_window_new (const char *title, const char *procedure, const char *ok);

#if ACU_GIMP == 2
/* Shows the dialog, of AI Enhance with `same_size`; FALSE when it was cancelled, otherwise *values is what was chosen. */
gboolean plugin_dialog_run (PluginImage image, gboolean same_size, PluginValues *values);
#else
/* The same; the values are in `config`. */
gboolean plugin_dialog_run (PluginImage image, GimpProcedure *procedure, GimpProcedureConfig *config);
void plugin_values_from_config (PluginValues *values, GimpProcedureConfig *config);
void plugin_values_to_config (const PluginValues *values, GimpProcedureConfig *config);
#endif

#endif
