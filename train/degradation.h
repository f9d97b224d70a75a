/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How a run makes small pictures of large ones. */
#ifndef ACU_TRAIN_DEGRADATION_H
#define ACU_TRAIN_DEGRADATION_H

#include "run_file.h"

G_BEGIN_DECLS

typedef struct AcuTrainDegradation AcuTrainDegradation;

/* The preset and settings of the run's [degradation]. ACU_ERROR_FORMAT names what is not known. */
AcuTrainDegradation *acu_train_degradation_new (const AcuRunFile *run, GError **error);
void acu_train_degradation_free (AcuTrainDegradation *degradation);

/* An AcuDegrade (batches.h) with such data. */
gboolean acu_train_degrade (const void *degradation, const float *large, int width, int height, int scale, guint64 bits, float *small,
                            GError **error);

G_END_DECLS

#endif
