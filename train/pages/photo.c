/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Text over photographs. */
#include "ground.h"
#include "kinds.h"

/* Legible on whatever is there: light on dark or the other way round, with an edge where the photograph is neither. */
static void
make_legible (AcuPage *page, AcuText *text, double x, double y, double width, double height)
{
  AcuColour ground = acu_page_mean (page, x, y, width, height);
  double contrast;

  text->colour = acu_colour_on (&page->chance, ground);
  contrast = acu_colour_contrast (text->colour, ground);
  if (contrast < 6 || acu_chance_percent (&page->chance, 30))
    text->edge = acu_chance_percent (&page->chance, 50) ? ACU_EDGE_OUTLINE : ACU_EDGE_SHADOW;
}

/* A few words somewhere from `top` on, where there is so much room. */
static void
add_words (AcuPage *page, double top, double room)
{
  AcuText text = acu_page_body (page);
  g_autofree char *string = NULL;
  double width, height, x, y;

  text.face = acu_page_fonts_like (page->fonts, &page->chance, page->face, ACU_FACE_ANY);
  text.size *= acu_chance_between (&page->chance, 0.7, 1.4);
  text.align = acu_chance_percent (&page->chance, 50) ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT;
  switch (acu_chance_below (&page->chance, 6))
    {
    case 0: string = acu_words_date (&page->chance); break;
    case 1: string = acu_words_link (page->words, &page->chance); break;
    case 2: string = acu_words_title (page->words, &page->chance); break;
    case 3: string = acu_words_sentences (page->words, &page->chance, acu_chance_whole (&page->chance, 4, 16)); break;
    default: string = acu_words_phrase (page->words, &page->chance, acu_chance_whole (&page->chance, 1, 4));
    }
  acu_page_measure (page, &text, page->width * 0.9, string, &width, &height);
  x = acu_chance_between (&page->chance, 0, MAX (1, page->width - width));
  y = top + acu_chance_between (&page->chance, 0, MAX (1, room - height));
  make_legible (page, &text, x, y, width, height);
  acu_page_text (page, &text, x, y, page->width * 0.9, string);
}

/* A sheet or a half transparent field with a paragraph. */
static void
add_panel (AcuPage *page)
{
  AcuText text = acu_page_body (page);
  double width = page->width * acu_chance_between (&page->chance, 0.35, 0.8), pad = text.size * acu_chance_between (&page->chance, 0.2, 0.8), height;
  g_autofree char *string = acu_words_sentences (page->words, &page->chance, acu_chance_whole (&page->chance, 3, 20));

  acu_page_measure (page, &text, width - 2 * pad, string, NULL, &height);
  height = MIN (height, page->height * 0.9);
  acu_page_box (page, -width / 2, -height / 2 - pad, width, height + 2 * pad, acu_chance_below (&page->chance, 2) * pad, page->colours.ground,
                acu_chance_percent (&page->chance, 60) ? 1 : 0.85);
  acu_page_text (page, &text, -width / 2 + pad, -height / 2, width - 2 * pad, string);
}

static double
tilt (AcuPage *page)
{
  return acu_chance_percent (&page->chance, 50) ? acu_chance_between (&page->chance, -6, 6) : 0;
}

void
acu_page_draw_on_photo (AcuPage *page)
{
  guint what = acu_chance_below (&page->chance, 100);
  double x = page->width * acu_chance_between (&page->chance, 0.35, 0.65), y = page->height * acu_chance_between (&page->chance, 0.35, 0.65);
  double width = page->width * acu_chance_between (&page->chance, 0.35, 0.7), height = page->height * acu_chance_between (&page->chance, 0.15, 0.5);
  int places = acu_chance_whole (&page->chance, 1, 4);

  acu_page_photo (page);
  if (what < 45)
    for (int i = 0; i < places; i++)
      add_words (page, i * page->height / places, page->height / places);
  else
    {
      acu_page_push (page, x, y, tilt (page));
      if (what < 72)
        add_panel (page);
      else
        acu_page_plate (page, width, height);
      acu_page_pop (page);
    }
}

/* One or two lines below a picture or in it, as films have them. */
void
acu_page_draw_caption (AcuPage *page)
{
  AcuText text = acu_page_body (page);
  double height, margin = text.size * acu_chance_between (&page->chance, 0.3, 1), width = page->width - 2 * margin, y;
  g_autofree char *string = acu_words_sentences (page->words, &page->chance, acu_chance_whole (&page->chance, 4, 12));

  if (page->photos)
    acu_page_photo (page);
  else
    acu_page_ground (page);
  text.align = PANGO_ALIGN_CENTER;
  acu_page_measure (page, &text, width, string, NULL, &height);
  y = MAX (0, page->height - height - margin);
  if (!page->photos)
    text.edge = ACU_EDGE_NONE;
  else if (acu_chance_percent (&page->chance, 40))
    acu_page_box (page, 0, y - margin / 2, page->width, page->height - y + margin / 2, 0, page->colours.ground, acu_chance_percent (&page->chance, 50) ? 1 : 0.8);
  else
    {
      text.colour = acu_chance_percent (&page->chance, 70) ? (AcuColour) { 1, 1, 1 } : (AcuColour) { 1, 0.9, 0.2 };
      text.edge = acu_chance_percent (&page->chance, 75) ? ACU_EDGE_OUTLINE : ACU_EDGE_SHADOW;
    }
  acu_page_text (page, &text, margin, y, width, string);
}
