/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Logos from SVG files. */
#ifndef ACU_PAGE_LOGOS_H
#define ACU_PAGE_LOGOS_H

#include <glib.h>

G_BEGIN_DECLS

/* Every .svg file of a folder that librsvg reads, in the order of names; others are passed over with a line on standard error. ACU_ERROR_UNSUPPORTED when this was built
 * without librsvg, ACU_ERROR_NOT_FOUND when there is none, ACU_ERROR_IO. */
GPtrArray *acu_logos_load (const char *folder, GError **error);

G_END_DECLS

#endif
