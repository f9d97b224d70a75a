/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The piece of the preview as up to four models or settings make it, side by side. */
#ifndef ACU_GIMP_COMPARE_H
#define ACU_GIMP_COMPARE_H

#include "preview.h"

/* Shows the window over `parent`, beginning with *values; TRUE when one was chosen: then *values are its. */
gboolean plugin_compare_run (PluginPreview *preview, GtkWindow *parent, PluginValues *values);

#endif
