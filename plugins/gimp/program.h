/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program `acuity`, which does what a plug-in cannot do well: long work on files. */
#ifndef ACU_GIMP_PROGRAM_H
#define ACU_GIMP_PROGRAM_H

#include "plugin.h"

/* Where it is: beside the plug-in, in PATH, in ~/.local/bin, or where it was installed. g_free(). ACU_ERROR_NOT_FOUND. */
char *plugin_program_find (GError **error);
/* A GSpawnChildSetupFunc: the program must not outlive the plug-in, which GIMP may kill. */
void plugin_program_end_with_us (gpointer data);

#endif
