/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Few large words: labels and signs. */
#include "ground.h"
#include "kinds.h"

#include <math.h>

/* The largest size up to `most` in which a text is not wider than this. */
static double
fit (AcuPage *page, AcuText *text, const char *string, double width, double most)
{
  double wide;

  text->size = most;
  acu_page_measure (page, text, 0, string, &wide, NULL);
  if (wide > width)
    text->size = MAX (12, most * width / wide);
  return text->size;
}

static char *
in_capitals (char *string)
{
  char *capitals = g_utf8_strup (string, -1);

  g_free (string);
  return capitals;
}

/* A price whose last two figures are small and high. Returns its height. */
static double
add_price (AcuPage *page, AcuText *text, double x, double y, double most)
{
  g_autofree char *whole = g_strdup_printf ("%d", acu_chance_whole (&page->chance, 0, 99));
  g_autofree char *part = g_strdup_printf ("%02d", acu_chance_whole (&page->chance, 0, 99));
  AcuText small = *text;
  double wide, height, wide_part;

  small.size *= 0.5;
  acu_page_measure (page, text, 0, whole, &wide, &height);
  acu_page_measure (page, &small, 0, part, &wide_part, NULL);
  x += MAX (0, (most - wide - wide_part) / 2);
  x += acu_page_line (page, text, x, y, 0, whole);
  x += text->size * 0.05;
  x += acu_page_line (page, &small, x, y + height * 0.1, 0, part);
  if (acu_chance_percent (&page->chance, 50))
    acu_page_line (page, &small, x + text->size * 0.05, y + height * 0.1, 0, "€");
  return height;
}

/* One line of a label: a word or two, a price, a number, as wide as there is room. */
static double
add_label_line (AcuPage *page, double x, double y, double width, double left)
{
  AcuText text = acu_page_body (page);
  guint what = acu_chance_below (&page->chance, 100);
  g_autofree char *string = NULL;
  double height;

  text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, acu_chance_percent (&page->chance, 50) ? ACU_FACE_BOLD : ACU_FACE_ANY);
  text.colour = acu_chance_percent (&page->chance, 30) ? page->colours.second : page->colours.text;
  text.size *= acu_chance_percent (&page->chance, 40) ? acu_chance_between (&page->chance, 1.2, 2.2) : acu_chance_between (&page->chance, 0.6, 1.1);
  if (what < 22)
    return add_price (page, &text, x, y, width);
  if (what < 32)
    {
      acu_page_bars (page, x, y, width * 0.7, MIN (left, text.size), text.colour);
      return text.size * 1.15;
    }
  string = what < 60 ? acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 2))
           : what < 80 ? acu_words_title (page->words, &page->chance)
           : what < 90 ? acu_words_price (page->words, &page->chance) : acu_words_number (&page->chance);
  if (acu_chance_percent (&page->chance, 35))
    string = in_capitals (g_steal_pointer (&string));
  fit (page, &text, string, width, text.size);
  acu_page_measure (page, &text, 0, string, NULL, &height);
  acu_page_line (page, &text, x + width / 2, y, 0.5, string);
  return height;
}

void
acu_page_draw_label (AcuPage *page)
{
  double margin = page->size * acu_chance_between (&page->chance, 0.3, 0.9), y = margin, line = acu_chance_between (&page->chance, 0.03, 0.12) * page->size;

  acu_page_ground (page);
  if (acu_chance_percent (&page->chance, 40))
    acu_page_frame (page, margin / 2, margin / 2, page->width - margin, page->height - margin, acu_chance_below (&page->chance, 3) * margin / 2,
                    page->colours.second, line);
  while (y < page->height - margin - page->size / 2)
    y += add_label_line (page, margin, y, page->width - 2 * margin, page->height - y) + page->size * acu_chance_between (&page->chance, 0, 0.4);
}

/* An arrow to the left or right in a square. */
static void
add_arrow (AcuPage *page, double x, double y, double side, AcuColour colour, gboolean right)
{
  double tip = right ? x + side : x, tail = right ? x : x + side, back = right ? -side * 0.4 : side * 0.4, line = side * 0.14;

  acu_page_rule (page, tail, y + side / 2, tip, y + side / 2, colour, line, 0);
  acu_page_rule (page, tip + back, y + side * 0.15, tip, y + side / 2, colour, line, 0);
  acu_page_rule (page, tip + back, y + side * 0.85, tip, y + side / 2, colour, line, 0);
}

void
acu_page_plate (AcuPage *page, double width, double height)
{
  AcuText text = acu_page_body (page);
  AcuColours colours = acu_colours_draw (&page->chance, acu_chance_percent (&page->chance, 50) ? ACU_SCHEME_COLOURED : page->scheme);
  int lines = acu_chance_whole (&page->chance, 1, 3);
  double radius = acu_chance_below (&page->chance, 4) * height * 0.05, y = -height * 0.42, room = height * 0.84 / lines;
  gboolean capitals = acu_chance_percent (&page->chance, 55), arrow = acu_chance_percent (&page->chance, 20);

  acu_page_box (page, -width / 2, -height / 2, width, height, radius, colours.ground, 1);
  if (acu_chance_percent (&page->chance, 60))
    acu_page_frame (page, -width * 0.485, -height * 0.47, width * 0.97, height * 0.94, radius, colours.text, MAX (1, height * 0.015));
  text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, acu_chance_percent (&page->chance, 65) ? ACU_FACE_BOLD : ACU_FACE_REGULAR);
  text.colour = colours.text;
  text.spacing += acu_chance_percent (&page->chance, 30) ? acu_chance_between (&page->chance, 0.02, 0.15) : 0;
  for (int i = 0; i < lines; i++, y += room)
    {
      g_autofree char *string = acu_chance_percent (&page->chance, 60)
                                ? acu_words_title (page->words, &page->chance)
                                : acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 3));
      double wide, high, shift = arrow && i == 0 ? room * 0.5 : 0;

      if (capitals)
        string = in_capitals (g_steal_pointer (&string));
      fit (page, &text, string, width * 0.88 - 2 * shift, MIN (room * 0.7, page->size * 2.2));
      acu_page_measure (page, &text, 0, string, &wide, &high);
      acu_page_line (page, &text, shift, y + (room - high) / 2, 0.5, string);
      if (shift > 0)
        add_arrow (page, -width * 0.44, y + room * 0.2, room * 0.6, colours.text, acu_chance_percent (&page->chance, 50));
    }
}

/* One plate, or some as at a crossing. */
void
acu_page_draw_sign (AcuPage *page)
{
  int plates = acu_chance_percent (&page->chance, 60) ? 1 : acu_chance_whole (&page->chance, 2, 3);
  double height = (double) page->height / plates, away = acu_chance_between (&page->chance, 0.86, 0.99);

  acu_page_ground (page);
  for (int i = 0; i < plates; i++)
    {
      acu_page_push (page, page->width / 2.0, (i + 0.5) * height, plates > 1 ? acu_chance_between (&page->chance, -1, 1) : 0);
      acu_page_plate (page, page->width * away, height * away * acu_chance_between (&page->chance, 0.8, 1));
      acu_page_pop (page);
    }
}
