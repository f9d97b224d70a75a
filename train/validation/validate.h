/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A validation: how well networks enlarge sets of pictures, beside bicubic and Lanczos, in one table. */
#ifndef ACU_VALIDATION_VALIDATE_H
#define ACU_VALIDATION_VALIDATE_H

#include "table.h"

#include <acuity/degrade.h>
#include <acuity/upscaler.h>

G_BEGIN_DECLS

/**
 * AcuValidationSet: a folder of pictures; the set is called like the folder
 * @real: the pictures are small and bad as they are, and nobody knows better ones; otherwise they are good, and are made small
 */
typedef struct AcuValidationSet
{
  const char *folder;
  gboolean real;
} AcuValidationSet;

/**
 * AcuValidationOptions:
 * @models: as for acu_approaches_new(); NULL: the built-in one
 * @scale: 1 to 8
 * @degradation: how good pictures are made small
 * @seed: what chance makes of that; with 0 each picture is made small as trainings make it that have this folder held out
 * @features: a model by name or path, in whose features results are compared with the truth, at most ACU_VALIDATION_DEPTHS deep; NULL: they are not
 * @save: a folder for the results, SET/APPROACH/PICTURE.png of 16 bits, and SET/given for what they were made from; NULL: they are not kept
 * @threads: 1 to 256
 * @quiet: no progress on standard error
 */
typedef struct AcuValidationOptions
{
  const AcuValidationSet *sets;
  guint n_sets;
  const char *const *models;
  int scale;
  const AcuDegradation *degradation;
  guint32 seed;
  const char *features, *save;
  int threads;
  AcuPrecision precision;
  gboolean quiet;
} AcuValidationOptions;

#define ACU_VALIDATION_DEPTHS 5

typedef struct AcuValidation AcuValidation;

/* Enlarges every picture of every set by every approach, on the CPU, and measures. Pictures are cut to multiples of the scale; a border as wide as
 * the scale is cut off before measuring (consistency: one pixel of the small picture). What is no picture, or has less than 64 pixels on a side (real ones: 3),
 * is left out, with a line on standard error. A measure that one approach's result does not have (NIQE needs 96 × 192 pixels) is left out
 * for that picture in all rows, so that rows stay comparable. Returns NULL with an error; mistakes in options are told before anything is computed. After
 * gegl_init(). */
AcuValidation *acu_validation_run (const AcuValidationOptions *options, GError **error);
/* NULL is allowed. */
void acu_validation_free (AcuValidation *validation);

/* The means over the pictures, a row for each set and approach: PSNR-Y, SSIM-Y, feature distance (if there is one), NIQE, consistency, seconds
 * for a megapixel of the result, number of pictures. The validation's own. */
const AcuTable *acu_validation_table (const AcuValidation *validation);

G_END_DECLS

#endif
