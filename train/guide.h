/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A finished network that guides a training without learning: a teacher, or one whose inner maps are compared. */
#ifndef ACU_GUIDE_H
#define ACU_GUIDE_H

#include "train_net.h"

G_BEGIN_DECLS

typedef struct AcuGuide
{
  AcuNet *net;
  AcuTrainNet *train;
} AcuGuide;

/* `bf16`: see acu_train_net_new(). Opens any model that the engine opens; up to and including the layer called `layer`, or all of it (NULL). ACU_ERROR_NOT_FOUND names a few layers when
 * there is no such one; ACU_ERROR_UNSUPPORTED for networks with layers that have no way back (those that add a border of their own). */
AcuGuide *acu_guide_new (const char *path, const char *layer, gboolean bf16, GError **error);
/* NULL is allowed. */
void acu_guide_free (AcuGuide *guide);

G_END_DECLS

#endif
