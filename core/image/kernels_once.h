/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_KERNELS_ONCE_H
#define ACU_KERNELS_ONCE_H

#include "kernels.h"

/* The kernels of this processor, as far as the ACUITY_CPU variable allows; chosen at the first call. Thread-safe. */
const AcuKernels *acu_kernels (void);

#endif
