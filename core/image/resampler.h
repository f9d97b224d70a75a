/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What of the streaming resampler other files of this room use. */
#ifndef ACU_RESAMPLER_H
#define ACU_RESAMPLER_H

#include "axis.h"

G_BEGIN_DECLS

/* FALSE and ACU_ERROR_ARGUMENT when no resampler can have these parameters. */
gboolean acu_resampler_check (const AcuResamplerParams *params, GError **error);

/* A resampler with axes that stay the caller's and must outlive it; the parameters have been checked. NULL when there is not
 * enough memory. */
AcuResampler *acu_resampler_new_shared (const AcuResamplerParams *params, const AcuAxis *columns, const AcuAxis *lines);

/* The next row to be pulled becomes y. Returns the source row to be pushed next: rows are kept if y was the next one anyway. */
int acu_resampler_seek (AcuResampler *resampler, int y);

/* acu_resampler_pull() for up to `most` rows (1 or more) at rows[]; returns how many it made, at most ACU_RESAMPLE_OUTPUTS, 0
 * when it needs source rows or has no more. With `stream`, rows may be written past the caches: call the kernels'
 * stream_end() before another thread reads them. */
int acu_resampler_pull_rows (AcuResampler *resampler, float *const *rows, int most, gboolean stream);

G_END_DECLS

#endif
