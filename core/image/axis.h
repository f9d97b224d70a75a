/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The weights of a separable filter along one side, and the two passes that apply them. */
#ifndef ACU_AXIS_H
#define ACU_AXIS_H

#include <acuity/resample.h>

G_BEGIN_DECLS

/* Destination position x is the sum over k < taps of weights[x * taps + k] * source[first[x] + k]; all in range; first
 * never decreases. A side that keeps its size is left alone by every filter (one tap of 1), as in Pillow and zimg. */
typedef struct AcuAxis
{
  int dst;
  int taps;
  float *weights;
  gint32 *first;
  /* From destination position `steady` on lie `steps` runs of `factor` positions; each run has the weights of the first one, and
   * windows that begin one source position later than the run's before. factor is 0 where nothing of that kind is known. */
  int factor, steady, steps;
} AcuAxis;

/* The most taps that sides from 1 to ACU_MAX_SIDE need, and bytes that acu_axis_init() keeps for these. */
int acu_axis_taps (const AcuFilter *filter, int src, int dst);
guint64 acu_axis_bytes (const AcuFilter *filter, int src, int dst);
/* axis: all zero. FALSE when there is not enough memory; clear it all the same. */
gboolean acu_axis_init (AcuAxis *axis, const AcuFilter *filter, int src, int dst);
void acu_axis_clear (AcuAxis *axis);

/* One row of axis->dst pixels from a source row; dst is not src. */
void acu_axis_across (const AcuAxis *axis, float *dst, const float *src, int channels);
/* How many positions, from y to before `end` and no more than ACU_RESAMPLE_OUTPUTS, begin at the same source position. */
int acu_axis_group (const AcuAxis *axis, int y, int end);
/* n floats of `count` destination positions from y on, which are a group, from rows[0 .. taps - 1], rows[k] being the source
 * row first[y] + k. */
void acu_axis_down (const AcuAxis *axis, int y, int count, float *const *dst, const float *const *rows, gsize n);
/* The same, past the caches if that is possible, else FALSE. */
gboolean acu_axis_down_stream (const AcuAxis *axis, int y, int count, float *const *dst, const float *const *rows, gsize n);

G_END_DECLS

#endif
