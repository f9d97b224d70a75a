/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What networks ask of graphics cards. */
#ifndef ACU_PREDICT_H
#define ACU_PREDICT_H

#include "plan.h"

#include <acuity/model.h>

G_BEGIN_DECLS

/* Runs a plan for a width × height picture on a card that is only described, in bands as acu_plan_new() takes them. ACU_ERROR_UNSUPPORTED where
 * Acuity was built without graphics cards, else what the planner says. */
gboolean acu_predict (const AcuNet *net, const AcuCard *card, int width, int height, int band_rows, AcuPrecision precision, AcuCardWork *work,
                      GError **error);

/* model_cache.c: the net of a model that may be none: ACU_ERROR_ARGUMENT for classic filters, ACU_ERROR_NOT_FOUND where it is not installed. What is measured of a network when it
 * is used first is measured with so many threads; 0: with all. Unref it. */
AcuNet *acu_model_net_of (const AcuModelInfo *model, int threads, GError **error);

G_END_DECLS

#endif
