/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Random numbers by name instead of by order: the same seed, step, sample and purpose always give the same number, whichever thread
 * asks first. */
#ifndef ACU_TRAIN_RANDOM_H
#define ACU_TRAIN_RANDOM_H

#include "mix.h"

G_BEGIN_DECLS

/* Mixes one more number into a key. */
static inline guint64
acu_random_key (guint64 key)
{
  return acu_mix (key + ACU_MIX_STEP);
}

/* 64 random bits. */
static inline guint64
acu_random (guint64 seed, guint64 step, guint64 sample, guint64 purpose)
{
  return acu_random_key (acu_random_key (acu_random_key (acu_random_key (seed) ^ step) ^ sample) ^ purpose);
}

/* 0 to n - 1, from such bits; n is at least 1. */
static inline guint64
acu_random_below (guint64 bits, guint64 n)
{
  return bits % n;
}

G_END_DECLS

#endif
