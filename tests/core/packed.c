/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Packed weights that are kept for the next start: the same result from a file as without, whatever happened to the file. */
#include "packed_file.h"
#include "run_net.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIDE 12
#define HEADER_BYTES 65536

static char *cache, *folder;
static float picture[SIDE * SIDE * 3];

static void
start_afresh (void)
{
  g_autofree char *above = g_path_get_dirname (folder);
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_unlink (path) != 0)
        g_rmdir (path);
    }
  if (dir)
    g_dir_close (dir);
  g_rmdir (folder);
  g_unlink (above);
  g_rmdir (above);
}

/* Weights that pack into more than a mebibyte; with `half` they are 16-bit floats of the same values. */
static AcuNet *
make_net (gboolean half, gboolean changed)
{
  AcuNet *net = acu_net_new ("test");
  GRand *rand = g_rand_new_with_seed (7);
  guint at;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 3;
  for (int i = 0; i < 6; i++)
    {
      int in = acu_net_layer (net, at)->channels, out = i < 5 ? 64 : 3;
      AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "conv", &at, 1, &at);
      gsize n = (gsize) in * out * 9;
      guint16 *halves = g_new (guint16, n);
      float *values = g_new (float, n);

      /* 2^-4 times -1.996 … 1.996, which 16 bits hold. */
      for (gsize k = 0; k < n; k++)
        {
          guint32 fraction = g_rand_int (rand) & 0x3ff;

          halves[k] = (guint16) ((g_rand_boolean (rand) ? 0x8000 : 0) | 11 << 10 | fraction);
          values[k] = (halves[k] & 0x8000 ? -1 : 1) * (float) (1024 + fraction) * 0x1p-14f;
        }
      if (changed && i == 3)
        {
          halves[n / 2] ^= 1 << 9;
          values[n / 2] = (halves[n / 2] & 0x8000 ? -1 : 1) * (float) (1024 + (halves[n / 2] & 0x3ff)) * 0x1p-14f;
        }
      l->channels = out;
      l->kernel_width = l->kernel_height = 3;
      l->stride = 1;
      l->left = l->right = l->top = l->bottom = 1;
      l->half = half;
      l->weights = half ? g_bytes_new (halves, n * sizeof *halves) : floats (values, n);
      l->bias = random_floats (rand, out, 0.1);
      g_free (halves);
      g_free (values);
    }
  g_rand_free (rand);
  return net;
}

static float *
run_made (const AcuNet *net, AcuPrecision precision)
{
  int width = SIDE, height = SIDE;

  return run_net (net, picture, &width, &height, 2, 0, 0, precision);
}

static float *
run (gboolean half, gboolean changed, AcuPrecision precision)
{
  AcuNet *net = make_net (half, changed);
  float *result = run_made (net, precision);

  acu_net_unref (net);
  return result;
}

static void
assert_same (const float *a, const float *b)
{
  g_assert_cmpmem (a, sizeof picture, b, sizeof picture);
}

/* Names of the files, in no order. */
static GPtrArray *
files (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  if (dir)
    g_dir_close (dir);
  return names;
}

static char *
only_file (void)
{
  g_autoptr (GPtrArray) names = files ();

  g_assert_cmpuint (names->len, ==, 1);
  return g_strdup (names->pdata[0]);
}

static guint
count_files (void)
{
  g_autoptr (GPtrArray) names = files ();

  return names->len;
}

static void
hit_is_miss (void)
{
  for (int precision = ACU_PRECISION_FAST; precision <= ACU_PRECISION_EXACT; precision++)
    {
      g_autofree float *miss = NULL, *hit = NULL;
      g_autofree char *name = NULL;
      GStatBuf before, after;

      start_afresh ();
      miss = run (FALSE, FALSE, precision);
      name = only_file ();
      g_assert_true (g_stat (name, &before) == 0);
      g_assert_cmphex (before.st_mode & 0777, ==, 0600);
      hit = run (FALSE, FALSE, precision);
      assert_same (hit, miss);
      /* A miss would have written a new file. */
      g_assert_true (g_stat (name, &after) == 0);
      g_assert_cmpuint (after.st_ino, ==, before.st_ino);
      g_assert_cmpuint (count_files (), ==, 1);
    }
}

