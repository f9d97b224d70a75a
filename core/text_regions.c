/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "text_regions.h"

#include "upscaler_private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define CELL 4
/* Cells that are no farther apart belong together: the letters of a word, and the words of a line. */
#define JOIN 2
/* A region is text when it is as large as two or three small letters, and when enough of it is beyond doubt. */
#define LEAST_CELLS 6
#define SURE 0.9
#define LEAST_SURE 4
#define LEAST_SURE_SHARE 0.25

typedef struct Region
{
  guint cells, sure;
} Region;

static int
cells_along (int side)
{
  return (side + CELL - 1) / CELL;
}

guint64
acu_text_regions_bytes (int width, int height)
{
  return (guint64) cells_along (width) * (guint64) cells_along (height) * (2 + sizeof (guint32));
}

AcuTextRegions *
acu_text_regions_new (int width, int height, GError **error)
{
  AcuTextRegions *regions = g_new0 (AcuTextRegions, 1);

  regions->width = width;
  regions->height = height;
  regions->columns = cells_along (width);
  regions->rows = cells_along (height);
  regions->certainty = acu_try_alloc0 ((guint64) regions->columns, (guint64) regions->rows);
  regions->cells = acu_try_alloc0 ((guint64) regions->columns, (guint64) regions->rows);
  regions->queue = acu_try_alloc ((guint64) regions->columns * (guint64) regions->rows, sizeof *regions->queue);
  if (regions->certainty && regions->cells && regions->queue)
    return regions;
  acu_text_regions_free (regions);
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  return NULL;
}

void
acu_text_regions_free (AcuTextRegions *regions)
{
  if (!regions)
    return;
  acu_free (regions->certainty);
  acu_free (regions->cells);
  acu_free (regions->queue);
  g_free (regions);
}

gsize
acu_text_regions_cell (const AcuTextRegions *regions, int x, int y)
{
  return (gsize) y * regions->rows / regions->height * regions->columns + (gsize) x * regions->columns / regions->width;
}

void
acu_text_regions_add (AcuTextRegions *regions, int y, int rows, const float *mask)
{
  for (int row = y; row < y + rows; row++)
    for (int x = 0; x < regions->width; x++, mask += 3)
      {
        guint8 *cell = &regions->certainty[acu_text_regions_cell (regions, x, row)];
        /* Upwards, so that no cell with a pixel that counts is below the line. */
        int value = (int) ceilf (CLAMP (mask[0], 0, 1) * 255);

        *cell = (guint8) MAX (*cell, value);
      }
}

/* Puts a cell into the queue, once. */
static guint
visit (AcuTextRegions *regions, Region *region, guint end, gsize cell)
{
  guint8 value = regions->certainty[cell];

  if (value <= ACU_TEXT_LOW * 255)
    return end;
  regions->certainty[cell] = 0;
  region->cells++;
  region->sure += value >= SURE * 255;
  regions->queue[end] = (guint32) cell;
  return end + 1;
}

/* All cells that hang together with one, into the queue. */
static Region
collect (AcuTextRegions *regions, gsize first)
{
  Region region = { 0, 0 };
  guint end = visit (regions, &region, 0, first);

  for (guint at = 0; at < end; at++)
    {
      int row = (int) (regions->queue[at] / (guint) regions->columns), column = (int) (regions->queue[at] % (guint) regions->columns);

      for (int y = MAX (0, row - JOIN); y <= MIN (regions->rows - 1, row + JOIN); y++)
        for (int x = MAX (0, column - JOIN); x <= MIN (regions->columns - 1, column + JOIN); x++)
          end = visit (regions, &region, end, (gsize) y * regions->columns + x);
    }
  return region;
}

gboolean
acu_text_regions_decide (AcuTextRegions *regions)
{
  gsize n = (gsize) regions->columns * regions->rows;
  gboolean any = FALSE;

  memset (regions->cells, 0, n);
  for (gsize first = 0; first < n; first++)
    {
      Region region = collect (regions, first);

      if (region.cells < LEAST_CELLS || region.sure < LEAST_SURE || region.sure < LEAST_SURE_SHARE * region.cells)
        continue;
      for (guint i = 0; i < region.cells; i++)
        regions->cells[regions->queue[i]] = 1;
      any = TRUE;
    }
  return any;
}
