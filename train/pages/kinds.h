/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The kinds of pages. One file draws those that are alike. */
#ifndef ACU_PAGE_KINDS_H
#define ACU_PAGE_KINDS_H

#include "draw.h"

G_BEGIN_DECLS

/**
 * AcuPageKind: a kind
 * @name: by which it is asked for
 * @weight: how often it is drawn, in hundredths if nothing is left out
 * @needs: what else a page of it has to have; ACU_NEEDS_ASKING: it is drawn only where it is asked for by name
 * @largest: pixels of an em of its ordinary text, at most
 * @small: in how many of a hundred pages letters are so small that it can only be made half as large
 * @turned: in how many of a hundred pages its text is not level
 * @draw: fills the page, ground and all
 */
typedef struct AcuPageKind
{
  const char *name;
  guint weight;
  enum { ACU_NEEDS_NOTHING, ACU_NEEDS_PHOTOS, ACU_NEEDS_LOGOS, ACU_NEEDS_ASKING } needs;
  double largest;
  guint small, turned;
  void (*draw) (AcuPage *page);
} AcuPageKind;

/* Ended by a row without a name. */
extern const AcuPageKind acu_page_kinds[];
/* Of a hundred pages, how many have each scheme of colours. */
extern const guint acu_page_schemes[ACU_SCHEMES];
extern const char *const acu_page_scheme_names[ACU_SCHEMES];

void acu_page_draw_document (AcuPage *page);
void acu_page_draw_table (AcuPage *page);
void acu_page_draw_receipt (AcuPage *page);
void acu_page_draw_window (AcuPage *page);
void acu_page_draw_code (AcuPage *page);
void acu_page_draw_label (AcuPage *page);
void acu_page_draw_sign (AcuPage *page);
void acu_page_draw_on_photo (AcuPage *page);
void acu_page_draw_caption (AcuPage *page);
void acu_page_draw_logos (AcuPage *page);
/* No text at all. */
void acu_page_draw_pattern (AcuPage *page);

/* A table of made-up entries with its upper left corner at (x, y). Returns its height. */
double acu_page_table (AcuPage *page, double x, double y, double width);
/* A plate as on a door or at a road, around (0, 0). */
void acu_page_plate (AcuPage *page, double width, double height);

G_END_DECLS

#endif
