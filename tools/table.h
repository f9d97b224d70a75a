/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A validation or comparison as one table: sets of pictures × approaches, and what was measured of each, as aligned text, CSV, JSON and Markdown. */
#ifndef ACU_TOOL_TABLE_H
#define ACU_TOOL_TABLE_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum AcuBest
{
  ACU_BEST_NONE,                  /* neither: seconds of different machines, counts */
  ACU_BEST_LARGEST,
  ACU_BEST_SMALLEST
} AcuBest;

/**
 * AcuTableMeasure: a column of numbers.
 * @name: its heading, with the unit: "PSNR-Y dB". In CSV files as well
 * @digits: behind the decimal point, in text and Markdown; 0 to 12
 * @best: which numbers are good: the best of a set is marked
 */
typedef struct AcuTableMeasure
{
  const char *name;
  int digits;
  AcuBest best;
} AcuTableMeasure;

/**
 * AcuTableRow:
 * @set: the pictures: "kodak"; rows of a set follow one another
 * @approach: "bicubic", "photo-x4"
 * @numbers: one for each measure; NaN: not measured (or not measurable)
 */
typedef struct AcuTableRow
{
  const char *set, *approach;
  const double *numbers;
} AcuTableRow;

/* Names are UTF-8; the caller's, like everything here. */
typedef struct AcuTable
{
  const AcuTableMeasure *measures;
  guint n_measures;
  const AcuTableRow *rows;
  guint n_rows;
} AcuTable;

typedef enum AcuTableFormat
{
  ACU_TABLE_TEXT,                 /* columns aligned with spaces, the set's name once, "*" after the best number, "-" for NaN */
  ACU_TABLE_CSV,                  /* RFC 4180 with "\n"; numbers in full with a point, empty for NaN, "inf"; nothing is marked */
  ACU_TABLE_MARKDOWN,             /* GitHub's tables, numbers to the right, the best one bold, "–" for NaN */
  ACU_TABLE_JSON                  /* a list of objects with "set", "approach" and the measures' names; numbers in full, null for NaN, "inf" */
} AcuTableFormat;

/* The table in a format, always with decimal points. The best of a set is marked (all that are written alike) when the
 * set has at least two numbers that are not NaN and not all are written alike. Free with g_free(). Thread-safe. */
char *acu_table_format (const AcuTable *table, AcuTableFormat format);

/* Writes `path` atomically: CSV if it ends in ".csv", Markdown for ".md", JSON for ".json", text otherwise. FALSE with ACU_ERROR_IO. */
gboolean acu_table_write (const AcuTable *table, const char *path, GError **error);

/* One number as text and Markdown have it, or NULL for NaN; g_free(). And whether it is marked as the best. */
char *acu_table_number (const AcuTable *table, guint row, guint measure);
gboolean acu_table_is_best (const AcuTable *table, guint row, guint measure);

G_END_DECLS

#endif
