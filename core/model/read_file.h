/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_READ_FILE_H
#define ACU_READ_FILE_H

#include <glib.h>

/* The whole of a regular file of at most `max` bytes, with a zero byte behind it; acu_free(). *bytes gets its size. ACU_ERROR_NOT_FOUND,
 * ACU_ERROR_FORMAT when it is no such file, ACU_ERROR_IO, ACU_ERROR_MEMORY. */
guint8 *acu_read_file (const char *path, guint64 max, guint64 *bytes, GError **error);

/* The same of `n` bytes in memory that are called `name`, without a byte behind them. ACU_ERROR_MEMORY. */
guint8 *acu_read_bytes (const guint8 *bytes, gsize n, const char *name, GError **error);

#endif
