/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <string.h>

static inline float
exp_polynomial (float x)
{
  float rounded, n, f, p, power;
  uint32_t bits;

  /* In this form a NaN passes both comparisons. */
  x = ACU_EXP_LIMIT < x ? ACU_EXP_LIMIT : x;
  x = -ACU_EXP_LIMIT > x ? -ACU_EXP_LIMIT : x;
  rounded = x * ACU_EXP_LOG2E + ACU_EXP_ROUND;
  n = rounded - ACU_EXP_ROUND;
  f = x - n * ACU_EXP_LN2_HIGH;
  f = f - n * ACU_EXP_LN2_LOW;
  p = ACU_EXP_P0;
  p = p * f + ACU_EXP_P1;
  p = p * f + ACU_EXP_P2;
  p = p * f + ACU_EXP_P3;
  p = p * f + ACU_EXP_P4;
  p = p * f + ACU_EXP_P5;
  p = p * (f * f) + f;
  p = p + 1.0f;

  /* The exponent field has no room for the bits above: they fall out of the shift. */
  memcpy (&bits, &rounded, sizeof bits);
  bits = (bits + 127u) << 23;
  memcpy (&power, &bits, sizeof power);
  return p * power;
}

void
acu_activation_c (float *dst, const float *src, size_t n, AcuActivation kind)
{
  if (kind == ACU_ACTIVATION_SWISH)
    {
      ACU_INDEPENDENT
      for (size_t i = 0; i < n; i++)
        dst[i] = src[i] / (1.0f + exp_polynomial (-src[i]));
    }
  else
    {
      ACU_INDEPENDENT
      for (size_t i = 0; i < n; i++)
        dst[i] = 1.0f / (1.0f + exp_polynomial (-src[i]));
    }
}
