/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Several versions of one result, to choose from. */
#ifndef ACU_CANDIDATES_H
#define ACU_CANDIDATES_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

#define ACU_MAX_CANDIDATES 8

/**
 * AcuCandidate: what makes one version; everything else is as in the job
 * @model: its name
 * @strength, @seed: as in AcuUpscalerParams
 * @label: the same for people, translated, no two alike in a list: "photo-x4", "photo-x4, strength 0.5", "diffusion-x4, seed 2"
 */
typedef struct AcuCandidate
{
  char *model;
  double strength;
  int seed;
  char *label;
} AcuCandidate;

/* Whether versions of a job can differ: not where `strength` leaves nothing of a network's result, for that of bicubic interpolation is the same of all of them. TRUE as well where
 * there is no such model. Thread-safe. */
ACU_API gboolean acu_candidates_differ (const char *model, double factor, double strength);
/* What is said where they cannot; translated. */
ACU_API const char *acu_candidates_same_text (void);

/* `n` versions (1 to ACU_MAX_CANDIDATES) of a job that enlarges `factor` times with `model`, `strength` and `seed`. The first is the job itself. Of a model that draws
 * lots the others have the seeds that follow. Otherwise they are the other networks that are installed for this factor, in the catalogue's order (not the built-in ones for text and faces), then, where there are
 * not enough, weaker ones of the first (stronger ones where its strength is so small that weaker ones would look the same); of a classic filter, other filters. Returns an array of AcuCandidate* that frees its
 * elements; unref it. ACU_ERROR_NOT_FOUND and the like as acu_model_find(); ACU_ERROR_ARGUMENT,
 * also where several could not differ. Thread-safe. */
ACU_API GPtrArray *acu_candidates_list (const char *model, double factor, double strength, int seed, int n, GError **error);

G_END_DECLS

#endif
