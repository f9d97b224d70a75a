/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "axis.h"

#include <acuity/error.h>
#include <acuity/resample.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Below this an alpha that was resampled is nothing but rounding, and colour divided by it would be noise. */
#define ALPHA_NONE 1e-6f

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
  AcuAxis columns, lines;
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

static gboolean
check (const AcuResamplerParams *params, GError **error)
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

  g_return_val_if_fail (check (params, NULL), 0);
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
  const AcuResamplerParams *params = &r->params;
  guint64 count;

  if (!acu_axis_init (&r->columns, params->filter, params->src_width, params->dst_width)
      || !acu_axis_init (&r->lines, params->filter, params->src_height, params->dst_height)
      || !(r->window = acu_try_alloc (r->lines.taps, sizeof *r->window)))
    return FALSE;
  for (int i = 0; i < BUFFERS; i++)
    if (!buffer_size (params, i, &count)
        || (count > 0 && !(r->buffers[i] = acu_try_alloc (count, sizeof (float)))))
      return FALSE;
  return TRUE;
}

AcuResampler *
acu_resampler_new (const AcuResamplerParams *params, GError **error)
{
  AcuResampler *r;

  if (!check (params, error))
    return NULL;
  r = g_new0 (AcuResampler, 1);
  r->params = *params;
  r->curve = params->linear_light && !copies (params);
  r->weighted = params->alpha && !copies (params);
  if (allocate (r))
    return r;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to resample the picture."));
  acu_resampler_free (r);
  return NULL;
}

void
acu_resampler_free (AcuResampler *r)
{
  if (!r)
    return;
  acu_axis_clear (&r->columns);
  acu_axis_clear (&r->lines);
  acu_free (r->window);
  for (int i = 0; i < BUFFERS; i++)
    acu_free (r->buffers[i]);
  g_free (r);
}

int
acu_resampler_rows_needed (const AcuResampler *r, int y)
{
  return r->lines.first[y] + r->lines.taps;
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
    acu_axis_across (&r->columns, dst, source, channels);
}

void
acu_resampler_push (AcuResampler *r, const float *row)
{
  int y = r->pushed, slot = y % r->lines.taps;

  if (r->pulled == r->params.dst_height)
    return;
  g_return_if_fail (y < acu_resampler_rows_needed (r, r->pulled));
  r->pushed++;
  /* Between two windows. */
  if (y < r->lines.first[r->pulled])
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

static void
down (AcuResampler *r, Buffer ring, float *dst, int channels)
{
  gsize n = (gsize) r->params.dst_width * channels;
  int taps = r->lines.taps, first = r->lines.first[r->pulled];

  for (int k = 0; k < taps; k++)
    r->window[k] = r->buffers[ring] + (gsize) ((first + k) % taps) * n;
  if (r->params.src_height == r->params.dst_height)
    memcpy (dst, r->window[0], n * sizeof (float));
  else
    acu_axis_down (&r->lines, r->pulled, dst, r->window, n);
}

/* The row with colour divided by alpha. */
static void
unweight (AcuResampler *r, float *row)
{
  int channels = r->params.channels, colours = channels - 1;
  const float *result = r->buffers[RESULT], *plain = NULL;
  gsize n = (gsize) r->params.dst_width * channels;

  for (gsize i = 0, x = 0; i < n; i += channels, x++)
    {
      float alpha = result[i + colours];

      row[i + colours] = alpha;
      if (!(alpha > ALPHA_NONE) && !plain)
        {
          down (r, RING_PLAIN, r->buffers[RESULT_PLAIN], colours);
          plain = r->buffers[RESULT_PLAIN];
        }
      for (int c = 0; c < colours; c++)
        row[i + c] = alpha > ALPHA_NONE ? result[i + c] / alpha : plain[x * colours + c];
    }
}

gboolean
acu_resampler_pull (AcuResampler *r, float *row)
{
  int channels = r->params.channels;
  gsize n = (gsize) r->params.dst_width * channels;

  if (r->pulled == r->params.dst_height || r->pushed < acu_resampler_rows_needed (r, r->pulled))
    return FALSE;
  down (r, RING, r->weighted ? r->buffers[RESULT] : row, channels);
  if (r->weighted)
    unweight (r, row);
  if (r->curve)
    acu_srgb_encode (row, row, n);
  /* The curve has run over alpha too. */
  if (r->curve && r->weighted)
    for (gsize i = channels - 1; i < n; i += channels)
      row[i] = r->buffers[RESULT][i];
  r->pulled++;
  return TRUE;
}
