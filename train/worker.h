/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The gradient of one batch: pictures are shared out to threads, each going through the whole net and back by itself, and what they find is
 * added up in an order that does not depend on the threads. */
#ifndef ACU_TRAIN_WORKER_H
#define ACU_TRAIN_WORKER_H

#include "batches.h"
#include "losses.h"
#include "tape.h"

G_BEGIN_DECLS

#define ACU_MAX_TERMS 16

/* One part of the loss. */
typedef struct AcuLossTerm
{
  const AcuLoss *loss;
  double weight;
} AcuLossTerm;

typedef struct AcuWorker AcuWorker;

/* For batches of `count` pictures of side² pixels. ACU_ERROR_MEMORY, or an error from acu_net_infer(). `net` and `terms` must outlive it. */
AcuWorker *acu_worker_new (const AcuTrainNet *net, const AcuLossTerm *terms, guint n_terms, int count, int side, int scale, int threads,
                           GError **error);
void acu_worker_free (AcuWorker *worker);

/* The mean gradient over the batch, in the parameters' order, into gradients[net->n_values]. losses[n_terms] get the batch's mean of each term,
 * without its weight. The result does not depend on the number of threads. */
void acu_worker_run (AcuWorker *worker, const AcuBatch *batch, float *gradients, double *losses);

G_END_DECLS

#endif
