/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A classic filter makes the whole result: band by band with all threads, or row by row where bands would need too much memory. */
#include "upscaler_private.h"

#include "bands.h"
#include "pool.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Source and result of a band; what other bands need of the source is read once and kept. */
#define BAND_BYTES (16 << 20)
#define MAX_ROWS 256
/* Each thread begins its part of a band with rows that another one makes, too. */
#define THREAD_ROWS 16

typedef struct Classic
{
  AcuRun *run;
  int channels, workers;
  int read;                       /* source rows */
  gboolean detour;                /* linear pixels to be resampled in the encoded domain */
} Classic;

static AcuResamplerParams
resampler_params (const AcuUpscaler *upscaler)
{
  return (AcuResamplerParams) {
    .filter = acu_filter_find (upscaler->model->name),
    .src_width = upscaler->src_width, .src_height = upscaler->src_height,
    .dst_width = upscaler->dst_width, .dst_height = upscaler->dst_height,
    .channels = acu_format_channels (&upscaler->format), .alpha = upscaler->format.alpha,
    .linear_light = upscaler->linear_light && !upscaler->format.linear
  };
}

/* The most source rows that a band of `rows` result rows needs. */
static int
source_rows (const AcuUpscaler *upscaler, int rows)
{
  double step = (double) upscaler->src_height / upscaler->dst_height;
  double window = 2 * ceil (acu_filter_find (upscaler->model->name)->radius) + 1;

  return (int) MIN (ceil (rows * step + window) + 1, upscaler->src_height);
}

static int
workers_for (const AcuUpscaler *upscaler, int rows)
{
  return CLAMP (rows / THREAD_ROWS, 1, upscaler->threads);
}

/* Bytes of bands of `rows` rows, or of rows one by one when that is 0; without what resamples. Sides are at most ACU_MAX_SIDE. */
static guint64
row_bytes (const AcuUpscaler *upscaler, int rows)
{
  guint64 pixel = sizeof (float) * acu_format_channels (&upscaler->format), sources = rows ? source_rows (upscaler, rows) : 1;

  return pixel * (sources * upscaler->src_width + (guint64) MAX (rows, 1) * upscaler->dst_width);
}

static guint64
bytes_for (const AcuUpscaler *upscaler, int rows)
{
  AcuResamplerParams params = resampler_params (upscaler);
  guint64 bytes = rows ? acu_bands_bytes (&params, workers_for (upscaler, rows)) : acu_resampler_bytes (&params);

  return bytes > G_MAXUINT64 / 2 ? bytes : bytes + row_bytes (upscaler, rows);
}

/* Rows of a result's band; 0: row by row. */
static int
band_rows (const AcuUpscaler *upscaler)
{
  int rows = MIN (upscaler->band_rows > 0 ? upscaler->band_rows : MAX_ROWS, upscaler->dst_height);

  while (rows > 0
         && (row_bytes (upscaler, rows) > BAND_BYTES || (upscaler->limit && bytes_for (upscaler, rows) + upscaler->beside > upscaler->limit)))
    rows /= 2;
  return rows;
}

guint64
acu_classic_bytes (const AcuUpscaler *upscaler)
{
  return bytes_for (upscaler, band_rows (upscaler));
}

typedef struct Curve
{
  void (*curve) (float *, const float *, gsize);
  float *pixels;
  int width, rows, parts;
  const AcuPixelFormat *format;
} Curve;

/* The curve applies to colour only; alpha is always linear. */
static void
curve_part (void *data, int task, int worker)
{
  const Curve *c = data;
  gsize channels = acu_format_channels (c->format), width = c->width, rows = c->rows;
  gsize from = rows * task / c->parts * width, to = rows * (task + 1) / c->parts * width;

  if (!c->format->alpha)
    c->curve (c->pixels + from * channels, c->pixels + from * channels, (to - from) * channels);
  else
    for (gsize x = from; x < to; x++)
      c->curve (c->pixels + x * channels, c->pixels + x * channels, c->format->colours);
}

static void
apply_curve (const Classic *classic, void (*curve) (float *, const float *, gsize), float *pixels, int width, int rows)
{
  Curve c = { curve, pixels, width, rows, MIN (classic->workers, rows), &classic->run->upscaler->format };

  acu_pool_run (c.parts, c.parts, curve_part, &c);
}

