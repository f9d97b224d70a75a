/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every picture of a folder, with the dialog's options: the program `acuity` does it, so that each file keeps its profile, metadata and format, and
 * what ends GIMP or the dialog loses no more than the picture at work. */
#ifndef ACU_GIMP_BATCH_H
#define ACU_GIMP_BATCH_H

#include "plugin.h"

typedef struct PluginBatch PluginBatch;

/**
 * PluginBatchState: how far it is
 * @total: pictures; @done, @skipped, @failed: of them
 * @fraction: 0 to 1 of all pixels
 * @seconds_left: negative while unknown
 * @name: of the picture at work, as the screen shows it; "" when there is none
 * @problems: a line for each picture that failed
 * @running: FALSE when all is over
 * @error: why it could not go on, or NULL
 */
typedef struct PluginBatchState
{
  int total, done, skipped, failed;
  double fraction, seconds_left;
  const char *name, *problems, *error;
  gboolean running;
} PluginBatchState;

/* The pictures of a folder, by name: files that end as pictures do, not those in folders below. g_strfreev(). NULL with an error. */
char **plugin_batch_pictures (const char *folder, GError **error);
/* The command line for these options: what `acuity` is asked; the names of the pictures are its standard input. g_strfreev(). */
char **plugin_batch_command (const char *program, const PluginValues *values, const char *to);

/* Starts. `changed` is told from the main loop whenever there is something new. */
PluginBatch *plugin_batch_start (const char *from, const char *to, const PluginValues *values, void (*changed) (gpointer data), gpointer data,
                                 GError **error);
void plugin_batch_state (const PluginBatch *batch, PluginBatchState *state);
/* Stops what still runs; no half-written file stays. NULL is allowed. */
void plugin_batch_free (PluginBatch *batch);

#endif
