/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_once.h"
#include "resampler.h"

#include <acuity/error.h>
#include <acuity/resample.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Below this an alpha that was resampled is nothing but rounding, and colour divided by it would be noise. */
#define ALPHA_NONE 1e-6f
/* Floats of a row made at a time when they go past the caches. */
#define CHUNK 512

/* Beside pixels whose colour is multiplied by alpha run their plain colours, for where alpha ends as 0. */
typedef enum Buffer
{
  SOURCE,                         /* one source row, decoded and weighted */
  SOURCE_PLAIN,
  RING,                           /* the rows that the vertical pass needs, already as wide as the result */
  RING_PLAIN,
  RESULT,                         /* one result row before colour is divided by alpha */
  RESULT_PLAIN,
  BUFFERS
} Buffer;

struct AcuResampler
{
  AcuResamplerParams params;
  gboolean curve, weighted;       /* whether rows are decoded, and colour is weighted by alpha */
  const AcuAxis *columns, *lines;
  AcuAxis own_columns, own_lines; /* empty when they are someone else's */
  int pushed, pulled;
  float *buffers[BUFFERS];        /* NULL where not needed */
  const float **window;           /* the rows under one vertical window */
};

/* What keeps its size and what nearest picks is copied as it is. */
static gboolean
copies (const AcuResamplerParams *params)
{
  return !params->filter->weight
         || (params->src_width == params->dst_width && params->src_height == params->dst_height);
}

gboolean
acu_resampler_check (const AcuResamplerParams *params, GError **error)
{
  const int sides[] = { params->src_width, params->src_height, params->dst_width, params->dst_height };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] < 1 || sides[i] > ACU_MAX_SIDE)
      {
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                     _("A side of %d pixels cannot be resampled; it must be from 1 to %d."), sides[i], ACU_MAX_SIDE);
        return FALSE;
      }
  if (params->filter && params->channels >= (params->alpha ? 2 : 1) && params->channels <= 4)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                       _("Only gray or RGB pixels, with or without transparency, can be resampled by a known filter."));
  return FALSE;
}

/* Floats of a buffer. FALSE when the number does not fit. */
static gboolean
buffer_size (const AcuResamplerParams *params, Buffer buffer, guint64 *count)
{
  gboolean curve = params->linear_light && !copies (params), weighted = params->alpha && !copies (params);
  guint64 channels = params->channels, colours = channels - 1;
  guint64 lines = acu_axis_taps (params->filter, params->src_height, params->dst_height);
  const guint64 sizes[BUFFERS][3] = {
    [SOURCE] = { params->src_width, curve || weighted ? channels : 0, 1 },
    [SOURCE_PLAIN] = { params->src_width, weighted ? colours : 0, 1 },
    [RING] = { params->dst_width, channels, lines },
    [RING_PLAIN] = { params->dst_width, weighted ? colours : 0, lines },
    [RESULT] = { params->dst_width, weighted ? channels : 0, 1 },
    [RESULT_PLAIN] = { params->dst_width, weighted ? colours : 0, 1 },
  };

  return acu_size_product (sizes[buffer], 3, count);
}

guint64
acu_resampler_bytes (const AcuResamplerParams *params)
{
  guint64 total = sizeof (AcuResampler), lines, count, bytes;

  g_return_val_if_fail (acu_resampler_check (params, NULL), 0);
  lines = acu_axis_taps (params->filter, params->src_height, params->dst_height);
  if (!acu_size_add (total, acu_axis_bytes (params->filter, params->src_width, params->dst_width), &total)
      || !acu_size_add (total, acu_axis_bytes (params->filter, params->src_height, params->dst_height), &total)
      || !acu_size_mul (lines, sizeof (float *), &bytes) || !acu_size_add (total, bytes, &total))
    return G_MAXUINT64;
  for (int i = 0; i < BUFFERS; i++)
    if (!buffer_size (params, i, &count) || !acu_size_mul (count, sizeof (float), &bytes)
        || !acu_size_add (total, bytes, &total))
      return G_MAXUINT64;
  return total;
}

