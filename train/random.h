/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Random numbers by name instead of by order: the same seed, step, sample and purpose always give the same number, whichever thread
 * asks first. SplitMix64's mixing function (Steele, Lea and Flood 2014). */
#ifndef ACU_TRAIN_RANDOM_H
#define ACU_TRAIN_RANDOM_H

#include <glib.h>

G_BEGIN_DECLS

static inline guint64
acu_random_mix (guint64 z)
{
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* 64 random bits. */
static inline guint64
acu_random (guint64 seed, guint64 step, guint64 sample, guint64 purpose)
{
  return acu_random_mix (acu_random_mix (acu_random_mix (acu_random_mix (seed) ^ step) ^ sample) ^ purpose);
}

/* 0 to n - 1, from such bits; n is at least 1. */
static inline guint64
acu_random_below (guint64 bits, guint64 n)
{
  return bits % n;
}

G_END_DECLS

#endif
