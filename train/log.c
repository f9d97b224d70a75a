/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "log.h"

#include <acuity/acuity.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct AcuTrainLog
{
  FILE *file;
  char *path;
  guint columns;
};

/* The old log's header and rows up to `step`; just a header when there is none, or `step` is negative. */
static guint
count_commas (const char *line)
{
  guint commas = 0;

  for (; *line; line++)
    commas += *line == ',';
  return commas;
}

/* Whether a line has as many places as the header and a step after *last, which becomes *last. */
static gboolean
is_row (const char *line, const char *header, gint64 *last)
{
  char *end = NULL;
  gint64 number = g_ascii_strtoll (line, &end, 10);

  if (end == line || *end != ',' || number <= *last || count_commas (line) != count_commas (header))
    return FALSE;
  *last = number;
  return TRUE;
}

static GString *
keep_rows (const char *path, const char *header, gint64 step, GError **error)
{
  g_autofree char *old = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) problem = NULL;
  gint64 last = 0;
  GString *kept = g_string_new (header);

  g_string_append_c (kept, '\n');
  if (step < 0)
    return kept;
  if (!g_file_get_contents (path, &old, NULL, &problem) && !g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be read: %s."), path, problem->message);
      g_string_free (kept, TRUE);
      return NULL;
    }
  if (!old || !*old)
    return kept;
  lines = g_strsplit (old, "\n", -1);
  if (!g_str_equal (lines[0], header))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is the log of another run: its columns are others."), path);
      g_string_free (kept, TRUE);
      return NULL;
    }
  /* What was being written when the run was killed has no end of line. */
  for (guint i = 1; lines[i] && lines[i + 1]; i++)
    if (is_row (lines[i], header, &last) && last <= step)
      g_string_append_printf (kept, "%s\n", lines[i]);
  return kept;
}

AcuTrainLog *
acu_train_log_open (const char *path, const char *const *columns, gint64 step, GError **error)
{
  g_autofree char *header = g_strjoinv (",", (char **) columns);
  GString *kept = keep_rows (path, header, step, error);
  g_autoptr (GError) problem = NULL;
  AcuTrainLog *log;
  gboolean ok;

  if (!kept)
    return NULL;
  ok = g_file_set_contents (path, kept->str, (gssize) kept->len, &problem);
  g_string_free (kept, TRUE);
  log = g_new0 (AcuTrainLog, 1);
  log->path = g_strdup (path);
  log->columns = g_strv_length ((char **) columns);
  log->file = ok ? fopen (path, "ae") : NULL;
  if (log->file)
    return log;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, ok ? g_strerror (errno) : problem->message);
  acu_train_log_close (log);
  return NULL;
}

void
acu_train_log_close (AcuTrainLog *log)
{
  if (!log)
    return;
  if (log->file)
    fclose (log->file);
  g_free (log->path);
  g_free (log);
}

gboolean
acu_train_log_add (AcuTrainLog *log, gint64 step, const double *numbers, GError **error)
{
  g_autoptr (GString) row = g_string_new (NULL);

  g_string_append_printf (row, "%" PRId64, step);
  for (guint i = 0; i + 1 < log->columns; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_c (row, ',');
      if (!isnan (numbers[i]))
        g_string_append (row, g_ascii_formatd (text, sizeof text, "%.6g", numbers[i]));
    }
  g_string_append_c (row, '\n');
  if (fwrite (row->str, 1, row->len, log->file) == row->len && fflush (log->file) == 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), log->path, g_strerror (errno));
  return FALSE;
}
