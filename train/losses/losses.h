/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far a picture is from the true one, and which way to go. Pictures are interleaved floats without gaps, width * height * channels numbers. */
#ifndef ACU_LOSSES_H
#define ACU_LOSSES_H

#include <glib.h>

G_BEGIN_DECLS

/* Returns the loss of `result` beside `target` (the mean over all numbers of the picture, if nothing else is said below) and adds weight * its
 * derivative by each number of `result` to `gradient`, which overlaps neither picture. All sides and channels are at least 1. Where a loss has no
 * derivative, the derivative is 0. A NaN in a picture makes the loss NaN. Returns NaN, `gradient` untouched, when memory is out or a side
 * is shorter than least_side. Thread-safe, no global state, the same numbers for the same pictures every time. */
typedef double (*AcuLossFunction) (const float *result, const float *target, int width, int height, int channels, double weight,
                                   float *gradient);

typedef struct AcuLoss
{
  const char *name;
  const char *label;              /* for people, to be translated */
  AcuLossFunction function;
  int least_side;                 /* the shortest side that a picture may have */
} AcuLoss;

/* Ended by a NULL name. With d = result - target:
 *   l1           mean of |d|
 *   charbonnier  mean of sqrt (d² + 0.001²): LapSRN's (Lai et al. 2017); 0.001 for equal pictures
 *   mse          mean of d²
 *   ssim         1 - SSIM (Wang et al. 2004): 11×11 Gaussian window, σ 1.5, only where it lies wholly inside of the picture, each channel on its own,
 *                population variances, K1 0.01, K2 0.03, range 1; the mean is over windows and channels
 *   fft          MIMO-UNet's (Cho et al. 2021): the mean of |Re D| and |Im D| over all real and imaginary parts of D, each channel's 2-D discrete
 *                Fourier transform of d, all frequencies, not normalised
 *   edge         mean of |d| * (1 + 4 * |∇target|), where |∇target|² is half the sum of the squared differences to the four neighbours of
 *                the same channel, those outside of the picture counting as equal
 *   gradient     the sum of |the difference of d to its right| and to its lower neighbour, divided by all numbers of the picture */
extern const AcuLoss acu_losses[];

/* The row with this name, or NULL. Thread-safe. */
const AcuLoss *acu_loss_find (const char *name);

/* The mean of |result - target| over `count` numbers, at least 1, of any kind: feature maps of a net (perceptual loss) or a teacher's results
 * (distillation). Adds weight * its derivative to gradient[count]. Like an AcuLossFunction otherwise. */
double acu_feature_loss (const float *result, const float *target, gsize count, double weight, float *gradient);

G_END_DECLS

#endif
