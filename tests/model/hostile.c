/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Damaged files by the hundred thousand: each must load or fail with one sentence, never crash, hang, leak or be taken for
 * sound when it is not. What loads is taken all the way to a small picture. */
#include "arch.h"
#include "load_ncnn.h"
#include "seeds.h"
#include "try_net.h"

#include <string.h>
#include <time.h>

/* Under a sanitizer everything takes ten times as long: then one file in so many. */
#ifdef __SANITIZE_ADDRESS__
#define SHARE 12
#else
#define SHARE 1
#endif

#define MOST_OPERATIONS 4e6

static guint64 tried, loaded, ran, asked;

static gboolean
left_out (void)
{
  return asked++ % SHARE != 0;
}

/* Returns whether the file was taken. */
static gboolean
offer (const char *param, gsize param_bytes, const guint8 *bin, gsize bin_bytes, gboolean build)
{
  GError *error = NULL;
  AcuWeights *weights = acu_load_ncnn_bytes (param, param_bytes, bin, bin_bytes, "hostile.param", &error);
  AcuNet *net;

  tried++;
  g_assert_true ((weights == NULL) == (error != NULL));
  if (!weights)
    {
      g_assert_true (error->domain == ACU_ERROR);
      g_assert_null (strchr (error->message, '\n'));
      g_error_free (error);
      return FALSE;
    }
  loaded++;
  net = build ? acu_arch_build (weights, &error) : NULL;
  acu_weights_free (weights);
  if (net)
    {
      ran += try_net (net, loaded % TRY_WAYS, MOST_OPERATIONS);
      acu_net_unref (net);
    }
  g_clear_error (&error);
  return TRUE;
}

/* Cut at every byte, of one file with the other whole, and of both. */
static void
truncated (void)
{
  Seed seeds[N_SEEDS];

  make_seeds (seeds);
  for (int i = 0; i < N_SEEDS; i++)
    {
      gsize length = strlen (seeds[i].param);

      for (gsize cut = 0; cut < seeds[i].bin->len; cut++)
        g_assert_false (offer (seeds[i].param, length, seeds[i].bin->data, cut, FALSE));
      /* The last byte is the line's end. */
      for (gsize cut = 0; cut < length - 1; cut++)
        for (gsize bin = 0; bin <= seeds[i].bin->len; bin += 7)
          offer (seeds[i].param, cut, seeds[i].bin->data, bin, FALSE);
    }
  free_seeds (seeds);
}

static const char *const numbers[] = {
  "0", "-1", "1", "2", "3", "255", "65536", "2147483647", "-2147483648", "4294967295", "9223372036854775807",
  "99999999999999999999", "1e30", "-0.5", "1e-40", "nan", "inf", ""
};

/* Where the numbers of a .param begin and end. */
static guint
find_numbers (const char *text, guint *from, guint *to, guint max)
{
  guint n = 0;

  for (guint i = 0; text[i] && n < max; i++)
    if ((g_ascii_isdigit (text[i]) || text[i] == '-') && (i == 0 || strchr (" \n=,", text[i - 1])))
      {
        from[n] = i;
        while (text[i] && !strchr (" \n=,", text[i]))
          i++;
        to[n++] = i;
        i--;
      }
  return n;
}

static void
replace (GString *out, const char *text, guint from_a, guint to_a, const char *a, guint from_b, guint to_b, const char *b)
{
  g_string_truncate (out, 0);
  g_string_append_len (out, text, from_a);
  g_string_append (out, a);
  g_string_append_len (out, text + to_a, from_b - to_a);
  g_string_append (out, b);
  g_string_append (out, text + to_b);
}

/* Hostile numbers in every field, and in every pair of fields. */
static void
hostile_numbers (void)
{
  Seed seeds[N_SEEDS];
  g_autoptr (GString) text = g_string_new (NULL);
  guint from[400], to[400];

  make_seeds (seeds);
  for (int i = 0; i < N_SEEDS; i++)
    {
      guint n = find_numbers (seeds[i].param, from, to, G_N_ELEMENTS (from));

      g_assert_cmpuint (n, >, 40);
      for (guint a = 0; a + 1 < n; a++)
        for (guint b = a + 1; b < n; b++)
          for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
            {
              if (left_out ())
                continue;
              replace (text, seeds[i].param, from[a], to[a], numbers[k], from[b], to[b],
                       numbers[(k * 5 + a + b) % G_N_ELEMENTS (numbers)]);
              offer (text->str, text->len, seeds[i].bin->data, seeds[i].bin->len, TRUE);
            }
    }
  free_seeds (seeds);
}

