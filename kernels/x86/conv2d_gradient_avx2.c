/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vec_avx2.h"

#define KERNEL(name) acu_##name##_avx2
#define MAX_TAPS 6
#define MAX_GROUPS 1
#include "conv2d_gradient_body.h"
