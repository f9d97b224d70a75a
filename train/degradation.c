/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "degradation.h"

#include <acuity/acuity.h>

struct AcuTrainDegradation
{
  int unused;
};

AcuTrainDegradation *
acu_train_degradation_new (const AcuRunFile *run, GError **error)
{
  return g_new0 (AcuTrainDegradation, 1);
}

void
acu_train_degradation_free (AcuTrainDegradation *degradation)
{
  g_free (degradation);
}

gboolean
acu_train_degrade (const void *data, const float *large, int width, int height, int scale, guint64 bits, float *small, GError **error)
{
  AcuResamplerParams params = { acu_filter_find ("cubic"), width, height, width / scale, height / scale, 3 };

  return acu_resample_picture (&params, ACU_SAMPLE_FLOAT, large, (gsize) width * 3 * sizeof (float), small,
                               (gsize) (width / scale) * 3 * sizeof (float), 1, error);
}
