/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "axis.h"
#include "kernels_once.h"

#include <acuity/error.h>
#include <acuity/resample.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* The vertical pass gathers its row pointers on the stack up to this many taps, beyond that in `pointers`. */
struct AcuResampler
{
  AcuResamplerParams params;
  gboolean across, down;          /* whether each pass changes anything */
  gboolean curve, weighted;       /* whether rows are decoded, and colour is weighted by alpha */
  AcuAxis columns, lines;
  int slots;                      /* rows kept */
  int pushed, pulled;
  int work_channels;              /* of kept rows: when weighted, plain colours follow for where alpha ends as 0 */
  float *rows;                    /* slots × dst_width × work_channels */
  float *source;                  /* one source row as it is resampled */
  float *mixed;                   /* one result row before colour is divided by alpha */
  const float **pointers;         /* taps of the vertical pass */
};

static gboolean
is_nearest (const AcuResamplerParams *params)
{
  return params->filter->weight == NULL;
}

static int
work_channels (const AcuResamplerParams *params, gboolean weighted)
{
  return params->channels + (weighted ? params->channels - 1 : 0);
}

static gboolean
changes (const AcuResamplerParams *params)
{
  return params->src_width != params->dst_width || params->src_height != params->dst_height;
}

guint64
acu_resampler_bytes (const AcuResamplerParams *params)
{
  int channels = work_channels (params, params->alpha);
  guint64 lines = acu_axis_taps (params->filter, params->src_height, params->dst_height);

  return acu_axis_bytes (params->filter, params->src_width, params->dst_width)
         + acu_axis_bytes (params->filter, params->src_height, params->dst_height)
         + ((guint64) params->dst_width * (lines + 1) + params->src_width) * channels * sizeof (float)
         + lines * sizeof (float *);
}

static gboolean
check (const AcuResamplerParams *params, GError **error)
{
  const int sides[] = { params->src_width, params->src_height, params->dst_width, params->dst_height };

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] < 1 || sides[i] > ACU_MAX_SIDE)
      {
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A side of %d pixels cannot be resampled; it must be from 1 to %d."),
                     sides[i], ACU_MAX_SIDE);
        return FALSE;
      }
  if (params->filter && params->channels >= (params->alpha ? 2 : 1) && params->channels <= 4)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("These pixels cannot be resampled."));
  return FALSE;
}

AcuResampler *
acu_resampler_new (const AcuResamplerParams *params, GError **error)
{
  AcuResampler *r;
  guint64 row;

  if (!check (params, error))
    return NULL;
  r = g_new0 (AcuResampler, 1);
  r->params = *params;
  r->across = params->src_width != params->dst_width;
  r->down = params->src_height != params->dst_height;
  r->curve = params->linear_light && !is_nearest (params) && changes (params);
  r->weighted = params->alpha && !is_nearest (params) && changes (params);
  r->work_channels = work_channels (params, r->weighted);
  if (!acu_axis_init (&r->columns, params->filter, params->src_width, params->dst_width)
      || !acu_axis_init (&r->lines, params->filter, params->src_height, params->dst_height))
    goto no_memory;
  r->slots = r->lines.taps;
  row = (guint64) params->dst_width * r->work_channels;
  r->rows = acu_try_alloc (row, r->slots * sizeof (float));
  r->mixed = acu_try_alloc (row, sizeof (float));
  r->source = acu_try_alloc ((guint64) params->src_width * r->work_channels, sizeof (float));
  r->pointers = acu_try_alloc (r->lines.taps, sizeof *r->pointers);
  if (r->rows && r->mixed && r->source && r->pointers)
    return r;

no_memory:
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
  acu_free (r->rows);
  acu_free (r->mixed);
  acu_free (r->source);
  acu_free (r->pointers);
  g_free (r);
}

int
acu_resampler_rows_needed (const AcuResampler *r, int y)
{
  return r->lines.first[y] + r->lines.taps;
}

/* Decodes, weights by alpha and puts the plain colours behind. */
static void
prepare_row (AcuResampler *r, const float *row)
{
  int channels = r->params.channels, colours = channels - (r->params.alpha ? 1 : 0);
  float *dst = r->source;

  for (int x = 0; x < r->params.src_width; x++, row += channels, dst += r->work_channels)
    {
      memcpy (dst, row, channels * sizeof (float));
      if (r->curve)
        acu_srgb_decode (dst, dst, colours);
      if (r->weighted)
        for (int c = 0; c < colours; c++)
          {
            dst[channels + c] = dst[c];
            dst[c] *= dst[colours];
          }
    }
}

/* Divides by alpha, or takes the plain colours where alpha ends as 0, and encodes. */
static void
finish_row (AcuResampler *r, const float *row, float *dst)
{
  int channels = r->params.channels, colours = channels - (r->params.alpha ? 1 : 0);

  for (int x = 0; x < r->params.dst_width; x++, row += r->work_channels, dst += channels)
    {
      memcpy (dst, row, channels * sizeof (float));
      if (r->weighted)
        for (int c = 0; c < colours; c++)
          dst[c] = dst[colours] > 1e-6f ? dst[c] / dst[colours] : row[channels + c];
      if (r->curve)
        acu_srgb_encode (dst, dst, colours);
    }
}

static gboolean
keeps_pixels (const AcuResampler *r)
{
  return !r->curve && !r->weighted;
}

void
acu_resampler_push (AcuResampler *r, const float *row)
{
  gsize kept = (gsize) r->params.dst_width * r->work_channels;
  float *slot = r->rows + (gsize) (r->pushed % r->slots) * kept;

  if (r->pushed >= r->params.src_height)
    return;
  r->pushed++;
  if (!keeps_pixels (r))
    {
      prepare_row (r, row);
      row = r->source;
    }
  if (!r->across)
    memcpy (slot, row, kept * sizeof (float));
  else
    acu_kernels ()->resample_horizontal (slot, row, r->columns.weights, r->columns.first, r->columns.taps,
                                         r->work_channels, r->params.dst_width);
}

gboolean
acu_resampler_pull (AcuResampler *r, float *row)
{
  gsize kept = (gsize) r->params.dst_width * r->work_channels;
  const float *result;
  int first;

  if (r->pulled >= r->params.dst_height || r->pushed < acu_resampler_rows_needed (r, r->pulled))
    return FALSE;
  first = r->lines.first[r->pulled];
  for (int k = 0; k < r->lines.taps; k++)
    r->pointers[k] = r->rows + (gsize) ((first + k) % r->slots) * kept;
  result = r->pointers[0];
  if (r->down)
    {
      float *mixed = keeps_pixels (r) ? row : r->mixed;

      acu_kernels ()->resample_vertical (mixed, r->pointers, r->lines.weights + (gsize) r->pulled * r->lines.taps,
                                         r->lines.taps, kept);
      result = mixed;
    }
  if (!keeps_pixels (r))
    finish_row (r, result, row);
  else if (result != row)
    memcpy (row, result, kept * sizeof (float));
  r->pulled++;
  return TRUE;
}
