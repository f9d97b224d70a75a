/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Gaussian noise by counting: every number follows from a seed, a step, a row and its place in the row, so that it is the same whatever was made before it.
 * Whole numbers, then products and sums that are rounded one by one: all machines make the same (shaders/elementwise.comp writes the same down once more). */
#ifndef ACU_NOISE_H
#define ACU_NOISE_H

#include <stdint.h>

/* What all numbers of a row have in common. */
typedef struct AcuNoiseRow
{
  uint32_t first, second;
} AcuNoiseRow;

/* A bijection of which every bit depends on all bits; the constants are T. Ettinger's (2021), found by search. `key` goes in halfway. */
static inline uint32_t
acu_noise_mix (uint32_t v, uint32_t key)
{
  v = (v ^ v >> 16) * 0x21f0aaadu ^ key;
  v = (v ^ v >> 15) * 0xd35a2d97u;
  return v ^ v >> 15;
}

static inline AcuNoiseRow
acu_noise_row (uint32_t seed, uint32_t step, uint32_t row)
{
  AcuNoiseRow keys;

  /* Two ways to the two of them, so that no two rows share both. */
  keys.first = acu_noise_mix (acu_noise_mix (acu_noise_mix (seed + 0x9e3779b9u, step), row), 0x243f6a88u);
  keys.second = acu_noise_mix (acu_noise_mix (acu_noise_mix (row + 0x85ebca6bu, seed), step), 0x13198a2eu);
  return keys;
}

/* The sum of four evenly distributed numbers, bent so that its distribution is the normal one: fitted to the quantiles, which it meets to 0.003 up to 3 standard
 * deviations and to 0.013 up to 4; variance 1 and kurtosis 3 to 2e-5; none is beyond 5.2. */
static inline float
acu_noise_number (AcuNoiseRow row, uint32_t place)
{
  uint32_t a = acu_noise_mix (place * 0x9e3779b1u + row.first, row.second), b = acu_noise_mix (a + row.second, row.first);
  int32_t sum = (int32_t) ((a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16)) - 131070;
  float s = (float) sum * (1 / 65536.0f), square = s * s, bend = square * 0.00542658f;

  bend = (bend - 0.017429f) * square;
  bend = (bend + 0.02886287f) * square;
  bend = (bend + 0.04756559f) * square;
  return (bend + 1.66693391f) * s;
}

#endif
