/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>
#include <string.h>

#define LANES 4

/* The steps of exp_polynomial() in activation.c, one by one; min and max let a NaN pass. */
static inline float32x4_t
exp_polynomial (float32x4_t x)
{
  const float32x4_t round = vdupq_n_f32 (ACU_EXP_ROUND);
  float32x4_t rounded, n, f, p;
  int32x4_t bits;

  x = vminq_f32 (vdupq_n_f32 (ACU_EXP_LIMIT), x);
  x = vmaxq_f32 (vdupq_n_f32 (-ACU_EXP_LIMIT), x);
  rounded = vaddq_f32 (vmulq_f32 (x, vdupq_n_f32 (ACU_EXP_LOG2E)), round);
  n = vsubq_f32 (rounded, round);
  f = vsubq_f32 (x, vmulq_f32 (n, vdupq_n_f32 (ACU_EXP_LN2_HIGH)));
  f = vsubq_f32 (f, vmulq_f32 (n, vdupq_n_f32 (ACU_EXP_LN2_LOW)));
  p = vdupq_n_f32 (ACU_EXP_P0);
  p = vaddq_f32 (vmulq_f32 (p, f), vdupq_n_f32 (ACU_EXP_P1));
  p = vaddq_f32 (vmulq_f32 (p, f), vdupq_n_f32 (ACU_EXP_P2));
  p = vaddq_f32 (vmulq_f32 (p, f), vdupq_n_f32 (ACU_EXP_P3));
  p = vaddq_f32 (vmulq_f32 (p, f), vdupq_n_f32 (ACU_EXP_P4));
  p = vaddq_f32 (vmulq_f32 (p, f), vdupq_n_f32 (ACU_EXP_P5));
  p = vaddq_f32 (vmulq_f32 (p, vmulq_f32 (f, f)), f);
  p = vaddq_f32 (p, vdupq_n_f32 (1.0f));
  bits = vaddq_s32 (vreinterpretq_s32_f32 (rounded), vdupq_n_s32 (127));
  return vmulq_f32 (p, vreinterpretq_f32_s32 (vshlq_n_s32 (bits, 23)));
}

static inline float32x4_t
activate (float32x4_t v, AcuActivation kind)
{
  const float32x4_t one = vdupq_n_f32 (1.0f);

  return vdivq_f32 (kind == ACU_ACTIVATION_SWISH ? v : one, vaddq_f32 (one, exp_polynomial (vnegq_f32 (v))));
}

void
acu_activation_neon (float *dst, const float *src, size_t n, AcuActivation kind)
{
  size_t i = 0;

  /* Four at a time: each is one long chain of dependent steps. */
  for (; n - i >= 4 * LANES; i += 4 * LANES)
    {
      float32x4_t v[4];

      ACU_UNROLL
      for (int k = 0; k < 4; k++)
        v[k] = activate (vld1q_f32 (src + i + k * LANES), kind);
      ACU_UNROLL
      for (int k = 0; k < 4; k++)
        vst1q_f32 (dst + i + k * LANES, v[k]);
    }
  for (; n - i >= LANES; i += LANES)
    vst1q_f32 (dst + i, activate (vld1q_f32 (src + i), kind));
  if (i < n)
    {
      float rest[LANES] = { 0 };

      memcpy (rest, src + i, (n - i) * sizeof (float));
      vst1q_f32 (rest, activate (vld1q_f32 (rest), kind));
      memcpy (dst + i, rest, (n - i) * sizeof (float));
    }
}
