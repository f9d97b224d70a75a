/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The vectors of winograd_body.h in NEON. */
#ifndef ACU_VEC_NEON_H
#define ACU_VEC_NEON_H

#include <arm_neon.h>
#include <stdint.h>

#define LANES 4
typedef float32x4_t vec;
#define V_FUNCTION __attribute__ ((always_inline)) static inline

V_FUNCTION vec v_load (const float *p) { return vld1q_f32 (p); }
V_FUNCTION void v_store (float *p, vec v) { vst1q_f32 (p, v); }
V_FUNCTION vec v_set1 (float v) { return vdupq_n_f32 (v); }
V_FUNCTION vec v_add (vec a, vec b) { return vaddq_f32 (a, b); }
V_FUNCTION vec v_sub (vec a, vec b) { return vsubq_f32 (a, b); }
V_FUNCTION vec v_mul (vec a, vec b) { return vmulq_f32 (a, b); }
V_FUNCTION vec v_div (vec a, vec b) { return vdivq_f32 (a, b); }
V_FUNCTION vec v_fma (vec a, vec b, vec c) { return vfmaq_f32 (c, a, b); }
V_FUNCTION vec v_fnma (vec a, vec b, vec c) { return vfmsq_f32 (c, a, b); }
V_FUNCTION vec v_negate (vec v) { return vnegq_f32 (v); }
/* NaN for a NaN in either operand; the first one never is. */
V_FUNCTION vec v_minimum (vec a, vec b) { return vminq_f32 (a, b); }
V_FUNCTION vec v_maximum (vec a, vec b) { return vmaxq_f32 (a, b); }
V_FUNCTION vec v_slope (vec v, vec slope) { return vbslq_f32 (vcltzq_f32 (v), vmulq_f32 (v, slope), v); }
V_FUNCTION vec v_load_f16 (const uint16_t *p) { return vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p))); }
V_FUNCTION void v_store_f16 (uint16_t *p, vec v) { vst1_u16 (p, vreinterpret_u16_f16 (vcvt_f16_f32 (v))); }
V_FUNCTION vec v_load_i32 (const int32_t *p) { return vcvtq_f32_s32 (vld1q_s32 (p)); }

V_FUNCTION vec
v_power (vec rounded)
{
  return vreinterpretq_f32_s32 (vshlq_n_s32 (vaddq_s32 (vreinterpretq_s32_f32 (rounded), vdupq_n_s32 (127)), 23));
}

V_FUNCTION vec
v_max_magnitude (vec a, vec v)
{
  uint32x4_t magnitude = vreinterpretq_u32_f32 (vabsq_f32 (v));

  return vreinterpretq_f32_u32 (vmaxq_u32 (vreinterpretq_u32_f32 (a), magnitude));
}

V_FUNCTION float
v_reduce_magnitude (vec a)
{
  return vget_lane_f32 (vreinterpret_f32_u32 (vdup_n_u32 (vmaxvq_u32 (vreinterpretq_u32_f32 (a)))), 0);
}

V_FUNCTION float
v_reduce_sum (const vec *parts)
{
  float32x4_t a = vaddq_f32 (vaddq_f32 (parts[0], parts[2]), vaddq_f32 (parts[1], parts[3]));
  float32x2_t b = vadd_f32 (vget_low_f32 (a), vget_high_f32 (a));

  return vget_lane_f32 (b, 0) + vget_lane_f32 (b, 1);
}

/* What is no 32-bit integer becomes the smallest of them, as on other processors, before it is brought to 16 bits. */
V_FUNCTION int16x4_t
v_round_i16 (vec v)
{
  uint32x4_t fits = vcaltq_f32 (v, vdupq_n_f32 (0x1p31f));

  return vqmovn_s32 (vbslq_s32 (fits, vcvtnq_s32_f32 (v), vdupq_n_s32 (INT32_MIN)));
}

V_FUNCTION void
v_store_i16 (int16_t *dst, int part, vec a, vec b)
{
  vst1q_s16 (dst + part * 2 * LANES, vcombine_s16 (v_round_i16 (a), v_round_i16 (b)));
}

V_FUNCTION void
v_store_i16_single (int16_t *dst, vec a)
{
  vst1_s16 (dst, v_round_i16 (a));
}

#endif
