/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "picture.h"
#include "pool.h"
#include "resampler.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>

/* Bands for each thread: one that is held up leaves its share to the others. */
#define BANDS 4
/* Results from this size on are not going to be found in a cache again. */
#define STREAM_BYTES (8 << 20)

typedef struct Bands
{
  const AcuPictureEngine *engine;
  AcuPictureJob *job;
  int count;
} Bands;

static void
run_band (void *data, int task, int worker)
{
  const Bands *bands = data;
  gint64 height = bands->job->params->dst_height;

  bands->engine->band (bands->job, worker, (int) (height * task / bands->count),
                       (int) (height * (task + 1) / bands->count));
}

static AcuPictureOutcome
run (AcuPictureJob *job, int threads)
{
  const AcuPictureEngine *const engines[] = { &acu_picture_u8, &acu_picture_float };
  int height = job->params->dst_height, workers = MIN (MIN (threads, ACU_POOL_MAX_THREADS), height);
  AcuPictureOutcome outcome = ACU_PICTURE_DECLINED;

  for (guint i = 0; i < G_N_ELEMENTS (engines) && outcome == ACU_PICTURE_DECLINED; i++)
    {
      Bands bands = { engines[i], job, workers == 1 ? 1 : MIN (workers * BANDS, height) };

      outcome = engines[i]->prepare (job, workers);
      if (outcome == ACU_PICTURE_READY)
        acu_pool_run (bands.count, workers, run_band, &bands);
      engines[i]->clean_up (job, workers);
    }
  return outcome;
}

/* Whether rows of `width` pixels fit the distance between them. */
static gboolean
check_rows (const AcuResamplerParams *params, AcuSampleType type, int width, const void *rows, gsize stride, GError **error)
{
  const guint64 size = type == ACU_SAMPLE_FLOAT ? sizeof (float) : 1, factors[] = { width, params->channels, size };
  guint64 bytes;

  if (rows && acu_size_product (factors, 3, &bytes) && stride >= bytes && stride % size == 0
      && GPOINTER_TO_SIZE (rows) % size == 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Rows of %d pixels cannot lie %zu bytes apart."), width, stride);
  return FALSE;
}

gboolean
acu_resample_picture (const AcuResamplerParams *params, AcuSampleType type, const void *src, gsize src_stride, void *dst,
                      gsize dst_stride, int threads, GError **error)
{
  AcuPictureJob job = {
    .params = params, .type = type, .src = src, .src_stride = src_stride, .dst = dst, .dst_stride = dst_stride
  };
  AcuPictureOutcome outcome = ACU_PICTURE_NO_MEMORY;
  guint64 bytes;

  g_return_val_if_fail (type == ACU_SAMPLE_U8 || type == ACU_SAMPLE_FLOAT, FALSE);
  if (!acu_resampler_check (params, error) || !check_rows (params, type, params->src_width, src, src_stride, error)
      || !check_rows (params, type, params->dst_width, dst, dst_stride, error))
    return FALSE;
  job.stream = !acu_size_mul (dst_stride, params->dst_height, &bytes) || bytes >= STREAM_BYTES;
  if (acu_axis_init (&job.columns, params->filter, params->src_width, params->dst_width)
      && acu_axis_init (&job.lines, params->filter, params->src_height, params->dst_height))
    outcome = run (&job, MAX (threads, 1));
  acu_axis_clear (&job.columns);
  acu_axis_clear (&job.lines);
  if (outcome == ACU_PICTURE_READY)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to resample the picture."));
  return FALSE;
}
