/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Writes the seeds as a fuzzer's first inputs: make_corpus FOLDER */
#include "seeds.h"

#include <glib/gstdio.h>
#include <string.h>

int
main (int argc, char **argv)
{
  Seed seeds[N_SEEDS];
  int failed = argc != 2 || g_mkdir_with_parents (argv[1], 0700) != 0;

  make_seeds (seeds);
  for (int i = 0; !failed && i < N_SEEDS; i++)
    {
      g_autofree char *path = g_build_filename (argv[1], seeds[i].name, NULL);
      g_autoptr (GByteArray) both = g_byte_array_new ();

      g_byte_array_append (both, (const guint8 *) seeds[i].param, strlen (seeds[i].param) + 1);
      g_byte_array_append (both, seeds[i].bin->data, seeds[i].bin->len);
      failed = !g_file_set_contents (path, (const char *) both->data, both->len, NULL);
    }
  free_seeds (seeds);
  return failed;
}
