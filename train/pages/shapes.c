/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What stands around text. */
#include "draw.h"

static void
box_path (cairo_t *canvas, double x, double y, double width, double height, double radius)
{
  radius = MIN (radius, MIN (width, height) / 2);
  if (radius <= 0)
    {
      cairo_rectangle (canvas, x, y, width, height);
      return;
    }
  cairo_new_sub_path (canvas);
  cairo_arc (canvas, x + width - radius, y + radius, radius, -G_PI / 2, 0);
  cairo_arc (canvas, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
  cairo_arc (canvas, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (canvas, x + radius, y + radius, radius, G_PI, 3 * G_PI / 2);
  cairo_close_path (canvas);
}

void
acu_page_box (AcuPage *page, double x, double y, double width, double height, double radius, AcuColour colour, double opacity)
{
  cairo_set_source_rgba (page->canvas, colour.red, colour.green, colour.blue, opacity);
  box_path (page->canvas, x, y, width, height, radius);
  cairo_fill (page->canvas);
}

void
acu_page_frame (AcuPage *page, double x, double y, double width, double height, double radius, AcuColour colour, double line)
{
  acu_canvas_colour (page->canvas, colour);
  cairo_set_line_width (page->canvas, line);
  box_path (page->canvas, x, y, width, height, radius);
  cairo_stroke (page->canvas);
}

void
acu_page_rule (AcuPage *page, double x, double y, double x2, double y2, AcuColour colour, double line, double dash)
{
  acu_canvas_colour (page->canvas, colour);
  cairo_set_line_width (page->canvas, line);
  cairo_set_dash (page->canvas, &dash, dash > 0 ? 1 : 0, 0);
  cairo_move_to (page->canvas, x, y);
  cairo_line_to (page->canvas, x2, y2);
  cairo_stroke (page->canvas);
  cairo_set_dash (page->canvas, NULL, 0, 0);
}

void
acu_page_bars (AcuPage *page, double x, double y, double width, double height, AcuColour colour)
{
  double unit = MAX (2, width / 90), end = x + width;

  acu_canvas_colour (page->canvas, colour);
  while (x < end)
    {
      double bar = unit * acu_chance_whole (&page->chance, 1, 3);

      cairo_rectangle (page->canvas, x, y, bar, height);
      x += bar + unit * acu_chance_whole (&page->chance, 1, 3);
    }
  cairo_fill (page->canvas);
}
