/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The ways of enlarging that a validation compares: bicubic as the field measures it, and everything that `acuity --model` takes. */
#ifndef ACU_VALIDATION_APPROACHES_H
#define ACU_VALIDATION_APPROACHES_H

#include <acuity/features.h>

G_BEGIN_DECLS

/**
 * AcuApproach:
 * @name: as it stands in tables: a model's name, or its file's path as it was given
 * @model: what AcuUpscalerParams takes; NULL for bicubic in encoded values, which makes the numbers that the field and logs of trainings compare with
 */
typedef struct AcuApproach
{
  char *name, *model;
} AcuApproach;

/* A name without what separates folders. g_free(). */
char *acu_folder_name (const char *name);

/* Bicubic, lanczos3, then `models` (names or paths, ended by NULL; NULL or empty: the built-in one for that scale). Every model is opened once, so that
 * mistakes are told before anything is computed: ACU_ERROR_NOT_FOUND, ACU_ERROR_ARGUMENT for two whose acu_folder_name() is the same, and what opening says. Returns
 * AcuApproach*, freed with the array. */
GPtrArray *acu_approaches_new (const char *const *models, int scale, GError **error);

/* The features of what acu_feature_distance_find() takes; *name (not NULL, g_free()) gets its name for tables. As acu_feature_distance_open(). */
AcuFeatureDistance *acu_approach_features (const char *model, guint depths, char **name, GError **error);

/* Whether the features of a network, called `name`, may judge these approaches: it must be none of theirs, by another name or in another precision either
 * (ACU_ERROR_ARGUMENT). */
gboolean acu_approaches_may_judge (const GPtrArray *approaches, const AcuFeatureDistance *features, const char *name, GError **error);

G_END_DECLS

#endif
