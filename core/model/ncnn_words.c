/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "ncnn_words.h"

#include <math.h>
#include <string.h>

#define MAX_ID 31
#define MAX_VALUES 65536
/* Of "-23331". */
#define MAX_KEY 6

guint
acu_ncnn_split (char *line, char **words)
{
  char *save = NULL;
  guint n = 0;

  for (char *word = strtok_r (line, " \t\r", &save); word; word = strtok_r (NULL, " \t\r", &save))
    {
      if (n == ACU_NCNN_MAX_WORDS)
        return n + 1;
      words[n++] = word;
    }
  return n;
}

gboolean
acu_ncnn_count (const char *word, guint max, guint *count)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (word, 10, 0, max, &value, NULL))
    return FALSE;
  *count = (guint) value;
  return TRUE;
}

static gboolean
parse_number (const char *word, double *number)
{
  char *end;

  if (!g_ascii_isdigit (*word) && *word != '-' && *word != '+' && *word != '.')
    return FALSE;
  *number = g_ascii_strtod (word, &end);
  return *end == '\0' && isfinite (*number) && fabs (*number) <= 1e30;
}

static gboolean
parse_values (char *text, gboolean is_array, AcuRecordParam *param)
{
  char *word = text;
  guint commas = 0, count = 1;

  for (char *comma = strchr (text, ','); comma; comma = strchr (comma + 1, ','))
    commas++;
  if (!is_array && commas > 0)
    return FALSE;
  if (is_array && !acu_ncnn_count (strsep (&word, ","), MAX_VALUES, &count))
    return FALSE;
  if (is_array && count != commas)
    return FALSE;
  param->values = g_try_new0 (double, MAX (count, 1));
  if (!param->values)
    return FALSE;
  param->count = count;
  for (guint i = 0; i < count; i++)
    if (!parse_number (strsep (&word, ","), &param->values[i]))
      return FALSE;
  return TRUE;
}

gboolean
acu_ncnn_param (char *word, AcuRecordParam *param)
{
  char *equals = strchr (word, '=');
  gint64 id;

  if (!equals || equals - word > MAX_KEY)
    return FALSE;
  *equals = '\0';
  if (!g_ascii_string_to_signed (word, 10, -23300 - MAX_ID, MAX_ID, &id, NULL) || (id < 0 && id > -23300))
    return FALSE;
  param->is_array = id < 0;
  param->id = (int) (id < 0 ? -23300 - id : id);
  return parse_values (equals + 1, param->is_array, param);
}
