/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vec_neon.h"

#define KERNEL(name) acu_##name##_neon
#define MAX_TAPS 6
#define MAX_GROUPS 1
#include "conv2d_gradient_body.h"
