/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Resampling bands of rows with several threads, for pictures that pass through memory; the same results as AcuResampler's, bit
 * for bit. */
#ifndef ACU_BANDS_H
#define ACU_BANDS_H

#include <acuity/resample.h>

G_BEGIN_DECLS

typedef struct AcuBands AcuBands;

/* For up to `workers` (1 or more) threads. NULL with ACU_ERROR_ARGUMENT or ACU_ERROR_MEMORY. */
AcuBands *acu_bands_new (const AcuResamplerParams *params, int workers, GError **error);
void acu_bands_free (AcuBands *bands);
/* No less than what that allocates. */
guint64 acu_bands_bytes (const AcuResamplerParams *params, int workers);

/* Destination rows from .. to - 1 (at least one) are made of source rows *first .. *end - 1. */
void acu_bands_sources (const AcuBands *bands, int from, int to, int *first, int *end);
/* Makes these rows; src begins with source row `first` of acu_bands_sources() or one above, dst with row `from`. Not from a task
 * of the library's own threads; one call at a time. */
void acu_bands_run (AcuBands *bands, const float *src, int first, float *dst, int from, int to);

G_END_DECLS

#endif