static void
other_weights (void)
{
  g_autofree float *first = NULL, *changed = NULL, *half = NULL, *exact = NULL, *again = NULL, *sound = NULL;

  start_afresh ();
  sound = run (FALSE, TRUE, ACU_PRECISION_FAST);
  start_afresh ();
  first = run (FALSE, FALSE, ACU_PRECISION_FAST);
  changed = run (FALSE, TRUE, ACU_PRECISION_FAST);
  g_assert_cmpuint (count_files (), ==, 2);
  assert_same (changed, sound);
  g_assert_true (memcmp (changed, first, sizeof picture) != 0);
  exact = run (FALSE, FALSE, ACU_PRECISION_EXACT);
  g_assert_cmpuint (count_files (), ==, 3);
  g_assert_true (memcmp (exact, first, sizeof picture) != 0);
  half = run (TRUE, FALSE, ACU_PRECISION_FAST);
  assert_same (half, first);
  again = run (TRUE, FALSE, ACU_PRECISION_FAST);
  assert_same (again, first);
}

/* The file was not taken, and a sound one is there now. */
static void
assert_replaced (const char *name, const float *truth)
{
  g_autofree float *result = NULL, *again = NULL;
  GStatBuf before = { 0 }, after, last;

  g_lstat (name, &before);
  result = run (FALSE, FALSE, ACU_PRECISION_FAST);
  assert_same (result, truth);
  g_assert_true (g_lstat (name, &after) == 0);
  g_assert_true (S_ISREG (after.st_mode));
  g_assert_true (after.st_ino != before.st_ino || after.st_mtim.tv_nsec != before.st_mtim.tv_nsec);
  again = run (FALSE, FALSE, ACU_PRECISION_FAST);
  assert_same (again, truth);
  g_assert_true (g_lstat (name, &last) == 0);
  g_assert_cmpuint (last.st_ino, ==, after.st_ino);
}

static void
put (const char *name, const char *contents, gsize bytes)
{
  FILE *file = (g_unlink (name), fopen (name, "wbe"));

  g_assert_nonnull (file);
  g_assert_true (fwrite (contents, 1, bytes, file) == bytes && fchmod (fileno (file), 0600) == 0 && fclose (file) == 0);
}

static void
damaged (void)
{
  g_autofree float *truth = NULL;
  g_autofree char *name = NULL, *contents = NULL;
  gsize bytes;

  start_afresh ();
  truth = run (FALSE, FALSE, ACU_PRECISION_FAST);
  name = only_file ();
  g_assert_true (g_file_get_contents (name, &contents, &bytes, NULL));
  {
    /* Magic and version, key, sums, size; then weights, the first and the last. */
    const gsize places[] = { 0, 14, 16, 31, 32, 47, 48, 55, 56, 71, HEADER_BYTES, HEADER_BYTES + 777777, bytes - 1 };

    for (guint i = 0; i < G_N_ELEMENTS (places); i++)
      {
        contents[places[i]] ^= (char) (1 << i % 8);
        put (name, contents, bytes);
        contents[places[i]] ^= (char) (1 << i % 8);
        assert_replaced (name, truth);
      }
  }
  for (guint cut = 0; cut < 5; cut++)
    {
      const gsize lengths[] = { 0, 10, HEADER_BYTES, bytes - 1, bytes / 2 };

      put (name, contents, lengths[cut]);
      assert_replaced (name, truth);
    }
  contents = g_realloc (contents, bytes + 1);
  contents[bytes] = 0;
  put (name, contents, bytes + 1);
  assert_replaced (name, truth);
}

