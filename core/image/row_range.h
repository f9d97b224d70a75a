/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_ROW_RANGE_H
#define ACU_ROW_RANGE_H

#include <glib.h>

/* Whether all of n numbers are finite; widens *low and *high to hold them. */
gboolean acu_row_range (const float *row, gsize n, float *low, float *high);
/* The same for many numbers, on the thread pool. */
gboolean acu_rows_range (const float *rows, gsize n, int threads, float *low, float *high);

#endif
