/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What screens show: windows, programs. */
#include "ground.h"
#include "kinds.h"

/* So many times smaller are most pages made; fringes are as wide as a subpixel then. */
#define MADE_SMALLER 4

/* Something beside a text, in the manner of an icon. */
static void
add_icon (AcuPage *page, double x, double y, double side, AcuColour colour)
{
  AcuColour inner = acu_colour_on (&page->chance, colour);
  double line = MAX (1, side * 0.1);

  switch (acu_chance_below (&page->chance, 5))
    {
    case 0:
      acu_page_box (page, x, y, side, side, side / 2, colour, 1);
      acu_page_rule (page, x + side * 0.25, y + side * 0.5, x + side * 0.75, y + side * 0.5, inner, line, 0);
      break;
    case 1:
      acu_page_frame (page, x + line, y + line, side - 2 * line, side - 2 * line, side * 0.15, colour, line);
      if (acu_chance_percent (&page->chance, 50))
        {
          acu_page_rule (page, x + side * 0.25, y + side * 0.5, x + side * 0.45, y + side * 0.7, colour, line, 0);
          acu_page_rule (page, x + side * 0.45, y + side * 0.7, x + side * 0.75, y + side * 0.3, colour, line, 0);
        }
      break;
    case 2:
      for (int i = 0; i < 3; i++)
        acu_page_rule (page, x, y + side * (0.2 + 0.3 * i), x + side, y + side * (0.2 + 0.3 * i), colour, line, 0);
      break;
    case 3:
      acu_page_box (page, x, y + side * 0.15, side, side * 0.75, side * 0.1, colour, 1);
      acu_page_box (page, x, y + side * 0.05, side * 0.45, side * 0.3, side * 0.1, colour, 1);
      break;
    default:
      acu_page_frame (page, x + line, y + line, side * 0.65, side * 0.65, side / 2, colour, line);
      acu_page_rule (page, x + side * 0.65, y + side * 0.65, x + side, y + side, colour, line, 0);
    }
}

static double
add_button (AcuPage *page, const AcuText *body, double x, double y, double height)
{
  AcuText text = *body;
  g_autofree char *title = acu_words_title (page->words, &page->chance);
  gboolean full = acu_chance_percent (&page->chance, 55);
  double width, line_height, radius = acu_chance_below (&page->chance, 4) * height / 8;

  acu_page_measure (page, &text, 0, title, &width, &line_height);
  width += text.size * 1.6;
  if (full)
    {
      acu_page_box (page, x, y, width, height, radius, page->colours.second, 1);
      text.colour = acu_colour_on (&page->chance, page->colours.second);
    }
  else
    acu_page_frame (page, x, y, width, height, radius, acu_colour_mix (page->colours.ground, page->colours.text, 0.5), MAX (1, text.size * 0.05));
  acu_page_line (page, &text, x + width / 2, y + (height - line_height) / 2, 0.5, title);
  return width;
}

/* The bar on top: a title, or menus. */
static double
add_bar (AcuPage *page, const AcuText *body, double height, double line_height)
{
  AcuText text = *body;
  AcuColour bar = acu_colour_mix (page->colours.ground, page->colours.second, acu_chance_between (&page->chance, 0.1, 1));
  double x = text.size * 0.7, y = (height - line_height) / 2;

  acu_page_box (page, 0, 0, page->width, height, 0, bar, 1);
  text.colour = acu_colour_on (&page->chance, bar);
  if (acu_chance_percent (&page->chance, 50))
    {
      text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, ACU_FACE_BOLD);
      add_icon (page, x, y + line_height * 0.15, line_height * 0.7, text.colour);
      acu_page_take_line (page, &text, x + line_height, y, 0, acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 3)));
    }
  else
    while (x < page->width)
      x += acu_page_take_line (page, &text, x, y, 0, acu_words_title (page->words, &page->chance)) + text.size * 1.1;
  return height;
}

static char *
row_value (AcuPage *page)
{
  guint size = acu_chance_below (&page->chance, 1000);

  switch (acu_chance_below (&page->chance, 4))
    {
    case 0: return acu_words_date (&page->chance);
    case 1: return acu_words_number (&page->chance);
    case 2: return acu_words_title (page->words, &page->chance);
    default: return g_strdup_printf ("%u.%u MB", size / 10, size % 10);
    }
}

