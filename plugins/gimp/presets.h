/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options under a name, in a file of the user's GIMP folder. */
#ifndef ACU_GIMP_PRESETS_H
#define ACU_GIMP_PRESETS_H

#include "plugin.h"

/* The names of those that come with the plug-in, translated, then of the user's; g_strfreev(). *own gets the number of the user's first. */
char **plugin_presets_names (int *own);
/* FALSE when there is none of that name. What a preset does not say, or says wrongly, has its default; those that come with the plug-in leave
 * the size as it is in *values. */
gboolean plugin_presets_load (const char *name, PluginValues *values);
/* Replaces a user's one of the same name. A file that cannot be read is put aside, with a message, and not overwritten. ACU_ERROR_ARGUMENT for an empty name or that of one that comes with the plug-in; or why the file cannot be written. */
gboolean plugin_presets_save (const char *name, const PluginValues *values, GError **error);
/* Of the user's. */
gboolean plugin_presets_delete (const char *name, GError **error);

/* What a procedure was used with last; FALSE, and *values as they are, where it was not. */
gboolean plugin_last_load (const char *procedure, PluginValues *values);
void plugin_last_save (const char *procedure, const PluginValues *values);

#endif
