/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "steps.h"

#include <math.h>

#define PHOTONS 256
/* From here on, counts are drawn from the normal distribution with a term for the skew. */
#define MANY 24

void
acu_noise_gaussian (float *picture, gsize pixels, float sigma, gboolean gray, guint64 key)
{
  if (!gray)
    for (gsize i = 0; i < 3 * pixels; i++)
      picture[i] += sigma * acu_random_normal (acu_random_at (key, i));
  else
    for (gsize i = 0; i < pixels; i++)
      {
        float noise = sigma * acu_random_normal (acu_random_at (key, i));

        for (int c = 0; c < 3; c++)
          picture[3 * i + c] += noise;
      }
}

/* The distribution's mean and its other numbers, for each level of 8 bits. */
typedef struct Level
{
  float mean, root, none;         /* none: the chance of a count of 0 */
} Level;

/* A count less its mean. */
static float
draw_count (const Level *level, guint64 bits)
{
  if (level->mean < MANY)
    {
      float u = (float) (bits >> 40) / 16777216.0f, chance = level->none;
      int count = 0;

      while (u >= chance && count < 4 * MANY)
        {
          u -= chance;
          count++;
          chance *= level->mean / count;
        }
      return count - level->mean;
    }
  else
    {
      float z = acu_random_normal (bits), value = level->mean + level->root * z + (z * z - 1) / 6 + 0.5f;

      return (int) value - level->mean;
    }
}

static int
level_of (float value)
{
  return (int) (acu_limited (value) * 255 + 0.5f);
}

void
acu_noise_poisson (float *picture, gsize pixels, float scale, gboolean gray, guint64 key)
{
  Level levels[256];
  float unit = scale / PHOTONS;

  for (int i = 0; i < 256; i++)
    {
      double mean = i * (PHOTONS / 255.0);

      levels[i] = (Level) { (float) mean, (float) sqrt (mean), (float) acu_number_exp (-mean) };
    }
  if (!gray)
    for (gsize i = 0; i < 3 * pixels; i++)
      picture[i] += unit * draw_count (&levels[level_of (picture[i])], acu_random_at (key, i));
  else
    for (gsize i = 0; i < pixels; i++)
      {
        float *p = picture + 3 * i, luma = 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
        float noise = unit * draw_count (&levels[level_of (luma)], acu_random_at (key, i));

        for (int c = 0; c < 3; c++)
          p[c] += noise;
      }
}
