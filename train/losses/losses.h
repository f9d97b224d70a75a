/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_LOSSES_H
#define ACU_LOSSES_H
#include <glib.h>
typedef double (*AcuLossFunction) (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
typedef struct AcuLoss { const char *name; const char *label; AcuLossFunction function; int least_side; } AcuLoss;
extern const AcuLoss acu_losses[];
const AcuLoss *acu_loss_find (const char *name);
#endif
