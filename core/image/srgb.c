/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_once.h"

#include <acuity/resample.h>

void
acu_srgb_decode (float *dst, const float *src, gsize n)
{
  acu_kernels ()->srgb_decode (dst, src, n);
}

void
acu_srgb_encode (float *dst, const float *src, gsize n)
{
  acu_kernels ()->srgb_encode (dst, src, n);
}
