/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "blur.h"
#include "steps.h"

#include <acuity/error.h>
#include <acuity/resample.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A picture on its way. Every step draws all its numbers from a generator of its own. */
typedef struct Way
{
  const AcuDegradation *recipe;
  guint64 seed;
  double scale;
  int result_width, result_height;
  float *pixels;
  int width, height;
} Way;

enum Step { STEP_LENS = 1, STEP_BLUR, STEP_RESIZE, STEP_NOISE, STEP_JPEG, STEP_SENSOR, STEP_SHARPEN, STEP_END, STEP_LAST_RESIZE,
            STEP_RINGING, STEP_FIRST_PASS = 16, STEP_SECOND_PASS = 32 };

static AcuRandom
random_of (const Way *way, int step)
{
  return (AcuRandom) { acu_random_at (acu_mix (way->seed), step) };
}

static gsize
pixels_of (const Way *way)
{
  return (gsize) way->width * way->height;
}

static gboolean
out_of_memory (GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for degrading the picture."));
  return FALSE;
}

int
acu_degraded_side (int side, double scale)
{
  return MAX ((int) (side / scale + 0.5), 1);
}

static gboolean
check_recipe (const AcuDegradation *recipe, GError **error)
{
  for (const AcuDegradationField *field = acu_degradation_fields (); field->key; field++)
    {
      const double *number = (const double *) (const void *) ((const char *) recipe + field->offset);

      for (int i = 0; i <= field->range; i++)
        if (!(number[i] >= field->minimum && number[i] <= field->maximum) || (i && number[0] > number[1]))
          {
            g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The degradation's %s is not within %g to %g."), field->key,
                         field->minimum, field->maximum);
            return FALSE;
          }
    }
  if (recipe->area + recipe->linear + recipe->cubic > 0)
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("One of area, linear and cubic must have a weight above 0."));
  return FALSE;
}

static gboolean
check (const AcuDegradation *recipe, double scale, int width, int height, GError **error)
{
  if (!(scale >= 1 && scale <= 8))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A picture can be degraded to a size that is 1 to 8 times smaller, not %g."), scale);
  else if (MIN (width, height) < 1 || MAX (width, height) > ACU_MAX_SIDE)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A picture has from 1 to %d pixels on a side, not %d × %d."), ACU_MAX_SIDE,
                 width, height);
  else
    return check_recipe (recipe, error);
  return FALSE;
}

static void
limit (float *pixels, gsize n)
{
  for (gsize i = 0; i < n; i++)
    pixels[i] = acu_limited (pixels[i]);
}

static gboolean
resize (Way *way, int width, int height, AcuRandom *random, GError **error)
{
  const AcuDegradation *recipe = way->recipe;
  const double weights[] = { recipe->area, recipe->linear, recipe->cubic };
  static const char *const names[] = { "area", "linear", "cubic" };
  AcuResamplerParams params = { .filter = acu_filter_find (names[acu_random_choice (random, weights, 3)]),
                                .src_width = way->width, .src_height = way->height, .dst_width = width, .dst_height = height,
                                .channels = 3, .linear_light = acu_random_chance (random, recipe->linear_light) };
  AcuResampler *resampler;
  guint64 row = 3 * (guint64) width;
  float *result;
  int pushed = 0;

  if (width == way->width && height == way->height)
    return TRUE;
  result = acu_try_alloc (height, row * sizeof *result);
  if (!result)
    return out_of_memory (error);
  resampler = acu_resampler_new (&params, error);
  if (!resampler)
    {
      acu_free (result);
      return FALSE;
    }
  for (int y = 0; y < height; y++)
    while (!acu_resampler_pull (resampler, result + y * row))
      acu_resampler_push (resampler, way->pixels + 3 * (gsize) pushed++ * way->width);
  acu_resampler_free (resampler);
  acu_free (way->pixels);
  way->pixels = result;
  way->width = width;
  way->height = height;
  return TRUE;
}

