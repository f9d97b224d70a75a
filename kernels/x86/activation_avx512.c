/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include "vec_avx512.h"

#include "activation_body.h"

void
acu_activation_avx512 (float *dst, const float *src, size_t n, AcuActivation kind)
{
  activation (dst, src, n, kind);
}
