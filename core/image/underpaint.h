/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colour for fully transparent pixels, so that a network does not see what a program happened to leave there. A pixel
 * with alpha 0 (or less) gets the alpha-weighted mean colour of the (2 * radius + 1)² window around it if that holds any
 * alpha above 0; all others keep theirs exactly. Rows stream through, as in a resampler. A result depends on its window
 * and its place alone, not on what came before. Samples must be finite. */
#ifndef ACU_UNDERPAINT_H
#define ACU_UNDERPAINT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuUnderpaint AcuUnderpaint;

/* colours: 1 to 3; sides from 1 to ACU_MAX_SIDE; radius from 0 to ACU_MAX_SIDE. ACU_ERROR_ARGUMENT, ACU_ERROR_MEMORY.
 * Not thread-safe: one thread at a time. */
AcuUnderpaint *acu_underpaint_new (int width, int height, int colours, int radius, GError **error);
void acu_underpaint_free (AcuUnderpaint *underpaint);
/* Bytes that one with these parameters allocates. */
guint64 acu_underpaint_bytes (int width, int height, int colours, int radius);

/* The number of rows, from the top, that must have been pushed before row `y` can be pulled. */
int acu_underpaint_rows_needed (const AcuUnderpaint *underpaint, int y);
/* Takes the next row, width pixels of colours and alpha, copied. Only while the next row to be pulled still needs
 * it. */
void acu_underpaint_push (AcuUnderpaint *underpaint, const float *row);
/* Writes the next row, width pixels of colours alone, and returns TRUE, or returns FALSE when it needs rows that have
 * not been pushed, or when all rows have been pulled. */
gboolean acu_underpaint_pull (AcuUnderpaint *underpaint, float *row);

G_END_DECLS

#endif
