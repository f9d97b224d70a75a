/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of the dialog with presets: a list, Save and Delete. */
#ifndef ACU_GIMP_PRESETS_ROW_H
#define ACU_GIMP_PRESETS_ROW_H

#include "presets.h"
#include "widgets.h"

typedef struct PluginPresets PluginPresets;

/* `get` fills in the options as they are, `set` is given those of the preset that was chosen. Packs its line into `box`. */
PluginPresets *plugin_presets_new (GtkBox *box, GtkSizeGroup *labels, void (*get) (gpointer data, PluginValues *values),
                                   void (*set) (gpointer data, const PluginValues *values), gpointer data);
/* Before its widgets are destroyed. */
void plugin_presets_free (PluginPresets *presets);
/* The options are no longer those of a preset. */
void plugin_presets_changed (PluginPresets *presets);

#endif
