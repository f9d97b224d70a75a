/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How well a net enlarges held-out pictures, run by the engine as a user would run it. */
#ifndef ACU_HELD_OUT_H
#define ACU_HELD_OUT_H

#include "batches.h"
#include "net.h"

#include <acuity/upscaler.h>

G_BEGIN_DECLS

/* The least side of pictures that are held out. */
#define ACU_HELD_OUT_LEAST 64

/* In means, more decibels count as these: what is hit exactly has infinitely many. */
#define ACU_MOST_DECIBELS 100

/* Means over the pictures. */
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
  float *small, *large;           /* large: NULL where nobody knows the true picture */
} AcuHeldOut;

/* Cuts a picture to multiples of the scale and makes its small version; `bits` as for AcuDegrade. NULL with an error. */
AcuHeldOut *acu_held_out_make (const AcuTrainPicture *picture, int scale, AcuDegrade degrade, const void *data, guint64 bits, GError **error);
/* A picture that is small as it is. NULL with ACU_ERROR_MEMORY. */
AcuHeldOut *acu_held_out_make_real (const AcuTrainPicture *picture, int scale, GError **error);
/* NULL is allowed. */
void acu_held_out_free (AcuHeldOut *picture);

/* Prepares `pictures` (AcuTrainPicture) for a scale: AcuHeldOut*, freed with the array. The degradation's bits are acu_random_key() of the picture's number. */
GPtrArray *acu_held_out_new (const GPtrArray *pictures, int scale, AcuDegrade degrade, const void *data, GError **error);

/* Enlarges one: RGB floats, acu_free(). NULL with an error. net: NULL for bicubic. */
float *acu_held_out_enlarge (const AcuHeldOut *picture, const AcuNet *net, int scale, int threads, double *seconds, GError **error);

/* The same by the job that people run: `how` says model, device, threads and so on; sizes and pixel format are this picture's. */
float *acu_held_out_upscale (const AcuHeldOut *picture, const AcuUpscalerParams *how, int scale, AcuProgress progress, void *progress_data,
                             double *seconds, GError **error);

/* PSNR and SSIM of Y of such a result beside the true picture, a border as wide as the scale cut off. */
gboolean acu_held_out_measure (const AcuHeldOut *picture, const float *result, int scale, double *psnr, double *ssim, GError **error);

/* The score of a net, or (NULL) of bicubic enlargement. */
gboolean acu_validate (const GPtrArray *held_out, const AcuNet *net, int scale, int threads, AcuScore *score, GError **error);

G_END_DECLS

#endif
