/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_once.h"
#include "picture.h"

#include <acuity/size.h>
#include <math.h>

#define ONE (1 << ACU_RESAMPLE_WEIGHT_BITS)
/* The magnitudes of a window's weights add up to at most so much: see kernels.h. */
#define MOST 65535
/* Bytes of a row made at a time: their sources and they stay in the nearest cache. */
#define CHUNK 2048

typedef struct State
{
  gint16 *columns, *lines;        /* weights */
  gint16 *rings;                  /* for each worker the rows of a window, as wide as the result */
} State;

/* Weights in whole numbers with a sum of exactly one: the largest takes what rounding left over. */
static gboolean
round_weights (const AcuAxis *axis, gint16 *result)
{
  for (int at = 0; at < axis->dst; at++, result += ACU_RESAMPLE_U8_TAPS)
    {
      const float *weights = axis->weights + (gsize) at * axis->taps;
      int rounded[ACU_RESAMPLE_U8_TAPS] = { 0 }, largest = 0, sum = 0, magnitude = 0;

      for (int k = 0; k < axis->taps; k++)
        {
          if (!(fabsf (weights[k]) < 2))
            return FALSE;
          rounded[k] = (int) lrintf (weights[k] * ONE);
          sum += rounded[k];
          if (rounded[k] > rounded[largest])
            largest = k;
        }
      rounded[largest] += ONE - sum;
      for (int k = 0; k < ACU_RESAMPLE_U8_TAPS; k++)
        {
          if (ABS (rounded[k]) > G_MAXINT16)
            return FALSE;
          magnitude += ABS (rounded[k]);
          result[k] = (gint16) rounded[k];
        }
      if (magnitude > MOST)
        return FALSE;
    }
  return TRUE;
}

static gsize
row_size (const AcuPictureJob *job)
{
  return (gsize) job->params->dst_width * job->params->channels;
}

static gint16 *
ring_row (const AcuPictureJob *job, int worker, int y)
{
  const State *state = job->state;
  int taps = job->lines.taps;

  return state->rings + ((gsize) worker * taps + y % taps) * row_size (job);
}

static AcuPictureOutcome
prepare (AcuPictureJob *job, int workers)
{
  const AcuResamplerParams *params = job->params;
  const guint64 ring[] = { workers, job->lines.taps, params->dst_width, params->channels };
  const gsize window = ACU_RESAMPLE_U8_TAPS * sizeof (gint16);
  guint64 count;
  State *state;

  if (job->type != ACU_SAMPLE_U8 || params->alpha || params->linear_light || job->columns.taps > ACU_RESAMPLE_U8_TAPS
      || job->lines.taps > ACU_RESAMPLE_U8_TAPS)
    return ACU_PICTURE_DECLINED;
  state = job->state = g_new0 (State, 1);
  if (!acu_size_product (ring, 4, &count) || !(state->rings = acu_try_alloc (count, sizeof (gint16)))
      || !(state->columns = acu_try_alloc (params->dst_width, window))
      || !(state->lines = acu_try_alloc (params->dst_height, window)))
    return ACU_PICTURE_NO_MEMORY;
  if (!round_weights (&job->columns, state->columns) || !round_weights (&job->lines, state->lines))
    return ACU_PICTURE_DECLINED;
  return ACU_PICTURE_READY;
}

static void
clean_up (AcuPictureJob *job, int workers)
{
  State *state = job->state;

  if (!state)
    return;
  acu_free (state->columns);
  acu_free (state->lines);
  acu_free (state->rings);
  g_free (state);
  job->state = NULL;
}

/* `count` result rows from y on, which are a group. */
static void
down (const AcuPictureJob *job, int worker, int y, int count)
{
  const AcuKernels *kernels = acu_kernels ();
  const State *state = job->state;
  const gint16 *weights = state->lines + (gsize) y * ACU_RESAMPLE_U8_TAPS;
  int taps = job->lines.taps;
  gsize n = row_size (job);
  guint8 chunk[ACU_RESAMPLE_OUTPUTS][CHUNK], *dst[ACU_RESAMPLE_OUTPUTS], *chunks[ACU_RESAMPLE_OUTPUTS];
  const gint16 *rows[ACU_RESAMPLE_U8_TAPS + 1];

  for (int k = 0; k < taps; k++)
    rows[k] = ring_row (job, worker, job->lines.first[y] + k);
  /* Kernels take rows in pairs. */
  rows[taps] = rows[taps - 1];
  for (int o = 0; o < count; o++)
    {
      dst[o] = job->dst + (gsize) (y + o - job->dst_first) * job->dst_stride;
      chunks[o] = chunk[o];
    }
  if (!job->stream)
    kernels->resample_vertical_u8 (dst, rows, weights, taps, count, n);
  else
    for (gsize start = 0; start < n; start += CHUNK)
      {
        gsize size = MIN (n - start, CHUNK);

        kernels->resample_vertical_u8 (chunks, rows, weights, taps, count, size);
        for (int o = 0; o < count; o++)
          kernels->stream (dst[o] + start, chunk[o], size);
        for (int k = 0; k <= taps; k++)
          rows[k] += size;
      }
}

static void
band (AcuPictureJob *job, int worker, int from, int to)
{
  const AcuResamplerParams *params = job->params;
  const State *state = job->state;
  int next = job->lines.first[from];

  for (int y = from, count; y < to; y += count)
    {
      next = MAX (next, job->lines.first[y]);
      for (; next < job->lines.first[y] + job->lines.taps; next++)
        acu_kernels ()->resample_horizontal_u8 (ring_row (job, worker, next), job->src + (gsize) (next - job->src_first) * job->src_stride,
                                                state->columns, job->columns.first, job->columns.taps, params->channels,
                                                params->dst_width);
      count = acu_axis_group (&job->lines, y, to);
      down (job, worker, y, count);
    }
  acu_kernels ()->stream_end ();
}

const AcuPictureEngine acu_picture_u8 = { prepare, band, clean_up };
