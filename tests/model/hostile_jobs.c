/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Hostile files through whole jobs: each is refused with one sentence, or runs to its end. */
#include "hostile_seeds.h"

#include "arch.h"
#include "plan.h"
#include "seeds.h"
#include "try_net.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Sanitizers take time and memory of their own. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED TRUE
#else
#define SANITIZED FALSE
#endif

static char *folder;
static int stored;

/* Writes a .param and a .bin and returns the former's path. Frees `text`. */
static char *
store (GString *text, const void *bin, gsize bin_bytes)
{
  char *param = g_strdup_printf ("%s/%d.param", folder, ++stored);
  g_autofree char *path = g_strdup_printf ("%s/%d.bin", folder, stored);

  g_assert_true (g_file_set_contents (param, text->str, text->len, NULL));
  g_assert_true (g_file_set_contents (path, bin ? bin : "", bin_bytes, NULL));
  g_string_free (text, TRUE);
  return param;
}

/* Whether the model is refused for a width × height picture because it makes another size of it. */
static void
refused (GString *text, int width, int height, double scale)
{
  g_autofree char *path = store (text, NULL, 0);
  g_autoptr (GError) error = NULL;
  AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = width, .height = height, .model = path,
                                                                 .size = { .scale = scale }, .threads = 1), &error);

  g_assert_null (upscaler);
  g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "pixels of this picture"));
}

static void
wrong_sizes (void)
{
  refused (hostile_drift (), 200, 100, 1);
  refused (hostile_rounding (), 4, 3000, 2);
}

/* 3 × 8^5 channels are too many, and 3 × 8^14 more than an int holds: the fifth Concat is where to say so. */
static void
too_many_channels (void)
{
  static const int times[] = { 5, 9, 14 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *path = store (hostile_doubling (times[i]), NULL, 0);
      g_autoptr (GError) error = NULL;

      g_assert_null (acu_upscaler_new (acu_upscaler_params (.width = 8, .height = 8, .model = path), &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, "line 13: "));
    }
}

/* Loads and plans the model, in a process of its own that is measured: processor seconds and bytes at most in use. */
static void
measured (const char *path, double *seconds, guint64 *bytes)
{
  struct rusage used;
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      AcuWeights *weights = acu_load_ncnn (path, NULL);
      AcuNet *net = weights ? acu_arch_build (weights, NULL) : NULL;

      if (net)
        acu_plan_new (net, acu_device_find ("cpu", NULL), 9, 7, 1, 64 << 20, 0, ACU_PRECISION_FAST, NULL);
      _exit (0);
    }
  g_assert_cmpint (wait4 (child, &status, 0, &used), ==, child);
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  *seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  *bytes = (guint64) used.ru_maxrss * 1024;
}

/* A bad file costs at most a second, twice its size and 64 MiB. */
static void
cheap (GString *text)
{
  guint64 allowed = 2 * (guint64) text->len + (64 << 20), bytes;
  g_autofree char *path = store (text, NULL, 0);
  double seconds;

  measured (path, &seconds, &bytes);
  g_test_message ("%.2f s, %" G_GUINT64_FORMAT " kB of %" G_GUINT64_FORMAT, seconds, bytes >> 10, allowed >> 10);
  if (SANITIZED)
    return;
  g_assert_cmpfloat (seconds, <, 1);
  g_assert_cmpuint (bytes, <=, allowed);
}

static void
repeated_numbers (void)
{
  cheap (hostile_doubling (9));
  cheap (hostile_slopes (9000));
  cheap (hostile_offsets (9000));
}

/* The most that a .param may have. */
#define MOST ((16 << 20) - 1000)

static void
long_lines (void)
{
  cheap (hostile_words (MOST));
  cheap (hostile_numbers (MOST));
  cheap (hostile_name (MOST));
  cheap (hostile_parameters (10000));
  cheap (hostile_parameters (85000));
}

static void
pipes (void)
{
  g_autofree char *path = g_build_filename (folder, "pipe.param", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  /* Ends the test if it waits for a writer. */
  alarm (20);
  g_assert_null (acu_load_ncnn (path, &error));
  alarm (0);
  g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
  g_unlink (path);
}

/* Sound models run to the end in every way; hostile ones do, or are refused. */
static void
small_pictures (void)
{
  Seed seeds[N_SEEDS];
  GString *hostile[] = { hostile_drift (), hostile_rounding (), hostile_doubling (3), hostile_slopes (20), hostile_offsets (20) };

  make_seeds (seeds);
  for (int i = 0; i < N_SEEDS; i++)
    {
      g_autofree char *path = store (g_string_new (seeds[i].param), seeds[i].bin->data, seeds[i].bin->len);

      for (int way = 0; way < TRY_WAYS; way++)
        g_assert_true (try_job (path, way, 1e9));
    }
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = store (hostile[i], NULL, 0);

      for (int way = 0; way < TRY_WAYS; way++)
        try_job (path, way, 1e8);
    }
  free_seeds (seeds);
}

/* Far more memory is wanted than is allowed, so that every band height is tried. */
static void
long_schedule (GString *text, int height, guint64 memory)
{
  g_autofree char *path = store (text, NULL, 0);
  AcuWeights *weights = acu_load_ncnn (path, NULL);
  AcuNet *net = acu_arch_build (weights, NULL);
  g_autoptr (GError) error = NULL;
  clock_t start = clock ();

  g_assert_nonnull (net);
  g_assert_null (acu_plan_new (net, acu_device_find ("cpu", NULL), 3, height, 1, memory, 0, ACU_PRECISION_FAST, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  g_test_message ("%.2f s", (double) (clock () - start) / CLOCKS_PER_SEC);
  g_assert_cmpint (clock () - start, <, (SANITIZED ? 60 : 5) * CLOCKS_PER_SEC);
  acu_net_unref (net);
  acu_weights_free (weights);
}

static void
long_schedules (void)
{
  long_schedule (hostile_chain (9999), 100000, 100000);
  long_schedule (hostile_barriers (3000), 3000, 10000);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (folder = g_dir_make_tmp ("acuity-XXXXXX", NULL));
  g_test_add_func ("/hostile-jobs/wrong-sizes", wrong_sizes);
  g_test_add_func ("/hostile-jobs/too-many-channels", too_many_channels);
  g_test_add_func ("/hostile-jobs/repeated-numbers", repeated_numbers);
  g_test_add_func ("/hostile-jobs/long-lines", long_lines);
  g_test_add_func ("/hostile-jobs/pipes", pipes);
  g_test_add_func ("/hostile-jobs/small-pictures", small_pictures);
  g_test_add_func ("/hostile-jobs/long-schedules", long_schedules);
  result = g_test_run ();
  for (; stored > 0; stored--)
    {
      g_autofree char *param = g_strdup_printf ("%s/%d.param", folder, stored);
      g_autofree char *bin = g_strdup_printf ("%s/%d.bin", folder, stored);

      g_unlink (param);
      g_unlink (bin);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
