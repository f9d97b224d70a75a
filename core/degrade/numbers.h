/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Random numbers and the functions of mathematics that kernels need, the same to the last bit wherever IEEE 754 holds: a C library's own
 * exp() or cos() differ in their last bits. Thread-safe. */
#ifndef ACU_DEGRADE_NUMBERS_H
#define ACU_DEGRADE_NUMBERS_H

#include "mix.h"

#include <acuity/degrade.h>

G_BEGIN_DECLS

/* 0 to 1; NaN counts as 0. */
static inline float
acu_limited (float value)
{
  return value > 0 ? (value < 1 ? value : 1) : 0;
}

/* The generator SplitMix64 (Steele, Lea and Flood 2014). */
typedef struct AcuRandom
{
  guint64 state;
} AcuRandom;

/* The i-th of the numbers that `key` stands for. */
static inline guint64
acu_random_at (guint64 key, guint64 i)
{
  return acu_mix (key + (i + 1) * ACU_MIX_STEP);
}

/* A normally distributed number (σ 1, within ±4.1) from 64 random bits: the sum of four even ones, whose kurtosis a cubic
 * mends. */
static inline float
acu_random_normal (guint64 bits)
{
  /* each of the four has variance (65536² - 1) / 12 */
  const float scale = 1.0f / 37837.2272f, mend = 0.0185495f, unit = 1.00496004f;
  float z = ((int) (bits & 0xffff) + (int) (bits >> 16 & 0xffff) + (int) (bits >> 32 & 0xffff) + (int) (bits >> 48) - 131070) * scale;

  return unit * (z + mend * (z * z - 3) * z);
}

guint64 acu_random_next (AcuRandom *random);
/* Evenly distributed, 0 <= result < 1. */
double acu_random_unit (AcuRandom *random);
double acu_random_in (AcuRandom *random, AcuRange range);
/* TRUE in the share `chance` of all calls. */
gboolean acu_random_chance (AcuRandom *random, double chance);
/* An index below n with a chance in proportion to its weight; 0 when all are 0. */
int acu_random_choice (AcuRandom *random, const double *weights, int n);

/* To about 1e-14 relative. exp: 0 below -700, limited above 700; log: x > 0. */
double acu_number_exp (double x);
double acu_number_log (double x);
/* |x| below a thousand; to about 1e-14. */
double acu_number_cos (double x);
double acu_number_sin (double x);
/* The Bessel function of the first kind and order 1, |x| up to 60, to about 1e-12. */
double acu_number_bessel1 (double x);

G_END_DECLS

#endif
