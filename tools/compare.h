/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity compare, from within: a good picture is made small and enlarged again by every approach; what came out is measured and shown. */
#ifndef ACU_TOOL_COMPARE_H
#define ACU_TOOL_COMPARE_H

#include "table.h"
#include "tool.h"

G_BEGIN_DECLS

#define COMPARE_LEAST_SCALE 2
#define COMPARE_MOST_SCALE 8
/* Pictures have so many pixels on a side, and so many times the scale, at least. */
#define COMPARE_LEAST_SIDE 64
#define COMPARE_LEAST_SMALL 16
/* Crops, in pixels on a side, and how many places are shown. */
#define COMPARE_CROP 160
#define COMPARE_PLACES 4

typedef enum CompareMeasure
{
  COMPARE_SECONDS,
  COMPARE_PSNR,
  COMPARE_SSIM,
  COMPARE_FEATURES,
  COMPARE_NIQE,
  COMPARE_CONSISTENCY,
  COMPARE_MEASURES
} CompareMeasure;

/**
 * CompareApproach: a way of enlarging
 * @name: as --models takes it: a model's name, with "+text" or "+faces" behind it where those are looked for
 * @label: the same for people
 * @model: what AcuUpscalerParams takes
 * @expected: seconds that enlarging will take, roughly
 * @values: by CompareMeasure; NaN: not measured
 * @problem: why there is no result; NULL where there is one
 */
typedef struct CompareApproach
{
  char *name, *label, *model;
  AcuTextMode text;
  AcuFacesMode faces;
  double expected;
  double values[COMPARE_MEASURES];
  char *problem;
} CompareApproach;

/* The approaches that `models` names (ended by NULL), or with NULL the usual filters and everything installed that enlarges `scale` times. CompareApproach*,
 * freed with the array. What is named but not there is an error. `threads`: as for acu_model_scale(). */
GPtrArray *compare_approaches_new (const char *const *models, int scale, int threads, GError **error);

/**
 * CompareOptions:
 * @path: of the picture; @name: for people, or NULL for the file's
 * @models: as for compare_approaches_new()
 * @recipe, @preset, @seed: how the picture is made small, and what that is called
 * @features: the model that judges by its features; NULL: ACU_FEATURE_JUDGE
 * @device, @precision, @threads, @memory: as in AcuUpscalerParams
 * @megapixels: of a larger picture, a part of this size is compared
 */
typedef struct CompareOptions
{
  const char *path, *name;
  const char *const *models;
  int scale;
  const AcuDegradation *recipe;
  const char *preset;
  guint64 seed;
  const char *features;
  const char *device;
  AcuPrecision precision;
  int threads;
  guint64 memory;
  double megapixels;
  gboolean quiet, report;
} CompareOptions;

/**
 * Comparison:
 * @name: the picture's, for people
 * @space: of its colours; NULL for sRGB
 * @part: what of it is compared; whole_width × whole_height is all of it, of so many `bytes`
 * @truth, @small: RGB floats: the part, and how it was made small
 * @shelf: results as 8-bit RGB, one after the other in the approaches' order, in a file without a name
 * @sum, @square: for each pixel, of the brightness of all results
 * @results: how many of them that are
 * @judge: the network of the feature distance
 * @niqe: of the part itself
 * @places: GeglRectangle in the part: where results differ most, most first
 */
typedef struct Comparison
{
  const CompareOptions *options;
  char *name;
  const Babl *space;
  int whole_width, whole_height;
  guint64 bytes;
  GeglRectangle part;
  float *truth, *small;
  GPtrArray *approaches;
  int shelf;
  float *sum, *square;
  int results;
  AcuFeatureDistance *features;
  char *judge;
  double niqe;
  GArray *places;
  ToolProgress progress;
  char *doing;
  ToolSeries series;
} Comparison;

/* Does all of it. An approach that fails has a `problem`, and the others go on; an error is what concerns all of them. */
Comparison *compare_run (const CompareOptions *options, GError **error);
/* NULL is allowed. */
void compare_free (Comparison *comparison);

/* The columns in CompareMeasure's order; of the feature distance, the name is to be filled in: compare_features_name(). */
const AcuTableMeasure *compare_measures (void);
/* "feature distance (NETWORK)"; g_free(). */
char *compare_features_name (const Comparison *comparison);
/* The comparison as a table of one set. compare_table_free() it, before the comparison. */
AcuTable *compare_table_new (const Comparison *comparison);
void compare_table_free (AcuTable *table);

/* A sentence about the part of the picture that was compared, or NULL where it is all of it; g_free(). */
char *compare_part_sentence (const Comparison *comparison);

/* Finds the places; compare_run() calls it. */
gboolean compare_find_places (Comparison *comparison, GError **error);

/* Pixels of the result of approach number `index`, or (-1) of the true picture, as sRGB, 8 bits, without gaps; g_free(). NULL with an error. */
guint8 *compare_crop (const Comparison *comparison, int index, const GeglRectangle *rect, GError **error);

/**
 * ComparePlot: points over seconds, with the good ones at the top
 * @measure: what is plotted
 * @label: of its axis
 */
typedef struct ComparePlot
{
  CompareMeasure measure;
  const char *label;
  gboolean smaller_is_better;
  int digits;
} ComparePlot;

/* Appends an <svg> to the page; nothing where fewer than two approaches have the measure. */
void compare_plot (const Comparison *comparison, const ComparePlot *plot, GString *page);

/* The page, complete, in the user's language. g_free(); NULL with an error. */
char *compare_page (const Comparison *comparison, const AcuTable *table, GError **error);
/* Text for HTML: what has a meaning there is written out, and what has no place in it is replaced. g_free(). */
char *compare_escape (const char *text);

G_END_DECLS

#endif
