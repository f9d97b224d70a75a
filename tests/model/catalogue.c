/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <string.h>

static char *folder;

static void
put (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
take (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
entries (void)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) models = acu_models_list (&error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  guint classic = 0, built_in = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (models->len, >, 40);
  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *m = models->pdata[i];

      g_assert_true (g_hash_table_add (names, m->name));
      g_assert_true (m->label && *m->label && m->description && *m->description && m->licence && m->architecture);
      classic += m->classic;
      if (m->classic)
        {
          g_assert_nonnull (acu_filter_find (m->name));
          continue;
        }
      if (m->built_in)
        {
          g_autoptr (GError) problem = NULL;

          /* What is built in is a network of that scale, and can be used at once. */
          g_assert_true (g_str_has_prefix (m->path, "resource://") && m->bytes > 10000 && m->bytes <= 2000000 && !m->package);
          g_assert_cmpint (acu_model_scale (m, 0, &problem), ==, m->scale);
          g_assert_no_error (problem);
          built_in++;
          continue;
        }
      g_assert_cmpuint (strlen (m->param.sha256), ==, 64);
      g_assert_cmpuint (strlen (m->bin.sha256), ==, 64);
      g_assert_cmpint (m->scale, >=, 1);
      g_assert_true (g_str_has_suffix (m->param.entry, ".param") && g_str_has_suffix (m->bin.entry, ".bin"));
      g_assert_true (m->param.entry[0] != '/' && !strstr (m->param.entry, ".."));
      g_assert_cmpuint (m->bytes, ==, m->bin.bytes);
      g_assert_null (m->path);
    }
  g_assert_cmpuint (classic, ==, 7);
  g_assert_cmpuint (built_in, >=, 4);
}

static void
folders (void)
{
  GError *error = NULL;
  AcuModelInfo *m;
  g_autofree char *path = g_build_filename (folder, "mine.param", NULL);

  put ("spanx2_ch48.param", "x");
  put ("spanx2_ch48.bin", "xyz");
  put ("mine.param", "x");
  g_assert_null (acu_model_find ("mine", 2, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
  g_clear_error (&error);
  put ("mine.bin", "12345");
  m = acu_model_find ("mine", 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (m->bytes, ==, 5);
  g_assert_cmpstr (m->path, ==, path);
  acu_model_info_free (m);
  m = acu_model_find (path, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (m->name, ==, "mine");
  acu_model_info_free (m);
  m = acu_model_find ("spanx2_ch48", 2, &error);
  g_assert_nonnull (m->path);
  acu_model_info_free (m);
  take ("mine.param");
  take ("mine.bin");
}

/* What enlarges nothing is listed by itself, and is there when its file is. */
static void
helpers (void)
{
  g_autofree char *path = g_build_filename (folder, "faces.onnx", NULL);
  GError *error = NULL;

  for (int there = 0; there < 2; there++)
    {
      g_autoptr (GPtrArray) list = acu_models_helpers (&error);
      const AcuModelInfo *m;

      g_assert_no_error (error);
      g_assert_cmpuint (list->len, ==, 1);
      m = list->pdata[0];
      g_assert_cmpstr (m->name, ==, "faces");
      g_assert_true (m->helper && m->package && g_str_has_suffix (m->bin.entry, ".onnx") && strlen (m->bin.sha256) == 64 && !m->param.entry);
      g_assert_cmpstr (m->path, ==, there ? path : NULL);
      g_assert_null (acu_model_find ("faces", 2, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
      g_clear_error (&error);
      put ("faces.onnx", "x");
    }
  take ("faces.onnx");
}

/* Every format is listed and found by name and by path. */
static void
formats (void)
{
  static const char *const endings[] = { ".safetensors", ".pth", ".pt", ".ckpt" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *file = g_strconcat ("m", endings[i], NULL), *path = g_build_filename (folder, file, NULL);
      AcuModelInfo *m;

      put (file, "1234");
      m = acu_model_find ("m", 2, NULL);
      g_assert_cmpstr (m->path, ==, path);
      g_assert_cmpuint (m->bytes, ==, 4);
      acu_model_info_free (m);
      m = acu_model_find (path, 2, NULL);
      g_assert_cmpstr (m->name, ==, "m");
      acu_model_info_free (m);
      take (file);
      g_assert_null (acu_model_find (path, 2, NULL));
    }
}

/* What "auto" becomes: what is built in, whatever is installed. */
static void
automatic (void)
{
  static const struct
  {
    double scale;
    const char *name;
  } cases[] = {
    { 1, "photo-x2" }, { 1.2, "photo-x2" }, { 2, "photo-x2" }, { 2.5, "photo-x3" }, { 3, "photo-x3" }, { 3.01, "photo-x4" }, { 4, "photo-x4" },
    { 8, "photo-x4" }, { 16, "photo-x4" }
  };

  for (int installed = 0; installed < 2; installed++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          AcuModelInfo *m = acu_model_find ("auto", cases[i].scale, NULL);

          g_assert_cmpstr (m->name, ==, cases[i].name);
          acu_model_info_free (m);
        }
      if (installed)
        take ("spanx2_ch48.param");
      else
        put ("spanx2_ch48.param", "x");
    }
  take ("spanx2_ch48.bin");
}

static void
not_found (void)
{
  static const struct
  {
    const char *name, *said;
  } cases[] = {
    { "no such model", "acuity models" }, { "spanx4_ch48", "install spanx4_ch48" }, { "/no/such.param", "/no/such.param" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;

      g_assert_null (acu_model_find (cases[i].name, 2, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, cases[i].said));
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  folder = g_dir_make_tmp ("acuity-XXXXXX", NULL);
  g_setenv ("ACUITY_MODELS", folder, TRUE);
  g_test_add_func ("/catalogue/entries", entries);
  g_test_add_func ("/catalogue/folders", folders);
  g_test_add_func ("/catalogue/formats", formats);
  g_test_add_func ("/catalogue/helpers", helpers);
  g_test_add_func ("/catalogue/not-found", not_found);
  g_test_add_func ("/catalogue/zz-automatic", automatic);
  result = g_test_run ();
  g_rmdir (folder);
  return result;
}
