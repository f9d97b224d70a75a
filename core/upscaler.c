/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "upscaler_private.h"

#include "pool.h"
#include "text_regions.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A network's own size may be stretched this much rather than running the network once more. */
#define STRETCH 1.05
/* Networks see a picture this many times in a row at most (1× networks are never repeated). */
#define MAX_PASSES 4
#define REPORT_INTERVAL (G_USEC_PER_SEC / 20)
#define CLASSIC_OPERATIONS 40.0

int
acu_format_channels (const AcuPixelFormat *format)
{
  return format->colours + (format->alpha ? 1 : 0);
}

/* Memory that could be had now, caches included; 0 if the system does not say. */
static guint64
available_memory (void)
{
  FILE *file = fopen ("/proc/meminfo", "re");
  unsigned long long kilobytes = 0;
  char line[128];

  if (!file)
    return 0;
  while (fgets (line, sizeof line, file) && sscanf (line, "MemAvailable: %llu kB", &kilobytes) != 1)
    continue;
  fclose (file);
  return kilobytes * 1024;
}

static int
passes_needed (const AcuUpscaler *upscaler, int scale)
{
  double factor = fmax ((double) upscaler->dst_width / upscaler->src_width,
                        (double) upscaler->dst_height / upscaler->src_height);
  double reached = scale;
  int passes = 1;

  while (scale > 1 && reached * STRETCH < factor && passes < MAX_PASSES)
    {
      reached *= scale;
      passes++;
    }
  return passes;
}

/* A network's scale was learned from pictures of a few sizes; a hostile one makes something else of this size. */
static gboolean
check_result (const AcuUpscaler *upscaler, GError **error)
{
  gint64 width = (gint64) upscaler->src_width * upscaler->net->scale;
  gint64 height = (gint64) upscaler->src_height * upscaler->net->scale;

  if (acu_plan_width (upscaler->plan) == width && acu_plan_height (upscaler->plan) == height
      && acu_plan_channels (upscaler->plan) == 3)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
               _("The model “%s” makes %d × %d pixels of this picture instead of %d times its size."),
               upscaler->model->name, acu_plan_width (upscaler->plan), acu_plan_height (upscaler->plan),
               upscaler->net->scale);
  return FALSE;
}

AcuPlan *
acu_upscaler_plan (AcuUpscaler *upscaler, const AcuNet *net, guint64 beside, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) problem = NULL;
      AcuPlan *plan = acu_plan_new_beside (net, upscaler->device, upscaler->src_width, upscaler->src_height, upscaler->threads,
                                           upscaler->limit, beside, upscaler->band_rows, upscaler->precision, &problem);

      if (plan)
        return plan;
      if (!upscaler->device->accept || !upscaler->automatic)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      upscaler->device = acu_device_find ("cpu", NULL);
    }
}

/* Plans the network with upscaler->precision; an earlier plan is forgotten first, so that there is room. */
static gboolean
make_plan (AcuUpscaler *upscaler, GError **error)
{
  guint64 photo = acu_photo_bytes (upscaler);

  g_clear_pointer (&upscaler->plan, acu_plan_free);
  upscaler->plan = acu_upscaler_plan (upscaler, upscaler->net, photo + upscaler->beside + upscaler->face_bytes, error);
  if (!upscaler->plan || !check_result (upscaler, error))
    return FALSE;
  upscaler->memory = acu_plan_bytes (upscaler->plan) + photo;
  upscaler->operations = acu_plan_operations (upscaler->plan);
  return TRUE;
}

gboolean
acu_upscaler_use (AcuUpscaler *upscaler, AcuNet *net, GError **error)
{
  guint64 before = upscaler->memory;

  if (upscaler->net == net && upscaler->plan)
    return TRUE;
  upscaler->net = net;
  if (!make_plan (upscaler, error))
    return FALSE;
  upscaler->memory = MAX (upscaler->memory, before);
  return TRUE;
}

/* A network repeated as often as its scale asks for, and weakened to the strength that is wanted. Takes `net`. */
static AcuNet *
finish_net (const AcuUpscaler *upscaler, AcuNet *net, int passes, GError **error)
{
  AcuNet *whole = passes > 1 ? acu_net_repeat (net, passes, error) : acu_net_ref (net), *base, *weaker;
  AcuOverlay overlay = { .over = whole, .strength = upscaler->strength };

  acu_net_unref (net);
  if (!whole || upscaler->strength >= 1)
    return whole;
  overlay.base = base = acu_net_bicubic (whole->scale);
  weaker = acu_net_overlay (&overlay, error);
  acu_net_unref (base);
  acu_net_unref (whole);
  return weaker;
}

