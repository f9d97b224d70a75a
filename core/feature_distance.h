/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The feature distance from within: of any network that the engine runs. */
#ifndef ACU_FEATURE_DISTANCE_H
#define ACU_FEATURE_DISTANCE_H

#include "net.h"

#include <acuity/features.h>

G_BEGIN_DECLS

/* As acu_feature_distance_open(); `white` is what the network takes for it. Keeps a reference to the net. */
AcuFeatureDistance *acu_feature_distance_new (const AcuNet *net, guint depths, float white, GError **error);

G_END_DECLS

#endif
