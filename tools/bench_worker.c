/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* “acuity bench --worker”: one engine of a comparison whose rounds another program leads. A line on standard input asks,
 * a line of JSON on standard output answers:
 *
 *   load FILE     raw float32 CHW, encoded RGB  {"load_s":…,"first_s":…}: until it was ready, and its first run
 *   run SECONDS   runs for about that long      {"wall":…,"wmin":…,"cpu":…,"cmin":…,"n":…,"foreign":…}: medians, minima
 *   save FILE     raw float32 CHW of the result {}
 *   rss           bytes                         {"base":…,"peak":…,"now":…}: base is from before the network was loaded
 *   quit
 *
 * Whatever goes wrong ends it with one sentence on standard error. */
#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A quick network's first run after others had the processor finds its data gone from the caches. */
#define QUICK 1.0
#define LONGEST_BATCH 3600.0

typedef struct Worker
{
  const BenchOptions *options;
  AcuUpscaler *upscaler;          /* NULL until "load" */
  float *input, *output;          /* planes; pixels, as each engine keeps the result that it hands over in its own order */
  int width, height;              /* of the result */
  guint64 base;
  double first;                   /* seconds of the first run */
} Worker;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Worker *worker = data;
  int width = worker->options->width;
  gsize plane = (gsize) width * worker->options->height, at = (gsize) y * width;

  for (gsize i = 0; i < (gsize) rows * width; i++)
    for (gsize c = 0; c < 3; c++)
      pixels[3 * i + c] = worker->input[c * plane + at + i];
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Worker *worker = data;
  gsize row = (gsize) worker->width * 3;

  memcpy (worker->output + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
run_once (Worker *worker, GError **error)
{
  return acu_upscaler_run (worker->upscaler, read_rows, write_rows, worker, NULL, NULL, error);
}

/* Processor seconds that the whole machine has spent since it started; 0 if the system does not say. */
static double
machine_seconds (void)
{
  FILE *file = fopen ("/proc/stat", "re");
  unsigned long long v[8] = { 0 };
  double ticks = 0;

  if (file && fscanf (file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6],
                      &v[7]) == 8)
    ticks = (double) (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]);
  if (file)
    fclose (file);
  return ticks / (double) sysconf (_SC_CLK_TCK);
}

/* Processor time of a thread in ticks. */
static unsigned long long
thread_ticks (const char *thread)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/stat", thread);
  g_autofree char *text = NULL;
  unsigned long long user = 0, system = 0;
  const char *end = g_file_get_contents (path, &text, NULL, NULL) ? strrchr (text, ')') : NULL;

  if (!end || sscanf (end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
    return 0;
  return user + system;
}

typedef struct Thread
{
  int id;
  unsigned long long ticks;
} Thread;

static int
busiest_first (gconstpointer a, gconstpointer b)
{
  const Thread *x = a, *y = b;

  return (x->ticks < y->ticks) - (x->ticks > y->ticks);
}

/* A processor for each of the busiest threads, this one first: on a busy machine the system is slow to part them, for
 * every engine alike, so all of them do this. */
static void
pin_threads (void)
{
  g_autoptr (GArray) threads = g_array_new (FALSE, FALSE, sizeof (Thread));
  DIR *folder = opendir ("/proc/self/task");
  const struct dirent *entry;

  while (folder && (entry = readdir (folder)))
    {
      Thread thread = { atoi (entry->d_name), 0 };

      if (thread.id <= 0)
        continue;
      thread.ticks = thread.id == getpid () ? G_MAXUINT64 : thread_ticks (entry->d_name);
      g_array_append_val (threads, thread);
    }
  if (folder)
    closedir (folder);
  g_array_sort (threads, busiest_first);
  for (guint i = 0; i < threads->len && i < g_get_num_processors () && i < CPU_SETSIZE; i++)
    {
      cpu_set_t set;

      CPU_ZERO (&set);
      CPU_SET (i, &set);
      sched_setaffinity (g_array_index (threads, Thread, i).id, sizeof set, &set);
    }
}

/* One line of JSON; NULL ends the names, each followed by a double. */
static void
answer (const char *first, ...)
{
  GString *line = g_string_new ("{");
  va_list values;

  va_start (values, first);
  for (const char *name = first; name; name = va_arg (values, const char *))
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (number, sizeof number, "%.9g", va_arg (values, double));
      g_string_append_printf (line, "%s\"%s\": %s", line->len > 1 ? ", " : "", name, number);
    }
  va_end (values);
  printf ("%s}\n", line->str);
  fflush (stdout);
  g_string_free (line, TRUE);
}

static gboolean
no_memory (GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the pictures."));
  return FALSE;
}

static gboolean
read_picture (Worker *worker, const char *path, GError **error)
{
  guint64 floats = (guint64) worker->options->width * worker->options->height * 3;
  FILE *file = fopen (path, "rbe");
  gboolean whole;

  if (!file)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be read: %s"), path, g_strerror (errno));
      return FALSE;
    }
  if (!(worker->input = acu_try_alloc (floats, sizeof (float))))
    {
      fclose (file);
      return no_memory (error);
    }
  whole = fread (worker->input, sizeof (float), floats, file) == floats && fgetc (file) == EOF;
  fclose (file);
  if (!whole)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT,
                 _("%s does not hold three planes of %d × %d numbers of 32 bits."), path, worker->options->width,
                 worker->options->height);
  return whole;
}