static AcuNet *
lay_text (const AcuUpscaler *upscaler, GBytes *cells, int columns, GError **error)
{
  AcuOverlay overlay = { upscaler->own, upscaler->over, upscaler->mask, upscaler->text_strength, ACU_TEXT_LOW, ACU_TEXT_HIGH, cells, columns };
  AcuNet *both = acu_net_overlay (&overlay, error);

  return both ? finish_net (upscaler, both, upscaler->passes, error) : NULL;
}

gboolean
acu_upscaler_use_text (AcuUpscaler *upscaler, const guint8 *cells, int columns, int rows, GError **error)
{
  gsize n = (gsize) columns * rows;
  guint8 *copy = acu_try_alloc (n, 1);
  g_autoptr (GBytes) kept = copy ? g_bytes_new_with_free_func (memcpy (copy, cells, n), n, acu_free, copy) : NULL;
  AcuNet *overlay = kept ? lay_text (upscaler, kept, columns, error) : NULL, *before = upscaler->overlay;
  gboolean planned;

  if (!kept)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture's rows."));
  if (!overlay)
    return FALSE;
  upscaler->overlay = overlay;
  planned = acu_upscaler_use (upscaler, overlay, error);
  /* Until then it may have been the one that was planned. */
  acu_net_unref (before);
  return planned;
}

/* The networks for text that go with the model's own; none are needed where its factor is one that they do not have, unless they are asked for. */
static gboolean
add_text (AcuUpscaler *upscaler, GError **error)
{
  const AcuNet *own = upscaler->own;
  g_autofree char *file = g_strdup_printf ("text-x%d.safetensors", own->scale);
  gboolean everywhere = upscaler->text == ACU_TEXT_EVERYWHERE;
  g_autoptr (GError) problem = NULL;
  AcuNet *over = upscaler->over = acu_helper_net (file, upscaler->threads, &problem);

  if (!over && !everywhere && g_error_matches (problem, ACU_ERROR, ACU_ERROR_NOT_FOUND))
    return TRUE;
  if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_NOT_FOUND))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is no network for text that enlarges %d times, as the model “%s” does."), own->scale,
                 upscaler->model->name);
  else if (problem)
    g_propagate_error (error, g_steal_pointer (&problem));
  if (over && everywhere && upscaler->text_strength >= 1)
    upscaler->overlay = finish_net (upscaler, acu_net_ref (over), upscaler->passes, error);
  else if (over && (everywhere || (upscaler->mask = acu_helper_net ("text-mask.safetensors", upscaler->threads, error))))
    upscaler->overlay = lay_text (upscaler, NULL, 0, error);
  return upscaler->overlay != NULL;
}

/* The networks for faces; none are needed where nothing is enlarged. */
static gboolean
add_faces (AcuUpscaler *upscaler, GError **error)
{
  if (upscaler->plain->scale < 2)
    return TRUE;
  upscaler->face = acu_helper_net (upscaler->plain->scale > 2 ? "face-x4.safetensors" : "face-x2.safetensors", upscaler->threads, error);
  upscaler->detector = upscaler->face ? acu_detector_net (error) : NULL;
  return upscaler->detector != NULL;
}

/* Bytes that looking for text takes. */
static gboolean
mask_bytes (AcuUpscaler *upscaler, guint64 *bytes, GError **error)
{
  guint64 beside = acu_text_search_bytes (upscaler);
  AcuPlan *plan = acu_upscaler_plan (upscaler, upscaler->mask, upscaler->beside + beside, error);

  if (plan)
    *bytes = acu_plan_bytes (plan) + beside;
  acu_plan_free (plan);
  return plan != NULL;
}

/* The model's network, with the noise that is wanted where it has any. */
static AcuNet *
own_net (const AcuUpscaler *upscaler, GError **error)
{
  AcuNet *net = acu_model_net (upscaler->model, upscaler->clean, &upscaler->sampling, upscaler->threads, error), *seeded;

  if (!net || !acu_net_is_random (net))
    return net;
  seeded = acu_net_seeded (net, (guint32) upscaler->seed, upscaler->left, upscaler->top);
  acu_net_unref (net);
  return seeded;
}

