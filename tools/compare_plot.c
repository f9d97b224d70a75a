/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Quality over time, as a drawing within a page. */
#include "compare.h"

#include <glib/gi18n.h>
#include <math.h>

#define WIDTH 760
#define HEIGHT 420
#define LEFT 80
#define RIGHT 20
#define TOP 34
#define BOTTOM 56
#define DOT 4.5
/* Of a letter of the labels, roughly. */
#define LETTER 6.4
#define LINE 13
/* Shorter times than this one, in seconds, are drawn as this. */
#define SHORTEST 1e-3
#define MOST_TICKS 10

typedef struct Box
{
  double x, y, width, height;
} Box;

typedef struct Axis
{
  double low, high;
  gboolean logarithmic, turned;   /* turned: the smallest is at the far end */
} Axis;

/* 0 to 1 along the axis. */
static double
along (const Axis *axis, double value)
{
  double low = axis->logarithmic ? log (axis->low) : axis->low, high = axis->logarithmic ? log (axis->high) : axis->high;
  double at = ((axis->logarithmic ? log (value) : value) - low) / (high - low);

  return axis->turned ? 1 - at : at;
}

static double
x_of (const Axis *time, double seconds)
{
  return LEFT + along (time, fmax (seconds, SHORTEST)) * (WIDTH - LEFT - RIGHT);
}

static double
y_of (const Axis *quality, double value)
{
  return HEIGHT - BOTTOM - along (quality, value) * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten. */
static double
round_step (double range)
{
  double power = pow (10, floor (log10 (range / 4))), part = range / 4 / power;

  return (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10) * power;
}

static char *
number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", value));
}

static void
coordinate (GString *out, const char *attribute, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, " %s=\"%s\"", attribute, g_ascii_formatd (text, sizeof text, "%.1f", value));
}

static void
line (GString *out, const char *class, double x1, double y1, double x2, double y2)
{
  g_string_append_printf (out, "<line class=\"%s\"", class);
  coordinate (out, "x1", x1);
  coordinate (out, "y1", y1);
  coordinate (out, "x2", x2);
  coordinate (out, "y2", y2);
  g_string_append (out, "/>\n");
}

static void
words (GString *out, const char *anchor, double x, double y, const char *text)
{
  g_autofree char *escaped = compare_escape (text);

  g_string_append (out, "<text");
  coordinate (out, "x", x);
  coordinate (out, "y", y);
  g_string_append_printf (out, " text-anchor=\"%s\">%s</text>\n", anchor, escaped);
}

static const CompareApproach *
point (const Comparison *c, const ComparePlot *plot, guint i)
{
  const CompareApproach *approach = g_ptr_array_index (c->approaches, i);

  return isfinite (approach->values[plot->measure]) && isfinite (approach->values[COMPARE_SECONDS]) ? approach : NULL;
}

/* Times from one power of ten to another, values with some room. FALSE where there are not two points. */
static gboolean
make_axes (const Comparison *c, const ComparePlot *plot, Axis *time, Axis *quality)
{
  double shortest = INFINITY, longest = 0, room;
  guint n = 0;

  *quality = (Axis) { INFINITY, -INFINITY, FALSE, plot->smaller_is_better };
  for (guint i = 0; i < c->approaches->len; i++)
    {
      const CompareApproach *approach = point (c, plot, i);

      if (!approach)
        continue;
      n++;
      shortest = fmin (shortest, fmax (approach->values[COMPARE_SECONDS], SHORTEST));
      longest = fmax (longest, fmax (approach->values[COMPARE_SECONDS], SHORTEST));
      quality->low = fmin (quality->low, approach->values[plot->measure]);
      quality->high = fmax (quality->high, approach->values[plot->measure]);
    }
  if (n < 2)
    return FALSE;
  *time = (Axis) { pow (10, floor (log10 (shortest))), pow (10, floor (log10 (longest)) + 1), TRUE, FALSE };
  room = fmax ((quality->high - quality->low) * 0.08, fmax (fabs (quality->high), 1e-3) * 1e-3);
  quality->low -= room;
  quality->high += room;
  return TRUE;
}

