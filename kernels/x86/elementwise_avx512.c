/* SPDX-License-Identifier: LGPL-3.0-or-later */
#define KERNEL(name) acu_##name##_avx512
#include "elementwise_body.h"
