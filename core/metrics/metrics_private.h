/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the measures share. */
#ifndef ACU_METRICS_PRIVATE_H
#define ACU_METRICS_PRIVATE_H

#include <acuity/metrics.h>

G_BEGIN_DECLS

/* Weights of R, G and B for MATLAB's Y, which begins at ACU_LUMA_OFFSET. */
#define ACU_LUMA_R 65.481
#define ACU_LUMA_G 128.553
#define ACU_LUMA_B 24.966
#define ACU_LUMA_OFFSET 16

/* One channel without a border, as doubles. */
typedef struct AcuPlane
{
  double *values;                 /* freed with acu_free() */
  int width, height;
  gboolean finite;                /* FALSE: there was a NaN or an infinity, and the values are not to be used */
} AcuPlane;

/* FALSE and ACU_ERROR_ARGUMENT unless the border leaves at least `least` pixels each way of a sound picture. */
gboolean acu_metric_check (const AcuMetricPicture *picture, int border, int least, GError **error);
/* The same for two, which must have the same shape. */
gboolean acu_metric_check_pair (const AcuMetricPicture *a, const AcuMetricPicture *b, int border, int least, GError **error);

/* Sets ACU_ERROR_MEMORY for a picture of that size. */
void acu_metric_no_memory (int width, int height, GError **error);

/* n pixels from `pixel` on, their samples limited to 0..1: MATLAB's Y, 16..235. FALSE when a sample is not finite. */
gboolean acu_metric_luma_row (const float *pixel, int n, int channels, double *y);

/* Y of what the border leaves. FALSE and ACU_ERROR_MEMORY. */
gboolean acu_plane_luma (AcuPlane *plane, const AcuMetricPicture *picture, int border, GError **error);
/* Space for a plane. FALSE and ACU_ERROR_MEMORY. */
gboolean acu_plane_alloc (AcuPlane *plane, int width, int height, GError **error);
void acu_plane_clear (AcuPlane *plane);
/* Halves a plane in place: means of 2 × 2 values, at an odd edge of those that there are. */
void acu_plane_halve (AcuPlane *plane);

G_END_DECLS

#endif
