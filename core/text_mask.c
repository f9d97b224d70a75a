/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pool.h"
#include "text_regions.h"
#include "upscaler_private.h"

#include <acuity/text.h>
#include <math.h>
#include <string.h>

typedef struct Rows
{
  const float *pixels;
  float *mask;
  int width;
  AcuTextRegions *regions;
} Rows;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Rows *r = data;
  const float *from = r->pixels + (gsize) y * r->width * 3;

  for (gsize i = 0; i < (gsize) rows * r->width * 3; i++)
    pixels[i] = isfinite (from[i]) ? from[i] : 0;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *values, GError **error)
{
  const Rows *r = data;
  float *to = r->mask + (gsize) y * r->width;

  acu_text_regions_add (r->regions, y, rows, values);
  for (gsize i = 0; i < (gsize) rows * r->width; i++)
    to[i] = CLAMP (values[3 * i], 0, 1);
  return TRUE;
}

/* What is no text after all. */
static void
clear_rest (const Rows *rows, int height)
{
  float *mask = rows->mask;

  acu_text_regions_decide (rows->regions);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < rows->width; x++, mask++)
      if (!rows->regions->cells[acu_text_regions_cell (rows->regions, x, y)])
        *mask = 0;
}

gboolean
acu_text_mask (const float *pixels, int width, int height, int threads, float *mask, GError **error)
{
  Rows rows = { pixels, mask, width, acu_text_regions_new (width, height, error) };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, &rows };
  AcuNet *net = rows.regions ? acu_helper_net ("text-mask.safetensors", threads, error) : NULL;
  AcuPlan *plan = net ? acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, threads ? threads : MIN ((int) g_get_num_processors (), ACU_POOL_MAX_THREADS), 0, 0,
                                      ACU_PRECISION_FAST, error)
                      : NULL;
  gboolean done = plan && acu_plan_run (plan, &callbacks, error);

  if (done)
    clear_rest (&rows, height);
  acu_plan_free (plan);
  acu_net_unref (net);
  acu_text_regions_free (rows.regions);
  return done;
}
