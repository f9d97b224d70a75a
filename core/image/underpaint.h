/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Colour for fully transparent pixels, so that a network does not see what a program happened to leave there. A pixel
 * with alpha 0 gets the alpha-weighted mean colour of the (2 radius + 1)² window around it if that holds any alpha; all others keep
 * theirs. Rows stream through, as in a resampler. */
#ifndef ACU_UNDERPAINT_H
#define ACU_UNDERPAINT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuUnderpaint AcuUnderpaint;

/* colours: 1 or 3. ACU_ERROR_MEMORY. */
AcuUnderpaint *acu_underpaint_new (int width, int height, int colours, int radius, GError **error);
void acu_underpaint_free (AcuUnderpaint *underpaint);
/* Bytes that one allocates. */
guint64 acu_underpaint_bytes (int width, int height, int colours, int radius);

/* Takes the next row: width pixels of colours and alpha. Only when no row can be pulled. */
void acu_underpaint_push (AcuUnderpaint *underpaint, const float *row);
/* Gives the next row of colours alone, or FALSE when it needs rows that have not been pushed or there are no more. */
gboolean acu_underpaint_pull (AcuUnderpaint *underpaint, float *row);

G_END_DECLS

#endif
