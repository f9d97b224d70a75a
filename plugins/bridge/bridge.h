/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* GeglBuffer to rows of floats and back: the only place where pixels cross between GEGL and Acuity. babl converts the
 * component type and nothing else (only that is exact), so 16-bit values and ICC spaces come through unharmed. */
#ifndef ACU_BRIDGE_H
#define ACU_BRIDGE_H

#include <acuity/acuity.h>
#include <gegl.h>

G_BEGIN_DECLS

/**
 * AcuBridgeJob: what to upscale and how; needs to live only during the calls below.
 * @input: read only
 * @rect: the part of @input to upscale
 * @space: the colour space that the pixels are really in (GIMP 2.10's buffers do not say); NULL for the
 *   space of the buffer's own format
 * @precision: a value of the option of that name
 * @strength, @clean, @text, @text_strength, @faces, @face_strength, @seed, @steps, @consistency: likewise
 * @faithful: how much the result goes back to Lanczos interpolation where it cannot be trusted, 0 to 1
 * @trust: NULL, or what gets a map of how far the result can be trusted (acuity/trust.h), of the result's size, in "Y' float"; unref it. With it or
 *   @faithful the job takes three times as long
 * @left, @top, @size, @model, @device, @threads, @memory, @beside, @linear_light: as in AcuUpscalerParams
 */
typedef struct AcuBridgeJob
{
  GeglBuffer *input;
  GeglRectangle rect;
  const Babl *space;
  AcuSize size;
  const char *model;
  const char *device;
  const char *precision;
  double strength, clean;
  const char *text;
  double text_strength;
  const char *faces;
  double face_strength;
  int seed, steps, left, top;
  double consistency;
  double faithful;
  GeglBuffer **trust;
  int threads;
  guint64 memory, beside;
  gboolean linear_light;
} AcuBridgeJob;

/* acu_measure_oversize() of the middle of a part of a buffer: of at most 2048 × 2048 pixels. 1 where there is not enough memory. */
double acu_bridge_oversize (GeglBuffer *buffer, const GeglRectangle *rect);

/* Plans the job: pixel format from the buffer's babl format (gray or RGB, alpha or not, linear or not; palettes are read
 * as RGB or RGBA; premultiplied formats are read straight; CMYK, Lab and the like are read as RGBA). */
AcuUpscaler *acu_bridge_plan (const AcuBridgeJob *job, GError **error);

/* Runs a planned job. Returns a new buffer at 0,0 with the result's size in acu_bridge_result_format(), or NULL.
 * Integer formats are rounded to nearest and clamped to their range, float and half are not clamped. */
GeglBuffer *acu_bridge_run (const AcuBridgeJob *job, AcuUpscaler *upscaler, AcuProgress progress,
                            void *progress_data, GError **error);

/**
 * AcuBridgeMeasures: numbers beside a version; NaN for what this picture cannot be measured by
 * @sharpness, @consistency, @niqe: as in acuity/metrics.h; consistency in dB
 */
typedef struct AcuBridgeMeasures
{
  double sharpness, consistency, niqe;
} AcuBridgeMeasures;

/* Makes the job one of a version. What its model cannot do, clean, it is not asked for. */
void acu_bridge_take_candidate (AcuBridgeJob *job, const AcuCandidate *candidate);

/* Measures a result of that job, over white where it is transparent. Takes 32 bytes for each of its pixels meanwhile: where the job's memory limit has no room for
 * them, nothing is measured. */
void acu_bridge_measure (const AcuBridgeJob *job, GeglBuffer *result, AcuBridgeMeasures *measures);
/* "Sharpness 3.2 · consistency 41.0 dB · NIQE 4.1", translated; g_free(). */
char *acu_bridge_measures_text (const AcuBridgeMeasures *measures);

/* Adds a result to a sum, which is NULL at first; and makes their mean, in the format of `like`, of what `n` results have added up to. Unref both. */
void acu_bridge_add (GeglBuffer **sum, GeglBuffer *result);
GeglBuffer *acu_bridge_mean (GeglBuffer *sum, int n, GeglBuffer *like);

/* The format of the result: that of the input, in job->space, but RGB(A) of 8 bits for a palette. */
const Babl *acu_bridge_result_format (const AcuBridgeJob *job);
/* The same for pixels of the format `own`; `space` may be NULL for its own. */
const Babl *acu_bridge_result_format_of (const Babl *own, const Babl *space);

/* The format itself, or, of a palette, one with the same colours and bytes that stays as it is whatever becomes of that palette: for pixels that another
 * thread converts. To be called where the palette may be read. */
const Babl *acu_bridge_fixed_format (const Babl *own);

G_END_DECLS

#endif