static void
not_ours (void)
{
  g_autofree float *truth = NULL, *result = NULL;
  g_autofree char *name = NULL, *elsewhere = g_build_filename (cache, "elsewhere", NULL);

  start_afresh ();
  truth = run (FALSE, FALSE, ACU_PRECISION_FAST);
  name = only_file ();
  g_assert_true (g_chmod (name, 0602) == 0);
  assert_replaced (name, truth);
  g_assert_true (g_chmod (name, 0620) == 0);
  assert_replaced (name, truth);
  if (geteuid () == 0)
    {
      g_assert_true (chown (name, 1, 1) == 0);
      assert_replaced (name, truth);
    }
  g_assert_true (g_rename (name, elsewhere) == 0 && symlink (elsewhere, name) == 0);
  assert_replaced (name, truth);
  g_unlink (elsewhere);
  g_unlink (name);
  g_assert_true (mkfifo (name, 0600) == 0);
  assert_replaced (name, truth);
  /* A folder cannot be replaced by a file; it costs nothing but time. */
  g_unlink (name);
  g_assert_true (g_mkdir (name, 0700) == 0);
  result = run (FALSE, FALSE, ACU_PRECISION_FAST);
  assert_same (result, truth);
  g_assert_cmpuint (count_files (), ==, 1);
}

static void
no_folder (void)
{
  g_autofree float *truth = run (FALSE, FALSE, ACU_PRECISION_FAST), *result = NULL;
  g_autofree char *above = g_path_get_dirname (folder);

  start_afresh ();
  g_assert_true (g_file_set_contents (above, "in the way", -1, NULL));
  result = run (FALSE, FALSE, ACU_PRECISION_FAST);
  assert_same (result, truth);
  g_assert_true (g_file_test (above, G_FILE_TEST_IS_REGULAR));
}

/* Writing more than that would end the process. */
static void
file_limit (void)
{
  g_autofree float *truth = run (FALSE, FALSE, ACU_PRECISION_FAST), *result = NULL;
  struct rlimit before, small;

  start_afresh ();
  g_assert_true (getrlimit (RLIMIT_FSIZE, &before) == 0);
  small = before;
  small.rlim_cur = HEADER_BYTES + 1000;
  g_assert_true (setrlimit (RLIMIT_FSIZE, &small) == 0);
  result = run (FALSE, FALSE, ACU_PRECISION_FAST);
  g_assert_true (setrlimit (RLIMIT_FSIZE, &before) == 0);
  assert_same (result, truth);
  g_assert_cmpuint (count_files (), ==, 0);
}

static gpointer
run_beside (gpointer truth)
{
  for (int i = 0; i < 8; i++)
    {
      g_autofree float *result = run (FALSE, FALSE, ACU_PRECISION_FAST);

      assert_same (result, truth);
    }
  return NULL;
}

static void
side_by_side (void)
{
  g_autofree float *truth = NULL;
  GThread *threads[3];

  start_afresh ();
  truth = run (FALSE, FALSE, ACU_PRECISION_FAST);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("job", run_beside, truth);
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GPtrArray) names = files ();

      for (guint k = 0; k < names->len; k++)
        if (!strchr (strrchr (names->pdata[k], '/'), '.'))
          g_unlink (names->pdata[k]);
      g_usleep (2000);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
make_file (const char *name, gsize bytes, int days_old)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *contents = g_malloc0 (bytes);
  struct timespec times[2] = { { g_get_real_time () / G_USEC_PER_SEC - days_old * 86400, 0 } };

  times[1] = times[0];
  put (path, contents, bytes);
  g_assert_true (utimensat (AT_FDCWD, path, times, 0) == 0);
}

