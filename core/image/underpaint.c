/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "underpaint.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_COLOURS 3

struct AcuUnderpaint
{
  int width, height, colours, radius;
  int slots;                      /* rows kept */
  int pushed, pulled;
  float *rows;                    /* slots × width × (colours + 1) */
  double *before, *after;         /* (width + 2 radius) × (colours + 1); see sum_blocks() */
};

static int
slots_needed (int height, int radius)
{
  return (int) MIN (height, 2 * (gint64) radius + 1);
}

static gboolean
check (int width, int height, int colours, int radius)
{
  return width >= 1 && width <= ACU_MAX_SIDE && height >= 1 && height <= ACU_MAX_SIDE && colours >= 1
         && colours <= MAX_COLOURS && radius >= 0 && radius <= ACU_MAX_SIDE;
}

/* Numbers in `rows`, and in each of `before` and `after`. */
static gboolean
sizes (int width, int height, int colours, int radius, guint64 *rows, guint64 *sums)
{
  const guint64 row_factors[] = { slots_needed (height, radius), width, colours + 1 };
  const guint64 sum_factors[] = { width + 2 * (guint64) radius, colours + 1 };

  return acu_size_product (row_factors, 3, rows) && acu_size_product (sum_factors, 2, sums);
}

guint64
acu_underpaint_bytes (int width, int height, int colours, int radius)
{
  guint64 rows, sums, total;

  g_return_val_if_fail (check (width, height, colours, radius), 0);
  if (!sizes (width, height, colours, radius, &rows, &sums) || !acu_size_mul (rows, sizeof (float), &rows)
      || !acu_size_mul (sums, 2 * sizeof (double), &sums) || !acu_size_add (rows, sums, &total)
      || !acu_size_add (total, sizeof (AcuUnderpaint), &total))
    return G_MAXUINT64;
  return total;
}

AcuUnderpaint *
acu_underpaint_new (int width, int height, int colours, int radius, GError **error)
{
  AcuUnderpaint *u;
  guint64 rows, sums;

  if (!check (width, height, colours, radius))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A picture of %d × %d pixels cannot be handled here."),
                   width, height);
      return NULL;
    }
  u = g_new0 (AcuUnderpaint, 1);
  *u = (AcuUnderpaint) { width, height, colours, radius, slots_needed (height, radius) };
  if (sizes (width, height, colours, radius, &rows, &sums) && (u->rows = acu_try_alloc (rows, sizeof (float)))
      && (u->before = acu_try_alloc (sums, sizeof (double))) && (u->after = acu_try_alloc (sums, sizeof (double))))
    return u;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  acu_underpaint_free (u);
  return NULL;
}

void
acu_underpaint_free (AcuUnderpaint *u)
{
  if (!u)
    return;
  acu_free (u->rows);
  acu_free (u->before);
  acu_free (u->after);
  g_free (u);
}

int
acu_underpaint_rows_needed (const AcuUnderpaint *u, int y)
{
  return (int) MIN (u->height, y + (gint64) u->radius + 1);
}

static float *
row_at (const AcuUnderpaint *u, int y)
{
  return u->rows + (gsize) (y % u->slots) * u->width * (u->colours + 1);
}

void
acu_underpaint_push (AcuUnderpaint *u, const float *row)
{
  if (u->pulled == u->height)
    return;
  g_return_if_fail (u->pushed < acu_underpaint_rows_needed (u, u->pulled));
  memcpy (row_at (u, u->pushed++), row, (gsize) u->width * (u->colours + 1) * sizeof (float));
}

/* Weighted colours and alpha of the window's rows, column by column, into `columns`. Summed anew for each row that needs
 * it: running sums would carry rounding from row to row. */
static void
sum_columns (const AcuUnderpaint *u, double *columns)
{
  int channels = u->colours + 1;
  gsize n = (gsize) u->width * channels;

  memset (columns, 0, n * sizeof (double));
  for (int y = MAX (0, u->pulled - u->radius); y < acu_underpaint_rows_needed (u, u->pulled); y++)
    {
      const float *row = row_at (u, y);

      for (gsize i = 0; i < n; i += channels)
        {
          double alpha = MAX (row[i + u->colours], 0);

          for (int c = 0; c < u->colours; c++)
            columns[i + c] += row[i + c] * alpha;
          columns[i + u->colours] += alpha;
        }
    }
}

/* Windows of any place in few additions and without drift: the columns, with `radius` empty ones on either side, fall
 * into blocks as long as a window; `before` sums from the start of a column's block up to it, `after` from it to its
 * block's end. */
static void
sum_blocks (AcuUnderpaint *u)
{
  int channels = u->colours + 1;
  gsize side = (gsize) u->radius * channels, n = (gsize) u->width * channels + 2 * side;
  gsize block = 2 * side + channels;

  memset (u->after, 0, side * sizeof (double));
  sum_columns (u, u->after + side);
  memset (u->after + n - side, 0, side * sizeof (double));
  for (gsize start = 0; start < n; start += block)
    {
      gsize end = MIN (n, start + block);

      for (gsize i = start; i < end; i++)
        u->before[i] = u->after[i] + (i < start + channels ? 0 : u->before[i - channels]);
      for (gsize i = end - channels; i-- > start;)
        u->after[i] += u->after[i + channels];
    }
}

/* The window around x starts at padded column x. */
static void
fill_pixel (const AcuUnderpaint *u, int x, float *pixel)
{
  int channels = u->colours + 1;
  gsize start = (gsize) x * channels, last = start + 2 * (gsize) u->radius * channels;
  gboolean whole = x % (2 * (gint64) u->radius + 1) == 0;
  double sums[MAX_COLOURS + 1];

  for (int c = 0; c < channels; c++)
    sums[c] = u->before[last + c] + (whole ? 0 : u->after[start + c]);
  if (sums[u->colours] > 0)
    for (int c = 0; c < u->colours; c++)
      pixel[c] = (float) (sums[c] / sums[u->colours]);
}

gboolean
acu_underpaint_pull (AcuUnderpaint *u, float *row)
{
  const float *source;
  gboolean summed = FALSE;

  if (u->pulled == u->height || u->pushed < acu_underpaint_rows_needed (u, u->pulled))
    return FALSE;
  source = row_at (u, u->pulled);
  for (int x = 0; x < u->width; x++, source += u->colours + 1, row += u->colours)
    {
      memcpy (row, source, u->colours * sizeof (float));
      if (source[u->colours] > 0)
        continue;
      if (!summed)
        sum_blocks (u);
      summed = TRUE;
      fill_pixel (u, x, row);
    }
  u->pulled++;
  return TRUE;
}
