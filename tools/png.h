/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small pictures as PNG files in memory, to be put into pages. */
#ifndef ACU_TOOL_PNG_H
#define ACU_TOOL_PNG_H

#include <glib.h>

G_BEGIN_DECLS

/* width × height pixels of red, green and blue, 8 bits, without gaps, as the bytes of a PNG file in sRGB. NULL with ACU_ERROR_MEMORY or ACU_ERROR_IO. */
GBytes *tool_png_new (const guint8 *pixels, int width, int height, GError **error);
/* The same as a "data:" address for pages; g_free(). */
char *tool_png_address (const guint8 *pixels, int width, int height, GError **error);

G_END_DECLS

#endif
