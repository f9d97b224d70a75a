/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The log of a run, read. */
#ifndef ACU_RUN_LOG_H
#define ACU_RUN_LOG_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuRunLog
{
  char **names;                   /* of the columns, ended by NULL */
  guint columns, rows;
  double *numbers;                /* column by column; NaN where there is none */
} AcuRunLog;

/* Reads a log as acu_report_curves() describes it. ACU_ERROR_IO, ACU_ERROR_FORMAT. */
AcuRunLog *acu_run_log_read (const char *path, GError **error);
void acu_run_log_free (AcuRunLog *log);

/* The numbers of a column, `rows` of them, or NULL when there is no such column. */
const double *acu_run_log_column (const AcuRunLog *log, const char *name);

G_END_DECLS

#endif
