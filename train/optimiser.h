/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019), schedules of the learning rate, gradient clipping and the
 * moving average of the parameters. */
#ifndef ACU_OPTIMISER_H
#define ACU_OPTIMISER_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum AcuSchedule
{
  ACU_SCHEDULE_CONSTANT,
  ACU_SCHEDULE_COSINE,            /* half a cosine from the rate to `least` at the last step */
  ACU_SCHEDULE_STEP               /* times `factor` after each of the milestones */
} AcuSchedule;

#define ACU_MAX_MILESTONES 16

/**
 * AcuOptimiserOptions:
 * @decoupled: AdamW: weight decay does not go through the moments
 * @rate: learning rate, after `warm_up` steps that lead to it linearly
 * @least: the cosine's end, as a learning rate
 * @clip: the largest norm of a gradient, over all parameters; 0: no limit
 * @average: the moving average keeps this share of itself a step (EMA); 0: none is kept
 */
typedef struct AcuOptimiserOptions
{
  gboolean decoupled;
  double rate, beta1, beta2, epsilon, decay;
  AcuSchedule schedule;
  gint64 warm_up;
  double least, factor;
  guint n_milestones;
  gint64 milestones[ACU_MAX_MILESTONES];
  double clip, average;
} AcuOptimiserOptions;

/* What an optimiser remembers: n floats each. */
typedef struct AcuOptimiser
{
  AcuOptimiserOptions options;
  gint64 step, steps;             /* steps done; planned in all */
  gsize n;
  float *first, *second, *average;
} AcuOptimiser;

/* Moments of zeros; the average begins as `values`. NULL when there is not enough memory. */
AcuOptimiser *acu_optimiser_new (const AcuOptimiserOptions *options, gint64 steps, const float *values, gsize n);
void acu_optimiser_free (AcuOptimiser *optimiser);

/* Learning rate of step `step`, from 0 on. */
double acu_optimiser_rate (const AcuOptimiserOptions *options, gint64 step, gint64 steps);

/* One step: changes `values` by `gradients` (which it may scale). Returns the gradients' norm before clipping; when that is no finite number
 * nothing changes but the step's number. The result does not depend on `threads`. */
double acu_optimiser_step (AcuOptimiser *optimiser, float *values, float *gradients, int threads);

G_END_DECLS

#endif
