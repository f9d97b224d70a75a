/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Hostile files through whole jobs: each is refused with one sentence, or runs to its end. */
#include "hostile_seeds.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <string.h>

static char *folder;

/* Writes FOLDER/model.param and .bin and returns the former's path. Frees `text`. */
static char *
store (GString *text, const void *bin, gsize bin_bytes)
{
  char *param = g_build_filename (folder, "model.param", NULL);
  g_autofree char *path = g_build_filename (folder, "model.bin", NULL);

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

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (folder = g_dir_make_tmp ("acuity-XXXXXX", NULL));
  g_test_add_func ("/hostile-jobs/wrong-sizes", wrong_sizes);
  g_test_add_func ("/hostile-jobs/too-many-channels", too_many_channels);
  result = g_test_run ();
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (folder, i ? "model.bin" : "model.param", NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
