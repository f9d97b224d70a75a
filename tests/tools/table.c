/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "table.h"

#include <acuity/error.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static const AcuTableMeasure measures[] = { { "PSNR-Y dB", 2, ACU_BEST_LARGEST }, { "GMSD", 4, ACU_BEST_SMALLEST },
                                            { "s/Mpx", 1, ACU_BEST_NONE } };

static const double numbers[][3] = { { 27.2303, 0.12, 0.04 }, { 28.4, 0.1002, 1.25 }, { 28.399, NAN, 0.1 + 0.2 }, { INFINITY, 0, NAN },
                                     { 1e20, -1, -0.5 } };
static const AcuTableRow rows[] = { { "kodak", "bicubic", numbers[0] }, { "kodak", "photo-x4", numbers[1] },
                                    { "kodak", "Ähnlich, \"größer\"", numbers[2] }, { "te|xt", "a_b", numbers[3] },
                                    { "te|xt", "x", numbers[4] } };
static const AcuTable table = { measures, G_N_ELEMENTS (measures), rows, G_N_ELEMENTS (rows) };

static void
test_text (void)
{
  g_autofree char *text = acu_table_format (&table, ACU_TABLE_TEXT);

  /* 28.40 is the best twice: as written, the two are alike. */
  g_assert_cmpstr (text, ==,
                   "set    approach           PSNR-Y dB      GMSD   s/Mpx\n"
                   "kodak  bicubic                27.23    0.1200     0.0\n"
                   "       photo-x4               28.40*   0.1002*    1.2\n"
                   "       Ähnlich, \"größer\"      28.40*        -     0.3\n"
                   "te|xt  a_b                      inf*   0.0000       -\n"
                   "       x                   1.00e+20   -1.0000*   -0.5\n");
}

static void
test_csv (void)
{
  g_autofree char *text = acu_table_format (&table, ACU_TABLE_CSV);

  g_assert_cmpstr (text, ==,
                   "set,approach,PSNR-Y dB,GMSD,s/Mpx\n"
                   "kodak,bicubic,27.2303,0.12,0.04\n"
                   "kodak,photo-x4,28.4,0.1002,1.25\n"
                   "kodak,\"Ähnlich, \"\"größer\"\"\",28.399,,0.30000000000000004\n"
                   "te|xt,a_b,inf,0,\n"
                   "te|xt,x,1e+20,-1,-0.5\n");
}

static void
test_json (void)
{
  g_autofree char *text = acu_table_format (&table, ACU_TABLE_JSON);

  g_assert_cmpstr (text, ==,
                   "[\n"
                   " {\"set\": \"kodak\", \"approach\": \"bicubic\", \"PSNR-Y dB\": 27.2303, \"GMSD\": 0.12, \"s/Mpx\": 0.04},\n"
                   " {\"set\": \"kodak\", \"approach\": \"photo-x4\", \"PSNR-Y dB\": 28.4, \"GMSD\": 0.1002, \"s/Mpx\": 1.25},\n"
                   " {\"set\": \"kodak\", \"approach\": \"Ähnlich, \\\"größer\\\"\", \"PSNR-Y dB\": 28.399, \"GMSD\": null, \"s/Mpx\": 0.30000000000000004},\n"
                   " {\"set\": \"te|xt\", \"approach\": \"a_b\", \"PSNR-Y dB\": \"inf\", \"GMSD\": 0, \"s/Mpx\": null},\n"
                   " {\"set\": \"te|xt\", \"approach\": \"x\", \"PSNR-Y dB\": 1e+20, \"GMSD\": -1, \"s/Mpx\": -0.5}\n"
                   "]\n");
}

static void
test_markdown (void)
{
  g_autofree char *text = acu_table_format (&table, ACU_TABLE_MARKDOWN);

  g_assert_cmpstr (text, ==,
                   "| set | approach | PSNR-Y dB | GMSD | s/Mpx |\n"
                   "|---|---|---:|---:|---:|\n"
                   "| kodak | bicubic | 27.23 | 0.1200 | 0.0 |\n"
                   "|  | photo-x4 | **28.40** | **0.1002** | 1.2 |\n"
                   "|  | Ähnlich, \"größer\" | **28.40** | – | 0.3 |\n"
                   "| te\\|xt | a\\_b | **inf** | 0.0000 | – |\n"
                   "|  | x | 1.00e+20 | **-1.0000** | -0.5 |\n");
}

/* Nothing to compare with: nothing is best. */
static void
test_marks (void)
{
  const double ones[][1] = { { 1 }, { 1 }, { NAN }, { 2 }, { NAN } };
  const AcuTableRow few[] = { { "alike", "a", ones[0] }, { "alike", "b", ones[1] }, { "alike", "c", ones[2] }, { "alone", "a", ones[3] },
                              { "alone", "b", ones[4] } };
  const AcuTable small = { measures, 1, few, G_N_ELEMENTS (few) }, empty = { measures, 1, NULL, 0 }, bare = { NULL, 0, few, 1 };
  g_autofree char *text = acu_table_format (&small, ACU_TABLE_TEXT), *none = acu_table_format (&empty, ACU_TABLE_TEXT);
  g_autofree char *names = acu_table_format (&bare, ACU_TABLE_MARKDOWN);

  g_assert_null (strchr (text, '*'));
  g_assert_cmpstr (none, ==, "set  approach  PSNR-Y dB\n");
  g_assert_cmpstr (names, ==, "| set | approach |\n|---|---|\n| alike | a |\n");
}

static void
test_write (void)
{
  const char *const files[] = { "t.txt", "t.csv", "t.md", "t.json" };
  g_autofree char *folder = g_dir_make_tmp ("acuity-table-XXXXXX", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "t.md", NULL);
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL), *text = NULL, *wanted = acu_table_format (&table, i);

      g_assert_true (acu_table_write (&table, path, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      g_assert_cmpstr (text, ==, wanted);
      g_remove (path);
    }
  g_assert_false (acu_table_write (&table, nowhere, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_IO);
  g_clear_error (&error);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  /* Wherever it is made, a table has decimal points. */
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/table/text", test_text);
  g_test_add_func ("/table/csv", test_csv);
  g_test_add_func ("/table/json", test_json);
  g_test_add_func ("/table/markdown", test_markdown);
  g_test_add_func ("/table/marks", test_marks);
  g_test_add_func ("/table/write", test_write);
  return g_test_run ();
}
