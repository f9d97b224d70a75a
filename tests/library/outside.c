/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A program of someone else's: it has the installed headers and libacuity.so, and enlarges a picture. */
#include <acuity/acuity.h>

static void
enlarge (void)
{
  const float source[3] = { 0.25f, 0.5f, 0.75f };
  float result[6] = { 0 };
  GError *error = NULL;
  AcuResamplerParams params = { .filter = acu_filter_find ("nearest"), .src_width = 3, .src_height = 1, .dst_width = 6,
                                .dst_height = 1, .channels = 1 };

  g_assert_nonnull (params.filter);
  g_assert_true (acu_resample_picture (&params, ACU_SAMPLE_FLOAT, source, sizeof source, result, sizeof result, 1, &error));
  g_assert_no_error (error);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (result[i], ==, source[i / 2]);
}

static void
tables (void)
{
  g_assert_true (acu_option_find (acu_options_all ()[0].key) == acu_options_all ());
  g_assert_true (acu_filter_find (acu_filters_all ()[0].name) == acu_filters_all ());
}

static void
models (void)
{
  GError *error = NULL;
  GPtrArray *list = acu_models_list (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >, 5);
  g_ptr_array_unref (list);
  g_assert_null (acu_model_find ("no-such-model", 2, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/enlarge", enlarge);
  g_test_add_func ("/library/tables", tables);
  g_test_add_func ("/library/models", models);
  return g_test_run ();
}