static gboolean
is_there (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
bounded (void)
{
  g_autofree char *path = g_build_filename (folder, "00000000000000000000000000000005.Ab12Xy", NULL);
  int writing;

  start_afresh ();
  g_assert_true (g_mkdir_with_parents (folder, 0700) == 0);
  make_file ("00000000000000000000000000000001", 1000, 9);
  make_file ("00000000000000000000000000000002", 1000, 2);
  make_file ("00000000000000000000000000000003", 1000, 5);
  make_file ("00000000000000000000000000000004.Ab12Xy", 10, 0);
  make_file ("00000000000000000000000000000005.Ab12Xy", 10, 3);
  make_file ("a stranger", 5000, 99);
  /* Only one of the two is being written. */
  writing = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_true (writing >= 0 && flock (writing, LOCK_EX) == 0);
  acu_packed_file_tidy (2500);
  g_assert_false (is_there ("00000000000000000000000000000001"));
  g_assert_true (is_there ("00000000000000000000000000000002"));
  g_assert_true (is_there ("00000000000000000000000000000003"));
  g_assert_false (is_there ("00000000000000000000000000000004.Ab12Xy"));
  g_assert_true (is_there ("00000000000000000000000000000005.Ab12Xy"));
  g_assert_true (is_there ("a stranger"));
  /* What is being written counts. */
  acu_packed_file_tidy (2005);
  g_assert_false (is_there ("00000000000000000000000000000003"));
  close (writing);
  acu_packed_file_tidy (2500);
  g_assert_false (is_there ("00000000000000000000000000000005.Ab12Xy"));
  g_assert_true (is_there ("00000000000000000000000000000002"));
}

static gboolean
read_picture (void *data, int y, int rows, float *pixels, GError **error)
{
  memcpy (pixels, picture + (gsize) y * SIDE * 3, (gsize) rows * SIDE * 3 * sizeof (float));
  return TRUE;
}

static gboolean
write_picture (void *data, int y, int rows, const float *pixels, GError **error)
{
  memcpy ((float *) data + (gsize) y * SIDE * 3, pixels, (gsize) rows * SIDE * 3 * sizeof (float));
  return TRUE;
}

/* Somebody else cuts the file short while a job uses what it held. */
static void
cut_meanwhile (void)
{
  g_autofree float *truth = NULL;
  g_autofree char *name = NULL;
  float result[SIDE * SIDE * 3];
  AcuPlanCallbacks callbacks = { read_picture, write_picture, NULL, result };
  AcuNet *net = make_net (FALSE, FALSE);
  AcuPlan *plan;

  start_afresh ();
  truth = run (FALSE, FALSE, ACU_PRECISION_FAST);
  name = only_file ();
  plan = acu_plan_new (net, acu_device_find ("cpu", NULL), SIDE, SIDE, 2, 0, 0, ACU_PRECISION_FAST, NULL);
  g_assert_true (acu_plan_prepare (plan, NULL) && truncate (name, 0) == 0);
  g_assert_true (acu_plan_run (plan, &callbacks, NULL));
  assert_same (result, truth);
  acu_plan_free (plan);
  acu_net_unref (net);
}

/* Every bit counts, wherever it is, and so do length and order. */
static void
fingerprints (void)
{
  guint8 bytes[3000];
  GRand *rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i < 1000 ? 0 : g_rand_int (rand));
  for (guint length = 0; length <= sizeof bytes; length += 1 + length / 9)
    {
      AcuFingerprint whole = acu_fingerprint (bytes, length), other;

      for (guint bit = 0; bit < length * 8; bit += 1 + length / 100)
        {
          bytes[bit / 8] ^= (guint8) (1 << bit % 8);
          other = acu_fingerprint (bytes, length);
          bytes[bit / 8] ^= (guint8) (1 << bit % 8);
          g_assert_false (whole.words[0] == other.words[0] || whole.words[1] == other.words[1]);
        }
      other = acu_fingerprint (bytes, length + 1 > sizeof bytes ? 1 : length + 1);
      g_assert_false (acu_fingerprint_equal (&whole, &other));
    }
  for (guint from = 1024; from + 128 <= sizeof bytes; from += 64)
    {
      AcuFingerprint before = acu_fingerprint (bytes, sizeof bytes), after;
      guint8 kept[64];

      memcpy (kept, bytes + from, 64);
      memcpy (bytes + from, bytes + from + 64, 64);
      memcpy (bytes + from + 64, kept, 64);
      after = acu_fingerprint (bytes, sizeof bytes);
      g_assert_false (acu_fingerprint_equal (&before, &after));
    }
  g_rand_free (rand);
}

