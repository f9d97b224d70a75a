/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_log.h"

#include <acuity/error.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

void
acu_run_log_free (AcuRunLog *log)
{
  if (!log)
    return;
  g_strfreev (log->names);
  g_free (log->numbers);
  g_free (log);
}

const double *
acu_run_log_column (const AcuRunLog *log, const char *name)
{
  for (guint c = 0; c < log->columns; c++)
    if (g_str_equal (log->names[c], name))
      return log->numbers + (gsize) c * log->rows;
  return NULL;
}

/* Row `row` of the log, from a line. */
static gboolean
read_row (AcuRunLog *log, guint row, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, ",", -1);

  if (g_strv_length (words) != log->columns)
    return FALSE;
  for (guint c = 0; c < log->columns; c++)
    {
      char *word = g_strstrip (words[c]), *end;

      log->numbers[(gsize) c * log->rows + row] = *word ? g_ascii_strtod (word, &end) : NAN;
      if (*word && *end)
        return FALSE;
    }
  return isfinite (log->numbers[row]) || !g_str_equal (log->names[0], "step");
}

AcuRunLog *
acu_run_log_read (const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;
  AcuRunLog *log;

  if (!g_file_get_contents (path, &text, NULL, &problem))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be read: %s."), path, problem->message);
      return NULL;
    }
  lines = g_strsplit (text, "\n", -1);
  log = g_new0 (AcuRunLog, 1);
  log->names = g_strsplit (lines[0] ? lines[0] : "", ",", -1);
  log->columns = g_strv_length (log->names);
  for (guint c = 0; c < log->columns; c++)
    g_strstrip (log->names[c]);
  /* What follows the last end of line is empty or still being written. */
  log->rows = (guint) MAX ((int) g_strv_length (lines) - 2, 0);
  log->numbers = g_new (double, (gsize) log->rows * log->columns + 1);
  if (!acu_run_log_column (log, "step"))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is not the log of a training: it has no column \"step\"."), path);
      acu_run_log_free (log);
      return NULL;
    }
  for (guint r = 0; r < log->rows; r++)
    if (!read_row (log, r, lines[r + 1]))
      {
        g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("Line %u of %s does not have a number for every column."), r + 2, path);
        acu_run_log_free (log);
        return NULL;
      }
  return log;
}
