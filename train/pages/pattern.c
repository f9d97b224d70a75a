/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What may be taken for text and is none: windows, bricks, fences, keys, feathers, twigs. Networks that look for text learn from it. */
#include "ground.h"
#include "kinds.h"

#include <math.h>

static AcuColour
near (AcuPage *page, AcuColour colour, double most)
{
  double more = acu_chance_between (&page->chance, -most, most);

  return (AcuColour) { CLAMP (colour.red + more, 0, 1), CLAMP (colour.green + more, 0, 1), CLAMP (colour.blue + more, 0, 1) };
}

/* From far beyond one corner to far beyond the other, however the page is turned. */
static double
reach (const AcuPage *page)
{
  return hypot (page->width, page->height) / 2;
}

static double
element (AcuPage *page, double least, double most)
{
  return least * pow (most / least, acu_chance_between (&page->chance, 0, 1));
}

/* Rows of windows with bars and sills, some dark, some lit; without bars, keys and tiles. */
static void
draw_windows (AcuPage *page, double middle_x, double middle_y)
{
  double width = element (page, 10, 110), height = width * acu_chance_between (&page->chance, 0.5, 2.2), end = reach (page);
  double step_x = width * acu_chance_between (&page->chance, 1.08, 2.4), step_y = height * acu_chance_between (&page->chance, 1.06, 2);
  double line = MAX (1, width * acu_chance_between (&page->chance, 0.03, 0.14)), radius = acu_chance_percent (&page->chance, 25) ? width * 0.15 : 0;
  int panes = acu_chance_below (&page->chance, 4), across = acu_chance_below (&page->chance, 4);
  gboolean sill = acu_chance_percent (&page->chance, 40), frame = acu_chance_percent (&page->chance, 60);
  guint missing = acu_chance_percent (&page->chance, 40) ? 25 : 0;

  for (double y = middle_y - end; y < middle_y + end; y += step_y)
    for (double x = middle_x - end; x < middle_x + end; x += step_x)
      {
        if (acu_chance_percent (&page->chance, missing))
          continue;
        acu_page_box (page, x, y, width, height, radius, near (page, acu_chance_percent (&page->chance, 20) ? page->colours.second : page->colours.text, 0.15), 1);
        for (int i = 1; i <= panes; i++)
          acu_page_rule (page, x + width * i / (panes + 1), y, x + width * i / (panes + 1), y + height, page->colours.ground, line, 0);
        for (int i = 1; i <= across; i++)
          acu_page_rule (page, x, y + height * i / (across + 1), x + width, y + height * i / (across + 1), page->colours.ground, line, 0);
        if (frame)
          acu_page_frame (page, x, y, width, height, radius, page->colours.second, line);
        if (sill)
          acu_page_box (page, x - line, y + height, width + 2 * line, 2 * line, 0, page->colours.second, 1);
      }
}

/* Courses of bricks or slates. */
static void
draw_bricks (AcuPage *page, double middle_x, double middle_y)
{
  double width = element (page, 12, 90), height = width * acu_chance_between (&page->chance, 0.25, 0.8), joint = MAX (1, height * acu_chance_between (&page->chance, 0.04, 0.2));
  double end = reach (page), radius = acu_chance_percent (&page->chance, 40) ? height * acu_chance_between (&page->chance, 0.1, 0.5) : 0;
  int row = 0;

  for (double y = middle_y - end; y < middle_y + end; y += height, row++)
    for (double x = middle_x - end - (row % 2) * width / 2; x < middle_x + end; x += width)
      acu_page_box (page, x, y, width - joint, height - joint, radius, near (page, page->colours.text, 0.12), 1);
}

/* Pales, blinds, gratings: one or two sets of lines. */
static void
draw_lines (AcuPage *page, double middle_x, double middle_y)
{
  double end = reach (page);

  for (int sets = acu_chance_whole (&page->chance, 1, 2); sets > 0; sets--)
    {
      double step = element (page, 6, 70), line = step * acu_chance_between (&page->chance, 0.1, 0.7), wander = step * acu_chance_between (&page->chance, 0, 0.25);

      acu_page_push (page, middle_x, middle_y, acu_chance_percent (&page->chance, 60) ? 90.0 * acu_chance_below (&page->chance, 2)
                                                                                        : acu_chance_between (&page->chance, 0, 180));
      for (double x = -end; x < end; x += step)
        acu_page_rule (page, x + acu_chance_between (&page->chance, -wander, wander), -end, x + acu_chance_between (&page->chance, -wander, wander), end,
                       near (page, page->colours.text, 0.1), line, acu_chance_percent (&page->chance, 5) ? step : 0);
      acu_page_pop (page);
    }
}

/* Feathers, hair, grass, leaves: short curves that follow one another's direction. */
static void
draw_strokes (AcuPage *page, double middle_x, double middle_y)
{
  double length = element (page, 10, 80), line = length * acu_chance_between (&page->chance, 0.03, 0.25), end = reach (page);
  double turn = acu_chance_between (&page->chance, 0, 2 * G_PI), waves = acu_chance_between (&page->chance, 1, 6) / end, spread = acu_chance_between (&page->chance, 0, 0.7);
  int count = (int) MIN (9000, acu_chance_between (&page->chance, 0.4, 2.5) * 4 * end * end / (length * MAX (line, 3)));

  cairo_set_line_cap (page->canvas, CAIRO_LINE_CAP_ROUND);
  for (int i = 0; i < count; i++)
    {
      double x = middle_x + acu_chance_between (&page->chance, -end, end), y = middle_y + acu_chance_between (&page->chance, -end, end);
      double angle = turn + sin (x * waves) + cos (y * waves) + acu_chance_between (&page->chance, -spread, spread), bend = acu_chance_between (&page->chance, -0.5, 0.5);
      AcuColour colour = acu_colour_mix (page->colours.ground, acu_chance_percent (&page->chance, 80) ? page->colours.text : page->colours.second,
                                         acu_chance_between (&page->chance, 0, 1));

      acu_canvas_colour (page->canvas, colour);
      cairo_set_line_width (page->canvas, line);
      cairo_move_to (page->canvas, x, y);
      cairo_rel_curve_to (page->canvas, length * 0.4 * cos (angle), length * 0.4 * sin (angle), length * 0.7 * cos (angle + bend), length * 0.7 * sin (angle + bend),
                          length * cos (angle + bend), length * sin (angle + bend));
      cairo_stroke (page->canvas);
    }
  cairo_set_line_cap (page->canvas, CAIRO_LINE_CAP_BUTT);
}

