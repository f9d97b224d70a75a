/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A feature map in training: a whole picture's, with zeros around it that convolutions read as their padding. */
#ifndef ACU_TRAIN_MAP_H
#define ACU_TRAIN_MAP_H

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * AcuMap:
 * @channels: those that mean something; others, up to @stored, are 0
 * @stored: floats from pixel to pixel
 * @row_floats: floats from row to row
 * @pixels: the pixel in the upper left corner; NULL for a map that is not kept
 *
 * Pixels are interleaved: channel c of pixel (x, y) is pixels[y * row_floats + x * stored + c]. Around the picture lie
 * zeros, as many as the net's convolutions may read.
 */
typedef struct AcuMap
{
  int channels, height, width;
  int stored;
  gsize row_floats;
  float *pixels;
} AcuMap;

static inline float *
acu_map_row (const AcuMap *map, int y)
{
  return map->pixels + (gssize) y * (gssize) map->row_floats;
}

/* Sets the picture, not what lies around it, to zero. */
static inline void
acu_map_clear (const AcuMap *map)
{
  for (int y = 0; y < map->height; y++)
    memset (acu_map_row (map, y), 0, (gsize) map->width * map->stored * sizeof (float));
}

G_END_DECLS

#endif
