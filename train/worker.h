/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The gradient of one batch: pictures are shared out to threads, each going through the whole net and back by itself, and what they find is
 * added up in an order that does not depend on the threads. */
#ifndef ACU_TRAIN_WORKER_H
#define ACU_TRAIN_WORKER_H

#include "adversarial.h"
#include "batches.h"
#include "diffusion.h"
#include "losses.h"
#include "tape.h"

G_BEGIN_DECLS

#define ACU_MAX_TERMS 16
/* Terms, and those of features, teacher, generator and discriminator. */
#define ACU_MAX_LOSSES (ACU_MAX_TERMS + 4)

/* One part of the loss. */
typedef struct AcuLossTerm
{
  const AcuLoss *loss;
  double weight;
} AcuLossTerm;

/**
 * AcuWorkerOptions: all nets must outlive the worker; those but `net` are NULL for a training without them
 * @net: what learns
 * @terms, @n_terms: losses of the result beside the true picture
 * @count, @side, @scale: pictures of a batch, side of the small ones, factor
 * @features, @features_weight: a net whose last layer's map (see AcuTrainNet's n_layers) is compared: of the result and of the true picture (perceptual loss,
 *   Johnson et al. 2016). It reads large pictures
 * @teacher, @teacher_weight: a net whose result of the small picture is compared with (distillation). Of the same scale
 * @diffusion: `net` is the step of a diffusion upscaler, which reads what the forward process makes of the pictures; terms and all else see the picture that its
 *   answer stands for
 * @first, @every: the pictures of a batch are samples first, first + every, … of the step (several processes); every 0: they are numbered as they come
 * @judge, @adversarial, @adversarial_weight: a discriminator, which learns as well, and how the two are set against each other
 */
typedef struct AcuWorkerOptions
{
  const AcuTrainNet *net;
  AcuLossTerm terms[ACU_MAX_TERMS];
  guint n_terms;
  int count, side, scale, threads;
  const AcuTrainNet *features, *teacher, *judge;
  double features_weight, teacher_weight, adversarial_weight;
  const AcuAdversarialLoss *adversarial;
  const AcuTrainDiffusion *diffusion;
  int first, every;
} AcuWorkerOptions;

typedef struct AcuWorker AcuWorker;

/* ACU_ERROR_MEMORY, ACU_ERROR_UNSUPPORTED when results have another size than the true pictures, or an error from acu_net_infer(). */
AcuWorker *acu_worker_new (const AcuWorkerOptions *options, GError **error);
void acu_worker_free (AcuWorker *worker);

/* The losses that there are, in order: the terms, then "features", "teacher", "generator", "discriminator" as far as there are. */
guint acu_worker_n_losses (const AcuWorker *worker);
const char *acu_worker_loss_name (const AcuWorker *worker, guint i);
/* The weight of a loss in the sum that is made smaller; 0 for the discriminator's, which is its own. */
double acu_worker_loss_weight (const AcuWorker *worker, guint i);

/* The mean gradient over the batch, in the parameters' order, into gradients[net->n_values] and (NULL without a judge)
 * judge_gradients[judge->n_values]. losses[] gets the batch's mean of each, without its weight. The result does not depend on
 * the number of threads. */
void acu_worker_run (AcuWorker *worker, const AcuBatch *batch, float *gradients, float *judge_gradients, double *losses);

G_END_DECLS

#endif
