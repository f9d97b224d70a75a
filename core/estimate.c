/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How long a job will take, from how long jobs like it took on this machine. */
#include "rates.h"
#include "upscaler_private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is over sooner says little, and nobody waits for it. */
#define SHORTEST_LESSON 0.02
/* A measurement ends after this, but when making ready took longer, it has this much in any case. */
#define MEASURE_SECONDS 0.9
#define LEAST_SECONDS 0.3
/* The largest part runs so often once more if there is time. */
#define MOST_AGAIN 2
/* What a run that was ended must have done to tell something. */
#define LEAST_FRACTION 0.25
#define FIRST_SIDE 16
#define LARGEST_SIDE 1024
#define CPUINFO_BYTES 8192

/* What tells processors apart: the first one's name and features. */
static const char *
processor (void)
{
  static const char *const lines[] = { "model name", "flags", "Features", "CPU implementer", "CPU part" };
  static gsize once;
  static char *known;

  if (g_once_init_enter (&once))
    {
      GString *text = g_string_new (NULL);
      FILE *file = fopen ("/proc/cpuinfo", "re");
      char line[CPUINFO_BYTES];

      while (file && fgets (line, sizeof line, file) && *line != '\n')
        for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
          if (g_str_has_prefix (line, lines[i]))
            g_string_append (text, line);
      if (file)
        fclose (file);
      known = g_string_free (text, FALSE);
      g_once_init_leave (&once, 1);
    }
  return known;
}

