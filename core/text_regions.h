/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Decides which parts of a text mask are text: a window or a feather that looks like a letter is small and doubtful, a word is neither. */
#ifndef ACU_TEXT_REGIONS_H
#define ACU_TEXT_REGIONS_H

#include <acuity/error.h>
#include <glib.h>

G_BEGIN_DECLS

/* A picture's mask, coarsely: cells that are stretched over the whole picture, some four pixels wide and high. */
typedef struct AcuTextRegions
{
  int width, height, columns, rows;
  guint8 *certainty;              /* the mask's largest number in each cell, 255 for 1 */
  guint8 *cells;                  /* of acu_text_regions_decide(): 1 where text is, 0 elsewhere */
  guint32 *queue;
} AcuTextRegions;

/* For a picture of that size; NULL with ACU_ERROR_MEMORY. */
AcuTextRegions *acu_text_regions_new (int width, int height, GError **error);
void acu_text_regions_free (AcuTextRegions *regions);
/* What they take. */
guint64 acu_text_regions_bytes (int width, int height);

/* Rows of a mask of three channels that are alike. */
void acu_text_regions_add (AcuTextRegions *regions, int y, int rows, const float *mask);
/* Once all rows have been added: fills the cells, and says whether there is any text. */
gboolean acu_text_regions_decide (AcuTextRegions *regions);
/* The cell that a pixel lies in. */
gsize acu_text_regions_cell (const AcuTextRegions *regions, int x, int y);

G_END_DECLS

#endif
