/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Numbers of maps, and sigmoids of them, in terms of the vectors that winograd_body.h tells of. Included once by each file of an instruction set that needs them, by itself or by
 * another body. */
#include "kernels_private.h"
#include "winograd_private.h"

#define INLINE __attribute__ ((always_inline)) static inline

INLINE vec
load_element (const void *src, size_t at, const AcuElement element)
{
  return element == ACU_ELEMENT_F16 ? v_load_f16 ((const uint16_t *) src + at) : v_load ((const float *) src + at);
}

/* exp (x); see kernels_private.h. Of a NaN, NaN. */
INLINE vec
exponential (vec x)
{
  const vec round = v_set1 (ACU_EXP_ROUND);
  vec rounded, n, f, p;

  x = v_minimum (v_set1 (ACU_EXP_LIMIT), x);
  x = v_maximum (v_set1 (-ACU_EXP_LIMIT), x);
  rounded = v_add (v_mul (x, v_set1 (ACU_EXP_LOG2E)), round);
  n = v_sub (rounded, round);
  f = v_sub (x, v_mul (n, v_set1 (ACU_EXP_LN2_HIGH)));
  f = v_sub (f, v_mul (n, v_set1 (ACU_EXP_LN2_LOW)));
  p = v_add (v_mul (v_set1 (ACU_EXP_P0), f), v_set1 (ACU_EXP_P1));
  p = v_add (v_mul (p, f), v_set1 (ACU_EXP_P2));
  p = v_add (v_mul (p, f), v_set1 (ACU_EXP_P3));
  p = v_add (v_mul (p, f), v_set1 (ACU_EXP_P4));
  p = v_add (v_mul (p, f), v_set1 (ACU_EXP_P5));
  p = v_add (v_mul (p, v_mul (f, f)), f);
  return v_mul (v_add (p, v_set1 (1)), v_power (rounded));
}

/* The same for 16-bit results. */
INLINE vec
quick_exponential (vec x)
{
  vec rounded, n, f, p;

  x = v_minimum (v_set1 (ACU_EXP_LIMIT), x);
  x = v_maximum (v_set1 (-ACU_EXP_LIMIT), x);
  rounded = v_fma (x, v_set1 (ACU_EXP_LOG2E), v_set1 (ACU_EXP_ROUND));
  n = v_sub (rounded, v_set1 (ACU_EXP_ROUND));
  f = v_fnma (n, v_set1 (ACU_EXP_LN2), x);
  p = v_fma (v_set1 (ACU_EXP_Q0), f, v_set1 (ACU_EXP_Q1));
  p = v_fma (p, f, v_set1 (ACU_EXP_Q2));
  p = v_fma (p, f, v_set1 (ACU_EXP_Q3));
  p = v_fma (p, f, v_set1 (ACU_EXP_Q4));
  return v_mul (p, v_power (rounded));
}

/* a / (1 + exp (-v)) */
INLINE vec
over_sigmoid (vec a, vec v, const AcuWinogradKind kind)
{
  vec e = kind == ACU_WINOGRAD_I16 ? quick_exponential (v_negate (v)) : exponential (v_negate (v));

  return v_div (a, v_add (v_set1 (1), e));
}
