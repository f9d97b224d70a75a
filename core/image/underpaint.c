/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "underpaint.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

struct AcuUnderpaint
{
  int width, height, colours, radius;
  int slots;                      /* rows kept */
  int pushed, pulled;
  float *rows;                    /* slots × width × (colours + 1) */
  double *columns;                /* width × (colours + 1): weighted colours and alpha of the window's rows */
};

static int
slots_needed (int height, int radius)
{
  return MIN (height, 2 * radius + 1);
}

guint64
acu_underpaint_bytes (int width, int height, int colours, int radius)
{
  return (guint64) width * (colours + 1) * (slots_needed (height, radius) * sizeof (float) + sizeof (double));
}

AcuUnderpaint *
acu_underpaint_new (int width, int height, int colours, int radius, GError **error)
{
  AcuUnderpaint *u = g_new0 (AcuUnderpaint, 1);
  guint64 row = (guint64) width * (colours + 1);

  *u = (AcuUnderpaint) { width, height, colours, radius, slots_needed (height, radius) };
  u->rows = acu_try_alloc (row, u->slots * sizeof (float));
  u->columns = acu_try_alloc (row, sizeof (double));
  if (u->rows && u->columns)
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
  acu_free (u->columns);
  g_free (u);
}

static float *
row_at (const AcuUnderpaint *u, int y)
{
  return u->rows + (gsize) (y % u->slots) * u->width * (u->colours + 1);
}

void
acu_underpaint_push (AcuUnderpaint *u, const float *row)
{
  if (u->pushed < u->height)
    memcpy (row_at (u, u->pushed++), row, (gsize) u->width * (u->colours + 1) * sizeof (float));
}

/* Summed anew for each row that needs it: running sums would carry rounding from row to row. */
static void
sum_columns (AcuUnderpaint *u, int y)
{
  int channels = u->colours + 1;

  memset (u->columns, 0, (gsize) u->width * channels * sizeof (double));
  for (int r = MAX (0, y - u->radius); r <= MIN (u->height - 1, y + u->radius); r++)
    {
      const float *row = row_at (u, r);

      for (gsize x = 0; x < (gsize) u->width * channels; x += channels)
        {
          double alpha = MAX (row[x + u->colours], 0);

          for (int c = 0; c < u->colours; c++)
            u->columns[x + c] += row[x + c] * alpha;
          u->columns[x + u->colours] += alpha;
        }
    }
}

static void
fill_pixel (const AcuUnderpaint *u, int x, float *pixel)
{
  int channels = u->colours + 1;
  double sums[4] = { 0 };

  for (int i = MAX (0, x - u->radius); i <= MIN (u->width - 1, x + u->radius); i++)
    for (int c = 0; c < channels; c++)
      sums[c] += u->columns[(gsize) i * channels + c];
  if (sums[u->colours] > 0)
    for (int c = 0; c < u->colours; c++)
      pixel[c] = (float) (sums[c] / sums[u->colours]);
}

gboolean
acu_underpaint_pull (AcuUnderpaint *u, float *row)
{
  const float *source;
  gboolean summed = FALSE;

  if (u->pulled >= u->height || u->pushed < MIN (u->height, u->pulled + u->radius + 1))
    return FALSE;
  source = row_at (u, u->pulled);
  for (int x = 0; x < u->width; x++, source += u->colours + 1, row += u->colours)
    {
      memcpy (row, source, u->colours * sizeof (float));
      if (source[u->colours] > 0)
        continue;
      if (!summed)
        sum_columns (u, u->pulled);
      summed = TRUE;
      fill_pixel (u, x, row);
    }
  u->pulled++;
  return TRUE;
}
