/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How long a job will take: what is kept of earlier jobs, a file that anything may have happened to, and whether the
 * estimate comes near the truth. */
#include "rates.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"

static char *folder, *file;

static void
start_afresh (void)
{
  acu_rates_reset ();
  g_unlink (file);
  g_rmdir (file);
  g_rmdir (folder);
  g_unlink (folder);
}

static void
assert_pace (double operations, double start, double seconds)
{
  double s = -1, t = -1;

  g_assert_true (acu_rates_find (KEY, operations, &s, &t));
  g_assert_cmpfloat_with_epsilon (s, start, 1e-4 * start + 1e-9);
  g_assert_cmpfloat_with_epsilon (t, seconds, 1e-3 * seconds);
}

static void
assert_nothing (const char *key)
{
  double s, t;

  g_assert_false (acu_rates_find (key, 1e9, &s, &t));
}

static void
medians (void)
{
  start_afresh ();
  assert_nothing (KEY);
  acu_rates_add (KEY, 1e9, 0.5, 2);
  assert_nothing (OTHER);
  assert_pace (1e9, 0.5, 2);
  assert_pace (4e9, 0.5, 8);
  /* One job that was disturbed changes nothing, and after five new ones nothing old is left. */
  acu_rates_add (KEY, 1e9, 0.5, 2);
  acu_rates_add (KEY, 1e9, 9, 200);
  assert_pace (1e9, 0.5, 2);
  for (int i = 0; i < 5; i++)
    acu_rates_add (KEY, 1e9, -1, 3);
  assert_pace (1e9, 0, 3);
  /* Larger jobs were quicker: sizes between follow. */
  acu_rates_add (KEY, 1e11, 0.1, 100);
  assert_pace (1e9, 0.1, 3);
  assert_pace (1e11, 0.1, 100);
  assert_pace (1e12, 0.1, 1000);
  assert_pace (1e10, 0.1, 1e10 * sqrt (3e-9 * 1e-9));
}

static void
nonsense (void)
{
  start_afresh ();
  acu_rates_add (KEY, NAN, 0, 1);
  acu_rates_add (KEY, 1e9, NAN, 1);
  acu_rates_add (KEY, 1e9, 0, NAN);
  acu_rates_add (KEY, 1e9, 0, INFINITY);
  acu_rates_add (KEY, 1e9, 0, 0);
  acu_rates_add (KEY, 1e9, 0, -1);
  acu_rates_add (KEY, 0, 0, 1);
  acu_rates_add ("", 1e9, 0, 1);
  acu_rates_add ("../../../../../../../etc/passwd1", 1e9, 0, 1);
  assert_nothing (KEY);
  assert_nothing ("");
}

