/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which place on the paper a number has, and which numbers are written beside it. */
#ifndef ACU_SCALE_H
#define ACU_SCALE_H

#include <glib.h>

G_BEGIN_DECLS

#define ACU_SCALE_MOST_TICKS 32

typedef struct AcuScale
{
  double low, high;               /* the numbers at both ends; low < high */
  gboolean logarithmic;
  double from, to;                /* where they are, in pixels */
} AcuScale;

/* Takes `value` into a range; NaN and infinities are left out, sizes limited to 1e-100..1e100. A range begins with low = INFINITY, high = -INFINITY. */
void acu_scale_include (AcuScale *scale, double value);
/* Whether anything has been taken in. */
gboolean acu_scale_known (const AcuScale *scale);
/* Adds `share` of the range at both ends; makes a range of what is none. A logarithmic scale needs a range above 0. */
void acu_scale_pad (AcuScale *scale, double share);

/* At an end for numbers beyond it. */
double acu_scale_place (const AcuScale *scale, double value);

/* Up to `most` round numbers within the scale, ascending. Returns how many. */
guint acu_scale_ticks (const AcuScale *scale, guint most, double ticks[ACU_SCALE_MOST_TICKS]);
/* One of those numbers as a text, as short as its neighbours allow. Free with g_free(). */
char *acu_scale_format (const AcuScale *scale, const double *ticks, guint n, guint tick);

G_END_DECLS

#endif