static void
add_file (GString *text, const char *path)
{
  GStatBuf info = { 0 };

  if (g_stat (path, &info) == 0)
    g_string_append_printf (text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%ld\n", path, (gint64) info.st_size,
                            (gint64) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

/* Everything that changes the pace, but the size. Free with g_free(). */
static char *
key_of (const AcuUpscaler *upscaler)
{
  GString *text = g_string_new (ACU_VERSION "\n");
  const AcuModelInfo *model = upscaler->model;
  const char *mask = g_getenv ("ACUITY_CPU");
  AcuPixelFormat format = upscaler->format;
  char *sum;
  gboolean resampled = TRUE;

  g_string_append_printf (text, "%s %s\n%s %d %d\n", processor (), mask ? mask : "", upscaler->device->name,
                          upscaler->threads, upscaler->precision);
  if (model->classic)
    g_string_append_printf (text, "%s %d\n", model->name, format.colours);
  else
    {
      g_string_append_printf (text, "%s %d %d %d %d %d\n", model->path, upscaler->text, upscaler->net == upscaler->overlay,
                              upscaler->text_strength < 1, upscaler->strength < 1, upscaler->detector != NULL);
      add_file (text, model->path);
      if (g_str_has_suffix (model->path, ".param"))
        {
          g_autofree char *stem = g_strndup (model->path, strlen (model->path) - strlen (".param"));
          g_autofree char *bin = g_strconcat (stem, ".bin", NULL);

          add_file (text, bin);
        }
      resampled = upscaler->src_width * (gint64) upscaler->net->scale != upscaler->dst_width
                  || upscaler->src_height * (gint64) upscaler->net->scale != upscaler->dst_height;
      g_string_append_printf (text, "%d\n", upscaler->net->scale);
    }
  g_string_append_printf (text, "%d %d %d", resampled, resampled && upscaler->linear_light, format.linear);
  if (format.alpha)
    g_string_append (text, " alpha");
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
  sum[32] = 0;
  g_string_free (text, TRUE);
  return sum;
}

void
acu_estimate_learn (const AcuUpscaler *upscaler, double start, double seconds)
{
  g_autofree char *key = NULL;

  if (upscaler->measuring || start + seconds < SHORTEST_LESSON)
    return;
  key = key_of (upscaler);
  acu_rates_add (key, upscaler->operations, upscaler->runs ? -1 : start, seconds);
}

static double
estimate (const AcuUpscaler *upscaler, const char *key)
{
  double start, seconds;

  if (!acu_rates_find (key, upscaler->operations, &start, &seconds))
    return -1;
  return upscaler->runs ? seconds : start + seconds;
}

/* What small parts told gives way to what whole jobs tell. */
static char *
measured_key (const char *key)
{
  char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  sum[32] = 0;
  return sum;
}

double
acu_upscaler_estimate_seconds (const AcuUpscaler *upscaler)
{
  g_autofree char *key = key_of (upscaler), *measured = measured_key (key);
  double seconds = estimate (upscaler, key);

  return seconds >= 0 ? seconds : estimate (upscaler, measured);
}

typedef struct Measurement
{
  int width;
  int channels;
  gint64 deadline;
  double fraction;
} Measurement;

/* A ramp with some grain: of mere noise some networks make what only exact arithmetic holds. */
static gboolean
read_ramp (void *data, int y, int rows, float *pixels, GError **error)
{
  const Measurement *m = data;
  gsize row = (gsize) m->width * m->channels;

  for (gsize i = 0; i < rows * row; i++)
    {
      float grain = (float) (((guint32) (i + (gsize) y * row) * 2654435761u) >> 24) / (1 << 12);

      pixels[i] = 0.2f + 0.5f * (float) (i % row) / (float) row + grain;
    }
  return TRUE;
}

static gboolean
write_nothing (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
watch_clock (void *data, double fraction, double seconds_left)
{
  Measurement *m = data;

  m->fraction = fraction;
  return g_get_monotonic_time () < m->deadline;
}

/* Bands of as many pixels as those of the whole picture, for threads wait for one another after each of their layers; 0 without bands. */
static int
small_bands (const AcuUpscaler *whole, int width)
{
  double rows;

  if (!whole->plan || acu_plan_band_rows (whole->plan) >= acu_plan_height (whole->plan))
    return 0;
  rows = (double) acu_plan_band_rows (whole->plan) * whole->src_width / width;
  return (int) MIN (rows, ACU_MAX_SIDE);
}

/* The same job for a small part of the picture, or NULL. */
static AcuUpscaler *
small_job (const AcuUpscaler *whole, int side)
{
  int width = MIN (side, whole->src_width), height = MIN (side, whole->src_height);
  AcuSize size = { .mode = ACU_SIZE_PIXELS };
  AcuUpscaler *job;

  size.width = (int) CLAMP (round ((double) width * whole->dst_width / whole->src_width), 1, ACU_MAX_SIDE);
  size.height = (int) CLAMP (round ((double) height * whole->dst_height / whole->src_height), 1, ACU_MAX_SIDE);
  job = acu_upscaler_new (acu_upscaler_params (.width = width, .height = height, .format = whole->format, .size = size,
                                               .model = whole->model->classic ? whole->model->name : whole->model->path,
                                               .device = whole->device->name, .threads = whole->threads,
                                               .linear_light = whole->linear_light, .precision = whole->precision, .band_rows = small_bands (whole, width),
                                               .strength = whole->strength, .text_strength = whole->text_strength,
                                               .text = whole->net && whole->net == whole->overlay ? ACU_TEXT_EVERYWHERE
                                                       : whole->mask                              ? ACU_TEXT_AUTO
                                                                                                  : ACU_TEXT_OFF,
                                               .faces = whole->detector ? ACU_FACES_AUTO : ACU_FACES_OFF, .face_strength = whole->face_strength, .steps = whole->sampling.steps,
                                               .consistency = whole->sampling.consistency),
                          NULL);
  if (job)
    job->measuring = TRUE;
  return job;
}

/* One run; *start and *seconds are its figures, *operations what it did of its work. TRUE if it did all of it. */
static gboolean
time_job (AcuUpscaler *job, gint64 deadline, double *operations, double *start, double *seconds)
{
  Measurement m = { job->src_width, acu_format_channels (&job->format), deadline, 0 };
  AcuPrecision precision = job->precision;
  gint64 before = g_get_monotonic_time (), ready;
  gboolean done = !job->plan || acu_plan_prepare (job->plan, NULL);

  ready = g_get_monotonic_time ();
  m.deadline = MAX (deadline, ready + (gint64) (LEAST_SECONDS * G_USEC_PER_SEC));
  done = done && acu_upscaler_run (job, read_ramp, write_nothing, &m, watch_clock, &m, NULL)
         && job->precision == precision;
  *operations = job->operations * (done ? 1 : m.fraction);
  *start = (double) (ready - before) / G_USEC_PER_SEC;
  *seconds = (double) (g_get_monotonic_time () - ready) / G_USEC_PER_SEC;
  return done;
}

/* Weights that are packed for the first time are kept: the job that is asked about will find them. */
static void
pack_weights (const AcuUpscaler *upscaler)
{
  AcuUpscaler *job = upscaler->plan ? small_job (upscaler, FIRST_SIDE) : NULL;

  if (job)
    acu_plan_prepare (job->plan, NULL);
  acu_upscaler_free (job);
}

typedef struct Told
{
  AcuUpscaler *job;
  double operations, start, seconds;
} Told;

/* Times a part of this side; TRUE if all of it was done. What it told replaces *told unless it is nothing. */
static gboolean
measure_part (const AcuUpscaler *upscaler, int side, gint64 deadline, Told *told)
{
  Told now = { .job = small_job (upscaler, side) };
  gboolean done = now.job && time_job (now.job, deadline, &now.operations, &now.start, &now.seconds);

  if (now.job && (done || told->operations <= 0 || now.operations >= LEAST_FRACTION * now.job->operations))
    {
      acu_upscaler_free (told->job);
      *told = now;
    }
  else
    acu_upscaler_free (now.job);
  return done;
}

static double
seconds_until (gint64 time)
{
  return (double) (time - g_get_monotonic_time ()) / G_USEC_PER_SEC;
}

/* How long the part takes when it runs again, in memory that has been used before: finding that the first time may take longer than the work, and low
 * bands need as much of it for a small part as for the whole. */
static double
run_again (const Told *told, gint64 deadline)
{
  double least = told->seconds, operations, start, seconds;

  for (int i = 0; i < MOST_AGAIN && seconds_until (deadline) > told->seconds; i++)
    if (time_job (told->job, deadline, &operations, &start, &seconds))
      least = MIN (least, seconds);
  return least;
}

double
acu_upscaler_measure_seconds (const AcuUpscaler *upscaler)
{
  g_autofree char *key = key_of (upscaler), *measured = measured_key (key);
  double known = acu_upscaler_estimate_seconds (upscaler);
  int largest = MIN (MAX (upscaler->src_width, upscaler->src_height), LARGEST_SIDE), side = FIRST_SIDE;
  Told told = { NULL, 0, -1, 0 };
  gint64 deadline;
  gboolean done;

  if (known >= 0)
    return known;
  pack_weights (upscaler);
  deadline = g_get_monotonic_time () + (gint64) (MEASURE_SECONDS * G_USEC_PER_SEC);
  while ((done = measure_part (upscaler, side, deadline, &told)) && side < largest)
    {
      /* Half of the time is for running it again. */
      int next = (int) MIN (side * sqrt (MAX (seconds_until (deadline) - told.start, 0) / 2 / told.seconds), largest);

      if (next < side * 1.4)
        break;
      side = next;
    }
  if (told.job)
    acu_rates_add (measured, told.operations, told.start, done ? run_again (&told, deadline) : told.seconds);
  acu_upscaler_free (told.job);
  return estimate (upscaler, measured);
}
