/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Spectral normalisation (Miyato et al. 2018): a discriminator's weights, each as a matrix of rows for its results, are divided by the matrix's largest
 * singular value before they are used. */
#ifndef ACU_SPECTRAL_H
#define ACU_SPECTRAL_H

#include "train_net.h"

G_BEGIN_DECLS

typedef struct AcuSpectral AcuSpectral;

/* For all convolutions of the net but the first and the last, as Real-ESRGAN's discriminator has it. */
AcuSpectral *acu_spectral_new (const AcuTrainNet *net);
void acu_spectral_free (AcuSpectral *spectral);

/* effective[net->n_values] = values, the weights in question divided. The singular values are found anew each time, by the power method from the same
 * beginning, so nothing but the values decides them. */
void acu_spectral_apply (AcuSpectral *spectral, const float *values, float *effective, int threads);

/* Gradients by the effective values become gradients by the values that acu_spectral_apply() got: with u and v the singular vectors, σ the
 * value, W the effective weights and G the gradient: (G - (Σ G W) u vᵀ) / σ. */
void acu_spectral_gradient (const AcuSpectral *spectral, const float *effective, float *gradients, int threads);

G_END_DECLS

#endif
