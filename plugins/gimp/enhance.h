/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AI Enhance for GIMP 2.10, where operations of GEGL have no place in the menus: a layer becomes better at its own size. */
#ifndef ACU_GIMP_ENHANCE_H
#define ACU_GIMP_ENHANCE_H

#include "plugin.h"

#define PLUGIN_ENHANCE "plug-in-acuity-enhance"

/* The options' defaults, at the picture's own size and with some cleaning, as acuity:enhance has it. */
void plugin_enhance_defaults (PluginValues *values);
/* Works on what is selected of the layer, as one step that Undo takes back. */
gboolean plugin_enhance (PluginImage image, PluginItem layer, const PluginValues *values, GError **error);

#endif