static gboolean
plan_network (AcuUpscaler *upscaler, GError **error)
{
  AcuNet *own = own_net (upscaler, error);
  guint64 looking = 0, finding = 0;
  gboolean ok;

  if (!own)
    return FALSE;
  if (own->marks)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The model “%s” shows where text is in a picture; it does not enlarge pictures."),
                   upscaler->model->name);
      acu_net_unref (own);
      return FALSE;
    }
  upscaler->own = own;
  upscaler->passes = passes_needed (upscaler, own->scale);
  upscaler->plain = finish_net (upscaler, acu_net_ref (own), upscaler->passes, error);
  ok = upscaler->plain && (upscaler->text == ACU_TEXT_OFF || add_text (upscaler, error));
  ok = ok && (upscaler->faces == ACU_FACES_OFF || add_faces (upscaler, error));
  upscaler->recipe = upscaler->detector ? &acu_recipe_face : upscaler->mask ? &acu_recipe_text : &acu_recipe_photo;
  if (!ok || (upscaler->overlay && !acu_upscaler_use (upscaler, upscaler->overlay, error)))
    return FALSE;
  /* Whether there are text and faces is found out later: memory is that of the largest plan, time that of pictures without. */
  if ((upscaler->mask && !mask_bytes (upscaler, &looking, error)) || (upscaler->detector && !(finding = acu_faces_bytes (upscaler, error))))
    return FALSE;
  if ((upscaler->mask || !upscaler->overlay) && !acu_upscaler_use (upscaler, upscaler->plain, error))
    return FALSE;
  upscaler->memory = MAX (upscaler->memory, MAX (looking, finding));
  return TRUE;
}

static gboolean
plan_classic (AcuUpscaler *upscaler, GError **error)
{
  upscaler->recipe = &acu_recipe_classic;
  upscaler->memory = acu_classic_bytes (upscaler);
  upscaler->operations = CLASSIC_OPERATIONS * upscaler->dst_width * upscaler->dst_height;
  if (upscaler->limit && upscaler->memory + upscaler->beside > upscaler->limit)
    {
      g_autofree char *needed = g_format_size (upscaler->memory + upscaler->beside), *limit = g_format_size (upscaler->limit);

      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY,
                   _("“%s” needs at least %s of memory for this picture, but only %s may be used."),
                   upscaler->model->name, needed, limit);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_params (const AcuUpscalerParams *params, GError **error)
{
  if (params->width < 1 || params->height < 1 || params->width > ACU_MAX_SIDE || params->height > ACU_MAX_SIDE)
    g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A picture of %d × %d pixels is beyond the limit of %d on a side."),
                 params->width, params->height, ACU_MAX_SIDE);
  else if (params->format.colours != 1 && params->format.colours != 3)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The picture must be gray or RGB."));
  else if (!(params->text_strength >= 0 && params->text_strength <= 1))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The strength of the network for text must be from 0 to 1."));
  else if (!(params->face_strength >= 0 && params->face_strength <= 1))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The strength of the network for faces must be from 0 to 1."));
  else if (!(params->strength >= 0 && params->strength <= 1))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The strength must be from 0 to 1."));
  else if (!(params->clean >= 0 && params->clean <= 1))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("How much to clean must be from 0 to 1."));
  else if (params->seed < 0)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The seed must not be negative."));
  else if (params->left < 0 || params->top < 0 || params->left > ACU_MAX_SIDE || params->top > ACU_MAX_SIDE)
    g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A picture of %d × %d pixels is beyond the limit of %d on a side."), params->left, params->top,
                 ACU_MAX_SIDE);
  else if (params->steps != 0 && (params->steps < ACU_MIN_STEPS || params->steps > ACU_MAX_STEPS))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The number of steps must be from %d to %d, or 0 for the model's own."), ACU_MIN_STEPS,
                 ACU_MAX_STEPS);
  else if (!(params->consistency >= 0 && params->consistency <= 1))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The consistency must be from 0 to 1."));
  else if (params->threads < 0 || params->threads > ACU_POOL_MAX_THREADS)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The number of threads must be from 0 to %d."),
                 ACU_POOL_MAX_THREADS);
  else
    return TRUE;
  return FALSE;
}