/* Six convolutions of the same numbers, which all copies hold together, or each by itself; the fourth has another bias. */
static AcuNet *
repeating_net (gboolean together)
{
  AcuNet *net = acu_net_new ("test");
  GRand *rand = g_rand_new_with_seed (8);
  g_autoptr (GBytes) first = random_floats (rand, 64 * 3 * 9, 0.2), weights = random_floats (rand, 64 * 64 * 9, 0.04), bias = random_floats (rand, 64, 0.1);
  guint at;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 3;
  for (int i = 0; i < 7; i++)
    {
      AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "conv", &at, 1, &at);
      GBytes *source = i ? weights : first;

      l->channels = 64;
      l->kernel_width = l->kernel_height = 3;
      l->left = l->right = l->top = l->bottom = 1;
      l->weights = together ? g_bytes_ref (source) : g_bytes_new (g_bytes_get_data (source, NULL), g_bytes_get_size (source));
      if (i > 0)
        l->bias = i == 4 ? random_floats (rand, 64, 0.5) : together ? g_bytes_ref (bias) : g_bytes_new (g_bytes_get_data (bias, NULL), g_bytes_get_size (bias));
    }
  g_rand_free (rand);
  return net;
}

/* Weights that layers share are packed once; the result is that of layers which do not, from a file as well. */
static void
shared (void)
{
  AcuNet *together = repeating_net (TRUE), *apart = repeating_net (FALSE);

  for (int precision = ACU_PRECISION_FAST; precision <= ACU_PRECISION_EXACT; precision++)
    {
      AcuPlan *less = acu_plan_new (together, acu_device_find ("cpu", NULL), SIDE, SIDE, 1, 0, 0, precision, NULL);
      AcuPlan *more = acu_plan_new (apart, acu_device_find ("cpu", NULL), SIDE, SIDE, 1, 0, 0, precision, NULL);
      g_autofree float *expected = NULL;

      start_afresh ();
      expected = run_made (apart, precision);
      /* Of six, one has numbers of its own, and those behind it are the first one's or its: at least three times 64 · 64 · 9 numbers of 16 bits are spared. */
      g_assert_cmpuint (acu_plan_bytes (more) - acu_plan_bytes (less), >, 3 * 64 * 64 * 9 * 2);
      acu_plan_free (less);
      acu_plan_free (more);
      for (int again = 0; again < 2; again++)
        {
          g_autofree float *got = run_made (together, precision);

          g_assert_cmpint (memcmp (expected, got, SIDE * SIDE * 64 * sizeof (float)), ==, 0);
        }
    }
  acu_net_unref (together);
  acu_net_unref (apart);
}

int
main (int argc, char **argv)
{
  int status;

  cache = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  folder = g_build_filename (cache, "acuity", "packed", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (picture); i++)
    picture[i] = (float) (i * 37 % 101) / 100;
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packed/fingerprints", fingerprints);
  g_test_add_func ("/packed/hit-is-miss", hit_is_miss);
  g_test_add_func ("/packed/other-weights", other_weights);
  g_test_add_func ("/packed/damaged", damaged);
  g_test_add_func ("/packed/not-ours", not_ours);
  g_test_add_func ("/packed/no-folder", no_folder);
  g_test_add_func ("/packed/file-limit", file_limit);
  g_test_add_func ("/packed/side-by-side", side_by_side);
  g_test_add_func ("/packed/bounded", bounded);
  g_test_add_func ("/packed/cut-meanwhile", cut_meanwhile);
  g_test_add_func ("/packed/shared", shared);
  status = g_test_run ();
  start_afresh ();
  g_rmdir (cache);
  g_free (folder);
  g_free (cache);
  return status;
}