/* Any byte changed to any of a few others; in the .bin, bits. */
static void
changed_bytes (void)
{
  static const char bytes[] = { '\0', '\n', ' ', '=', ',', '-', '9', '\t', (char) 0xff, (char) 0xc3, 'e', '.' };
  Seed seeds[N_SEEDS];

  make_seeds (seeds);
  for (int i = 0; i < N_SEEDS; i++)
    {
      gsize length = strlen (seeds[i].param);
      g_autofree char *text = g_memdup2 (seeds[i].param, length + 1);
      guint8 *bin = seeds[i].bin->data;

      for (gsize at = 0; at < length; at++)
        for (gsize k = 0; k < sizeof bytes; k++)
          {
            char kept = text[at];

            if (left_out ())
              continue;
            text[at] = bytes[k];
            offer (text, length, bin, seeds[i].bin->len, TRUE);
            text[at] = kept;
          }
      for (gsize at = 0; at < seeds[i].bin->len; at++)
        for (int bit = 0; bit < 8; bit++)
          {
            if (left_out ())
              continue;
            bin[at] ^= 1 << bit;
            offer (text, length, bin, seeds[i].bin->len, at % 16 == 0);
            bin[at] ^= 1 << bit;
          }
    }
  free_seeds (seeds);
}

/* The header bytes of real files, where there are some. */
static void
real_files (void)
{
  const char *folder = g_getenv ("ACUITY_TEST_MODELS");
  g_autoptr (GDir) dir = folder ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *stem = g_strndup (path, strlen (path) - 6), *bin_path = NULL, *param = NULL, *bin = NULL;
      gsize param_bytes, bin_bytes;

      if (!g_str_has_suffix (name, ".param"))
        continue;
      bin_path = g_strconcat (stem, ".bin", NULL);
      g_assert_true (g_file_get_contents (path, &param, &param_bytes, NULL));
      g_assert_true (g_file_get_contents (bin_path, &bin, &bin_bytes, NULL));
      g_assert_true (offer (param, param_bytes, (guint8 *) bin, bin_bytes, FALSE));
      for (gsize cut = 0; cut < MIN (bin_bytes, 4096); cut += 4 * SHARE - 3)
        g_assert_false (offer (param, param_bytes, (guint8 *) bin, cut, FALSE));
      for (gsize cut = 0; cut < MIN (param_bytes, 3000) - 1; cut += 3 * SHARE)
        g_assert_false (offer (param, cut, (guint8 *) bin, 64, FALSE));
    }
  if (!dir)
    g_test_skip ("no folder with installed models (ACUITY_TEST_MODELS)");
}

/* A file of nothing but promises must not cost memory or time. */
static void
cheap (void)
{
  GString *text = g_string_new ("7767517\n100000 100000\n");
  clock_t start = clock ();

  offer (text->str, text->len, NULL, 0, TRUE);
  for (int i = 0; i < 50000; i++)
    g_string_append_printf (text, "MemoryData m%d 0 1 b%d 0=65536 1=65536 2=65536\n", i, i);
  g_assert_false (offer (text->str, text->len, NULL, 0, TRUE));
  g_string_assign (text, "7767517\n20000 20000\nInput i 0 1 b0\n");
  for (int i = 1; i < 20000; i++)
    g_string_append_printf (text, "Sigmoid s%d 1 1 b%d b%d\n", i, i - 1, i);
  offer (text->str, text->len, NULL, 0, TRUE);
  g_string_assign (text, "7767517\n9999 9999\nInput i 0 1 b0\n");
  for (int i = 1; i < 9999; i++)
    g_string_append_printf (text, "Interp s%d 1 1 b%d b%d 0=1 1=16 2=16\n", i, i - 1, i);
  offer (text->str, text->len, NULL, 0, TRUE);
  /* The processor's time: other programs may be running. */
  g_assert_cmpint (clock () - start, <, (SHARE > 1 ? 60 : 5) * CLOCKS_PER_SEC);
  g_string_free (text, TRUE);
}

static void
enough (void)
{
  g_test_message ("%" G_GUINT64_FORMAT " files, %" G_GUINT64_FORMAT " of them loaded, %" G_GUINT64_FORMAT " ran", tried,
                  loaded, ran);
  g_assert_cmpuint (tried, >=, 300000 / SHARE);
  g_assert_cmpuint (ran, >=, 2000 / SHARE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* First: behind half a million other files it would measure the C library's heap. */
  g_test_add_func ("/hostile/cheap", cheap);
  g_test_add_func ("/hostile/truncated", truncated);
  g_test_add_func ("/hostile/numbers", hostile_numbers);
  g_test_add_func ("/hostile/bytes", changed_bytes);
  g_test_add_func ("/hostile/real-files", real_files);
  g_test_add_func ("/hostile/zz-enough", enough);
  return g_test_run ();
}
