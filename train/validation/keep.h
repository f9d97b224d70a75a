/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where the results of a validation are kept, to be looked at. */
#ifndef ACU_VALIDATION_KEEP_H
#define ACU_VALIDATION_KEEP_H

#include <glib.h>

G_BEGIN_DECLS

/* What is in the place of an approach for the pictures that results were made from. */
#define ACU_RESULTS_GIVEN "given"

typedef struct AcuResultsKeeper AcuResultsKeeper;

/* Makes the folder if it is not there. ACU_ERROR_IO when nothing can be written to it. */
AcuResultsKeeper *acu_results_keeper_new (const char *folder, GError **error);
/* NULL is allowed. */
void acu_results_keeper_free (AcuResultsKeeper *keeper);

/* Writes RGB floats, encoded as sRGB, as FOLDER/SET/APPROACH/NAME.png of 16 bits, limited to 0..1; complete or not at all. `set` and `approach` are names
 * for tables; `name` is the picture's file in the folder `from`, which must not be overwritten. */
gboolean acu_results_keep (AcuResultsKeeper *keeper, const char *from, const char *set, const char *approach, const char *name, const float *pixels,
                           int width, int height, GError **error);

G_END_DECLS

#endif
