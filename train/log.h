/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The log of a run: a CSV file with a row for every so many steps. */
#ifndef ACU_TRAIN_LOG_H
#define ACU_TRAIN_LOG_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuTrainLog AcuTrainLog;

/* Opens PATH for appending rows of these columns (ended by NULL; the first is the step, a whole number). Rows of steps after `step` are taken out:
 * they will be made again; with -1, a new log takes the place of an old one. A log with other columns is an error
 * (ACU_ERROR_FORMAT), as is one that cannot be read or written (ACU_ERROR_IO). */
AcuTrainLog *acu_train_log_open (const char *path, const char *const *columns, gint64 step, GError **error);
/* Closes it; NULL is allowed. */
void acu_train_log_close (AcuTrainLog *log);

/* One row: the step, then a number for every other column; NaN leaves a place empty. FALSE with ACU_ERROR_IO. */
gboolean acu_train_log_add (AcuTrainLog *log, gint64 step, const double *numbers, GError **error);

G_END_DECLS

#endif
