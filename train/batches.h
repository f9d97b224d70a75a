/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Random crops of pictures and their degraded small versions, made ahead on threads of their own. Batch n is a function of the seed and n
 * alone. */
#ifndef ACU_TRAIN_BATCHES_H
#define ACU_TRAIN_BATCHES_H

#include "pictures.h"

G_BEGIN_DECLS

/* Makes the small picture of a large one: width / scale × height / scale from width × height interleaved RGB floats, encoded as sRGB. `bits`
 * choose what is random about it. Called from several threads. FALSE with an error ends the training. */
typedef gboolean (*AcuDegrade) (const void *data, const float *large, int width, int height, int scale, guint64 bits, float *small,
                                GError **error);

/**
 * AcuBatchOptions:
 * @pictures: AcuTrainPicture*; must outlive the batches
 * @size: crops in a batch
 * @first, @every: of a batch's crops only those numbered first, first + every, ... are made (one process of several); 0 and 1 for all
 * @side: of a small crop, in pixels
 * @margin: pixels of the small picture around the crop that are degraded with it and cut off, so that crops show no border
 * @turns: in how many ways crops are turned and mirrored, 1 to 8
 * @recolour: the share of crops, 0..1, that get other colours, see recolour.h
 * @scale: large is scale times small; 1 where pictures have a truth of their own, which then is what is large
 * @degrade, @degrade_data: how
 */
typedef struct AcuBatchOptions
{
  const GPtrArray *pictures;
  guint64 seed;
  int size, first, every;
  int side, margin, turns, scale;
  double recolour;
  AcuDegrade degrade;
  const void *degrade_data;
} AcuBatchOptions;

/* `count` pictures of side² and (scale · side)² pixels, behind one another. */
typedef struct AcuBatch
{
  gint64 number;
  int count;
  float *small, *large;
} AcuBatch;

typedef struct AcuBatches AcuBatches;

/* Starts making batches from number `next` on. ACU_ERROR_MEMORY; ACU_ERROR_SIZE when a picture is smaller than a crop. */
AcuBatches *acu_batches_new (const AcuBatchOptions *options, gint64 next, GError **error);
void acu_batches_free (AcuBatches *batches);

/* The next batch, in order; it is good until the call after. NULL with an error. */
const AcuBatch *acu_batches_next (AcuBatches *batches, GError **error);

/* Least side that a picture must have for such crops. */
int acu_batches_least_side (const AcuBatchOptions *options);

G_END_DECLS

#endif
