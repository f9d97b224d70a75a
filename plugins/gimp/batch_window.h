/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACU_GIMP_BATCH_WINDOW_H
#define ACU_GIMP_BATCH_WINDOW_H

#include "batch.h"

#include <libgimp/gimpui.h>

/* Asks for the folders over `parent`, works on them and shows how far it is, until the window is closed; that stops what still runs. */
void plugin_batch_run (GtkWindow *parent, const PluginValues *values);

#endif
