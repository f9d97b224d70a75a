/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small sound models in ncnn's format that together have every layer, tensor and storage type. */
#ifndef SEEDS_H
#define SEEDS_H

#include <glib.h>

typedef struct Seed
{
  const char *name;
  const char *param;
  GByteArray *bin;
} Seed;

#define N_SEEDS 3

/* Fills seeds[N_SEEDS]; free with free_seeds(). */
void make_seeds (Seed *seeds);
void free_seeds (Seed *seeds);

#endif