static void
draw_axes (GString *out, const ComparePlot *plot, const Axis *time, const Axis *quality)
{
  double step = round_step (quality->high - quality->low), value = ceil (quality->low / step) * step;

  for (double seconds = time->low; seconds <= time->high * 1.001; seconds *= 10)
    {
      g_autofree char *text = number (seconds);

      line (out, "grid", x_of (time, seconds), TOP, x_of (time, seconds), HEIGHT - BOTTOM);
      words (out, "middle", x_of (time, seconds), HEIGHT - BOTTOM + 18, text);
    }
  for (int i = 0; i < MOST_TICKS && value <= quality->high; i++, value += step)
    {
      g_autofree char *text = number (fabs (value) < step / 2 ? 0 : value);

      line (out, "grid", LEFT, y_of (quality, value), WIDTH - RIGHT, y_of (quality, value));
      words (out, "end", LEFT - 8, y_of (quality, value) + 4, text);
    }
  line (out, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
  line (out, "axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
  words (out, "middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, _("Time in seconds (quicker to the left)"));
  words (out, "start", 8, 18, plot->label);
}

static double
overlap (const Box *a, const Box *b)
{
  double width = fmin (a->x + a->width, b->x + b->width) - fmax (a->x, b->x);
  double height = fmin (a->y + a->height, b->y + b->height) - fmax (a->y, b->y);

  return width > 0 && height > 0 ? width * height : 0;
}

/* Beside the dot, where it covers least of what is there already. */
static Box
place_label (const GArray *taken, double x, double y, double width)
{
  static const double shifts[] = { 0, -1, 1, -2, 2, -3, 3, -4, 4 };
  Box best = { x + DOT + 3, y - LINE / 2.0, width, LINE };
  double least = INFINITY;

  for (guint i = 0; i < 2 * G_N_ELEMENTS (shifts); i++)
    {
      double shift = shifts[i / 2] * LINE;
      Box box = { i % 2 ? x - DOT - 3 - width : x + DOT + 3, y - LINE / 2.0 + shift, width, LINE };
      double covered = fabs (shift) * 0.1;

      if (box.x < LEFT + 2 || box.x + width > WIDTH - 2 || box.y < TOP - LINE || box.y + LINE > HEIGHT - BOTTOM)
        continue;
      for (guint k = 0; k < taken->len; k++)
        covered += 10 * overlap (&box, &g_array_index (taken, Box, k));
      if (covered < least)
        {
          least = covered;
          best = box;
        }
    }
  return best;
}

static void
draw_points (GString *out, const Comparison *c, const ComparePlot *plot, const Axis *time, const Axis *quality)
{
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (Box));

  for (guint i = 0; i < c->approaches->len; i++)
    {
      const CompareApproach *approach = point (c, plot, i);
      double x = approach ? x_of (time, approach->values[COMPARE_SECONDS]) : 0, y = approach ? y_of (quality, approach->values[plot->measure]) : 0;
      Box dot = { x - DOT, y - DOT, 2 * DOT, 2 * DOT };

      if (approach)
        g_array_append_val (taken, dot);
    }
  for (guint i = 0; i < c->approaches->len; i++)
    {
      const CompareApproach *approach = point (c, plot, i);
      double x, y;
      Box label;

      if (!approach)
        continue;
      x = x_of (time, approach->values[COMPARE_SECONDS]);
      y = y_of (quality, approach->values[plot->measure]);
      label = place_label (taken, x, y, LETTER * (double) g_utf8_strlen (approach->name, -1));
      g_array_append_val (taken, label);
      g_string_append (out, "<circle class=\"dot\"");
      coordinate (out, "cx", x);
      coordinate (out, "cy", y);
      coordinate (out, "r", DOT);
      g_string_append (out, "/>\n");
      if (fabs (label.y + LINE / 2.0 - y) > LINE)
        line (out, "leader", x, y, label.x > x ? label.x : label.x + label.width, label.y + LINE / 2.0);
      words (out, label.x > x ? "start" : "end", label.x > x ? label.x : label.x + label.width, label.y + LINE - 3, approach->name);
    }
}

void
compare_plot (const Comparison *c, const ComparePlot *plot, GString *page)
{
  g_autofree char *title = g_strdup_printf (_("%s over time"), plot->label), *escaped = compare_escape (title);
  Axis time, quality;

  if (!make_axes (c, plot, &time, &quality))
    return;
  g_string_append_printf (page, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, HEIGHT, WIDTH, HEIGHT, escaped);
  draw_axes (page, plot, &time, &quality);
  draw_points (page, c, plot, &time, &quality);
  g_string_append (page, "</svg>\n");
}
