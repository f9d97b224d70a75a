/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a discriminator and a generator learn from each other. Scores are a discriminator's raw numbers (before any sigmoid), of a whole batch in one
 * array: the maps of `count` numbers in all that it gave for true pictures, and as many that it gave for the generator's. */
#ifndef ACU_ADVERSARIAL_H
#define ACU_ADVERSARIAL_H

#include <glib.h>

G_BEGIN_DECLS

/* The discriminator's loss. Adds weight * its derivative by each score to real_gradient[count] and fake_gradient[count]. count is at least 1. NaN
 * when a score is. No array overlaps another. Thread-safe, no global state. */
typedef double (*AcuDiscriminatorLoss) (const float *real, const float *fake, gsize count, double weight, float *real_gradient,
                                        float *fake_gradient);

/* The generator's loss. Adds weight * its derivative to fake_gradient[count]; the real scores are constants. Otherwise the same. */
typedef double (*AcuGeneratorLoss) (const float *real, const float *fake, gsize count, double weight, float *fake_gradient);

typedef struct AcuAdversarialLoss
{
  const char *name;
  const char *label;              /* for people, to be translated */
  AcuDiscriminatorLoss discriminator;
  AcuGeneratorLoss generator;
  gboolean generator_uses_real;   /* else the generator's loss takes NULL for the real scores */
} AcuAdversarialLoss;

/* Ended by a NULL name. With r and f the real and fake scores, s (x) = log (1 + exp (x)), each E a mean over the batch:
 *   vanilla       Goodfellow et al. 2014, the generator's not saturating: discriminator E s (-r) + E s (f), generator E s (-f)
 *   relativistic  average, as in ESRGAN (Wang et al. 2018): discriminator E s (-(r - E f)) + E s (f - E r), generator E s (r - E f) + E s (-(f - E r));
 *                 BasicSR takes half of these
 *   least-squares LSGAN (Mao et al. 2017), labels 0 and 1: discriminator E (r - 1)² / 2 + E f² / 2, generator E (f - 1)² / 2 */
extern const AcuAdversarialLoss acu_adversarial_losses[];

/* The row with this name, or NULL. Thread-safe. */
const AcuAdversarialLoss *acu_adversarial_loss_find (const char *name);

G_END_DECLS

#endif
