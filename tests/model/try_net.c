/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "try_net.h"

#include "plan.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

#define MEMORY (32 << 20)

static const struct
{
  int width, height;
  AcuPrecision precision;
  AcuPixelFormat format;          /* of whole jobs */
} ways[TRY_WAYS] = {
  { 11, 6, ACU_PRECISION_FAST, { 3, FALSE, FALSE } },
  { 200, 3, ACU_PRECISION_EXACT, { 3, TRUE, FALSE } },
  { 11, 6, ACU_PRECISION_EXACT, { 1, FALSE, TRUE } },
  { 200, 3, ACU_PRECISION_FAST, { 1, TRUE, FALSE } }
};

typedef struct Pictures
{
  gsize in_row, out_row;          /* floats */
  int written;
  double sum;                     /* so that every float is looked at */
} Pictures;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  Pictures *p = data;

  for (gsize i = 0; i < rows * p->in_row; i++)
    pixels[i] = (float) ((i * 7 + y * 13) % 32) / 31;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Pictures *p = data;

  /* A job may begin again exactly. */
  g_assert_true (y == p->written || y == 0);
  p->written = y + rows;
  for (gsize i = 0; i < rows * p->out_row; i++)
    p->sum += isfinite (pixels[i]);
  return TRUE;
}

static gboolean
one_sentence (GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == ACU_ERROR);
  g_assert_null (strchr (error->message, '\n'));
  g_error_free (error);
  return FALSE;
}

gboolean
try_net (const AcuNet *net, int way, double most_operations)
{
  GError *error = NULL;
  AcuPlan *plan = acu_plan_new (net, acu_device_find ("cpu", NULL), ways[way].width, ways[way].height, 2, MEMORY, way,
                                ways[way].precision, &error);
  Pictures pictures = { (gsize) ways[way].width * 3 };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, &pictures };
  gboolean ran;

  if (!plan)
    return one_sentence (error);
  pictures.out_row = (gsize) acu_plan_width (plan) * acu_plan_channels (plan);
  ran = acu_plan_operations (plan) <= most_operations;
  if (ran && !acu_plan_run (plan, &callbacks, &error))
    ran = one_sentence (error);
  g_assert_true (!ran || pictures.written == acu_plan_height (plan));
  acu_plan_free (plan);
  return ran;
}

gboolean
try_job (const char *path, int way, double most_operations)
{
  GError *error = NULL;
  AcuPixelFormat format = ways[way].format;
  AcuUpscaler *job = acu_upscaler_new (acu_upscaler_params (.width = ways[way].width, .height = ways[way].height, .model = path,
                                                            .format = format, .size = { .scale = 1.5 + way },
                                                            .memory = MEMORY, .precision = ways[way].precision,
                                                            .threads = 2), &error);
  int channels = format.colours + format.alpha;
  Pictures pictures = { (gsize) ways[way].width * channels };
  gboolean ran;

  if (!job)
    return one_sentence (error);
  pictures.out_row = (gsize) acu_upscaler_width (job) * channels;
  ran = acu_upscaler_operations (job) <= most_operations;
  if (ran && !acu_upscaler_run (job, read_rows, write_rows, &pictures, NULL, NULL, &error))
    ran = one_sentence (error);
  g_assert_true (!ran || pictures.written == acu_upscaler_height (job));
  acu_upscaler_free (job);
  return ran;
}