AcuUpscaler *
acu_upscaler_new (const AcuUpscalerParams *params, GError **error)
{
  AcuUpscaler *upscaler;
  const AcuDevice *device;

  if (!check_params (params, error) || !(device = acu_device_find (params->device, error)))
    return NULL;
  upscaler = g_new0 (AcuUpscaler, 1);
  upscaler->src_width = params->width;
  upscaler->src_height = params->height;
  upscaler->format = params->format;
  upscaler->linear_light = params->linear_light;
  upscaler->device = device;
  upscaler->automatic = !params->device || !*params->device || g_str_equal (params->device, "auto");
  upscaler->precision = params->precision;
  upscaler->strength = params->strength;
  upscaler->clean = params->clean;
  upscaler->text = params->text;
  upscaler->text_strength = params->text_strength;
  upscaler->faces = params->face_strength > 0 && params->strength > 0 ? params->faces : ACU_FACES_OFF;
  upscaler->face_strength = params->face_strength;
  upscaler->seed = params->seed;
  upscaler->left = params->left;
  upscaler->top = params->top;
  upscaler->sampling = (AcuSampling) { params->steps, params->consistency };
  upscaler->threads = params->threads ? params->threads : MIN ((int) g_get_num_processors (), ACU_POOL_MAX_THREADS);
  upscaler->band_rows = params->band_rows;
  upscaler->beside = params->memory ? params->beside : 0;
  upscaler->limit = params->memory ? params->memory : available_memory () / 4 * 3;
  if (!acu_size_resolve (&params->size, params->width, params->height, &upscaler->dst_width, &upscaler->dst_height,
                         error))
    goto failed;
  upscaler->model = acu_model_find (params->model ? params->model : "auto",
                                    fmax ((double) upscaler->dst_width / params->width,
                                          (double) upscaler->dst_height / params->height), error);
  if (!upscaler->model)
    goto failed;
  if (upscaler->model->classic && upscaler->text == ACU_TEXT_EVERYWHERE)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The model “%s” is a classic filter, which goes without networks for text."),
                   upscaler->model->name);
      goto failed;
    }
  if (upscaler->model->classic && upscaler->clean > 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The model “%s” cannot be told how much to clean."), upscaler->model->name);
      goto failed;
    }
  if (upscaler->model->classic ? !plan_classic (upscaler, error) : !plan_network (upscaler, error))
    goto failed;
  return upscaler;

failed:
  acu_upscaler_free (upscaler);
  return NULL;
}

void
acu_upscaler_free (AcuUpscaler *upscaler)
{
  if (!upscaler)
    return;
  acu_plan_free (upscaler->plan);
  acu_net_unref (upscaler->plain);
  acu_net_unref (upscaler->overlay);
  acu_net_unref (upscaler->mask);
  acu_net_unref (upscaler->detector);
  acu_net_unref (upscaler->face);
  acu_net_unref (upscaler->own);
  acu_net_unref (upscaler->over);
  acu_model_info_free (upscaler->model);
  g_free (upscaler);
}

int
acu_upscaler_width (const AcuUpscaler *upscaler)
{
  return upscaler->dst_width;
}

int
acu_upscaler_height (const AcuUpscaler *upscaler)
{
  return upscaler->dst_height;
}

guint64
acu_upscaler_memory (const AcuUpscaler *upscaler)
{
  return upscaler->memory;
}

double
acu_upscaler_operations (const AcuUpscaler *upscaler)
{
  return upscaler->operations;
}

const char *
acu_upscaler_device (const AcuUpscaler *upscaler)
{
  return upscaler->net ? upscaler->device->name : acu_device_find ("cpu", NULL)->name;
}

const char *
acu_upscaler_model (const AcuUpscaler *upscaler)
{
  return upscaler->model->name;
}

