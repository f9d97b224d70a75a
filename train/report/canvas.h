/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Paper to draw on. */
#ifndef ACU_CANVAS_H
#define ACU_CANVAS_H

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* The longest side that a PNG of cairo's may have. */
#define ACU_CANVAS_MOST 32767

typedef struct AcuColour
{
  double red, green, blue;
} AcuColour;

extern const AcuColour acu_colour_text, acu_colour_faint_text, acu_colour_line;

/* White paper. NULL with ACU_ERROR_SIZE or ACU_ERROR_MEMORY. cairo_destroy() frees it. */
cairo_t *acu_canvas_new (double width, double height, GError **error);
/* Writes it as a PNG, atomically. ACU_ERROR_IO, or ACU_ERROR_MEMORY when something could not be drawn. */
gboolean acu_canvas_save (cairo_t *canvas, const char *path, GError **error);

void acu_canvas_colour (cairo_t *canvas, AcuColour colour);
/* How wide a text is, in pixels. */
double acu_canvas_text_width (cairo_t *canvas, double size, gboolean bold, const char *text);
/* A line of text whose baseline is at y; `align` says which of its points is at x: 0 the left end, 0.5 the middle, 1 the right end.
 * Bytes that are not UTF-8 are replaced; more than `most` pixels (0: any) end in "…". Returns its width. */
double acu_canvas_text (cairo_t *canvas, double x, double y, double align, double size, gboolean bold, AcuColour colour, double most,
                        const char *text);

G_END_DECLS

#endif