/* Nothing but the network lies between `base` and the figures that are given later. */
static gboolean
load (Worker *worker, const char *path, GError **error)
{
  const BenchOptions *options = worker->options;
  AcuModelInfo *model;
  double start, loaded;
  int scale;

  if (worker->upscaler)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A worker loads once."));
      return FALSE;
    }
  if (!read_picture (worker, path, error) || !(model = acu_model_find (options->models[0], 1, error)))
    return FALSE;
  worker->base = bench_resident ("VmRSS");
  start = bench_wall ();
  scale = acu_model_scale (model, options->threads, error);
  acu_model_info_free (model);
  if (!scale)
    return FALSE;
  worker->upscaler = bench_upscaler_new (options, options->models[0], options->width, options->height, scale, error);
  if (!worker->upscaler)
    return FALSE;
  worker->width = acu_upscaler_width (worker->upscaler);
  worker->height = acu_upscaler_height (worker->upscaler);
  worker->output = acu_try_alloc ((guint64) worker->width * worker->height * 3, sizeof (float));
  if (!worker->output)
    return no_memory (error);
  loaded = bench_wall ();
  if (!run_once (worker, error))
    return FALSE;
  worker->first = bench_wall () - loaded;
  pin_threads ();
  answer ("load_s", loaded - start, "first_s", worker->first, NULL);
  return TRUE;
}

static gboolean
run (Worker *worker, const char *text, GError **error)
{
  g_autoptr (GArray) walls = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) cpus = g_array_new (FALSE, FALSE, sizeof (double));
  char *end;
  double seconds = g_ascii_strtod (text, &end), busy, start, wall_sum = 0, cpu_sum = 0, foreign, wall_median, cpu_median;

  if (end == text || *end || !(seconds >= 0 && seconds <= LONGEST_BATCH))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“run” needs a number of seconds, not “%s”."), text);
      return FALSE;
    }
  if (worker->first < QUICK && !run_once (worker, error))
    return FALSE;
  busy = machine_seconds ();
  start = bench_wall ();
  do
    {
      double cpu = bench_cpu (), wall = bench_wall ();

      if (!run_once (worker, error))
        return FALSE;
      wall = bench_wall () - wall;
      cpu = bench_cpu () - cpu;
      g_array_append_val (walls, wall);
      g_array_append_val (cpus, cpu);
      wall_sum += wall;
      cpu_sum += cpu;
    }
  while (bench_wall () - start < seconds);
  foreign = (machine_seconds () - busy - cpu_sum) / wall_sum / g_get_num_processors ();
  /* sorted by this */
  wall_median = bench_median (walls);
  cpu_median = bench_median (cpus);
  answer ("wall", wall_median, "wmin", g_array_index (walls, double, 0),
          "cpu", cpu_median, "cmin", g_array_index (cpus, double, 0), "n", (double) walls->len,
          "foreign", MAX (0.0, foreign), NULL);
  return TRUE;
}

static gboolean
save (const Worker *worker, const char *path, GError **error)
{
  gsize pixels = (gsize) worker->width * worker->height;
  float *plane = acu_try_alloc (pixels, sizeof (float));
  FILE *file = plane ? fopen (path, "wbe") : NULL;
  gboolean written = file != NULL;

  if (!plane)
    return no_memory (error);
  for (gsize c = 0; written && c < 3; c++)
    {
      for (gsize i = 0; i < pixels; i++)
        plane[i] = worker->output[3 * i + c];
      written = fwrite (plane, sizeof (float), pixels, file) == pixels;
    }
  acu_free (plane);
  if (file && fclose (file) != 0)
    written = FALSE;
  if (!written)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s"), path, g_strerror (errno));
      return FALSE;
    }
  answer (NULL);
  return TRUE;
}

static gboolean
obey (Worker *worker, const char *word, const char *rest, GError **error)
{
  if (g_str_equal (word, "load"))
    return load (worker, rest, error);
  if (!g_str_equal (word, "run") && !g_str_equal (word, "save") && !g_str_equal (word, "rss"))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A worker knows load, run, save, rss and quit, not “%s”."), word);
  else if (!worker->upscaler)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” needs a “load” before it."), word);
  else if (g_str_equal (word, "run"))
    return run (worker, rest, error);
  else if (g_str_equal (word, "save"))
    return save (worker, rest, error);
  else
    {
      answer ("base", (double) worker->base, "peak", (double) bench_resident ("VmHWM"),
              "now", (double) bench_resident ("VmRSS"), NULL);
      return TRUE;
    }
  return FALSE;
}

int
bench_worker (const BenchOptions *options)
{
  Worker worker = { .options = options };
  GError *error = NULL;
  char *line = NULL;
  size_t room = 0;

  while (!error && getline (&line, &room, stdin) >= 0)
    {
      char *word = g_strstrip (line), *rest = word + strcspn (word, " ");

      if (*rest)
        *rest++ = 0;
      if (g_str_equal (word, "quit"))
        break;
      if (*word)
        obey (&worker, word, g_strstrip (rest), &error);
    }
  free (line);
  acu_upscaler_free (worker.upscaler);
  acu_free (worker.input);
  acu_free (worker.output);
  if (!error)
    return TOOL_OK;
  tool_complain ("%s", error->message);
  g_error_free (error);
  return TOOL_FAILED;
}