static gboolean
lens (Way *way, GError **error)
{
  AcuRandom random = random_of (way, STEP_LENS);
  double red = acu_random_in (&random, way->recipe->aberration) * (acu_random_chance (&random, 0.5) ? way->scale : -way->scale);
  double blue = acu_random_in (&random, way->recipe->aberration) * (acu_random_chance (&random, 0.5) ? way->scale : -way->scale);
  double loss = acu_random_in (&random, way->recipe->vignetting);

  if ((red != 0 || blue != 0) && !acu_lens_aberration (way->pixels, way->width, way->height, red, blue, error))
    return FALSE;
  if (loss > 0)
    acu_lens_vignetting (way->pixels, way->width, way->height, loss);
  return TRUE;
}

static double
draw_resize (const AcuDegradationPass *pass, AcuRandom *random)
{
  const double weights[] = { pass->enlarge, pass->shrink, pass->keep };
  int what = acu_random_choice (random, weights, 3);
  AcuRange range = pass->resize;

  if (what == 0)
    range = (AcuRange) { MAX (range.low, 1), MAX (range.high, 1) };
  else if (what == 1)
    range = (AcuRange) { MIN (range.low, 1), MIN (range.high, 1) };
  else
    range = (AcuRange) { 1, 1 };
  return acu_random_in (random, range);
}

static void
noise (Way *way, const AcuDegradationPass *pass, int step)
{
  AcuRandom random = random_of (way, step);
  gboolean any = acu_random_chance (&random, pass->noise), gaussian = acu_random_chance (&random, pass->gaussian);
  gboolean gray = acu_random_chance (&random, pass->gray);
  float amount = (float) acu_random_in (&random, gaussian ? pass->gaussian_sigma : pass->poisson_scale);
  guint64 key = acu_random_next (&random);

  if (!any || amount <= 0)
    return;
  if (gaussian)
    acu_noise_gaussian (way->pixels, pixels_of (way), amount / 255, gray, key);
  else
    acu_noise_poisson (way->pixels, pixels_of (way), amount, gray, key);
  limit (way->pixels, 3 * pixels_of (way));
}

static gboolean
jpeg (Way *way, const AcuDegradationPass *pass, int step, GError **error)
{
  AcuRandom random = random_of (way, step);
  gboolean any = acu_random_chance (&random, pass->jpeg), full_chroma = acu_random_chance (&random, pass->full_chroma);
  int quality = CLAMP ((int) (acu_random_in (&random, pass->quality) + 0.5), 1, 100);

  return !any || acu_jpeg_run (way->pixels, way->width, way->height, quality, full_chroma, error);
}

/* Blur, resize and noise; sizes are relative to width × height. */
static gboolean
run_pass (Way *way, const AcuDegradationPass *pass, int steps, double width, double height, GError **error)
{
  AcuRandom random = random_of (way, steps + STEP_BLUR);
  AcuBlurKernel kernel;
  double factor;

  if (acu_random_chance (&random, pass->blur))
    {
      acu_blur_kernel_draw (&kernel, pass, &random);
      if (!acu_blur_run (&kernel, way->pixels, way->width, way->height, error))
        return FALSE;
    }
  random = random_of (way, steps + STEP_RESIZE);
  factor = draw_resize (pass, &random);
  if (!resize (way, CLAMP ((int) (width * factor + 0.5), 1, ACU_MAX_SIDE), CLAMP ((int) (height * factor + 0.5), 1, ACU_MAX_SIDE), &random, error))
    return FALSE;
  noise (way, pass, steps + STEP_NOISE);
  return TRUE;
}

