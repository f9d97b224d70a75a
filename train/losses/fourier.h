/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Discrete Fourier transforms of any length, several side by side. Quick for lengths that have only the factors 2, 3 and small primes; a prime p
 * costs p multiplications a number. */
#ifndef ACU_FOURIER_H
#define ACU_FOURIER_H

#include <glib.h>

G_BEGIN_DECLS

/* So many are transformed at a time. */
#define ACU_FOURIER_LANES 16

/* What a length needs. Not changed after it has been made: any number of threads may use it. */
typedef struct AcuFourier AcuFourier;

/* length: at least 1. NULL when there is not enough memory. Free with acu_fourier_free(), which allows NULL. */
AcuFourier *acu_fourier_new (int length);
void acu_fourier_free (AcuFourier *fourier);

/* In place, F[k] = Σ f[n] exp (-2πi k n / length), not normalised, for each lane: number n of a lane is real[n * ACU_FOURIER_LANES + lane] and
 * `imaginary` likewise. `scratch` holds 2 * length * ACU_FOURIER_LANES numbers; nothing overlaps. With `real` and `imaginary` exchanged it is
 * the inverse transform, not normalised. */
void acu_fourier_run (const AcuFourier *fourier, float *real, float *imaginary, float *scratch);

G_END_DECLS

#endif
