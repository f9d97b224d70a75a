/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the library carries in itself. */
#ifndef ACU_CATALOGUE_H
#define ACU_CATALOGUE_H

#include <glib.h>

/* How the path of a built-in network begins. */
#define ACU_RESOURCE_PREFIX "resource://"

/* The bytes of a built-in file, given such a path; unref them. ACU_ERROR_NOT_FOUND. */
GBytes *acu_catalogue_file (const char *path, GError **error);

/* The path of an installed network that enlarges nothing, by its name in the catalogue; g_free(). NULL with ACU_ERROR_NOT_FOUND, which says how to install it. */
char *acu_catalogue_helper (const char *name, GError **error);

#endif
