/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sheets of paper: running text, tables, receipts. */
#include "ground.h"
#include "kinds.h"

static double
add_heading (AcuPage *page, double x, double y, double width)
{
  AcuText text = acu_page_body (page);

  text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, acu_chance_percent (&page->chance, 75) ? ACU_FACE_BOLD : ACU_FACE_REGULAR);
  text.size *= acu_chance_between (&page->chance, 1.15, 1.9);
  text.colour = acu_chance_percent (&page->chance, 30) ? page->colours.second : page->colours.text;
  text.align = acu_chance_percent (&page->chance, 25) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT;
  if (acu_chance_percent (&page->chance, 30))
    {
      g_autofree char *title = acu_words_title (page->words, &page->chance);
      guint number = acu_chance_below (&page->chance, 120);

      return acu_page_take_text (page, &text, x, y, width, g_strdup_printf ("%u.%u %s", number / 10, number % 10, title));
    }
  return acu_page_take_text (page, &text, x, y, width, acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 5)));
}

static double
add_paragraph (AcuPage *page, double x, double y, double width, gboolean justify, double leading)
{
  AcuText text = acu_page_body (page);

  text.justify = justify;
  text.leading = leading;
  if (acu_chance_percent (&page->chance, 10))
    text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, acu_chance_percent (&page->chance, 60) ? ACU_FACE_ITALIC : ACU_FACE_BOLD);
  return acu_page_take_text (page, &text, x, y, width, acu_words_sentences (page->words, &page->chance, acu_chance_whole (&page->chance, 9, 45)));
}

static double
add_list (AcuPage *page, double x, double y, double width)
{
  static const char *const bullets[] = { "•", "–", "*", "»" };
  AcuText text = acu_page_body (page);
  const char *bullet = acu_chance_percent (&page->chance, 55) ? bullets[acu_chance_below (&page->chance, G_N_ELEMENTS (bullets))] : NULL;
  double start = y;

  for (int i = 1, items = acu_chance_whole (&page->chance, 2, 5); i <= items; i++)
    {
      if (bullet)
        acu_page_line (page, &text, x + text.size * 0.6, y, 0, bullet);
      else
        acu_page_take_line (page, &text, x + text.size * 1.1, y, 1, g_strdup_printf ("%d.", i));
      y += acu_page_take_text (page, &text, x + text.size * 1.6, y, MAX (width - text.size * 1.6, text.size),
                               acu_words_sentences (page->words, &page->chance, acu_chance_whole (&page->chance, 2, 9)));
    }
  return y - start;
}

static void
add_column (AcuPage *page, double x, double y, double width, double bottom)
{
  /* In few letters justified lines fall apart. */
  gboolean justify = width > 14 * page->size && acu_chance_percent (&page->chance, 55);
  double gap = page->size * acu_chance_between (&page->chance, 0.3, 1.1), leading = acu_chance_between (&page->chance, 0.95, 1.4);

  while (y < bottom)
    {
      guint what = acu_chance_below (&page->chance, 100);

      if (what < 56)
        y += add_paragraph (page, x, y, width, justify, leading);
      else if (what < 74)
        y += add_heading (page, x, y, width);
      else if (what < 86)
        y += add_list (page, x, y, width);
      else if (what < 93)
        y += acu_page_table (page, x, y, width);
      else
        acu_page_rule (page, x, y, x + width, y, page->colours.second, acu_chance_between (&page->chance, 1, 6), 0);
      y += gap;
    }
}

void
acu_page_draw_document (AcuPage *page)
{
  double margin = page->size * acu_chance_between (&page->chance, 0.3, 1.6), bottom = page->height + 2 * page->size;
  int columns = page->width > page->size * 34 && acu_chance_percent (&page->chance, 50) ? 2 : 1;
  double width = (page->width - margin * (columns + 1)) / columns;

  acu_page_ground (page);
  for (int c = 0; c < columns; c++)
    /* As if it were cut out of a longer page. */
    add_column (page, margin + c * (width + margin), acu_chance_percent (&page->chance, 50) ? margin : -acu_chance_between (&page->chance, 0, 3) * page->size,
                MAX (width, page->size), bottom);
}

static char *
cell_text (AcuPage *page, int row, int column)
{
  if (row == 0)
    return acu_words_title (page->words, &page->chance);
  if (column == 0)
    return acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 2));
  switch (acu_chance_below (&page->chance, 4))
    {
    case 0: return acu_words_price (page->words, &page->chance);
    case 1: return acu_words_date (&page->chance);
    default: return acu_words_number (&page->chance);
    }
}

