/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The parts of NIQE: features of a block, and what they are like in pristine photographs. */
#ifndef ACU_NIQE_H
#define ACU_NIQE_H

#include <glib.h>

G_BEGIN_DECLS

/* Of a block at one size, and at both sizes. */
#define ACU_NIQE_HALF 18
#define ACU_NIQE_FEATURES (2 * ACU_NIQE_HALF)

/* The features of size × size normalised values (mean 0, deviation about 1), rows `stride` apart: shape and width of their
 * distribution, then shape, mean, left and right width of their products with the neighbour to the right, below, and on both
 * diagonals, the block being a torus. Widths and what follows from them are NaN when one side of 0 has no value. `scratch` has
 * size × size numbers. */
void acu_niqe_block (const double *values, gsize stride, int size, double *scratch, double features[ACU_NIQE_HALF]);

/* Mean and covariance of the features in pristine photographs; of the covariance, row by row, what lies on and right of the
 * diagonal. */
extern const double acu_niqe_mean[ACU_NIQE_FEATURES];
extern const double acu_niqe_covariance[ACU_NIQE_FEATURES * (ACU_NIQE_FEATURES + 1) / 2];

G_END_DECLS

#endif
