/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include "vec_neon.h"

#include "activation_body.h"

void
acu_activation_neon (float *dst, const float *src, size_t n, AcuActivation kind)
{
  activation (dst, src, n, kind);
}