/* The next `rows` source rows, as the resampler wants them. */
static gboolean
read_rows (Classic *classic, float *pixels, int rows, GError **error)
{
  int width = classic->run->upscaler->src_width;

  if (rows > 0 && !acu_run_read_rows (classic->run, classic->read, rows, pixels, error))
    return FALSE;
  classic->read += rows;
  if (rows > 0 && classic->detour)
    apply_curve (classic, acu_srgb_encode, pixels, width, rows);
  return TRUE;
}

static gboolean
write_rows (Classic *classic, float *pixels, int y, int rows, GError **error)
{
  AcuRun *run = classic->run;
  const AcuUpscaler *upscaler = run->upscaler;

  if (classic->detour)
    apply_curve (classic, acu_srgb_decode, pixels, upscaler->dst_width, rows);
  return run->write (run->data, y, rows, pixels, error)
         && acu_run_report (run, upscaler->operations * (y + rows) / upscaler->dst_height, error);
}

/* The caller is promised each row once, those below the last window, too. */
static gboolean
read_rest (Classic *classic, float *row, GError **error)
{
  while (classic->read < classic->run->upscaler->src_height)
    if (!read_rows (classic, row, 1, error))
      return FALSE;
  return TRUE;
}

static gboolean
pump_rows (Classic *classic, AcuResampler *resampler, float *in, float *out, GError **error)
{
  for (int y = 0; y < classic->run->upscaler->dst_height; y++)
    {
      while (!acu_resampler_pull (resampler, out))
        {
          if (!read_rows (classic, in, 1, error))
            return FALSE;
          acu_resampler_push (resampler, in);
        }
      if (!write_rows (classic, out, y, 1, error))
        return FALSE;
    }
  return read_rest (classic, in, error);
}

static gboolean
pump_bands (Classic *classic, AcuBands *bands, int rows, float *in, float *out, GError **error)
{
  const AcuUpscaler *upscaler = classic->run->upscaler;
  gsize row = (gsize) upscaler->src_width * classic->channels;

  /* in begins with source row `first`. Enlarging leaves no rows out, so that no band begins below the rows that were read. */
  for (int y = 0, first = 0; y < upscaler->dst_height; y += rows)
    {
      int end = MIN (y + rows, upscaler->dst_height), from, to, kept;

      acu_bands_sources (bands, y, end, &from, &to);
      kept = classic->read - from;
      memmove (in, in + (from - first) * row, kept * row * sizeof (float));
      first = from;
      if (!read_rows (classic, in + kept * row, MAX (to - classic->read, 0), error))
        return FALSE;
      acu_bands_run (bands, in, first, out, y, end);
      if (!write_rows (classic, out, y, end - y, error))
        return FALSE;
    }
  return read_rest (classic, in, error);
}

static gboolean
run_classic (AcuRun *run, GError **error)
{
  const AcuUpscaler *upscaler = run->upscaler;
  AcuResamplerParams params = resampler_params (upscaler);
  int rows = band_rows (upscaler);
  Classic classic = {
    .run = run, .channels = params.channels, .workers = workers_for (upscaler, rows),
    .detour = upscaler->format.linear && !upscaler->linear_light
  };
  AcuBands *bands = rows ? acu_bands_new (&params, classic.workers, error) : NULL;
  AcuResampler *resampler = rows ? NULL : acu_resampler_new (&params, error);
  guint64 sources = rows ? source_rows (upscaler, rows) : 1;
  float *in = acu_try_alloc (sources * upscaler->src_width * params.channels, sizeof (float));
  float *out = acu_try_alloc ((guint64) MAX (rows, 1) * upscaler->dst_width * params.channels, sizeof (float));
  gboolean done = FALSE;

  if ((bands || resampler) && (!in || !out))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  else if (bands)
    done = pump_bands (&classic, bands, rows, in, out, error);
  else if (resampler)
    done = pump_rows (&classic, resampler, in, out, error);
  acu_bands_free (bands);
  acu_resampler_free (resampler);
  acu_free (in);
  acu_free (out);
  return done;
}

const AcuRecipe acu_recipe_classic = { run_classic };