static void
draw_twig (AcuPage *page, double x, double y, double angle, double length, double line, int depth)
{
  double x2 = x + length * cos (angle), y2 = y + length * sin (angle);

  acu_page_rule (page, x, y, x2, y2, near (page, page->colours.text, 0.06), line, 0);
  for (int i = depth > 0 ? acu_chance_whole (&page->chance, 1, 3) : 0; i > 0; i--)
    draw_twig (page, x2, y2, angle + acu_chance_between (&page->chance, -0.9, 0.9), length * acu_chance_between (&page->chance, 0.55, 0.95), MAX (1, line * 0.7), depth - 1);
}

/* Twigs, masts, wires. */
static void
draw_twigs (AcuPage *page, double middle_x, double middle_y)
{
  double end = reach (page), length = element (page, 20, 120);

  for (int i = acu_chance_whole (&page->chance, 4, 40); i > 0; i--)
    draw_twig (page, middle_x + acu_chance_between (&page->chance, -end, end), middle_y + acu_chance_between (&page->chance, -end, end),
               acu_chance_between (&page->chance, 0, 2 * G_PI), length, length * acu_chance_between (&page->chance, 0.02, 0.15), 6);
}

/* Pebbles, beads, spots, bolts: round things in disorder or in rows. */
static void
draw_spots (AcuPage *page, double middle_x, double middle_y)
{
  double size = element (page, 5, 60), end = reach (page), step = size * acu_chance_between (&page->chance, 1, 2.5);
  double wander = acu_chance_percent (&page->chance, 40) ? 0 : step * acu_chance_between (&page->chance, 0, 1);
  gboolean rings = acu_chance_percent (&page->chance, 30);

  for (double y = middle_y - end; y < middle_y + end; y += step)
    for (double x = middle_x - end; x < middle_x + end; x += step)
      {
        double at_x = x + acu_chance_between (&page->chance, -wander, wander), at_y = y + acu_chance_between (&page->chance, -wander, wander);
        double width = size * acu_chance_between (&page->chance, 0.6, 1), height = size * acu_chance_between (&page->chance, 0.6, 1);

        if (rings)
          acu_page_frame (page, at_x, at_y, width, height, size, near (page, page->colours.text, 0.1), size * 0.15);
        else
          acu_page_box (page, at_x, at_y, width, height, size, near (page, page->colours.text, 0.2), 1);
      }
}

/* Light from one side, so that not all is equally plain. */
static void
draw_light (AcuPage *page)
{
  double angle = acu_chance_between (&page->chance, 0, 2 * G_PI), end = reach (page);
  double x = page->width / 2.0, y = page->height / 2.0, dark = acu_chance_between (&page->chance, 0, 0.8), shade = acu_chance_percent (&page->chance, 60) ? 0 : 1;
  cairo_pattern_t *light = cairo_pattern_create_linear (x - end * cos (angle), y - end * sin (angle), x + end * cos (angle), y + end * sin (angle));

  cairo_pattern_add_color_stop_rgba (light, 0, shade, shade, shade, 0);
  cairo_pattern_add_color_stop_rgba (light, 1, shade, shade, shade, dark);
  cairo_set_source (page->canvas, light);
  cairo_paint (page->canvas);
  cairo_pattern_destroy (light);
}

void
acu_page_draw_pattern (AcuPage *page)
{
  static void (*const patterns[]) (AcuPage *page, double middle_x, double middle_y) = { draw_windows, draw_windows, draw_windows, draw_bricks, draw_lines,
                                                                                       draw_strokes, draw_strokes, draw_twigs, draw_spots };
  double x = page->width / 2.0, y = page->height / 2.0, slant = acu_chance_percent (&page->chance, 50) ? acu_chance_between (&page->chance, -0.4, 0.4) : 0;
  cairo_matrix_t matrix;

  if (page->photos && acu_chance_percent (&page->chance, 30))
    acu_page_photo (page);
  else
    acu_page_ground (page);
  /* Colours of one picture are nearer to one another than those of a page that is to be read. */
  page->colours.text = acu_colour_mix (page->colours.text, page->colours.ground, acu_chance_between (&page->chance, 0, 0.7));
  page->colours.second = acu_colour_mix (page->colours.second, page->colours.ground, acu_chance_between (&page->chance, 0, 0.7));
  cairo_save (page->canvas);
  cairo_matrix_init (&matrix, 1, slant, acu_chance_percent (&page->chance, 30) ? slant / 2 : 0, 1, 0, 0);
  cairo_translate (page->canvas, x, y);
  cairo_transform (page->canvas, &matrix);
  cairo_translate (page->canvas, -x, -y);
  patterns[acu_chance_below (&page->chance, G_N_ELEMENTS (patterns))](page, x, y);
  cairo_restore (page->canvas);
  draw_light (page);
}