static gboolean
sensor (Way *way, GError **error)
{
  const AcuDegradation *recipe = way->recipe;
  AcuRandom random = random_of (way, STEP_SENSOR);
  gboolean mosaic = acu_random_chance (&random, recipe->mosaic);
  int phase = (int) (4 * acu_random_unit (&random));
  double hot = acu_random_in (&random, recipe->hot_pixels) / 1000000, blur = acu_random_in (&random, recipe->chroma_blur);

  if (hot > 0)
    acu_sensor_hot_pixels (way->pixels, pixels_of (way), hot, !mosaic, acu_random_next (&random));
  if (mosaic && !acu_sensor_mosaic (way->pixels, way->width, way->height, phase, error))
    return FALSE;
  return blur < 0.1 || acu_sensor_chroma_blur (way->pixels, way->width, way->height, blur, error);
}

static gboolean
sharpen (Way *way, GError **error)
{
  const AcuDegradation *recipe = way->recipe;
  AcuRandom random = random_of (way, STEP_SHARPEN);
  gboolean any = acu_random_chance (&random, recipe->sharpen);
  double amount = acu_random_in (&random, recipe->sharpen_amount), sigma = acu_random_in (&random, recipe->sharpen_sigma);

  return !any || acu_sharpen (way->pixels, way->width, way->height, amount, sigma, error);
}

static gboolean
last_resize (Way *way, GError **error)
{
  AcuRandom random = random_of (way, STEP_LAST_RESIZE);
  AcuBlurKernel kernel;

  if (!resize (way, way->result_width, way->result_height, &random, error))
    return FALSE;
  random = random_of (way, STEP_RINGING);
  if (!acu_random_chance (&random, way->recipe->final_sinc))
    return TRUE;
  acu_blur_sinc_draw (&kernel, &way->recipe->second, &random);
  return acu_blur_run (&kernel, way->pixels, way->width, way->height, error);
}

static gboolean
run_all (Way *way, GError **error)
{
  const AcuDegradation *recipe = way->recipe;
  AcuRandom end = random_of (way, STEP_END);
  gboolean jpeg_last = acu_random_chance (&end, recipe->jpeg_last), rounded = acu_random_chance (&end, recipe->round);
  int jpeg_step = STEP_SECOND_PASS + STEP_JPEG;

  if (!lens (way, error)
      || !run_pass (way, &recipe->first, STEP_FIRST_PASS, way->width, way->height, error)
      || !jpeg (way, &recipe->first, STEP_FIRST_PASS + STEP_JPEG, error)
      || !run_pass (way, &recipe->second, STEP_SECOND_PASS, way->result_width, way->result_height, error)
      || !sensor (way, error) || !sharpen (way, error)
      || (!jpeg_last && !jpeg (way, &recipe->second, jpeg_step, error))
      || !last_resize (way, error)
      || (jpeg_last && !jpeg (way, &recipe->second, jpeg_step, error)))
    return FALSE;
  limit (way->pixels, 3 * pixels_of (way));
  if (rounded)
    for (gsize i = 0; i < 3 * pixels_of (way); i++)
      way->pixels[i] = (float) (int) (way->pixels[i] * 255 + 0.5f) * (1 / 255.0f);
  return TRUE;
}

gboolean
acu_degrade (const AcuDegradation *recipe, guint64 seed, double scale, const float *picture, int width, int height, float *result,
             GError **error)
{
  Way way = { .recipe = recipe, .seed = seed, .scale = scale, .width = width, .height = height };
  guint64 row = 3 * (guint64) MAX (width, 0);
  gboolean done;

  if (!check (recipe, scale, width, height, error))
    return FALSE;
  way.result_width = acu_degraded_side (width, scale);
  way.result_height = acu_degraded_side (height, scale);
  way.pixels = acu_try_alloc (height, row * sizeof *way.pixels);
  if (!way.pixels)
    return out_of_memory (error);
  for (gsize i = 0; i < (gsize) (height * row); i++)
    way.pixels[i] = acu_limited (picture[i]);
  done = run_all (&way, error);
  if (done)
    memcpy (result, way.pixels, 3 * pixels_of (&way) * sizeof *result);
  acu_free (way.pixels);
  return done;
}
