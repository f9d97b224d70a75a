/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far apart two pictures are in what a network sees in them. Ours: in the manner of LPIPS (Zhang, Isola, Efros, Shechtman and Wang 2018), but with other
 * networks and without learnt weights, so its numbers are to be called "feature distance (NETWORK)" and never LPIPS. A network
 * that was part of a loss must not judge what was trained with it. */
#ifndef ACU_FEATURE_DISTANCE_H
#define ACU_FEATURE_DISTANCE_H

#include "net.h"

#include <acuity/metrics.h>

G_BEGIN_DECLS

#define ACU_FEATURE_MOST_DEPTHS 16

typedef struct AcuFeatureDistance AcuFeatureDistance;

/* Takes the features at `depths` places (1 to ACU_FEATURE_MOST_DEPTHS, or as many as there are) of any network that the engine runs:
 * its activations are divided into as many equal parts, and the last one of each is looked at. ACU_ERROR_ARGUMENT for another number of
 * depths, ACU_ERROR_UNSUPPORTED for a network without activations, or that does not take pictures of 1 or 3 channels. Keeps a
 * reference to the net. */
AcuFeatureDistance *acu_feature_distance_new (const AcuNet *net, guint depths, GError **error);
/* NULL is allowed. */
void acu_feature_distance_free (AcuFeatureDistance *distance);

/* The layers that are looked at, as "NAME, NAME"; the distance's own. */
const char *acu_feature_distance_layers (const AcuFeatureDistance *distance);

/* Mean over the depths of: the mean over all places of the square of the distance between both pictures' vectors of features, each
 * divided by its length (plus 1e-10). 0 for pictures that are alike, at most 4. Pictures as for acu_measure_psnr_rgb(), limited to
 * 0..1; gray is repeated for a network of three channels; a network of one channel takes gray pictures only (ACU_ERROR_ARGUMENT).
 * The border is cut off before the network looks. NaN when a sample is not finite. Memory: one layer's features of the whole picture.
 * ACU_ERROR_ARGUMENT, ACU_ERROR_MEMORY, and what planning and running say. Runs on the CPU in single precision with `threads` threads, whose
 * number does not change the result. Thread-safe. */
gboolean acu_feature_distance_measure (const AcuFeatureDistance *distance, const AcuMetricPicture *a, const AcuMetricPicture *b,
                                       int border, int threads, double *value, GError **error);

G_END_DECLS

#endif
