/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How quick jobs were on this machine: a small file in the user's cache folder ($XDG_CACHE_HOME/acuity/rates).
 *
 * A line holds what is known under one key, its newest samples, and a checksum. What is in the file is not trusted: lines that are
 * cut, damaged or out of range are as good as absent. Without a folder that can be written, samples last as long as
 * the process. Of two processes that write at the same time, one loses its newest samples. Thread-safe. */
#ifndef ACU_RATES_H
#define ACU_RATES_H

#include <glib.h>

G_BEGIN_DECLS

/* Takes note of a job of that many operations: seconds until it was ready (negative if it was so before), and seconds that
 * it then took. key: lower-case hexadecimal, 32 digits. Figures beyond all reason are ignored. Never fails. */
void acu_rates_add (const char *key, double operations, double start, double seconds);

/* The same figures for a job that is to come: *start is the median, *seconds follows the medians of jobs of about the same size, between
 * sizes what lies between them. FALSE if nothing is known under that key. */
gboolean acu_rates_find (const char *key, double operations, double *start, double *seconds);

/* Forgets everything but the file, as a new process would. For tests. */
void acu_rates_reset (void);

G_END_DECLS

#endif
