/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far apart two pictures are in what a network sees in them. Ours: in the manner of LPIPS (Zhang, Isola, Efros, Shechtman and Wang 2018), but with other
 * networks and without learnt weights, so its numbers are to be called "feature distance (NETWORK)" and never LPIPS. A network
 * that was part of a loss must not judge what was trained with it. */
#ifndef ACU_FEATURES_H
#define ACU_FEATURES_H

#include <acuity/api.h>
#include <acuity/metrics.h>
#include <acuity/model.h>

G_BEGIN_DECLS

#define ACU_FEATURE_MOST_DEPTHS 16
/* The built-in network that finds text. It enlarges nothing and has taught no other one, so it may judge all of ours. */
#define ACU_FEATURE_JUDGE "text-mask"

typedef struct AcuFeatureDistance AcuFeatureDistance;

/* The network that a name means here: ACU_FEATURE_JUDGE (*model becomes NULL), one of acu_models_helpers() (“faces”, which has taught none of ours either, and
 * has seen many photographs), or what acu_model_find() takes. Free *model with acu_model_info_free(). FALSE with its errors. Thread-safe. */
ACU_API gboolean acu_feature_distance_find (const char *name, AcuModelInfo **model, GError **error);

/* Takes the features of an installed network (NULL: of ACU_FEATURE_JUDGE) at `depths` places (1 to ACU_FEATURE_MOST_DEPTHS, or as many as there are):
 * its activations are divided into as many equal parts, and the last one of each is looked at. ACU_ERROR_ARGUMENT for another number of
 * depths and for classic filters, ACU_ERROR_UNSUPPORTED for a network without activations, or that does not take pictures of 1 or 3 channels,
 * ACU_ERROR_NOT_FOUND where it is not installed, and what loading says. */
ACU_API AcuFeatureDistance *acu_feature_distance_open (const AcuModelInfo *model, guint depths, GError **error);
/* NULL is allowed. */
ACU_API void acu_feature_distance_free (AcuFeatureDistance *distance);

/* The layers that are looked at, as "NAME, NAME"; the distance's own. */
ACU_API const char *acu_feature_distance_layers (const AcuFeatureDistance *distance);

/* *same: whether a model has the network of the distance, by another name or in another precision either: then it would judge itself. FALSE for classic
 * filters, which have none. Returns FALSE with an error where the model cannot be loaded. Thread-safe. */
ACU_API gboolean acu_feature_distance_is_of (const AcuFeatureDistance *distance, const AcuModelInfo *model, gboolean *same, GError **error);

/* What measuring may take from now on: `memory` bytes, of which `beside` are the caller's; 0 (as at first) for no limit. It does not change results. Not while it measures. */
ACU_API void acu_feature_distance_limit (AcuFeatureDistance *distance, guint64 memory, guint64 beside);
/* Whether pictures of width × height pixels can be measured within that limit, with that border and so many threads: to be asked before hours of computing rather than
 * after. ACU_ERROR_MEMORY with the figure that it would need, and what planning says. */
ACU_API gboolean acu_feature_distance_fits (const AcuFeatureDistance *distance, int width, int height, int border, int threads, GError **error);

/* Mean over the depths of: the mean over all places of the square of the distance between both pictures' vectors of features, each
 * divided by its length (plus 1e-10). 0 for pictures that are alike, at most 4. Pictures as for acu_measure_psnr_rgb(), limited to
 * 0..1; gray is repeated for a network of three channels; a network of one channel takes gray pictures only (ACU_ERROR_ARGUMENT).
 * The border is cut off before the network looks. NaN when a sample is not finite. Memory: a few dozen rows of the network's features.
 * ACU_ERROR_ARGUMENT, ACU_ERROR_MEMORY, and what planning and running say. Runs on the CPU in single precision with `threads` threads, whose
 * number does not change the result. Thread-safe. */
ACU_API gboolean acu_feature_distance_measure (const AcuFeatureDistance *distance, const AcuMetricPicture *a, const AcuMetricPicture *b,
                                               int border, int threads, double *value, GError **error);

G_END_DECLS

#endif
