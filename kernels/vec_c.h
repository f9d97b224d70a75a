/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The vectors of winograd_body.h in plain C: of one number. */
#ifndef ACU_VEC_C_H
#define ACU_VEC_C_H

#include "bf16.h"
#include "winograd_private.h"

#include <math.h>

#define LANES 1
typedef float vec;
#define V_FUNCTION static inline

V_FUNCTION vec v_load (const float *p) { return *p; }
V_FUNCTION void v_store (float *p, vec v) { *p = v; }
V_FUNCTION vec v_set1 (float v) { return v; }
V_FUNCTION vec v_add (vec a, vec b) { return a + b; }
V_FUNCTION vec v_sub (vec a, vec b) { return a - b; }
V_FUNCTION vec v_mul (vec a, vec b) { return a * b; }
V_FUNCTION vec v_div (vec a, vec b) { return a / b; }
V_FUNCTION vec v_fma (vec a, vec b, vec c) { return fmaf (a, b, c); }
V_FUNCTION vec v_fnma (vec a, vec b, vec c) { return fmaf (-a, b, c); }
V_FUNCTION vec v_negate (vec v) { return -v; }
V_FUNCTION vec v_minimum (vec a, vec b) { return a < b ? a : b; }
V_FUNCTION vec v_maximum (vec a, vec b) { return a > b ? a : b; }
V_FUNCTION vec v_slope (vec v, vec slope) { return v < 0 ? v * slope : v; }
V_FUNCTION vec v_load_f16 (const uint16_t *p) { return acu_half_to_float (*p); }
V_FUNCTION void v_store_f16 (uint16_t *p, vec v) { *p = acu_half_from_float (v); }
V_FUNCTION void v_store_bf16 (uint16_t *p, vec v) { *p = acu_bf16_from_float (v); }
V_FUNCTION vec v_load_i32 (const int32_t *p) { return (float) *p; }
V_FUNCTION vec v_max_magnitude (vec a, vec v) { return acu_winograd_larger_magnitude (a, v); }
V_FUNCTION float v_reduce_magnitude (vec a) { return a; }

V_FUNCTION float
v_reduce_sum (const vec *parts)
{
  float sums[ACU_WINOGRAD_GROUP];

  memcpy (sums, parts, sizeof sums);
  for (int half = ACU_WINOGRAD_GROUP / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++)
      sums[i] += sums[i + half];
  return sums[0];
}

V_FUNCTION vec
v_power (vec rounded)
{
  uint32_t bits;

  memcpy (&bits, &rounded, sizeof bits);
  bits = (bits + 127u) << 23;
  memcpy (&rounded, &bits, sizeof rounded);
  return rounded;
}

static inline int16_t
round_to_i16 (float v)
{
  /* What the processors' conversions make of it. */
  if (!(fabsf (v) < 0x1p31f))
    return INT16_MIN;
  v = rintf (v);
  return v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : (int16_t) v;
}

V_FUNCTION void
v_store_i16 (int16_t *dst, int part, vec a, vec b)
{
  dst[part / 4 * 8 + part % 4] = round_to_i16 (a);
  dst[part / 4 * 8 + part % 4 + 4] = round_to_i16 (b);
}

V_FUNCTION void
v_store_i16_single (int16_t *dst, vec a)
{
  *dst = round_to_i16 (a);
}

/* With the high and the low bytes apart; `part` as in v_store_i16. */
#define V_PLANES

V_FUNCTION void
v_store_planes_single (uint8_t *high, uint8_t *low, vec a)
{
  uint16_t number = (uint16_t) round_to_i16 (a);

  *high = (uint8_t) (number >> 8);
  *low = (uint8_t) number;
}

V_FUNCTION void
v_store_planes (uint8_t *high, uint8_t *low, int part, vec a, vec b)
{
  int place = part / 4 * 8 + part % 4;

  v_store_planes_single (high + place, low + place, a);
  v_store_planes_single (high + place + 4, low + place + 4, b);
}

V_FUNCTION void
v_store_bytes_single (uint8_t *high, uint8_t *low, vec a)
{
  v_store_planes_single (high, low, a);
  *low ^= 0x80;
}

V_FUNCTION void
v_store_bytes (uint8_t *high, uint8_t *low, int part, vec a, vec b)
{
  int place = part / 4 * 8 + part % 4;

  v_store_bytes_single (high + place, low + place, a);
  v_store_bytes_single (high + place + 4, low + place + 4, b);
}

#endif
