/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A classic filter makes the whole result. */
#include "upscaler_private.h"

#include <glib/gi18n-lib.h>

/* The curve applies to colour only; alpha is always linear. */
static void
apply_curve (void (*curve) (float *, const float *, gsize), float *row, int width, const AcuPixelFormat *format)
{
  int channels = acu_format_channels (format);

  if (!format->alpha)
    curve (row, row, (gsize) width * channels);
  else
    for (int x = 0; x < width; x++)
      curve (row + (gsize) x * channels, row + (gsize) x * channels, format->colours);
}

static gboolean
pump (AcuRun *run, AcuResampler *resampler, float *in, float *out, GError **error)
{
  const AcuUpscaler *upscaler = run->upscaler;
  const AcuPixelFormat *format = &upscaler->format;
  /* Linear pixels to be resampled in the encoded domain take a detour. */
  gboolean detour = format->linear && !upscaler->linear_light;
  int read = 0;

  for (int y = 0; y < upscaler->dst_height; y++)
    {
      while (!acu_resampler_pull (resampler, out))
        {
          if (!acu_run_read_row (run, read++, in, error))
            return FALSE;
          if (detour)
            apply_curve (acu_srgb_encode, in, upscaler->src_width, format);
          acu_resampler_push (resampler, in);
        }
      if (detour)
        apply_curve (acu_srgb_decode, out, upscaler->dst_width, format);
      if (!run->write (run->data, y, 1, out, error)
          || !acu_run_report (run, upscaler->operations * (y + 1) / upscaler->dst_height, error))
        return FALSE;
    }
  /* Rows below the last window are read all the same: the caller is promised each row once. */
  while (read < upscaler->src_height)
    if (!acu_run_read_row (run, read++, in, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_classic (AcuRun *run, GError **error)
{
  const AcuUpscaler *upscaler = run->upscaler;
  int channels = acu_format_channels (&upscaler->format);
  AcuResamplerParams params = {
    .filter = acu_filter_find (upscaler->model->name),
    .src_width = upscaler->src_width, .src_height = upscaler->src_height,
    .dst_width = upscaler->dst_width, .dst_height = upscaler->dst_height,
    .channels = channels, .alpha = upscaler->format.alpha,
    .linear_light = upscaler->linear_light && !upscaler->format.linear
  };
  AcuResampler *resampler = acu_resampler_new (&params, error);
  float *in = acu_try_alloc ((guint64) upscaler->src_width * channels, sizeof (float));
  float *out = acu_try_alloc ((guint64) upscaler->dst_width * channels, sizeof (float));
  gboolean done = FALSE;

  if (resampler && (!in || !out))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  else if (resampler)
    done = pump (run, resampler, in, out, error);
  acu_resampler_free (resampler);
  acu_free (in);
  acu_free (out);
  return done;
}

const AcuRecipe acu_recipe_classic = { run_classic };
