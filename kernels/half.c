/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <math.h>

void
acu_half_widen_c (float *dst, const uint16_t *src, size_t n)
{
  for (size_t i = 0; i < n; i++)
    dst[i] = acu_half_to_float (src[i]);
}

int
acu_half_narrow_c (uint16_t *dst, const float *src, size_t n)
{
  int fits = 1;

  for (size_t i = 0; i < n; i++)
    {
      fits &= fabsf (src[i]) <= ACU_HALF_MAX;
      dst[i] = acu_half_from_float (src[i]);
    }
  return fits;
}
