/* SPDX-License-Identifier: LGPL-3.0-or-later */
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

static void
products_f32 (float *m, const float *v, const float *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  for (int position = 0; position < positions; position++, v += (size_t) ACU_WINOGRAD_TILES * channels)
    for (int k = 0; k < channels; k++)
      for (int g = 0; g < groups; g++, weights += ACU_WINOGRAD_GROUP)
        for (int t = 0; t < n; t++)
          {
            float *sum = m + (size_t) (t * groups + g) * M_STEP + position * ACU_WINOGRAD_GROUP;

            for (int o = 0; o < ACU_WINOGRAD_GROUP; o++)
              sum[o] = fmaf (v[(size_t) t * channels + k], weights[o], k > 0 ? sum[o] : 0);
          }
}

static void
products_i16 (int32_t *m, const int16_t *v, const int16_t *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  for (int position = 0; position < positions; position++, v += (size_t) ACU_WINOGRAD_TILES * channels)
    for (int k = 0; k < channels; k += 2)
      for (int g = 0; g < groups; g++, weights += 2 * ACU_WINOGRAD_GROUP)
        for (int t = 0; t < n; t++)
          {
            const int16_t *pair = v + (size_t) t * channels + k;
            int32_t *sum = m + (size_t) (t * groups + g) * M_STEP + position * ACU_WINOGRAD_GROUP;

            for (int o = 0; o < ACU_WINOGRAD_GROUP; o++)
              {
                /* As the processors add: a sum that was not bounded (NaN data) wraps. */
                uint32_t product = (uint32_t) (pair[0] * weights[2 * o]) + (uint32_t) (pair[1] * weights[2 * o + 1]);

                sum[o] = (int32_t) ((k > 0 ? (uint32_t) sum[o] : 0) + product);
              }
          }
}

#include "winograd_body.h"

#include "pointwise_body.h"

int
acu_winograd_f32_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_F32);
}

int
acu_winograd_i16_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_I16);
}

int
acu_pointwise_c (void *dst, const void *const *src, const AcuPointwise *conv, int n, void *scratch)
{
  return pointwise (dst, src, conv, n, scratch, products_i16);
}
