/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_once.h"
#include "picture.h"
#include "resampler.h"

#include <acuity/size.h>

typedef struct Worker
{
  AcuResampler *resampler;
  float *in, *out;                /* rows on their way from and to 8 bits */
} Worker;

static AcuPictureOutcome
prepare (AcuPictureJob *job, int workers)
{
  const AcuResamplerParams *params = job->params;
  Worker *all = job->state = acu_try_alloc0 (workers, sizeof (Worker));

  if (!all)
    return ACU_PICTURE_NO_MEMORY;
  for (int i = 0; i < workers; i++)
    {
      all[i].resampler = acu_resampler_new_shared (params, &job->columns, &job->lines);
      if (!all[i].resampler)
        return ACU_PICTURE_NO_MEMORY;
      if (job->type == ACU_SAMPLE_U8
          && (!(all[i].in = acu_try_alloc ((guint64) params->src_width * params->channels, sizeof (float)))
              || !(all[i].out = acu_try_alloc ((guint64) params->dst_width * params->channels, sizeof (float)))))
        return ACU_PICTURE_NO_MEMORY;
    }
  return ACU_PICTURE_READY;
}

static void
clean_up (AcuPictureJob *job, int workers)
{
  Worker *all = job->state;

  for (int i = 0; all && i < workers; i++)
    {
      acu_resampler_free (all[i].resampler);
      acu_free (all[i].in);
      acu_free (all[i].out);
    }
  acu_free (all);
  job->state = NULL;
}

static void
push (const AcuPictureJob *job, Worker *worker, int y)
{
  const guint8 *row = job->src + (gsize) (y - job->src_first) * job->src_stride;
  gsize n = (gsize) job->params->src_width * job->params->channels;

  if (job->type == ACU_SAMPLE_FLOAT)
    {
      acu_resampler_push (worker->resampler, (const float *) (const void *) row);
      return;
    }
  for (gsize i = 0; i < n; i++)
    worker->in[i] = row[i] / 255.0f;
  acu_resampler_push (worker->resampler, worker->in);
}

/* Pulls what can be pulled from row y on, up to row `to`; returns how many rows that was. */
static int
pull (const AcuPictureJob *job, Worker *worker, int y, int to)
{
  guint8 *row = job->dst + (gsize) (y - job->dst_first) * job->dst_stride;
  float *rows[ACU_RESAMPLE_OUTPUTS] = { NULL };
  gsize n = (gsize) job->params->dst_width * job->params->channels;

  if (job->type == ACU_SAMPLE_FLOAT)
    {
      for (int o = 0; o < ACU_RESAMPLE_OUTPUTS && y + o < to; o++)
        rows[o] = (float *) (void *) (row + (gsize) o * job->dst_stride);
      return acu_resampler_pull_rows (worker->resampler, rows, to - y, job->stream);
    }
  if (!acu_resampler_pull (worker->resampler, worker->out))
    return 0;
  for (gsize i = 0; i < n; i++)
    row[i] = (guint8) (CLAMP (worker->out[i], 0.0f, 1.0f) * 255.0f + 0.5f);
  return 1;
}

static void
band (AcuPictureJob *job, int number, int from, int to)
{
  Worker *worker = (Worker *) job->state + number;
  int next = acu_resampler_seek (worker->resampler, from), made;

  for (int y = from; y < to; y += made)
    while (!(made = pull (job, worker, y, to)))
      push (job, worker, next++);
  acu_kernels ()->stream_end ();
}

const AcuPictureEngine acu_picture_float = { prepare, band, clean_up };
