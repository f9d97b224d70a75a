/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A page while it is drawn, and its ink: where there is text. */
#ifndef ACU_PAGE_DRAW_H
#define ACU_PAGE_DRAW_H

#include "chance.h"
#include "colours.h"
#include "fonts.h"
#include "words.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

/**
 * AcuPage: a page
 * @chance: its dice
 * @canvas: RGB; whoever turns or moves it does the same to @ink
 * @ink: 8 bits of gray: 255 where text is, 128 where it cannot be said (logos), 0 elsewhere
 * @fonts, @words: what texts are made of
 * @photos: AcuTrainPicture*; @logos: AcuLogo*; NULL or not empty
 * @colours: of text and ground; @scheme: where they are from
 * @face, @size, @spacing: of ordinary text: its font, pixels of an em, what letters stand apart beyond their usual distance in em
 * @angle: degrees that the page is turned by
 */
typedef struct AcuPage
{
  AcuChance chance;
  int width, height;
  cairo_t *canvas, *ink;
  const AcuPageFonts *fonts;
  const AcuWords *words;
  const GPtrArray *photos, *logos;
  AcuScheme scheme;
  AcuColours colours;
  const AcuPageFace *face;
  double size, spacing, angle;
} AcuPage;

/* How a text is set. */
typedef struct AcuText
{
  const AcuPageFace *face;
  double size, spacing;           /* as of a page */
  double leading;                 /* from line to line, in the font's own line heights */
  AcuColour colour;
  PangoAlignment align;           /* of lines among one another */
  gboolean justify, underline;
  enum { ACU_EDGE_NONE, ACU_EDGE_OUTLINE, ACU_EDGE_SHADOW } edge;
} AcuText;

/* Makes the two surfaces; FALSE with ACU_ERROR_MEMORY. */
gboolean acu_page_begin (AcuPage *page, int width, int height, GError **error);
void acu_page_end (AcuPage *page);

/* Ordinary text of a page. */
AcuText acu_page_body (const AcuPage *page);
/* How large a text becomes in lines of at most `most` pixels; 0: it is broken only where it says so. Both results may be NULL. */
void acu_page_measure (AcuPage *page, const AcuText *text, double most, const char *string, double *width, double *height);
/* Draws it with its upper left corner at (x, y). Returns its height. */
double acu_page_text (AcuPage *page, const AcuText *text, double x, double y, double most, const char *string);
/* One line, of which the point `anchor` (0 its left end, 0.5 its middle, 1 its right end) comes to x. Returns its width. */
double acu_page_line (AcuPage *page, const AcuText *text, double x, double y, double anchor, const char *string);
/* The same for a string that is freed. */
double acu_page_take_text (AcuPage *page, const AcuText *text, double x, double y, double most, char *string);
double acu_page_take_line (AcuPage *page, const AcuText *text, double x, double y, double anchor, char *string);

/* Fills a rectangle whose corners are rounded by so many pixels. */
void acu_page_box (AcuPage *page, double x, double y, double width, double height, double radius, AcuColour colour, double opacity);
/* Its outline. */
void acu_page_frame (AcuPage *page, double x, double y, double width, double height, double radius, AcuColour colour, double line);
/* A straight line, dashed by so many pixels unless that is 0. */
void acu_page_rule (AcuPage *page, double x, double y, double x2, double y2, AcuColour colour, double line, double dash);
/* Upright bars of various widths, as of goods. */
void acu_page_bars (AcuPage *page, double x, double y, double width, double height, AcuColour colour);

/* Turns and moves what is drawn from here on; acu_page_pop() takes it back. */
void acu_page_push (AcuPage *page, double x, double y, double degrees);
void acu_page_pop (AcuPage *page);

G_END_DECLS

#endif