static void
put (const char *text, gsize length)
{
  acu_rates_reset ();
  g_assert_true (g_file_set_contents_full (file, text, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
persists (void)
{
  g_autofree char *text = NULL;
  gsize length;

  start_afresh ();
  acu_rates_add (KEY, 1e9, 0.25, 2);
  acu_rates_reset ();
  assert_pace (1e9, 0.25, 2);
  /* Keys and samples do not pile up. */
  for (int i = 0; i < 500; i++)
    {
      g_autofree char *key = g_strdup_printf ("%032x", i);

      for (int k = 0; k < 40; k++)
        acu_rates_add (key, pow (2, k % 60), 0, 1e-6 * pow (2, k % 60));
    }
  acu_rates_add (OTHER, 1e9, 0, 1);
  g_assert_true (g_file_get_contents (file, &text, &length, NULL));
  g_assert_cmpuint (length, <, 100000);
}

static void
damaged (void)
{
  g_autofree char *sound = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize length;

  start_afresh ();
  acu_rates_add (OTHER, 1e9, 0.25, 1);
  acu_rates_reset ();
  acu_rates_add (KEY, 1e9, 0.25, 2);
  acu_rates_add (KEY, 1e12, 0.25, 2000);
  g_assert_true (g_file_get_contents (file, &sound, &length, NULL));
  /* Cut anywhere: a line is there whole or not at all. */
  for (gsize cut = 0; cut < length; cut++)
    {
      double s, t;

      put (sound, cut);
      if (acu_rates_find (KEY, 1e9, &s, &t))
        assert_pace (1e9, 0.25, 2);
    }
  /* Any byte changed: the same, or lost. */
  for (int i = 0; i < 1500; i++)
    {
      g_autofree char *copy = g_memdup2 (sound, length);
      double s, t;

      copy[g_rand_int_range (rand, 0, (gint32) length)] ^= (char) g_rand_int_range (rand, 1, 256);
      put (copy, length);
      if (acu_rates_find (KEY, 1e9, &s, &t))
        assert_pace (1e9, 0.25, 2);
    }
  /* Noise, with and without the right beginning; what is learned afterwards replaces it. */
  for (int i = 0; i < 200; i++)
    {
      gsize n = (gsize) g_rand_int_range (rand, 0, 5000);
      g_autofree char *noise = g_malloc (n + 20);

      for (gsize k = 0; k < n + 20; k++)
        noise[k] = (char) g_rand_int_range (rand, 0, 256);
      if (i % 2)
        memcpy (noise, sound, 16);
      put (noise, n + 20);
      assert_nothing (KEY);
      acu_rates_add (KEY, 1e9, 0.25, 2);
      acu_rates_reset ();
      assert_pace (1e9, 0.25, 2);
    }
}

/* Lines whose checksum is right. */
static void
hostile (void)
{
  static const char *const samples[] = {
    "nan:0:1", "1e9:nan:1", "1e9:0:nan", "1e9:0:inf", "inf:0:1", "1e999:0:1", "1e9:0:1e999", "1e9:-5:1", "1e9:0:-1", "1e9:0:0",
    "-1e9:0:1", "0:0:1", "1e9:0", "1e9", "", ":", "::", "1e9:0:1:2", "1e9:0:1x", "1e9:0:1 1e9:0:nan", "1e22:0:1", "1:0:1"
  };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *line = g_strdup_printf (KEY " 1 %s", samples[i]);
      g_autofree char *text = g_strdup_printf ("acuity rates 1\n%s #%08x\n", line, g_str_hash (line));

      start_afresh ();
      g_mkdir_with_parents (folder, 0700);
      put (text, strlen (text));
      assert_nothing (KEY);
    }
}

static void
no_file (void)
{
  GStatBuf info;

  /* the folder cannot be made */
  start_afresh ();
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  acu_rates_add (KEY, 1e9, 0.25, 2);
  assert_pace (1e9, 0.25, 2);
  for (int i = 0; i < 300; i++)
    acu_rates_add (KEY, 1e9, 0.25, 2);
  assert_pace (1e9, 0.25, 2);
  /* a folder in the file's place, and a pipe */
  start_afresh ();
  g_assert_cmpint (g_mkdir_with_parents (file, 0700), ==, 0);
  acu_rates_add (KEY, 1e9, 0.25, 2);
  assert_pace (1e9, 0.25, 2);
  start_afresh ();
  g_mkdir_with_parents (folder, 0700);
  g_assert_cmpint (mkfifo (file, 0600), ==, 0);
  assert_nothing (KEY);
  acu_rates_add (KEY, 1e9, 0.25, 2);
  assert_pace (1e9, 0.25, 2);
  g_assert_true (g_stat (file, &info) == 0 && S_ISREG (info.st_mode));
}

static gboolean
read_gray (void *data, int y, int rows, float *pixels, GError **error)
{
  for (gsize i = 0; i < (gsize) rows * 2000 * 3; i++)
    pixels[i] = (float) (i % 251) / 250;
  return TRUE;
}

static gboolean
write_nothing (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
note_first (void *data, double fraction, double seconds_left)
{
  double *first = data;

  if (isnan (*first))
    *first = seconds_left;
  return TRUE;
}

static void
upscaler (void)
{
  double told = NAN, measured, truth = INFINITY;

  start_afresh ();
  for (int i = 0; i < 3; i++)
    {
      AcuUpscaler *job = acu_upscaler_new (acu_upscaler_params (.width = 2000, .height = 1500, .model = "lanczos3", .threads = 1),
                                           NULL);
      gint64 before = g_get_monotonic_time ();

      g_assert_nonnull (job);
      if (i == 0)
        {
          g_assert_cmpfloat (acu_upscaler_estimate_seconds (job), <, 0);
          measured = acu_upscaler_measure_seconds (job);
          g_assert_cmpfloat ((double) (g_get_monotonic_time () - before) / G_USEC_PER_SEC, <, 5);
          g_assert_cmpfloat (acu_upscaler_estimate_seconds (job), ==, measured);
          before = g_get_monotonic_time ();
        }
      g_assert_true (acu_upscaler_run (job, read_gray, write_nothing, NULL, note_first, &told, NULL));
      truth = fmin (truth, (double) (g_get_monotonic_time () - before) / G_USEC_PER_SEC);
      acu_upscaler_free (job);
    }
  g_test_message ("measured %.3f s, took %.3f s", measured, truth);
  g_assert_cmpfloat (told, ==, measured);
  g_assert_cmpfloat (measured, >, truth / 8);
  g_assert_cmpfloat (measured, <, truth * 20);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  int status;

  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  folder = g_build_filename (cache, "acuity", NULL);
  file = g_build_filename (folder, "rates", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimate/medians", medians);
  g_test_add_func ("/estimate/nonsense", nonsense);
  g_test_add_func ("/estimate/persists", persists);
  g_test_add_func ("/estimate/damaged", damaged);
  g_test_add_func ("/estimate/hostile", hostile);
  g_test_add_func ("/estimate/no-file", no_file);
  g_test_add_func ("/estimate/upscaler", upscaler);
  status = g_test_run ();
  start_afresh ();
  g_rmdir (cache);
  g_free (folder);
  g_free (file);
  return status;
}
