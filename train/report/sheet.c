/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "canvas.h"
#include "report.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n.h>
#include <math.h>

#define MARGIN 20
#define GAP 16
#define TITLE 46
/* A row's name above its pictures; the heading and lines of text under them. */
#define NAME 30
#define HEADING 20
#define LINE 17
/* So that numbers fit under small pictures. */
#define LEAST_WIDTH 132

static const AcuReportCell *
cell_at (const AcuReportSheet *sheet, guint row, guint column)
{
  return &sheet->cells[(gsize) row * sheet->columns + column];
}

/* The factor at which a cell's picture is drawn. */
static int
factor_of (const AcuReportSheet *sheet, guint row, const AcuReportCell *cell)
{
  int width = 1, height = 1;

  for (guint c = 0; c < sheet->columns; c++)
    if (cell_at (sheet, row, c)->pixels)
      {
        width = MAX (width, cell_at (sheet, row, c)->width);
        height = MAX (height, cell_at (sheet, row, c)->height);
      }
  return sheet->enlargement * MAX (1, MIN (width / cell->width, height / cell->height));
}

static double
column_width (const AcuReportSheet *sheet, guint column)
{
  double width = LEAST_WIDTH;

  for (guint r = 0; r < sheet->rows; r++)
    {
      const AcuReportCell *cell = cell_at (sheet, r, column);

      if (cell->pixels)
        width = fmax (width, (double) cell->width * factor_of (sheet, r, cell));
    }
  return width;
}

static double
pictures_height (const AcuReportSheet *sheet, guint row)
{
  double height = 1;

  for (guint c = 0; c < sheet->columns; c++)
    {
      const AcuReportCell *cell = cell_at (sheet, row, c);

      if (cell->pixels)
        height = fmax (height, (double) cell->height * factor_of (sheet, row, cell));
    }
  return height;
}

static guint
count_lines (const char *text)
{
  guint lines = text && *text ? 1 : 0;

  for (; text && *text; text++)
    lines += *text == '\n';
  return lines;
}

static double
texts_height (const AcuReportSheet *sheet, guint row)
{
  guint lines = 0;

  for (guint c = 0; c < sheet->columns; c++)
    lines = MAX (lines, count_lines (cell_at (sheet, row, c)->text));
  return HEADING + lines * LINE;
}

static gboolean
check (const AcuReportSheet *sheet, GError **error)
{
  if (sheet->columns < 1 || sheet->rows < 1 || sheet->enlargement < 1 || sheet->enlargement > ACU_CANVAS_MOST)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A sheet of %u × %u pictures enlarged by %d cannot be drawn."), sheet->columns,
                   sheet->rows, sheet->enlargement);
      return FALSE;
    }
  for (guint r = 0; r < sheet->rows; r++)
    for (guint c = 0; c < sheet->columns; c++)
      {
        const AcuReportCell *cell = cell_at (sheet, r, c);

        if (cell->pixels && (cell->width < 1 || cell->height < 1))
          {
            g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A picture of %d × %d pixels cannot be drawn."), cell->width, cell->height);
            return FALSE;
          }
      }
  return TRUE;
}

static guint32
pack (const float *p)
{
  guint32 packed = 0;

  if (isnan (p[0]) || isnan (p[1]) || isnan (p[2]))
    return 0xff00ff;
  for (int c = 0; c < 3; c++)
    packed = packed << 8 | (guint32) lrintf (255 * CLAMP (p[c], 0, 1));
  return packed;
}

/* Straight into the paper's pixels: nothing may blur them. */
static void
draw_picture (cairo_t *canvas, const AcuReportCell *cell, int factor, int left, int top)
{
  cairo_surface_t *surface = cairo_get_target (canvas);
  int stride = cairo_image_surface_get_stride (surface);
  unsigned char *paper = cairo_image_surface_get_data (surface);

  cairo_surface_flush (surface);
  for (int y = 0; y < cell->height * factor; y++)
    {
      guint32 *row = (guint32 *) (void *) (paper + (gsize) (top + y) * stride) + left;
      const float *pixels = cell->pixels + (gsize) (y / factor) * cell->width * 3;

      for (int x = 0; x < cell->width * factor; x++)
        row[x] = pack (pixels + (gsize) (x / factor) * 3);
    }
  cairo_surface_mark_dirty (surface);
}

static void
draw_cell (cairo_t *canvas, const AcuReportSheet *sheet, guint row, guint column, double left, double top, double width)
{
  const AcuReportCell *cell = cell_at (sheet, row, column);
  double y = top + pictures_height (sheet, row) + HEADING - 4;
  g_auto (GStrv) lines = g_strsplit (cell->text ? cell->text : "", "\n", -1);

  if (cell->pixels)
    draw_picture (canvas, cell, factor_of (sheet, row, cell), (int) left, (int) top);
  acu_canvas_text (canvas, left, y, 0, 13, TRUE, acu_colour_text, width, sheet->headings[column]);
  for (guint i = 0; lines[i]; i++)
    acu_canvas_text (canvas, left, y + (i + 1) * LINE, 0, 13, FALSE, acu_colour_faint_text, width, lines[i]);
}

gboolean
acu_report_sheet (const AcuReportSheet *sheet, const char *path, GError **error)
{
  double width = 2 * MARGIN - GAP, height = MARGIN, top;
  cairo_t *canvas;
  gboolean ok;

  if (!check (sheet, error))
    return FALSE;
  for (guint c = 0; c < sheet->columns; c++)
    width += column_width (sheet, c) + GAP;
  top = sheet->title ? TITLE : 0;
  height += top;
  for (guint r = 0; r < sheet->rows; r++)
    height += NAME + pictures_height (sheet, r) + texts_height (sheet, r);
  canvas = acu_canvas_new (width, height, error);
  if (!canvas)
    return FALSE;
  if (sheet->title)
    acu_canvas_text (canvas, MARGIN, 34, 0, 20, TRUE, acu_colour_text, width - 2 * MARGIN, sheet->title);
  for (guint r = 0; r < sheet->rows; r++)
    {
      double left = MARGIN;

      acu_canvas_text (canvas, left, top + NAME - 9, 0, 14, FALSE, acu_colour_text, width - 2 * MARGIN, sheet->names[r]);
      top += NAME;
      for (guint c = 0; c < sheet->columns; c++)
        {
          double cell_width = column_width (sheet, c);

          draw_cell (canvas, sheet, r, c, left, top, cell_width);
          left += cell_width + GAP;
        }
      top += pictures_height (sheet, r) + texts_height (sheet, r);
    }
  ok = acu_canvas_save (canvas, path, error);
  cairo_destroy (canvas);
  return ok;
}
