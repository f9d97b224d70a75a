/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "table.h"

#include <acuity/error.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

static char *
format_number (double number, int digits)
{
  char text[400], form[8];

  if (isinf (number))
    return g_strdup (number > 0 ? "inf" : "-inf");
  g_snprintf (form, sizeof form, "%%.%d%c", CLAMP (digits, 0, 12), fabs (number) < 1e15 ? 'f' : 'e');
  return g_strdup (g_ascii_formatd (text, sizeof text, form, number));
}

char *
acu_table_number (const AcuTable *table, guint row, guint measure)
{
  double number = table->rows[row].numbers[measure];

  return isnan (number) ? NULL : format_number (number, table->measures[measure].digits);
}

gboolean
acu_table_is_best (const AcuTable *table, guint row, guint measure)
{
  AcuBest best = table->measures[measure].best;
  double number = table->rows[row].numbers[measure];
  g_autofree char *own = acu_table_number (table, row, measure);
  gboolean others = FALSE;

  if (best == ACU_BEST_NONE || !own)
    return FALSE;
  for (guint r = 0; r < table->n_rows; r++)
    {
      double other = table->rows[r].numbers[measure];
      g_autofree char *text = g_str_equal (table->rows[r].set, table->rows[row].set) ? acu_table_number (table, r, measure) : NULL;

      if (!text || g_str_equal (text, own))
        continue;
      others = TRUE;
      if (best == ACU_BEST_LARGEST ? other > number : other < number)
        return FALSE;
    }
  return others;
}

/* Whether a row's set is another one than the row's before. */
static gboolean
begins_set (const AcuTable *table, guint row)
{
  return row == 0 || !g_str_equal (table->rows[row - 1].set, table->rows[row].set);
}

/* --- aligned text --- */

static void
append_padded (GString *out, const char *text, glong width, gboolean right)
{
  glong padding = MAX (width - g_utf8_strlen (text, -1), 0);

  for (glong i = 0; right && i < padding; i++)
    g_string_append_c (out, ' ');
  g_string_append (out, text);
  for (glong i = 0; !right && i < padding; i++)
    g_string_append_c (out, ' ');
}

static void
end_line (GString *out)
{
  while (out->len && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

/* With a place for the mark, so that the digits stay below one another. */
static char *
text_cell (const AcuTable *table, guint row, guint measure)
{
  g_autofree char *number = acu_table_number (table, row, measure);

  return g_strconcat (number ? number : "-", acu_table_is_best (table, row, measure) ? "*" : " ", NULL);
}

static void
format_text (const AcuTable *table, GString *out)
{
  g_autofree glong *widths = g_new (glong, table->n_measures + 1);
  glong set = strlen ("set"), approach = strlen ("approach");

  for (guint r = 0; r < table->n_rows; r++)
    {
      set = MAX (set, g_utf8_strlen (table->rows[r].set, -1));
      approach = MAX (approach, g_utf8_strlen (table->rows[r].approach, -1));
    }
  append_padded (out, "set", set + 2, FALSE);
  append_padded (out, "approach", approach, FALSE);
  for (guint m = 0; m < table->n_measures; m++)
    {
      g_autofree char *heading = g_strconcat (table->measures[m].name, " ", NULL);

      widths[m] = g_utf8_strlen (heading, -1);
      for (guint r = 0; r < table->n_rows; r++)
        {
          g_autofree char *cell = text_cell (table, r, m);

          widths[m] = MAX (widths[m], g_utf8_strlen (cell, -1));
        }
      append_padded (out, heading, widths[m] + 2, TRUE);
    }
  end_line (out);
  for (guint r = 0; r < table->n_rows; r++)
    {
      append_padded (out, begins_set (table, r) ? table->rows[r].set : "", set + 2, FALSE);
      append_padded (out, table->rows[r].approach, approach, FALSE);
      for (guint m = 0; m < table->n_measures; m++)
        {
          g_autofree char *cell = text_cell (table, r, m);

          append_padded (out, cell, widths[m] + 2, TRUE);
        }
      end_line (out);
    }
}

/* --- CSV --- */

static void
append_quoted (GString *out, const char *text)
{
  if (!strpbrk (text, ",\"\r\n"))
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

/* With as many digits as it takes to read the same number again. */
static void
append_number (GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_ascii_strtod (g_ascii_formatd (text, sizeof text, "%.15g", number), NULL) != number)
    g_ascii_dtostr (text, sizeof text, number);
  g_string_append (out, text);
}

static void
format_csv (const AcuTable *table, GString *out)
{
  g_string_append (out, "set,approach");
  for (guint m = 0; m < table->n_measures; m++)
    {
      g_string_append_c (out, ',');
      append_quoted (out, table->measures[m].name);
    }
  g_string_append_c (out, '\n');
  for (guint r = 0; r < table->n_rows; r++)
    {
      append_quoted (out, table->rows[r].set);
      g_string_append_c (out, ',');
      append_quoted (out, table->rows[r].approach);
      for (guint m = 0; m < table->n_measures; m++)
        {
          double number = table->rows[r].numbers[m];

          g_string_append_c (out, ',');
          if (!isnan (number))
            append_number (out, number);
        }
      g_string_append_c (out, '\n');
    }
}

/* --- JSON --- */

static void
append_json_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text; text++)
    if ((guchar) *text < 0x20)
      g_string_append_printf (out, "\\u%04x", *text);
    else
      {
        if (*text == '"' || *text == '\\')
          g_string_append_c (out, '\\');
        g_string_append_c (out, *text);
      }
  g_string_append_c (out, '"');
}

