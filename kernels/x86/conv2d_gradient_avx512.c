/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vec_avx512.h"

#define KERNEL(name) acu_##name##_avx512
#define MAX_TAPS 6
#define MAX_GROUPS 4
#include "conv2d_gradient_body.h"