static gboolean
allocate (AcuResampler *r)
{
  guint64 count;

  if (!(r->window = acu_try_alloc (r->lines->taps, sizeof *r->window)))
    return FALSE;
  for (int i = 0; i < BUFFERS; i++)
    if (!buffer_size (&r->params, i, &count)
        || (count > 0 && !(r->buffers[i] = acu_try_alloc (count, sizeof (float)))))
      return FALSE;
  return TRUE;
}

AcuResampler *
acu_resampler_new_shared (const AcuResamplerParams *params, const AcuAxis *columns, const AcuAxis *lines)
{
  AcuResampler *r = g_new0 (AcuResampler, 1);

  r->params = *params;
  r->curve = params->linear_light && !copies (params);
  r->weighted = params->alpha && !copies (params);
  r->columns = columns;
  r->lines = lines;
  if (allocate (r))
    return r;
  acu_resampler_free (r);
  return NULL;
}

AcuResampler *
acu_resampler_new (const AcuResamplerParams *params, GError **error)
{
  AcuResampler *r = NULL;
  AcuAxis columns = { 0 }, lines = { 0 };

  if (!acu_resampler_check (params, error))
    return NULL;
  if (acu_axis_init (&columns, params->filter, params->src_width, params->dst_width)
      && acu_axis_init (&lines, params->filter, params->src_height, params->dst_height)
      && (r = acu_resampler_new_shared (params, &columns, &lines)))
    {
      r->own_columns = columns;
      r->own_lines = lines;
      r->columns = &r->own_columns;
      r->lines = &r->own_lines;
      return r;
    }
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to resample the picture."));
  acu_axis_clear (&columns);
  acu_axis_clear (&lines);
  return NULL;
}

void
acu_resampler_free (AcuResampler *r)
{
  if (!r)
    return;
  acu_axis_clear (&r->own_columns);
  acu_axis_clear (&r->own_lines);
  acu_free (r->window);
  for (int i = 0; i < BUFFERS; i++)
    acu_free (r->buffers[i]);
  g_free (r);
}

int
acu_resampler_rows_needed (const AcuResampler *r, int y)
{
  return r->lines->first[y] + r->lines->taps;
}

int
acu_resampler_seek (AcuResampler *r, int y)
{
  if (y != r->pulled || r->pushed < r->lines->first[y])
    r->pushed = r->lines->first[y];
  r->pulled = y;
  return r->pushed;
}

/* Decodes; with alpha also puts the plain colours aside and weights the others. */
static void
prepare (AcuResampler *r, const float *row)
{
  int channels = r->params.channels, colours = channels - 1;
  float *source = r->buffers[SOURCE], *plain = r->buffers[SOURCE_PLAIN];
  gsize n = (gsize) r->params.src_width * channels;

  if (r->curve)
    acu_srgb_decode (source, row, n);
  else
    memcpy (source, row, n * sizeof (float));
  if (r->weighted)
    for (gsize i = 0; i < n; i += channels, plain += colours)
      {
        /* From `row`: the curve has run over alpha too. */
        float alpha = row[i + colours];

        for (int c = 0; c < colours; c++)
          {
            plain[c] = source[i + c];
            source[i + c] *= alpha;
          }
        source[i + colours] = alpha;
      }
}

static void
across (AcuResampler *r, Buffer ring, int slot, const float *source, int channels)
{
  gsize n = (gsize) r->params.dst_width * channels;
  float *dst = r->buffers[ring] + slot * n;

  if (r->params.src_width == r->params.dst_width)
    memcpy (dst, source, n * sizeof (float));
  else
    acu_axis_across (r->columns, dst, source, channels);
}

void
acu_resampler_push (AcuResampler *r, const float *row)
{
  int y = r->pushed, slot = y % r->lines->taps;

  if (r->pulled == r->params.dst_height)
    return;
  g_return_if_fail (y < acu_resampler_rows_needed (r, r->pulled));
  r->pushed++;
  /* Between two windows. */
  if (y < r->lines->first[r->pulled])
    return;
  if (r->curve || r->weighted)
    {
      prepare (r, row);
      row = r->buffers[SOURCE];
    }
  across (r, RING, slot, row, r->params.channels);
  if (r->weighted)
    across (r, RING_PLAIN, slot, r->buffers[SOURCE_PLAIN], r->params.channels - 1);
}

