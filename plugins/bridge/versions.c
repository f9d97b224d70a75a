/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What versions of one result are compared by, and their mean. */
#include "bridge.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Bytes that measuring a result takes for each of its pixels (measured). */
#define MEASURED_PIXEL 32

/* Encoded floats over white; acu_free(). NULL where there is not enough memory. */
static float *
over_white (GeglBuffer *buffer, const GeglRectangle *rect)
{
  const Babl *format = babl_format_with_space ("R'G'B'A float", babl_format_get_space (gegl_buffer_get_format (buffer)));
  float *pixels = acu_try_alloc ((guint64) rect->width * (guint64) rect->height, 3 * sizeof *pixels), *row = acu_try_alloc (rect->width, 4 * sizeof *row);

  if (!row)
    g_clear_pointer (&pixels, acu_free);
  for (int y = 0; pixels && y < rect->height; y++)
    {
      gegl_buffer_get (buffer, GEGL_RECTANGLE (rect->x, rect->y + y, rect->width, 1), 1, format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < rect->width; x++)
        for (int c = 0; c < 3; c++)
          pixels[((gsize) y * rect->width + x) * 3 + c] = 1 + (row[4 * x + c] - 1) * CLAMP (row[4 * x + 3], 0, 1);
    }
  acu_free (row);
  return pixels;
}

void
acu_bridge_take_candidate (AcuBridgeJob *job, const AcuCandidate *candidate)
{
  int width = job->rect.width, height = job->rect.height;

  acu_size_resolve (&job->size, job->rect.width, job->rect.height, &width, &height, NULL);
  job->model = candidate->model;
  job->strength = candidate->strength;
  job->seed = candidate->seed;
  if (!acu_model_cleans (candidate->model, MAX ((double) width / job->rect.width, (double) height / job->rect.height)))
    job->clean = 0;
}

static gboolean
may_measure (const AcuBridgeJob *job, const GeglRectangle *result)
{
  guint64 needed = MEASURED_PIXEL * (guint64) result->width * (guint64) result->height;

  return !job->memory || job->beside + needed <= job->memory;
}

void
acu_bridge_measure (const AcuBridgeJob *job, GeglBuffer *result, AcuBridgeMeasures *measures)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  AcuMetricPicture large = { NULL, extent->width, extent->height, 3 }, small = { NULL, job->rect.width, job->rect.height, 3 };

  *measures = (AcuBridgeMeasures) { NAN, NAN, NAN };
  if (!may_measure (job, extent))
    return;
  large.pixels = over_white (result, extent);
  small.pixels = over_white (job->input, &job->rect);
  if (large.pixels && small.pixels)
    {
      acu_measure_sharpness (&large, 0, &measures->sharpness, NULL);
      acu_measure_consistency (&large, &small, 0, &measures->consistency, NULL);
      acu_measure_niqe (&large, 0, &measures->niqe, NULL);
    }
  acu_free ((float *) large.pixels);
  acu_free ((float *) small.pixels);
}

static char *
number (int digits, double value)
{
  return isnan (value) ? g_strdup ("–") : g_strdup_printf ("%.*f", digits, value);
}

char *
acu_bridge_measures_text (const AcuBridgeMeasures *measures)
{
  g_autofree char *sharpness = number (2, measures->sharpness), *consistency = number (1, measures->consistency), *niqe = number (2, measures->niqe);

  /* Translators: three numbers; NIQE is a name. */
  return g_strdup_printf (_("Sharpness %s · consistency %s dB · NIQE %s"), sharpness, consistency, niqe);
}

static const Babl *
float_format (GeglBuffer *buffer)
{
  return babl_format_with_space ("R'G'B'A float", babl_format_get_space (gegl_buffer_get_format (buffer)));
}

void
acu_bridge_add (GeglBuffer **sum, GeglBuffer *result)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  const Babl *format = float_format (result);
  gsize n = (gsize) extent->width * 4;
  float *row = g_new (float, 2 * n);

  if (!*sum)
    *sum = gegl_buffer_new (extent, format);
  for (int y = 0; y < extent->height; y++)
    {
      const GeglRectangle line = { extent->x, extent->y + y, extent->width, 1 };

      gegl_buffer_get (*sum, &line, 1, format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (result, &line, 1, format, row + n, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        row[i] += row[n + i];
      gegl_buffer_set (*sum, &line, 0, format, row, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (row);
}

GeglBuffer *
acu_bridge_mean (GeglBuffer *sum, int n, GeglBuffer *like)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (sum);
  const Babl *format = float_format (sum);
  GeglBuffer *mean = gegl_buffer_new (extent, gegl_buffer_get_format (like));
  float *row = g_new (float, (gsize) extent->width * 4);

  for (int y = 0; y < extent->height; y++)
    {
      const GeglRectangle line = { extent->x, extent->y + y, extent->width, 1 };

      gegl_buffer_get (sum, &line, 1, format, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) extent->width * 4; i++)
        row[i] /= (float) n;
      gegl_buffer_set (mean, &line, 0, format, row, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (row);
  return mean;
}
