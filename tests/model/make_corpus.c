/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Writes the seeds, sound and hostile, as a fuzzer's first inputs: make_corpus FOLDER FUZZER */
#include "hostile_seeds.h"
#include "onnx_seeds.h"
#include "pytorch_seeds.h"
#include "seeds.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
write_input (const char *folder, const char *name, const char *param, const GByteArray *bin)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GByteArray) both = g_byte_array_new ();

  g_byte_array_append (both, (const guint8 *) param, strlen (param) + 1);
  if (bin)
    g_byte_array_append (both, bin->data, bin->len);
  return g_file_set_contents (path, (const char *) both->data, both->len, NULL);
}

/* Whole files, and a pickle that says nothing more than that it is one. */
static gboolean
write_pytorch (const char *folder)
{
  g_autofree char *pickle = g_build_filename (folder, "pickle", NULL);
  gboolean ok = g_file_set_contents (pickle, "\x80\x02}.", 4, NULL);

  for (guint i = 0; ok && i < N_PYTORCH_SEEDS; i++)
    {
      g_autoptr (GByteArray) file = seed_pytorch (i);
      g_autofree char *name = g_strdup_printf ("pytorch%u", i), *path = g_build_filename (folder, name, NULL);

      ok = g_file_set_contents (path, (const char *) file->data, file->len, NULL);
    }
  return ok;
}

static gboolean
write_onnx (const char *folder)
{
  static const double landmarks[5][2] = { { -1, -1 }, { 1, -1 }, { 0, 0 }, { -1, 1 }, { 1, 1 } };
  g_autoptr (GByteArray) layers = onnx_all_layers (), detector = onnx_detector (20, 24, landmarks);
  g_autofree char *one = g_build_filename (folder, "layers", NULL), *two = g_build_filename (folder, "detector", NULL);

  return g_file_set_contents (one, (const char *) layers->data, layers->len, NULL)
         && g_file_set_contents (two, (const char *) detector->data, detector->len, NULL);
}

int
main (int argc, char **argv)
{
  Seed seeds[N_SEEDS];
  GString *hostile[] = {
    hostile_drift (), hostile_rounding (), hostile_doubling (3), hostile_doubling (9), hostile_doubling (14),
    hostile_slopes (5), hostile_offsets (5), hostile_parameters (3)
  };
  int failed = argc != 3 || g_mkdir_with_parents (argv[1], 0700) != 0;
  gboolean pytorch = argc == 3 && g_str_equal (argv[2], "fuzz_pytorch"), onnx = argc == 3 && g_str_equal (argv[2], "fuzz_onnx");

  if (pytorch)
    failed = failed || !write_pytorch (argv[1]);
  if (onnx)
    failed = failed || !write_onnx (argv[1]);
  make_seeds (seeds);
  for (int i = 0; !pytorch && !onnx && !failed && i < N_SEEDS; i++)
    failed = !write_input (argv[1], seeds[i].name, seeds[i].param, seeds[i].bin);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *name = g_strdup_printf ("hostile%u", i);

      failed = failed || (!pytorch && !onnx && !write_input (argv[1], name, hostile[i]->str, NULL));
      g_string_free (hostile[i], TRUE);
    }
  free_seeds (seeds);
  return failed;
}
