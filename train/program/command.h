/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the commands of acuity-train share. */
#ifndef ACU_TRAIN_COMMAND_H
#define ACU_TRAIN_COMMAND_H

#include <glib.h>

G_BEGIN_DECLS

/* "acuity-train: <sentence>" on standard error. Takes the error; returns the exit status. */
int acu_command_fail (GError *error);

/* Options of one command; what is left of argv are its arguments, of which there are to be `wanted` (negative: any number). FALSE when something was
 * wrong, and has been said. */
gboolean acu_command_parse (int *argc, char ***argv, const GOptionEntry *entries, const char *arguments, const char *summary, int wanted);

G_END_DECLS

#endif
