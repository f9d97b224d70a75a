/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A small diffusion model as a file would hold it. */
#ifndef ACU_TEST_DIFFUSION_WEIGHTS_H
#define ACU_TEST_DIFFUSION_WEIGHTS_H

#include "weights.h"

#define TEST_DIFFUSION_FACTOR 4

/* NULL: the number is not there. */
AcuWeights *test_diffusion_weights (const char *kappa, const char *spread);

#endif
