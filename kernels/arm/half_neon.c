/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include "vec_neon.h"

void
acu_half_widen_neon (float *dst, const uint16_t *src, size_t n)
{
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    v_store (dst + i, v_load_f16 (src + i));
  acu_half_widen_c (dst + i, src + i, n - i);
}

int
acu_half_narrow_neon (uint16_t *dst, const float *src, size_t n)
{
  vec top = v_set1 (0);
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    {
      vec v = v_load (src + i);

      top = v_max_magnitude (top, v);
      v_store_f16 (dst + i, v);
    }
  return acu_half_narrow_c (dst + i, src + i, n - i) && v_reduce_magnitude (top) <= ACU_HALF_MAX;
}
