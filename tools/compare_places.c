/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where the results of a comparison differ most, and what they look like there. */
#include "compare.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Places begin at multiples of so many pixels. */
#define STEP 8

/* sums[(y) * (columns + 1) + x]: of everything above and to the left of block (x, y), the results' standard deviation. */
static double *
sum_blocks (const Comparison *c, int columns, int rows)
{
  double *sums = acu_try_alloc0 ((guint64) (columns + 1) * (guint64) (rows + 1), sizeof *sums);
  double n = MAX (c->results, 1);

  for (int y = 0; sums && y < rows * STEP; y++)
    for (int x = 0; x < columns * STEP; x++)
      {
        gsize at = (gsize) y * c->part.width + x;
        double mean = c->sum[at] / n;

        sums[(gsize) (y / STEP + 1) * (columns + 1) + x / STEP + 1] += sqrt (fmax (0, c->square[at] / n - mean * mean));
      }
  for (int y = 1; sums && y <= rows; y++)
    for (int x = 1; x <= columns; x++)
      {
        double *here = sums + (gsize) y * (columns + 1) + x;

        *here += here[-1] + here[-columns - 1] - here[-columns - 2];
      }
  return sums;
}

/* Whether a place does not touch the others, and is further away from them by `gap` sides. */
static gboolean
is_apart (const GArray *places, int x, int y, int width, int height, double gap)
{
  for (guint i = 0; i < places->len; i++)
    {
      const GeglRectangle *other = &g_array_index (places, GeglRectangle, i);

      if (ABS (other->x - x) < width * (1 + gap) && ABS (other->y - y) < height * (1 + gap))
        return FALSE;
    }
  return TRUE;
}

static gboolean
best_place (const GArray *places, const double *sums, int columns, int rows, double gap, GeglRectangle *place)
{
  int across = place->width / STEP, down = place->height / STEP;
  double best = -1;

  for (int y = 0; y + down <= rows; y++)
    for (int x = 0; x + across <= columns; x++)
      {
        const double *top = sums + (gsize) y * (columns + 1) + x, *bottom = top + (gsize) down * (columns + 1);
        double sum = bottom[across] - bottom[0] - top[across] + top[0];

        if (sum > best && is_apart (places, x * STEP, y * STEP, place->width, place->height, gap))
          {
            best = sum;
            place->x = x * STEP;
            place->y = y * STEP;
          }
      }
  return best >= 0;
}

gboolean
compare_find_places (Comparison *c, GError **error)
{
  int columns = c->part.width / STEP, rows = c->part.height / STEP;
  int side = CLAMP (MIN (columns, rows) * STEP / 2, MIN (COMPARE_LEAST_SIDE, MIN (columns, rows) * STEP), COMPARE_CROP) / STEP * STEP;
  GeglRectangle place = { .width = side, .height = side };
  double *sums = sum_blocks (c, columns, rows);

  c->places = g_array_new (FALSE, FALSE, sizeof (GeglRectangle));
  if (!sums)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
      return FALSE;
    }
  /* Far from one another if there is room. */
  for (double gap = 0.5; gap >= 0; gap -= 0.5)
    while (c->places->len < COMPARE_PLACES && best_place (c->places, sums, columns, rows, gap, &place))
      g_array_append_val (c->places, place);
  acu_free (sums);
  return TRUE;
}

static gboolean
read_result (const Comparison *c, int index, const GeglRectangle *rect, guint8 *pixels)
{
  gsize length = (gsize) rect->width * 3;

  for (int y = 0; y < rect->height; y++)
    {
      gsize row = (gsize) index * c->part.height + rect->y + y;

      if (pread (c->shelf, pixels + y * length, length, (off_t) ((row * c->part.width + rect->x) * 3)) != (gssize) length)
        return FALSE;
    }
  return TRUE;
}

static void
read_truth (const Comparison *c, const GeglRectangle *rect, guint8 *pixels)
{
  for (int y = 0; y < rect->height; y++)
    {
      const float *from = c->truth + ((gsize) (rect->y + y) * c->part.width + rect->x) * 3;

      for (int i = 0; i < 3 * rect->width; i++)
        *pixels++ = (guint8) (from[i] * 255 + 0.5f);
    }
}

guint8 *
compare_crop (const Comparison *c, int index, const GeglRectangle *rect, GError **error)
{
  gsize n = (gsize) rect->width * rect->height;
  g_autofree guint8 *pixels = g_try_malloc (3 * n);
  guint8 *shown = g_try_malloc (3 * n);

  if (!pixels || !shown)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else if (index >= 0 && !read_result (c, index, rect, pixels))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, _("The results could not be read again."));
  else
    {
      if (index < 0)
        read_truth (c, rect, pixels);
      /* Browsers take what does not say so for sRGB. */
      babl_process (babl_fish (babl_format_with_space ("R'G'B' u8", c->space), babl_format ("R'G'B' u8")), pixels, shown, (glong) n);
      return shown;
    }
  g_free (shown);
  return NULL;
}