static void
format_json (const AcuTable *table, GString *out)
{
  g_string_append (out, "[");
  for (guint r = 0; r < table->n_rows; r++)
    {
      g_string_append (out, r ? ",\n {\"set\": " : "\n {\"set\": ");
      append_json_text (out, table->rows[r].set);
      g_string_append (out, ", \"approach\": ");
      append_json_text (out, table->rows[r].approach);
      for (guint m = 0; m < table->n_measures; m++)
        {
          double number = table->rows[r].numbers[m];

          g_string_append (out, ", ");
          append_json_text (out, table->measures[m].name);
          g_string_append (out, ": ");
          if (isfinite (number))
            append_number (out, number);
          else
            g_string_append (out, isnan (number) ? "null" : number > 0 ? "\"inf\"" : "\"-inf\"");
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "\n]\n");
}

/* --- Markdown --- */

static void
append_escaped (GString *out, const char *text)
{
  for (; *text; text++)
    {
      if (strchr ("|\\*_`<[", *text))
        g_string_append_c (out, '\\');
      g_string_append_c (out, *text == '\n' || *text == '\r' ? ' ' : *text);
    }
}

static void
format_markdown (const AcuTable *table, GString *out)
{
  g_string_append (out, "| set | approach |");
  for (guint m = 0; m < table->n_measures; m++)
    {
      g_string_append_c (out, ' ');
      append_escaped (out, table->measures[m].name);
      g_string_append (out, " |");
    }
  g_string_append (out, "\n|---|---|");
  for (guint m = 0; m < table->n_measures; m++)
    g_string_append (out, "---:|");
  g_string_append_c (out, '\n');
  for (guint r = 0; r < table->n_rows; r++)
    {
      g_string_append (out, "| ");
      append_escaped (out, begins_set (table, r) ? table->rows[r].set : "");
      g_string_append (out, " | ");
      append_escaped (out, table->rows[r].approach);
      g_string_append (out, " |");
      for (guint m = 0; m < table->n_measures; m++)
        {
          g_autofree char *number = acu_table_number (table, r, m);
          const char *mark = acu_table_is_best (table, r, m) ? "**" : "";

          g_string_append_printf (out, " %s%s%s |", mark, number ? number : "–", mark);
        }
      g_string_append_c (out, '\n');
    }
}

char *
acu_table_format (const AcuTable *table, AcuTableFormat format)
{
  static void (*const formats[]) (const AcuTable *, GString *) = { [ACU_TABLE_TEXT] = format_text, [ACU_TABLE_CSV] = format_csv,
                                                                   [ACU_TABLE_MARKDOWN] = format_markdown, [ACU_TABLE_JSON] = format_json };
  GString *out = g_string_new (NULL);

  formats[format] (table, out);
  return g_string_free (out, FALSE);
}

gboolean
acu_table_write (const AcuTable *table, const char *path, GError **error)
{
  AcuTableFormat format = g_str_has_suffix (path, ".csv") ? ACU_TABLE_CSV : g_str_has_suffix (path, ".md") ? ACU_TABLE_MARKDOWN
                          : g_str_has_suffix (path, ".json") ? ACU_TABLE_JSON : ACU_TABLE_TEXT;
  g_autofree char *text = acu_table_format (table, format);
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents (path, text, -1, &problem))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, problem->message);
  return FALSE;
}