/* `count` result rows from the next one on, which are a group; with `stream` they go past the caches. */
static void
down (AcuResampler *r, Buffer ring, float *const *dst, int count, int channels, gboolean stream)
{
  gsize n = (gsize) r->params.dst_width * channels;
  int taps = r->lines->taps, first = r->lines->first[r->pulled];
  float chunk[ACU_RESAMPLE_OUTPUTS][CHUNK];
  float *const chunks[] = { chunk[0], chunk[1], chunk[2], chunk[3] };

  for (int k = 0; k < taps; k++)
    r->window[k] = r->buffers[ring] + (gsize) ((first + k) % taps) * n;
  if (r->params.src_height == r->params.dst_height)
    memcpy (dst[0], r->window[0], n * sizeof (float));
  else if (!stream)
    acu_axis_down (r->lines, r->pulled, count, dst, r->window, n);
  else if (!acu_axis_down_stream (r->lines, r->pulled, count, dst, r->window, n))
    for (gsize start = 0; start < n; start += CHUNK)
      {
        gsize size = MIN (n - start, CHUNK);

        acu_axis_down (r->lines, r->pulled, count, chunks, r->window, size);
        for (int o = 0; o < count; o++)
          acu_kernels ()->stream (dst[o] + start, chunk[o], size * sizeof (float));
        for (int k = 0; k < taps; k++)
          r->window[k] += size;
      }
}

/* Filters shoot over, and a sum of weights is 1 but for rounding; transparency is a share of 1. No number becomes 0. */
static float
limit_alpha (float alpha)
{
  return alpha > 1 - ALPHA_NONE ? 1 : alpha > 0 ? alpha : 0;
}

/* The row with colour divided by alpha, by as much of it as the sum has, and alpha limited. */
static void
unweight (AcuResampler *r, float *row)
{
  int channels = r->params.channels, colours = channels - 1;
  const float *plain = NULL;
  float *result = r->buffers[RESULT];
  gsize n = (gsize) r->params.dst_width * channels;

  for (gsize i = 0, x = 0; i < n; i += channels, x++)
    {
      float alpha = result[i + colours];

      row[i + colours] = result[i + colours] = limit_alpha (alpha);
      if (!(alpha > ALPHA_NONE) && !plain)
        {
          down (r, RING_PLAIN, &r->buffers[RESULT_PLAIN], 1, colours, FALSE);
          plain = r->buffers[RESULT_PLAIN];
        }
      for (int c = 0; c < colours; c++)
        row[i + c] = alpha > ALPHA_NONE ? result[i + c] / alpha : plain[x * colours + c];
    }
}

int
acu_resampler_pull_rows (AcuResampler *r, float *const *rows, int most, gboolean stream)
{
  int channels = r->params.channels, count = 1;
  gsize n = (gsize) r->params.dst_width * channels;

  if (r->pulled == r->params.dst_height || r->pushed < acu_resampler_rows_needed (r, r->pulled))
    return 0;
  if (r->weighted)
    {
      down (r, RING, &r->buffers[RESULT], 1, channels, FALSE);
      unweight (r, rows[0]);
    }
  else
    {
      if (r->params.src_height != r->params.dst_height)
        count = acu_axis_group (r->lines, r->pulled, MIN (r->params.dst_height, r->pulled + most));
      down (r, RING, rows, count, channels, stream && !r->curve);
    }
  if (r->curve)
    for (int o = 0; o < count; o++)
      acu_srgb_encode (rows[o], rows[o], n);
  /* The curve has run over alpha too. */
  if (r->curve && r->weighted)
    for (gsize i = channels - 1; i < n; i += channels)
      rows[0][i] = r->buffers[RESULT][i];
  r->pulled += count;
  return count;
}

gboolean
acu_resampler_pull (AcuResampler *r, float *row)
{
  return acu_resampler_pull_rows (r, &row, 1, FALSE) > 0;
}
