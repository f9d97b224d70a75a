/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "bands.h"
#include "picture.h"
#include "pool.h"
#include "resampler.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>

struct AcuBands
{
  AcuResamplerParams params;
  AcuPictureJob job;
  int workers;
  int from, to;                   /* of the band that is being made */
};

guint64
acu_bands_bytes (const AcuResamplerParams *params, int workers)
{
  guint64 bytes;

  return acu_size_mul (acu_resampler_bytes (params), workers, &bytes) && acu_size_add (bytes, sizeof (AcuBands), &bytes)
         ? bytes : G_MAXUINT64;
}

AcuBands *
acu_bands_new (const AcuResamplerParams *params, int workers, GError **error)
{
  AcuBands *bands;

  if (!acu_resampler_check (params, error))
    return NULL;
  bands = g_new0 (AcuBands, 1);
  bands->params = *params;
  bands->workers = CLAMP (workers, 1, ACU_POOL_MAX_THREADS);
  bands->job = (AcuPictureJob) {
    .params = &bands->params, .type = ACU_SAMPLE_FLOAT,
    .src_stride = sizeof (float) * params->src_width * params->channels,
    .dst_stride = sizeof (float) * params->dst_width * params->channels
  };
  if (acu_axis_init (&bands->job.columns, params->filter, params->src_width, params->dst_width)
      && acu_axis_init (&bands->job.lines, params->filter, params->src_height, params->dst_height)
      && acu_picture_float.prepare (&bands->job, bands->workers) == ACU_PICTURE_READY)
    return bands;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to resample the picture."));
  acu_bands_free (bands);
  return NULL;
}

void
acu_bands_free (AcuBands *bands)
{
  if (!bands)
    return;
  acu_picture_float.clean_up (&bands->job, bands->workers);
  acu_axis_clear (&bands->job.columns);
  acu_axis_clear (&bands->job.lines);
  g_free (bands);
}

void
acu_bands_sources (const AcuBands *bands, int from, int to, int *first, int *end)
{
  *first = bands->job.lines.first[from];
  *end = bands->job.lines.first[to - 1] + bands->job.lines.taps;
}

static void
run_part (void *data, int task, int worker)
{
  AcuBands *bands = data;
  gint64 rows = bands->to - bands->from;
  int from = bands->from + (int) (rows * task / bands->workers), to = bands->from + (int) (rows * (task + 1) / bands->workers);

  if (from < to)
    acu_picture_float.band (&bands->job, worker, from, to);
}

void
acu_bands_run (AcuBands *bands, const float *src, int first, float *dst, int from, int to)
{
  bands->job.src = (const guint8 *) src;
  bands->job.src_first = first;
  bands->job.dst = (guint8 *) dst;
  bands->job.dst_first = from;
  bands->from = from;
  bands->to = to;
  acu_pool_run (bands->workers, bands->workers, run_part, bands);
}
