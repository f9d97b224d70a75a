/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far the result of a job can be trusted, pixel by pixel, without knowing the truth. */
#ifndef ACU_TRUST_H
#define ACU_TRUST_H

#include <acuity/api.h>
#include <acuity/upscaler.h>
#include <glib.h>

G_BEGIN_DECLS

/* What a map's 1 means: an expected error of so much of the range from black to white, or more. */
#define ACU_TRUST_FULL 0.1

/* Pixels of the source around a part of it, beyond those of acu_upscaler_reach(), that decide what the map of that part is. */
#define ACU_TRUST_REACH 8

/**
 * AcuTrust: a trust map. 0 means sure: the original supports what is there; 1 means made up. In between it is the error of luma that is to be expected there, averaged
 * over about a pixel of the source, over ACU_TRUST_FULL, less what grain alone makes everywhere (0.004).
 *
 * It is made of two things. The job is run twice more, mirrored left to right and upside down: where a network invents, it invents something else
 * (of models that draw lots this is also what another seed would change). How far apart the runs are around a place is weighed by how steep the result is there, since on even
 * areas little can be wrong; grain, which is finer than the quarter of a pixel of the source, counts for little. And the result, shrunk again, is held against the source.
 * Classic filters invent nothing, so that of them the second is all. What both runs get wrong in the same way no map shows.
 */
typedef struct AcuTrust AcuTrust;

/* Measures a result of `upscaler`. `read_source` and `read_result` get `data` and are asked for rows in any order, and more than once; they are like those that
 * acu_upscaler_run() had and made, in the same pixel format; colours beyond 0..1 count as 0 and 1. Takes as long as twice the job (progress is that of both runs and of holding the result against the source), and beside
 * the job's memory eight bytes for each pixel of the source and some rows. The result does not depend on threads or memory. NULL with the errors of
 * acu_upscaler_run(), ACU_ERROR_CANCELLED among them. One thread at a time for each upscaler. */
ACU_API AcuTrust *acu_trust_new (AcuUpscaler *upscaler, AcuReadRows read_source, AcuReadRows read_result, void *data, AcuProgress progress,
                                 void *progress_data, GError **error);
/* NULL is allowed. */
ACU_API void acu_trust_free (AcuTrust *trust);

/* Hands the map out row by row from the top, as large as the result: one float a pixel, 0 to 1. FALSE when `write` does so, or with ACU_ERROR_MEMORY. */
ACU_API gboolean acu_trust_write (const AcuTrust *trust, AcuWriteRows write, void *data, GError **error);

G_END_DECLS

#endif