gboolean
acu_run_read_rows (AcuRun *run, int y, int rows, float *pixels, GError **error)
{
  gsize n = (gsize) run->upscaler->src_width * acu_format_channels (&run->upscaler->format) * rows;

  if (!run->read (run->data, y, rows, pixels, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!isfinite (pixels[i]))
      pixels[i] = 0;
  return TRUE;
}

static gboolean
tell (AcuRun *run, double fraction, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  double elapsed = (now - run->started) / (double) G_USEC_PER_SEC;

  if (!run->progress || (now - run->told < REPORT_INTERVAL && fraction < 1))
    return TRUE;
  run->told = now;
  run->fraction = fraction;
  if (run->progress (run->progress_data, fraction,
                     fraction > 0.01 && elapsed > 0.5    ? elapsed / fraction * (1 - fraction)
                     : run->upscaler->expected >= 0 ? run->upscaler->expected * (1 - fraction)
                                                    : -1))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

gboolean
acu_run_report (AcuRun *run, double operations_done, GError **error)
{
  return tell (run, run->before + (1 - run->before) * CLAMP (operations_done / run->upscaler->operations, 0, 1), error);
}

gboolean
acu_run_report_search (AcuRun *run, double share, double done, GError **error)
{
  return tell (run, run->before + (1 - run->before) * share * CLAMP (done, 0, 1), error);
}

void
acu_run_end_search (AcuRun *run, double share)
{
  run->before += (1 - run->before) * share;
}

/* One way through the job from the picture's first row; *ready: when the computing began. */
static gboolean
attempt (AcuRun *run, gint64 *ready, GError **error)
{
  const AcuUpscaler *upscaler = run->upscaler;

  if (upscaler->plan && !upscaler->mask && !upscaler->detector && !acu_plan_prepare (upscaler->plan, error))
    return FALSE;
  *ready = g_get_monotonic_time ();
  return upscaler->recipe->run (run, error);
}

/* Whether the job may be begun again, and how: graphics cards that fail get a second chance, then the processor does everything; 16 bits make place for
 * single precision. A picture is never made by two of them. */
static gboolean
find_another_way (AcuUpscaler *upscaler, const GError *problem, guint failures)
{
  gboolean numbers = g_error_matches (problem, ACU_ERROR, ACU_ERROR_RANGE) || g_error_matches (problem, ACU_ERROR, ACU_ERROR_OUTPUT);
  gboolean card = upscaler->device->accept != NULL, broken = g_error_matches (problem, ACU_ERROR, ACU_ERROR_DEVICE);

  if (!upscaler->net || !(numbers || (card && (broken || g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY)))))
    return FALSE;
  if (card && broken && failures == 1)
    return TRUE;
  if (card && !(numbers && upscaler->device->halves && upscaler->precision == ACU_PRECISION_FAST))
    upscaler->device = acu_device_find ("cpu", NULL);
  else if (upscaler->precision == ACU_PRECISION_EXACT)
    return FALSE;
  if (numbers)
    upscaler->precision = ACU_PRECISION_EXACT;
  return TRUE;
}

gboolean
acu_upscaler_run (AcuUpscaler *upscaler, AcuReadRows read, AcuWriteRows write, void *data, AcuProgress progress,
                  void *progress_data, GError **error)
{
  AcuRun run = {
    .upscaler = upscaler, .read = read, .write = write, .data = data, .progress = progress,
    .progress_data = progress_data, .started = g_get_monotonic_time ()
  };
  guint failures = 0;
  gint64 ready = 0;

  upscaler->expected = progress ? acu_upscaler_estimate_seconds (upscaler) : -1;
  if (!acu_run_report (&run, 0, error))
    return FALSE;
  for (;;)
    {
      GError *problem = NULL;

      if (attempt (&run, &ready, &problem))
        break;
      if (!find_another_way (upscaler, problem, ++failures))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_debug ("%s; once more on %s", problem->message, upscaler->device->name);
      g_error_free (problem);
      run.before = run.fraction;
      if (!make_plan (upscaler, error))
        return FALSE;
    }
  if (failures == 0)
    {
      acu_estimate_learn (upscaler, (double) (ready - run.started) / G_USEC_PER_SEC,
                          (double) (g_get_monotonic_time () - ready) / G_USEC_PER_SEC);
      upscaler->runs++;
    }
  return acu_run_report (&run, upscaler->operations, error);
}

char *
acu_format_seconds (double seconds)
{
  guint64 whole;

  if (!(seconds >= 0) || seconds > 1e7)
    return g_strdup ("…");
  whole = (guint64) ceil (seconds);
  if (whole < 60)
    return g_strdup_printf (_("%u s"), (guint) whole);
  if (whole < 600)
    return g_strdup_printf (_("%u min %u s"), (guint) (whole / 60), (guint) (whole % 60));
  if (whole < 2 * 3600)
    return g_strdup_printf (_("about %u min"), (guint) (whole + 30) / 60);
  return g_strdup_printf (_("about %u h"), (guint) (whole + 1800) / 3600);
}
