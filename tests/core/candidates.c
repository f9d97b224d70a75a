/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What versions there are of a result. */
#include <acuity/acuity.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static GPtrArray *
list (const char *model, double factor, double strength, int n)
{
  GError *error = NULL;
  GPtrArray *versions = acu_candidates_list (model, factor, strength, 0, n, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (versions->len, ==, (guint) n);
  return versions;
}

/* The first is the job itself, and no two are made by the same. */
static void
test_differ (void)
{
  static const char *const models[] = { "auto", "photo-x2", "photo-x4", "photo-gan-x4", "srcnn-x3", "lanczos3", "nearest" };

  for (guint m = 0; m < G_N_ELEMENTS (models); m++)
    for (int n = 1; n <= (m == 5 || m == 6 ? 6 : ACU_MAX_CANDIDATES); n++)
      {
        g_autoptr (GPtrArray) versions = list (models[m], 3, 1, n);
        const AcuCandidate *first = g_ptr_array_index (versions, 0);

        if (m > 0)
          g_assert_cmpstr (first->model, ==, models[m]);
        g_assert_cmpfloat (first->strength, ==, 1);
        for (int i = 1; i < n; i++)
          for (int k = 0; k < i; k++)
            {
              const AcuCandidate *a = g_ptr_array_index (versions, i), *b = g_ptr_array_index (versions, k);

              g_assert_true (!g_str_equal (a->model, b->model) || a->strength != b->strength || a->seed != b->seed);
              g_assert_cmpstr (a->label, !=, b->label);
            }
      }
}

/* They can all be run: networks of the same scale, none for text alone, and weaker ones in order. */
static void
test_networks (void)
{
  g_autoptr (GPtrArray) versions = list ("photo-x4", 4, 0.8, 8);
  double last = 0.8;
  gboolean gan = FALSE;

  for (guint i = 0; i < versions->len; i++)
    {
      const AcuCandidate *c = g_ptr_array_index (versions, i);
      AcuUpscaler *upscaler = acu_upscaler_new (acu_upscaler_params (.width = 8, .height = 8, .size = { .mode = ACU_SIZE_FACTOR, .scale = 4 }, .model = c->model,
                                                                     .strength = c->strength), NULL);

      g_assert_nonnull (upscaler);
      acu_upscaler_free (upscaler);
      g_assert_false (g_str_has_prefix (c->model, "text-"));
      gan |= g_str_equal (c->model, "photo-gan-x4");
      if (i > 0 && g_str_equal (c->model, "photo-x4"))
        {
          g_assert_cmpfloat (c->strength, <, last);
          g_assert_cmpfloat (c->strength, >, 0);
          last = c->strength;
          g_assert_nonnull (strstr (c->label, "photo-x4"));
        }
    }
  g_assert_true (gan);
  g_assert_cmpfloat (last, <, 0.8);
}

static void
test_refused (void)
{
  const struct
  {
    const char *model;
    double strength;
    int seed, n;
  } table[] = { { "photo-x2", 1, 0, 0 }, { "photo-x2", 1, 0, ACU_MAX_CANDIDATES + 1 }, { "photo-x2", 1.5, 0, 2 }, { "photo-x2", NAN, 0, 2 }, { "photo-x2", 1, -1, 2 },
                { "no-such-model", 1, 0, 2 }, { "photo-x2", 0, 0, 2 }, { "diffusion-x4", 0, 0, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      GError *error = NULL;

      g_assert_null (acu_candidates_list (table[i].model, 2, table[i].strength, table[i].seed, table[i].n, &error));
      g_assert_nonnull (error);
      g_error_free (error);
    }
}

/* Where nothing of a network is left, only filters differ, and one version is no question. */
static void
test_strength (void)
{
  g_autoptr (GPtrArray) one = list ("photo-x2", 2, 0, 1), filters = list ("lanczos3", 2, 0, 4);

  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpuint (filters->len, ==, 4);
  g_assert_false (acu_candidates_differ ("photo-x2", 2, 0));
  g_assert_false (acu_candidates_differ (NULL, 2, 0));
  g_assert_true (acu_candidates_differ ("photo-x2", 2, 0.01));
  g_assert_true (acu_candidates_differ ("lanczos3", 2, 0));
  g_assert_true (acu_candidates_differ ("no-such-model", 2, 0));
}

/* However weak the first is, others can be told from it and from each other by label, and are what GIMP's fields of two digits can say. */
static void
test_labels (void)
{
  static const double strengths[] = { 1e-9, 0.004, 0.01, 0.03, 0.0349, 0.1299, 0.13, 0.159, 0.16, 0.2, 0.995, 1 };

  for (guint s = 0; s < G_N_ELEMENTS (strengths); s++)
    for (int n = 2; n <= ACU_MAX_CANDIDATES; n++)
      {
        g_autoptr (GPtrArray) versions = list ("srcnn-x3", 3, strengths[s], n);

        for (int i = 1; i < n; i++)
          {
            const AcuCandidate *a = g_ptr_array_index (versions, i);

            if (g_str_equal (a->model, "srcnn-x3"))
              {
                g_assert_cmpfloat_with_epsilon (a->strength, round (100 * a->strength) / 100, 1e-9);
                g_assert_true (a->strength > 0 && a->strength <= 1);
              }
            for (int k = 0; k < i; k++)
              {
                const AcuCandidate *b = g_ptr_array_index (versions, k);

                g_assert_cmpstr (a->label, !=, b->label);
                g_assert_true (!g_str_equal (a->model, b->model) || a->strength != b->strength);
              }
          }
      }
}

/* Of a user's own file the path finds it again, and its name is what people read. */
static void
test_own_file (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL), *path = g_build_filename (folder, "mine.safetensors", NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data ("/org/acuity/srcnn-x3.safetensors", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GPtrArray *versions;

  g_assert_nonnull (bytes);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL));
  versions = list (path, 3, 1, ACU_MAX_CANDIDATES);
  for (guint i = 0; i < versions->len; i++)
    {
      const AcuCandidate *c = g_ptr_array_index (versions, i);

      g_assert_null (strchr (c->label, G_DIR_SEPARATOR));
      g_assert_true (g_str_equal (c->model, path) == g_str_has_prefix (c->label, "mine"));
    }
  g_ptr_array_unref (versions);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_setenv ("ACUITY_MODELS", "", TRUE);
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/candidates/differ", test_differ);
  g_test_add_func ("/candidates/networks", test_networks);
  g_test_add_func ("/candidates/refused", test_refused);
  g_test_add_func ("/candidates/strength", test_strength);
  g_test_add_func ("/candidates/labels", test_labels);
  g_test_add_func ("/candidates/own-file", test_own_file);
  return g_test_run ();
}
