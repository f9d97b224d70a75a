/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "candidates.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define SHEET_SIDE 480            /* of what the sheet shows of a version, in pixels of the result */
#define SHEET_GAP 8
/* Seconds that writing and measuring a megapixel of a result takes, roughly. */
#define USUAL_WRITING 1.0
/* How many times longer a version takes that goes back where it cannot be trusted. */
#define FAITHFUL 3

/* NAME-WHAT.EXT beside the output. */
static char *
name_of (const ToolVersions *versions, const char *what)
{
  const char *dot = strrchr (versions->output, '.');

  return g_strdup_printf ("%.*s-%s%s", (int) (dot - versions->output), versions->output, what, dot);
}

/* The middle of each version, one after the other, on white. */
static GeglBuffer *
new_sheet (const GeglRectangle *result, const Babl *format, int n, int *columns)
{
  int width = MIN (result->width, SHEET_SIDE), height = MIN (result->height, SHEET_SIDE), rows;
  GeglColor *white = gegl_color_new ("white");
  GeglBuffer *sheet;

  *columns = (int) ceil (sqrt (n));
  rows = (n + *columns - 1) / *columns;
  sheet = gegl_buffer_new (GEGL_RECTANGLE (0, 0, *columns * (width + SHEET_GAP) + SHEET_GAP, rows * (height + SHEET_GAP) + SHEET_GAP), format);
  gegl_buffer_set_color (sheet, NULL, white);
  g_object_unref (white);
  return sheet;
}

static void
put_on_sheet (GeglBuffer *sheet, int columns, int index, GeglBuffer *result)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (result);
  int width = MIN (extent->width, SHEET_SIDE), height = MIN (extent->height, SHEET_SIDE);
  const GeglRectangle middle = { extent->x + (extent->width - width) / 2, extent->y + (extent->height - height) / 2, width, height };
  const GeglRectangle place = { SHEET_GAP + index % columns * (width + SHEET_GAP), SHEET_GAP + index / columns * (height + SHEET_GAP), width, height };

  gegl_buffer_copy (result, &middle, GEGL_ABYSS_NONE, sheet, &place);
}

/* Says what a file is and how it measures, once what took so many seconds, as was expected, is behind us. */
static void
tell (const ToolVersions *versions, GeglBuffer *result, const char *name, const char *label, ToolSeries *series, double seconds)
{
  AcuBridgeMeasures measures;
  g_autofree char *text = NULL, *file = g_path_get_basename (name), *shown = g_filename_display_name (file);

  if (!versions->quiet)
    acu_bridge_measure (versions->job, result, &measures);
  series->done += seconds;
  series->current = 0;
  tool_series (series, 0, -1);
  if (versions->quiet)
    return;
  text = acu_bridge_measures_text (&measures);
  tool_progress_clear (versions->progress);
  g_print ("%s: %s. %s\n", shown, label, text);
}

static AcuUpscaler *
plan (const ToolVersions *versions, const AcuCandidate *candidate, AcuBridgeJob *job, GError **error)
{
  *job = *versions->job;
  acu_bridge_take_candidate (job, candidate);
  return acu_bridge_plan (job, error);
}

/* Seconds of one version. */
typedef struct Expected
{
  double computing, writing;
} Expected;

/* What cannot be done is told before any version is made. Their mean is written like one of them. */
static gboolean
expect (const ToolVersions *versions, GPtrArray *list, Expected *expected, ToolSeries *series, GError **error)
{
  for (guint i = 0; i < list->len; i++)
    {
      AcuBridgeJob job;
      AcuUpscaler *upscaler = plan (versions, g_ptr_array_index (list, i), &job, error);

      if (!upscaler)
        return FALSE;
      expected[i].computing = tool_expected_seconds (upscaler) * (job.faithful > 0 ? FAITHFUL : 1);
      expected[i].writing = USUAL_WRITING * 1e-6 * acu_upscaler_width (upscaler) * acu_upscaler_height (upscaler);
      series->all += expected[i].computing + expected[i].writing;
      acu_upscaler_free (upscaler);
    }
  series->all += expected[0].writing;
  return TRUE;
}

/* One version, or NULL. */
static GeglBuffer *
make (const ToolVersions *versions, const AcuCandidate *candidate, ToolSeries *series, GError **error)
{
  AcuBridgeJob job;
  AcuUpscaler *upscaler = plan (versions, candidate, &job, error);
  GeglBuffer *result = upscaler ? versions->compute (&job, upscaler, versions->progress->name, tool_series, series, error) : NULL;

  acu_upscaler_free (upscaler);
  return result;
}

static gboolean
save (const ToolVersions *versions, const ToolPicture *picture, GeglBuffer *result, const char *path, GError **error)
{
  return tool_picture_save (picture, g_object_ref (result), path, versions->format, versions->quality, error);
}

/* None of them may be the picture itself, or what another picture became. */
static gboolean
names_are_free (const ToolVersions *versions, GError **error)
{
  for (int i = 0; i <= versions->n; i++)
    {
      g_autofree char *what = i ? g_strdup_printf ("%d", i) : g_strdup ("sheet"), *path = name_of (versions, what);

      if (!tool_output_is_free (versions->picture->path, path, versions->written, error))
        return FALSE;
    }
  return TRUE;
}

static double
factor_of (const AcuBridgeJob *job)
{
  int width = 1, height = 1;

  acu_size_resolve (&job->size, job->rect.width, job->rect.height, &width, &height, NULL);
  return MAX ((double) width / job->rect.width, (double) height / job->rect.height);
}

gboolean
tool_versions_make (const ToolVersions *versions, GError **error)
{
  const AcuBridgeJob *job = versions->job;
  g_autoptr (GPtrArray) list = names_are_free (versions, error) ? acu_candidates_list (job->model, factor_of (job), job->strength, job->seed, versions->n, error) : NULL;
  GeglBuffer *sum = NULL, *sheet = NULL, *mean = NULL;
  ToolSeries series = { .progress = versions->progress };
  Expected expected[ACU_MAX_CANDIDATES];
  gboolean done = list && expect (versions, list, expected, &series, error);
  int columns = 1;

  tool_series_begin (&series);
  for (guint i = 0; done && i < list->len; i++)
    {
      const AcuCandidate *candidate = g_ptr_array_index (list, i);
      g_autofree char *what = g_strdup_printf ("%u", i + 1), *path = name_of (versions, what);
      GeglBuffer *result;

      series.current = expected[i].computing;
      result = make (versions, candidate, &series, error);
      done = result != NULL;
      if (!done)
        break;
      if (!sheet)
        sheet = new_sheet (gegl_buffer_get_extent (result), gegl_buffer_get_format (result), versions->n + 1, &columns);
      put_on_sheet (sheet, columns, (int) i, result);
      acu_bridge_add (&sum, result);
      done = save (versions, versions->picture, result, path, error);
      if (done)
        tell (versions, result, path, candidate->label, &series, expected[i].computing + expected[i].writing);
      if (done && i + 1 == list->len)
        mean = acu_bridge_mean (sum, (int) list->len, result);
      g_object_unref (result);
    }
  if (mean)
    {
      g_autofree char *path = name_of (versions, "sheet");

      put_on_sheet (sheet, columns, versions->n, mean);
      done = save (versions, NULL, sheet, path, error) && save (versions, versions->picture, mean, versions->output, error);
      if (done)
        tell (versions, mean, versions->output, _("the mean of all, the safe one"), &series, expected[0].writing);
    }
  g_clear_object (&sum);
  g_clear_object (&sheet);
  g_clear_object (&mean);
  return done;
}