/* An entry of a list: an icon, what it is, and a value if there is room. */
static void
add_row (AcuPage *page, const AcuText *body, double y, double height, double line_height, gboolean icons)
{
  AcuText text = *body;
  double x = text.size * 0.7, middle = y + (height - line_height) / 2, wide, wide_value;
  g_autofree char *name = acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 4)), *value = row_value (page);

  if (acu_chance_percent (&page->chance, 12))
    {
      acu_page_box (page, 0, y, page->width, height, 0, page->colours.second, 1);
      text.colour = acu_colour_on (&page->chance, page->colours.second);
    }
  if (icons)
    {
      add_icon (page, x, y + height / 2 - line_height * 0.35, line_height * 0.7, text.colour);
      x += line_height * 1.1;
    }
  acu_page_measure (page, &text, 0, name, &wide, NULL);
  acu_page_measure (page, &text, 0, value, &wide_value, NULL);
  acu_page_line (page, &text, x, middle, 0, name);
  if (x + wide + wide_value + text.size * 2 < page->width)
    acu_page_line (page, &text, page->width - text.size * 0.7, middle, 1, value);
}

static void
add_field (AcuPage *page, const AcuText *body, double y, double height, double line_height)
{
  AcuText text = *body;
  double x = text.size * 0.7, middle = y + (height - line_height) / 2;
  AcuColour frame = acu_colour_mix (page->colours.ground, page->colours.text, 0.45);
  g_autofree char *title = acu_words_title (page->words, &page->chance), *label = g_strconcat (title, ":", NULL);

  x += acu_page_line (page, &text, x, middle, 0, label) + text.size * 0.5;
  acu_page_frame (page, x, y + height * 0.06, MAX (text.size * 5, page->width - x - text.size * 0.7), height * 0.88, text.size * 0.2, frame, MAX (1, text.size * 0.05));
  acu_page_take_line (page, &text, x + text.size * 0.4, middle, 0, acu_words_link (page->words, &page->chance));
}

void
acu_page_draw_window (AcuPage *page)
{
  AcuText text = acu_page_body (page);
  gboolean icons = acu_chance_percent (&page->chance, 60), lines = acu_chance_percent (&page->chance, 40);
  double line_height, height, y;
  AcuColour faint = acu_colour_mix (page->colours.ground, page->colours.text, 0.2);

  acu_page_ground (page);
  acu_page_measure (page, &text, 0, "X", NULL, &line_height);
  height = line_height * acu_chance_between (&page->chance, 1.05, 1.8);
  y = acu_chance_percent (&page->chance, 75) ? add_bar (page, &text, height, line_height) : 0;
  while (y < page->height)
    {
      guint what = acu_chance_below (&page->chance, 100);

      if (what < 66)
        add_row (page, &text, y, height, line_height, icons);
      else if (what < 80)
        add_field (page, &text, y, height, line_height);
      else
        {
          double x = text.size * 0.7;

          while (x < page->width * 0.8)
            x += add_button (page, &text, x, y + height * 0.04, height * 0.92) + text.size * 0.6;
        }
      y += height;
      if (lines)
        acu_page_rule (page, 0, y, page->width, y, faint, MAX (1, text.size * 0.04), 0);
      y += height * 0.05;
    }
  if (acu_chance_percent (&page->chance, 35))
    acu_page_fringes (page, MADE_SMALLER);
}

void
acu_page_draw_code (AcuPage *page)
{
  AcuText text;
  AcuColour colours[4];
  double line_height, x, y = -acu_chance_between (&page->chance, 0, 1) * page->size;
  gboolean numbers = acu_chance_percent (&page->chance, 50);
  int depth = 0, number = acu_chance_whole (&page->chance, 1, 990);

  page->face = acu_page_fonts_any (page->fonts, &page->chance, TRUE);
  text = acu_page_body (page);
  for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
    colours[i] = acu_chance_percent (&page->chance, 45) ? page->colours.text : acu_colour_on (&page->chance, page->colours.ground);
  acu_page_ground (page);
  acu_page_measure (page, &text, 0, "0", &x, &line_height);
  for (; y < page->height; y += line_height, number++)
    {
      double left = x * (numbers ? 4.5 : 0.5);

      text.colour = acu_colour_mix (page->colours.ground, page->colours.text, 0.7);
      if (numbers)
        acu_page_take_line (page, &text, left - x, y, 1, g_strdup_printf ("%d", number));
      text.colour = colours[acu_chance_below (&page->chance, G_N_ELEMENTS (colours))];
      if (acu_chance_percent (&page->chance, 90))
        acu_page_take_line (page, &text, left + depth * 2 * x, y, 0, acu_words_code (page->words, &page->chance));
      depth += acu_chance_whole (&page->chance, -1, 1);
      depth = CLAMP (depth, 0, 4);
    }
  if (acu_chance_percent (&page->chance, 35))
    acu_page_fringes (page, MADE_SMALLER);
}
