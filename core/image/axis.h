/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The weights of a separable filter along one side. */
#ifndef ACU_AXIS_H
#define ACU_AXIS_H

#include <acuity/resample.h>

G_BEGIN_DECLS

/* Destination position x is the sum over k < taps of weights[x * taps + k] * source[first[x] + k]; all in range; first never
 * decreases. Where nothing changes there is one tap of 1. */
typedef struct AcuAxis
{
  int taps;
  float *weights;
  gint32 *first;
} AcuAxis;

/* Taps for sides from 1 to ACU_MAX_SIDE. */
int acu_axis_taps (const AcuFilter *filter, int src, int dst);
guint64 acu_axis_bytes (const AcuFilter *filter, int src, int dst);
/* FALSE when there is not enough memory; clear it all the same. */
gboolean acu_axis_init (AcuAxis *axis, const AcuFilter *filter, int src, int dst);
void acu_axis_clear (AcuAxis *axis);

G_END_DECLS

#endif
