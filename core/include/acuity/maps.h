/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the layers of a network see in a picture: their feature maps. Early ones answer to edges and colours, those in the middle to shapes and
 * textures, late ones to what makes the result. */
#ifndef ACU_MAPS_H
#define ACU_MAPS_H

#include <acuity/api.h>
#include <acuity/model.h>

G_BEGIN_DECLS

/* In which third of the network a layer lies. */
typedef enum AcuMapsLevel
{
  ACU_MAPS_EDGES,
  ACU_MAPS_SHAPES,
  ACU_MAPS_FEATURES
} AcuMapsLevel;

/* "edges", "shapes", "features": what options take. And for people, translated. */
ACU_API const char *acu_maps_level_name (AcuMapsLevel level);
ACU_API const char *acu_maps_level_label (AcuMapsLevel level);

/* The places where a network can be looked at: behind each activation (of networks without, behind each convolution), in order. Returns their
 * names, ended by NULL; g_strfreev(). NULL with an error as acu_model_scale(). Thread-safe. */
ACU_API char **acu_model_places (const AcuModelInfo *model, GError **error);

/**
 * AcuMaps: the feature maps of one place
 * @place: its name; @level: where that is
 * @channels: so many maps of width × height floats, one after the other in @values
 */
typedef struct AcuMaps
{
  char *place;
  AcuMapsLevel level;
  int channels, width, height;
  float *values;
} AcuMaps;

/* Runs a network on a picture of width × height RGB floats (encoded, 0..1) as far as `place`: a name of acu_model_places(), or of a level, which means
 * that third's last one. In single precision, with `threads` threads (0: all). ACU_ERROR_NOT_FOUND for a place that is not there, ACU_ERROR_MEMORY,
 * ACU_ERROR_OUTPUT where a map is no number, and what loading and planning say. Free with acu_maps_free(). Thread-safe. */
ACU_API AcuMaps *acu_maps_new (const AcuModelInfo *model, const char *place, const float *pixels, int width, int height, int threads,
                               GError **error);
/* NULL is allowed. */
ACU_API void acu_maps_free (AcuMaps *maps);

/* All maps side by side, gray, each stretched so that the darkest hundredth of its values is black and the brightest white (a map that is the same
 * everywhere is black), with lines of white of `gap` pixels between and around them, in √channels columns, rounded up. *width and *height get its
 * size. NULL with ACU_ERROR_MEMORY or ACU_ERROR_SIZE; g_free(). Thread-safe. */
ACU_API guint8 *acu_maps_sheet (const AcuMaps *maps, int gap, int *width, int *height, GError **error);

G_END_DECLS

#endif
