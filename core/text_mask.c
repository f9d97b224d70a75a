/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "upscaler_private.h"

#include <acuity/text.h>
#include <math.h>
#include <string.h>

typedef struct Rows
{
  const float *pixels;
  float *mask;
  int width;
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

  for (gsize i = 0; i < (gsize) rows * r->width; i++)
    to[i] = CLAMP (values[3 * i], 0, 1);
  return TRUE;
}

gboolean
acu_text_mask (const float *pixels, int width, int height, int threads, float *mask, GError **error)
{
  Rows rows = { pixels, mask, width };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, &rows };
  AcuNet *net = acu_helper_net ("text-mask.safetensors", error);
  AcuPlan *plan = net ? acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, threads ? threads : (int) g_get_num_processors (), 0, 0,
                                      ACU_PRECISION_FAST, error)
                      : NULL;
  gboolean done = plan && acu_plan_run (plan, &callbacks, error);

  acu_plan_free (plan);
  acu_net_unref (net);
  return done;
}