double
acu_page_table (AcuPage *page, double x, double y, double width)
{
  AcuText text = acu_page_body (page);
  int columns = CLAMP ((int) (width / (text.size * 5)), 1, 5), rows = acu_chance_whole (&page->chance, 3, 7);
  double height, column = width / columns, pad = text.size * acu_chance_between (&page->chance, 0.1, 0.35), start = y;
  gboolean stripes = acu_chance_percent (&page->chance, 35), grid = !stripes && acu_chance_percent (&page->chance, 60);
  double line = acu_chance_between (&page->chance, 1, 4);
  AcuColour faint = acu_colour_mix (page->colours.ground, page->colours.text, 0.12), middle = acu_colour_mix (page->colours.ground, page->colours.text, 0.5);

  acu_page_measure (page, &text, 0, "X", NULL, &height);
  height += 2 * pad;
  for (int row = 0; row < rows; row++, y += height)
    {
      text.face = row == 0 ? acu_page_fonts_like (page->fonts, &page->chance, page->face, ACU_FACE_BOLD) : page->face;
      if (stripes && row % 2)
        acu_page_box (page, x, y, width, height, 0, faint, 0.8);
      if (grid || row == 0)
        acu_page_rule (page, x, y + height, x + width, y + height, middle, row == 0 ? 2 * line : line, 0);
      for (int c = 0; c < columns; c++)
        {
          gboolean right = c > 0;
          double space = text.size * 0.4, wide;
          g_autofree char *string = cell_text (page, row, c);

          acu_page_measure (page, &text, 0, string, &wide, NULL);
          if (wide > column - 2 * space)
            {
              g_free (string);
              string = g_strdup_printf ("%d", acu_chance_whole (&page->chance, 0, 999));
            }
          acu_page_line (page, &text, right ? x + (c + 1) * column - space : x + space, y + pad, right, string);
        }
    }
  for (int c = 0; grid && c <= columns; c++)
    acu_page_rule (page, x + c * column, start, x + c * column, y, middle, line, 0);
  return y - start;
}

void
acu_page_draw_table (AcuPage *page)
{
  double margin = page->size * acu_chance_between (&page->chance, 0.2, 1), y = margin;

  acu_page_ground (page);
  if (acu_chance_percent (&page->chance, 60))
    y += add_heading (page, margin, y, page->width - 2 * margin) + page->size * 0.4;
  while (y < page->height)
    y += acu_page_table (page, margin, y, page->width - 2 * margin) + page->size;
}

/* A line of a receipt: what, and how much. */
static void
add_item (AcuPage *page, const AcuText *text, double left, double right, double y)
{
  g_autofree char *what = acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 2));
  g_autofree char *price = acu_words_price (page->words, &page->chance);
  g_autofree char *many = g_strdup_printf ("%d × %s", acu_chance_whole (&page->chance, 1, 9), what);
  double wide, wide_price;

  acu_page_measure (page, text, 0, many, &wide, NULL);
  acu_page_measure (page, text, 0, price, &wide_price, NULL);
  if (wide + wide_price + text->size < right - left)
    acu_page_line (page, text, left, y, 0, many);
  else if (wide_price * 2 < right - left)
    acu_page_take_line (page, text, left, y, 0, g_strdup_printf ("%u", acu_chance_below (&page->chance, 10000)));
  acu_page_line (page, text, right, y, 1, price);
}

void
acu_page_draw_receipt (AcuPage *page)
{
  double width = page->width * acu_chance_between (&page->chance, 0.7, 1.05), left = (page->width - width) / 2, pad = page->size * 0.6, y = pad, height;
  AcuText text, large;
  AcuColour around;

  if (page->scheme != ACU_SCHEME_BLACK_ON_WHITE && acu_chance_percent (&page->chance, 85))
    page->colours = acu_colours_draw (&page->chance, page->scheme = ACU_SCHEME_PAPER);
  if (acu_chance_percent (&page->chance, 65))
    page->face = acu_page_fonts_any (page->fonts, &page->chance, TRUE);
  text = large = acu_page_body (page);
  around = acu_colour_mix (page->colours.ground, (AcuColour) { 0.2, 0.17, 0.15 }, acu_chance_between (&page->chance, 0.2, 0.9));
  acu_page_ground (page);
  if (width < page->width && acu_chance_percent (&page->chance, 60))
    {
      acu_page_box (page, -page->width, -page->height, page->width + left, 3.0 * page->height, 0, around, 1);
      acu_page_box (page, left + width, -page->height, 2.0 * page->width, 3.0 * page->height, 0, around, 1);
    }
  large.size *= acu_chance_between (&page->chance, 1.2, 1.8);
  large.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, ACU_FACE_BOLD);
  acu_page_measure (page, &text, 0, "X", NULL, &height);
  if (acu_chance_percent (&page->chance, 70))
    {
      acu_page_take_line (page, &large, page->width / 2.0, y, 0.5, acu_words_phrase (page->words, &page->chance, 1));
      y += height * large.size / text.size;
      acu_page_take_line (page, &text, page->width / 2.0, y, 0.5, acu_words_date (&page->chance));
      y += height * 1.4;
    }
  for (; y < page->height; y += height * 1.04)
    {
      guint what = acu_chance_below (&page->chance, 100);

      if (what < 78)
        add_item (page, &text, left + pad, left + width - pad, y);
      else if (what < 90)
        acu_page_rule (page, left + pad, y + height / 2, left + width - pad, y + height / 2, text.colour, MAX (1, text.size * 0.06), text.size * 0.3);
      else if (what < 96)
        {
          acu_page_take_line (page, &large, left + pad, y, 0, acu_words_title (page->words, &page->chance));
          y += height * (large.size / text.size - 0.8);
        }
      else
        {
          acu_page_bars (page, left + width * 0.2, y, width * 0.6, text.size * 2.5, text.colour);
          y += text.size * 2.6;
        }
    }
}
