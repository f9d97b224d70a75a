/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Sigmoid and swish, as activation.c makes them in plain C. Included once by the file of each instruction set, which defines before what winograd_body.h tells of
 * vectors. */
#include "sigmoid_body.h"

#include <string.h>

INLINE vec
activate (vec v, AcuActivation kind)
{
  return over_sigmoid (kind == ACU_ACTIVATION_SWISH ? v : v_set1 (1), v, ACU_WINOGRAD_F32);
}

INLINE void
activation (float *dst, const float *src, size_t n, AcuActivation kind)
{
  size_t i = 0;

  /* Four at a time: each is one long chain of dependent steps. */
  for (; n - i >= 4 * LANES; i += 4 * LANES)
    {
      vec v[4];

      ACU_UNROLL
      for (int k = 0; k < 4; k++)
        v[k] = activate (v_load (src + i + k * LANES), kind);
      ACU_UNROLL
      for (int k = 0; k < 4; k++)
        v_store (dst + i + k * LANES, v[k]);
    }
  for (; n - i >= LANES; i += LANES)
    v_store (dst + i, activate (v_load (src + i), kind));
  if (i < n)
    {
      float rest[LANES] = { 0 };

      memcpy (rest, src + i, (n - i) * sizeof (float));
      v_store (rest, activate (v_load (rest), kind));
      memcpy (dst + i, rest, (n - i) * sizeof (float));
    }
}
