/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Writes the seeds, sound and hostile, as a fuzzer's first inputs: make_corpus FOLDER */
#include "hostile_seeds.h"
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

int
main (int argc, char **argv)
{
  Seed seeds[N_SEEDS];
  GString *hostile[] = {
    hostile_drift (), hostile_rounding (), hostile_doubling (3), hostile_doubling (9), hostile_doubling (14),
    hostile_slopes (5), hostile_offsets (5), hostile_parameters (3)
  };
  int failed = argc != 2 || g_mkdir_with_parents (argv[1], 0700) != 0;

  make_seeds (seeds);
  for (int i = 0; !failed && i < N_SEEDS; i++)
    failed = !write_input (argv[1], seeds[i].name, seeds[i].param, seeds[i].bin);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *name = g_strdup_printf ("hostile%u", i);

      failed = failed || !write_input (argv[1], name, hostile[i]->str, NULL);
      g_string_free (hostile[i], TRUE);
    }
  free_seeds (seeds);
  return failed;
}
