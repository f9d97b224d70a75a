/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The measurement of one model, in processes of their own: memory that others left behind is not counted, and a model that
 * takes the process down with it is one line of the table. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Without --size, the picture should take about this long. */
#define WANTED_SECONDS 1.5
#define SMALLEST_SIDE 48
#define MEGAPIXEL_SIDE 1000
#define CLASSIC_SCALE 2

typedef struct Picture
{
  int width;
  ToolProgress progress;
} Picture;

/* A ramp with some grain. */
static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Picture *picture = data;
  gsize n = (gsize) rows * picture->width * 3;

  for (gsize i = 0; i < n; i++)
    pixels[i] = (float) ((i + (gsize) y * 7) % 997) / 1200 + (float) (((guint32) i * 2654435761u) >> 24) / 4096;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
progress (void *data, double fraction, double seconds_left)
{
  return tool_progress (&((Picture *) data)->progress, fraction, seconds_left);
}

static void
say (BenchFigures *figures, const GError *error)
{
  g_strlcpy (figures->problem, error->message, sizeof figures->problem);
}

/* The side of a square picture that takes about WANTED_SECONDS. */
static int
choose_side (const AcuUpscaler *megapixel)
{
  double seconds = acu_upscaler_measure_seconds (megapixel);
  int side = seconds > 0 ? (int) (MEGAPIXEL_SIDE * sqrt (MIN (1, WANTED_SECONDS / seconds))) : 2 * SMALLEST_SIDE;

  return MAX (SMALLEST_SIDE, side / 8 * 8);
}

static gboolean
time_runs (const BenchOptions *options, AcuUpscaler *upscaler, BenchFigures *figures, GError **error)
{
  Picture picture = { figures->width, { figures->name, options->quiet } };
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

  /* The first run makes everything ready. */
  for (int i = 0; i <= options->repeat; i++)
    {
      double start = bench_wall (), seconds;

      if (!acu_upscaler_run (upscaler, read_rows, write_rows, &picture, progress, &picture, error))
        return FALSE;
      seconds = bench_wall () - start;
      if (i > 0)
        g_array_append_val (times, seconds);
    }
  figures->seconds = bench_median (times);
  return TRUE;
}

/* Chooses the picture if it is not given, measures otherwise. */
static gboolean
measure (const BenchOptions *options, const AcuModelInfo *model, BenchFigures *figures, GError **error)
{
  const char *name = model->path ? model->path : model->name;
  guint64 base = bench_resident ("VmRSS");
  AcuUpscaler *megapixel, *upscaler;
  gboolean done;

  figures->width = options->width;
  figures->height = options->height;
  figures->scale = model->classic ? CLASSIC_SCALE : acu_model_scale (model, options->threads, error);
  if (!figures->scale)
    return FALSE;
  megapixel = bench_upscaler_new (options, name, MEGAPIXEL_SIDE, MEGAPIXEL_SIDE, figures->scale, error);
  if (!megapixel)
    return FALSE;
  if (!figures->width)
    {
      figures->width = figures->height = choose_side (megapixel);
      acu_upscaler_free (megapixel);
      return TRUE;
    }
  upscaler = bench_upscaler_new (options, name, figures->width, figures->height, figures->scale, error);
  done = upscaler && time_runs (options, upscaler, figures, error);
  if (done)
    {
      figures->megapixel_seconds = figures->seconds * acu_upscaler_operations (megapixel) / acu_upscaler_operations (upscaler);
      figures->megapixel_memory = acu_upscaler_memory (megapixel);
      figures->planned = acu_upscaler_memory (upscaler);
      figures->rise = MAX (bench_resident ("VmHWM"), base) - base;
    }
  acu_upscaler_free (upscaler);
  acu_upscaler_free (megapixel);
  return done;
}

static void
in_child (const BenchOptions *options, const char *name, int to)
{
  BenchFigures figures = { .scale = 0 };
  GError *error = NULL;
  AcuModelInfo *model = acu_model_find (name, 1, &error);

  g_strlcpy (figures.name, model ? model->name : name, sizeof figures.name);
  if (!model || !measure (options, model, &figures, &error))
    say (&figures, error);
  if (write (to, &figures, sizeof figures) != sizeof figures)
    _exit (TOOL_FAILED);
  _exit (TOOL_OK);
}

static gboolean
read_figures (int from, BenchFigures *figures)
{
  gsize got = 0;
  gssize n;

  while (got < sizeof *figures
         && ((n = read (from, (char *) figures + got, sizeof *figures - got)) > 0 || (n < 0 && errno == EINTR)))
    got += (gsize) MAX (n, 0);
  return got == sizeof *figures;
}

static gboolean
ask_child (const BenchOptions *options, const char *name, BenchFigures *figures, GError **error)
{
  int ends[2], status = 0;
  gboolean whole;
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) != 0 || (child = fork ()) < 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("“%s” cannot be measured: %s"), name, g_strerror (errno));
      return FALSE;
    }
  if (child == 0)
    {
      close (ends[0]);
      in_child (options, name, ends[1]);
    }
  close (ends[1]);
  whole = read_figures (ends[0], figures);
  close (ends[0]);
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    continue;
  if (whole && !*figures->problem)
    return TRUE;
  if (whole)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, figures->problem);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("“%s” was ended by the system while it was measured."), name);
  return FALSE;
}

gboolean
bench_model (const BenchOptions *options, const char *name, BenchFigures *figures, GError **error)
{
  BenchOptions chosen = *options;

  if (!options->width)
    {
      if (!ask_child (options, name, figures, error))
        return FALSE;
      chosen.width = figures->width;
      chosen.height = figures->height;
    }
  return ask_child (&chosen, name, figures, error);
}
