/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The dice of one page: a row of random numbers from its seed, so that a page does not depend on the others. */
#ifndef ACU_CHANCE_H
#define ACU_CHANCE_H

#include "mix.h"

G_BEGIN_DECLS

typedef struct AcuChance
{
  guint64 state;
} AcuChance;

/* 64 random bits. */
static inline guint64
acu_chance_bits (AcuChance *chance)
{
  return acu_mix (chance->state += ACU_MIX_STEP);
}

/* 0 to n - 1; n is at least 1. */
static inline guint
acu_chance_below (AcuChance *chance, guint n)
{
  return (guint) (acu_chance_bits (chance) % n);
}

/* A whole number from `least` to `most`, both included. */
static inline int
acu_chance_whole (AcuChance *chance, int least, int most)
{
  return least + (int) acu_chance_below (chance, (guint) (most - least + 1));
}

/* From `least` up to, but not including, `most`. */
static inline double
acu_chance_between (AcuChance *chance, double least, double most)
{
  return least + (most - least) * ((double) (acu_chance_bits (chance) >> 11) * 0x1p-53);
}

/* TRUE in so many of a hundred cases. */
static inline gboolean
acu_chance_percent (AcuChance *chance, guint percent)
{
  return acu_chance_below (chance, 100) < percent;
}

G_END_DECLS

#endif
