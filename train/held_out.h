/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How well a net enlarges held-out pictures, run by the engine as a user would run it. */
#ifndef ACU_HELD_OUT_H
#define ACU_HELD_OUT_H

#include "batches.h"
#include "net.h"

G_BEGIN_DECLS

/* Means over the pictures, a PSNR above 100 dB counting as that. */
typedef struct AcuScore
{
  double psnr, ssim;              /* of Y, as the field measures them; the border cut off is as wide as the factor */
  double seconds;                 /* a megapixel of the result */
} AcuScore;

/* A held-out picture (or its truth) and its small version, both RGB floats. */
typedef struct AcuHeldOut
{
  char *name;
  int width, height;              /* of the large one; multiples of the scale */
  float *small, *large;
} AcuHeldOut;

/* Prepares `pictures` (AcuTrainPicture) for a scale: AcuHeldOut*, freed with the array. `bits` of the degradation follow from the picture's number. */
GPtrArray *acu_held_out_new (const GPtrArray *pictures, int scale, AcuDegrade degrade, const void *data, GError **error);

/* Enlarges one: RGB floats, acu_free(). NULL with an error. net: NULL for bicubic. */
float *acu_held_out_enlarge (const AcuHeldOut *picture, const AcuNet *net, int scale, int threads, double *seconds, GError **error);

/* PSNR and SSIM of Y of such a result beside the true picture, a border as wide as the scale cut off. */
gboolean acu_held_out_measure (const AcuHeldOut *picture, const float *result, int scale, double *psnr, double *ssim, GError **error);

/* The score of a net, or (NULL) of bicubic enlargement. */
gboolean acu_validate (const GPtrArray *held_out, const AcuNet *net, int scale, int threads, AcuScore *score, GError **error);

G_END_DECLS

#endif
