/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* estimate_truth MODEL [THREADS…]: how near the estimates that dialogs show come to what jobs then take, on this machine.
 *
 * A line for each job: kind (first: never run here before, so that it is measured; kept: from earlier jobs of other sizes), model, threads, width,
 * height, estimate and truth in seconds, and their ratio; at the end how many are within 20 %. Nothing of the user's is read or changed: what
 * is kept lies in a folder of its own. Worth something only where nothing else runs. */
#include "rates.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Jobs of about so many seconds on a machine that does so many operations in one. */
static const double wanted[] = { 0.2, 1.5, 0.6, 4 };
#define PACE 1e12
#define CLASSIC_SIDE 1500
#define PROBE_SIDE 128
#define NEAR 0.2

typedef struct Job
{
  int width;
} Job;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Job *job = data;

  for (int i = 0; i < rows * job->width * 3; i++)
    pixels[i] = (float) ((i + y * 7) % 997) / 1200 + (float) (((guint32) i * 2654435761u) >> 24) / 4096;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
go_on (void *data, double fraction, double seconds_left)
{
  return TRUE;
}

static AcuUpscaler *
make_job (const char *model, int width, int height, int threads)
{
  GError *error = NULL;
  AcuUpscaler *job = acu_upscaler_new (acu_upscaler_params (.width = width, .height = height, .model = model, .threads = threads,
                                                            .size = { .mode = ACU_SIZE_FACTOR, .scale = 3 }), &error);

  if (!job)
    {
      fprintf (stderr, "estimate_truth: %s\n", error->message);
      exit (1);
    }
  return job;
}

static void
forget (void)
{
  g_autofree char *file = g_build_filename (g_get_user_cache_dir (), "acuity", "rates", NULL);

  g_unlink (file);
  acu_rates_reset ();
}

static int tried, near;

static void
try_job (const char *kind, const char *model, int width, int height, int threads)
{
  AcuUpscaler *job = make_job (model, width, height, threads);
  Job rows = { width };
  double estimate = acu_upscaler_measure_seconds (job), truth;
  gint64 start = g_get_monotonic_time ();
  GError *error = NULL;

  if (!acu_upscaler_run (job, read_rows, write_rows, &rows, go_on, NULL, &error))
    {
      fprintf (stderr, "estimate_truth: %s\n", error->message);
      exit (1);
    }
  truth = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  tried++;
  near += fabs (estimate / truth - 1) <= NEAR;
  printf ("%-5s %-24s %d %5d %5d  %7.3f %7.3f  %.2f\n", kind, model, threads, width, height, estimate, truth, estimate / truth);
  fflush (stdout);
  acu_upscaler_free (job);
}

static void
try_threads (const char *model, int threads, gboolean classic)
{
  AcuUpscaler *probe = make_job (model, PROBE_SIDE, PROBE_SIDE, threads);
  double pixels = PACE / (acu_upscaler_operations (probe) / (PROBE_SIDE * PROBE_SIDE));

  acu_upscaler_free (probe);
  for (int kept = 0; kept < 2; kept++)
    for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
      {
        int width = classic ? CLASSIC_SIDE * (int) (i + 1) : MAX (16, (int) sqrt (pixels * wanted[i] * 4 / 3));

        if (!kept || i == 0)
          forget ();
        try_job (kept && i > 0 ? "kept" : "first", model, width, width * 3 / 4, threads);
      }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("acuity-estimates-XXXXXX", NULL);
  AcuModelInfo *model;

  if (argc < 2 || !folder || !g_setenv ("XDG_CACHE_HOME", folder, TRUE) || !(model = acu_model_find (argv[1], 4, NULL)))
    {
      fprintf (stderr, "estimate_truth MODEL [THREADS…]\n");
      return 1;
    }
  for (int i = 2; i < MAX (argc, 3); i++)
    try_threads (argv[1], argc > 2 ? atoi (argv[i]) : 0, model->classic);
  printf ("%d of %d within %.0f %%\n", near, tried, 100 * NEAR);
  acu_model_info_free (model);
  forget ();
  return 0;
}
