/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which parts of a mask are text: large ones with enough that is sure; masks drawn in letters, a cell each. */
#include "text_regions.h"

#include <string.h>

#define COLUMNS 12
#define ROWS 6
#define CELL 4

typedef struct Case
{
  const char *name, *mask, *text;
} Case;

/* #: sure; +: likely; -: hardly. In the answer #: text. */
static const Case cases[] = {
  { "nothing", "............/............/............/............/............/............", "............/............/............/............/............/............" },
  { "word", "............/.###........./.###........./............/............/............", "............/.###........./.###........./............/............/............" },
  { "doubt around it", "............/+###+......./+###+......./............/............/............", "............/#####......./#####......./............/............/............" },
  { "too small", "............/.##........./.##........./............/............/............", "............/............/............/............/............/............" },
  { "nothing sure", "++++++++++++/++++++++++++/++++++++++++/++++++++++++/++++++++++++/++++++++++++", "............/............/............/............/............/............" },
  { "little sure", "++++++++++++/+++##+++++++/+++##+++++++/++++++++++++/++++++++++++/++++++++++++", "............/............/............/............/............/............" },
  { "letters of a word", "............/.#.#.##.#.../.#.#.##.#.../............/............/............", "............/.#.#.##.#.../.#.#.##.#.../............/............/............" },
  { "far apart", "##........##/##........##/............/............/............/............", "............/............/............/............/............/............" },
  { "below the line", "------------/-###--------/-###--------/------------/------------/------------", "............/.###......../.###......../............/............/............" },
  { "one of two", "####......##/####......+#/............/............/............/............", "####......../####......../............/............/............/............" },
};

static char
at (const char *drawn, int row, int column)
{
  for (; row > 0; row--)
    drawn = strchr (drawn, '/') + 1;
  return memchr (drawn, '/', (gsize) column + 1) || strlen (drawn) <= (gsize) column ? '.' : drawn[column];
}

static float
certainty (char c)
{
  return c == '#' ? 0.95f : c == '+' ? 0.6f : c == '-' ? 0.29f : 0;
}

static void
check (gconstpointer data)
{
  const Case *c = data;
  AcuTextRegions *regions = acu_text_regions_new (COLUMNS * CELL, ROWS * CELL, NULL);
  float row[COLUMNS * CELL * 3];
  gboolean any;

  for (int y = 0; y < ROWS * CELL; y++)
    {
      /* One pixel of a cell is enough. */
      for (int x = 0; x < COLUMNS * CELL; x++)
        for (int k = 0; k < 3; k++)
          row[3 * x + k] = x % CELL == 2 && y % CELL == 1 ? certainty (at (c->mask, y / CELL, x / CELL)) : 0;
      acu_text_regions_add (regions, y, 1, row);
    }
  any = acu_text_regions_decide (regions);
  g_assert_cmpint (any, ==, strchr (c->text, '#') != NULL);
  for (int y = 0; y < ROWS * CELL; y++)
    for (int x = 0; x < COLUMNS * CELL; x++)
      g_assert_cmpint (regions->cells[acu_text_regions_cell (regions, x, y)], ==, at (c->text, y / CELL, x / CELL) == '#');
  acu_text_regions_free (regions);
}

/* Sides that no number of cells fills. */
static void
test_sizes (void)
{
  static const int sides[][2] = { { 1, 1 }, { 5, 3 }, { 4, 9 }, { 1, 100 }, { 101, 2 }, { 31, 33 } };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      int width = sides[i][0], height = sides[i][1];
      AcuTextRegions *regions = acu_text_regions_new (width, height, NULL);
      g_autofree float *mask = g_new (float, (gsize) width * height * 3);
      gsize n = (gsize) regions->columns * regions->rows;

      for (gsize k = 0; k < (gsize) width * height * 3; k++)
        mask[k] = 1;
      acu_text_regions_add (regions, 0, height, mask);
      g_assert_cmpuint (acu_text_regions_cell (regions, 0, 0), ==, 0);
      g_assert_cmpuint (acu_text_regions_cell (regions, width - 1, height - 1), ==, n - 1);
      /* No cell is left out. */
      g_assert_null (memchr (regions->certainty, 0, n));
      g_assert_cmpint (acu_text_regions_decide (regions), ==, n >= 6);
      acu_text_regions_free (regions);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/text-regions/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], check);
    }
  g_test_add_func ("/text-regions/sizes", test_sizes);
  return g_test_run ();
}
