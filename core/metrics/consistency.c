/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "metrics_private.h"

#include <acuity/error.h>
#include <acuity/resample.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>

static gboolean
all_finite (const AcuMetricPicture *picture)
{
  gsize n = (gsize) picture->width * picture->height * picture->channels;
  gboolean finite = TRUE;

  for (gsize i = 0; i < n; i++)
    finite &= isfinite (picture->pixels[i]) != 0;
  return finite;
}

/* In encoded values, as the field shrinks pictures, and limited before as a file would. */
static gboolean
shrink (const AcuMetricPicture *from, const AcuMetricPicture *to, float *pixels, GError **error)
{
  AcuResamplerParams params = { .filter = acu_filter_find ("cubic"), .src_width = from->width, .src_height = from->height,
                                .dst_width = to->width, .dst_height = to->height, .channels = from->channels };
  gsize in = (gsize) from->width * from->channels, out = (gsize) to->width * to->channels;
  AcuResampler *resampler = acu_resampler_new (&params, error);
  const float *next = from->pixels;
  float *row = acu_try_alloc (in, sizeof (float));
  gboolean done;

  if (resampler && !row)
    acu_metric_no_memory (from->width, from->height, error);
  for (int y = 0; resampler && row && y < to->height; y++)
    while (!acu_resampler_pull (resampler, pixels + y * out))
      {
        for (gsize i = 0; i < in; i++)
          row[i] = CLAMP (next[i], 0, 1);
        next += in;
        acu_resampler_push (resampler, row);
      }
  done = resampler && row;
  acu_free (row);
  acu_resampler_free (resampler);
  return done;
}

gboolean
acu_measure_consistency (const AcuMetricPicture *result, const AcuMetricPicture *input, int border, double *value, GError **error)
{
  AcuMetricPicture small = *input;
  float *pixels;
  gboolean ok;

  if (!acu_metric_check (result, 0, 1, error) || !acu_metric_check (input, border, 1, error))
    return FALSE;
  if (result->width < input->width || result->height < input->height || result->channels != input->channels)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                   _("A picture of %d × %d pixels with %d channels is not an enlarged one of %d × %d pixels with %d channels."),
                   result->width, result->height, result->channels, input->width, input->height, input->channels);
      return FALSE;
    }
  /* A filter spreads what is no number, and into the border. */
  if (!all_finite (result))
    {
      *value = NAN;
      return TRUE;
    }
  pixels = acu_try_alloc ((guint64) input->width * (guint64) input->height, input->channels * sizeof (float));
  if (!pixels)
    {
      acu_metric_no_memory (result->width, result->height, error);
      return FALSE;
    }
  small.pixels = pixels;
  ok = shrink (result, input, pixels, error) && acu_measure_psnr_rgb (&small, input, border, value, error);
  acu_free (pixels);
  return ok;
}
