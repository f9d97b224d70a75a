/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "held_out.h"

#include "plan.h"
#include "random.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* A picture counts for no more: masks of pictures without text may be hit exactly. */

void
acu_held_out_free (AcuHeldOut *picture)
{
  if (!picture)
    return;
  acu_free (picture->small);
  acu_free (picture->large);
  g_free (picture->name);
  g_free (picture);
}

static void
set_no_memory (const char *name, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture %s."), name);
}

/* With room for the small picture. */
static AcuHeldOut *
held_out_new (const AcuTrainPicture *picture, int width, int height, int scale)
{
  AcuHeldOut *held_out = g_new0 (AcuHeldOut, 1);

  held_out->name = g_strdup (picture->name);
  held_out->width = width;
  held_out->height = height;
  held_out->small = acu_try_alloc ((guint64) (width / scale) * (height / scale), 3 * sizeof (float));
  return held_out;
}

AcuHeldOut *
acu_held_out_make (const AcuTrainPicture *picture, int scale, AcuDegrade degrade, const void *data, guint64 bits, GError **error)
{
  int width = picture->width / scale * scale, height = picture->height / scale * scale;
  AcuHeldOut *held_out = held_out_new (picture, width, height, scale);

  held_out->large = acu_try_alloc ((guint64) width * height, 3 * sizeof (float));
  if (!held_out->large || !held_out->small)
    {
      set_no_memory (picture->name, error);
      g_clear_pointer (&held_out, acu_held_out_free);
      return NULL;
    }
  acu_train_picture_part (picture, FALSE, 0, 0, width, height, 0, held_out->large);
  if (!degrade (data, held_out->large, width, height, scale, bits, held_out->small, error))
    g_clear_pointer (&held_out, acu_held_out_free);
  else if (picture->truth)
    acu_train_picture_part (picture, TRUE, 0, 0, width, height, 0, held_out->large);
  return held_out;
}

AcuHeldOut *
acu_held_out_make_real (const AcuTrainPicture *picture, int scale, GError **error)
{
  AcuHeldOut *held_out = held_out_new (picture, picture->width * scale, picture->height * scale, scale);

  if (held_out->small)
    acu_train_picture_part (picture, FALSE, 0, 0, picture->width, picture->height, 0, held_out->small);
  else
    {
      set_no_memory (picture->name, error);
      g_clear_pointer (&held_out, acu_held_out_free);
    }
  return held_out;
}

GPtrArray *
acu_held_out_new (const GPtrArray *pictures, int scale, AcuDegrade degrade, const void *data, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) acu_held_out_free);

  for (guint i = 0; i < pictures->len; i++)
    {
      AcuHeldOut *held_out = acu_held_out_make (g_ptr_array_index (pictures, i), scale, degrade, data, acu_random_key (i), error);

      if (!held_out)
        return NULL;
      g_ptr_array_add (all, held_out);
    }
  return g_steal_pointer (&all);
}

typedef struct Rows
{
  const float *in;
  float *out;
  gsize in_row, out_row;
} Rows;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Rows *r = data;

  memcpy (pixels, r->in + y * r->in_row, rows * r->in_row * sizeof (float));
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Rows *r = data;

  memcpy (r->out + y * r->out_row, pixels, rows * r->out_row * sizeof (float));
  return TRUE;
}

static gboolean
enlarge (const AcuNet *net, const AcuHeldOut *picture, int scale, int threads, float *result, GError **error)
{
  int width = picture->width / scale, height = picture->height / scale;
  Rows rows = { picture->small, result, (gsize) width * 3, (gsize) picture->width * 3 };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, &rows };
  AcuPlan *plan;
  gboolean ok;

  if (!net)
    {
      AcuResamplerParams params = { acu_filter_find ("cubic"), width, height, picture->width, picture->height, 3 };

      return acu_resample_picture (&params, ACU_SAMPLE_FLOAT, picture->small, rows.in_row * sizeof (float), result,
                                   rows.out_row * sizeof (float), threads, error);
    }
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), width, height, threads, 0, 0, ACU_PRECISION_EXACT, error);
  ok = plan && acu_plan_run (plan, &callbacks, error);
  acu_plan_free (plan);
  return ok;
}

float *
acu_held_out_enlarge (const AcuHeldOut *picture, const AcuNet *net, int scale, int threads, double *seconds, GError **error)
{
  float *result = acu_try_alloc ((guint64) picture->width * picture->height, 3 * sizeof (float));
  gint64 start = g_get_monotonic_time ();

  if (!result)
    set_no_memory (picture->name, error);
  else if (!enlarge (net, picture, scale, threads, result, error))
    g_clear_pointer (&result, acu_free);
  *seconds = 1e-6 * (double) (g_get_monotonic_time () - start);
  return result;
}

float *
acu_held_out_upscale (const AcuHeldOut *picture, const AcuUpscalerParams *how, int scale, AcuProgress progress, void *progress_data,
                      double *seconds, GError **error)
{
  AcuUpscalerParams params = *how;
  Rows rows = { picture->small, acu_try_alloc ((guint64) picture->width * picture->height, 3 * sizeof (float)),
                (gsize) (picture->width / scale) * 3, (gsize) picture->width * 3 };
  AcuUpscaler *upscaler = NULL;
  gint64 start;

  params.width = picture->width / scale;
  params.height = picture->height / scale;
  params.format = (AcuPixelFormat) { 3, FALSE, FALSE };
  params.size = (AcuSize) { .mode = ACU_SIZE_FACTOR, .scale = scale };
  if (!rows.out)
    set_no_memory (picture->name, error);
  else
    upscaler = acu_upscaler_new (&params, error);
  start = g_get_monotonic_time ();
  if (!upscaler || !acu_upscaler_run (upscaler, read_rows, write_rows, &rows, progress, progress_data, error))
    g_clear_pointer (&rows.out, acu_free);
  *seconds = 1e-6 * (double) (g_get_monotonic_time () - start);
  acu_upscaler_free (upscaler);
  return rows.out;
}

gboolean
acu_held_out_measure (const AcuHeldOut *picture, const float *result, int scale, double *psnr, double *ssim, GError **error)
{
  const AcuMetricPicture made = { result, picture->width, picture->height, 3 }, truth = { picture->large, picture->width, picture->height, 3 };

  return acu_measure_psnr_y (&made, &truth, scale, psnr, error) && acu_measure_ssim_y (&made, &truth, scale, ssim, error);
}

gboolean
acu_validate (const GPtrArray *held_out, const AcuNet *net, int scale, int threads, AcuScore *score, GError **error)
{
  double pixels = 0;

  *score = (AcuScore) { 0 };
  for (guint i = 0; i < held_out->len; i++)
    {
      const AcuHeldOut *picture = g_ptr_array_index (held_out, i);
      double seconds, psnr, ssim;
      gboolean ok;
      float *result = acu_held_out_enlarge (picture, net, scale, threads, &seconds, error);

      if (!result)
        return FALSE;
      ok = acu_held_out_measure (picture, result, scale, &psnr, &ssim, error);
      acu_free (result);
      if (!ok)
        return FALSE;
      score->psnr += MIN (psnr, ACU_MOST_DECIBELS) / held_out->len;
      score->ssim += ssim / held_out->len;
      score->seconds += seconds;
      pixels += (double) picture->width * picture->height;
    }
  score->seconds /= MAX (pixels, 1) / 1e6;
  return TRUE;
}
