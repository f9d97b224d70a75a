/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The heart of SplitMix64 (Steele, Lea and Flood 2014), from which every room makes the random numbers it needs: whole numbers only, so that all
 * machines draw the same. */
#ifndef ACU_MIX_H
#define ACU_MIX_H

#include <glib.h>

G_BEGIN_DECLS

/* What the generator's state grows by for each number. */
#define ACU_MIX_STEP G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* 64 random bits from a state: a bijection whose every result bit depends on every bit of `state`. */
static inline guint64
acu_mix (guint64 state)
{
  state = (state ^ (state >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  state = (state ^ (state >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return state ^ (state >> 31);
}

G_END_DECLS

#endif
