/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Looks for text first, with a small network; only pictures that have some are enlarged by the network for text as well. */
#include "text_regions.h"
#include "upscaler_private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct Search
{
  AcuRun *run;
  float *row;                     /* as read */
  int width;
  AcuTextRegions *regions;
  double operations, share;       /* of the search; its share of all the work */
} Search;

static gboolean
read_row (void *data, int y, int rows, float *pixels, GError **error)
{
  Search *search = data;
  const AcuPixelFormat *format = &search->run->upscaler->format;
  int channels = acu_format_channels (format);
  const float *from = search->row;

  g_assert (rows == 1);
  if (!acu_run_read_rows (search->run, y, 1, search->row, error))
    return FALSE;
  for (int x = 0; x < search->width; x++, from += channels, pixels += 3)
    {
      for (int c = 0; c < 3; c++)
        pixels[c] = from[format->colours == 1 ? 0 : c];
      if (format->linear)
        acu_srgb_encode (pixels, pixels, 3);
    }
  return TRUE;
}

static gboolean
look (void *data, int y, int rows, const float *mask, GError **error)
{
  Search *search = data;

  acu_text_regions_add (search->regions, y, rows, mask);
  return TRUE;
}

static gboolean
report (void *data, double operations_done)
{
  const Search *search = data;

  return acu_run_report_search (search->run, search->share, operations_done / search->operations, NULL);
}

guint64
acu_text_search_bytes (const AcuUpscaler *upscaler)
{
  return (guint64) upscaler->src_width * acu_format_channels (&upscaler->format) * sizeof (float)
         + acu_text_regions_bytes (upscaler->src_width, upscaler->src_height);
}

static gboolean
find_text (AcuRun *run, AcuTextRegions *regions, GError **error)
{
  AcuUpscaler *upscaler = run->upscaler;
  Search search = { .run = run, .width = upscaler->src_width, .regions = regions };
  AcuPlanCallbacks callbacks = { read_row, look, report, &search };
  AcuPlan *plan;
  gboolean done = FALSE;

  /* Both at a time would be more than was planned with. */
  g_clear_pointer (&upscaler->plan, acu_plan_free);
  plan = acu_upscaler_plan (upscaler, upscaler->mask, upscaler->beside + upscaler->face_bytes + acu_text_search_bytes (upscaler), error);
  if (plan && !(search.row = acu_try_alloc ((guint64) search.width * acu_format_channels (&upscaler->format), sizeof (float))))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  else
    {
      search.operations = plan ? fmax (acu_plan_operations (plan), 1) : 1;
      search.share = search.operations / (search.operations + upscaler->operations);
      done = plan && acu_plan_run (plan, &callbacks, error);
      acu_run_end_search (run, search.share);
    }
  acu_plan_free (plan);
  acu_free (search.row);
  return done;
}

static gboolean
run_text (AcuRun *run, GError **error)
{
  AcuUpscaler *upscaler = run->upscaler;
  AcuTextRegions *regions = acu_text_regions_new (upscaler->src_width, upscaler->src_height, error);
  gboolean ok = regions && find_text (run, regions, error)
                && (acu_text_regions_decide (regions) ? acu_upscaler_use_text (upscaler, regions->cells, regions->columns, regions->rows, error)
                                                      : acu_upscaler_use (upscaler, upscaler->plain, error));

  acu_text_regions_free (regions);
  return ok && acu_recipe_photo.run (run, error);
}

const AcuRecipe acu_recipe_text = { run_text };
