/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Recipes as a whole: every preset, sizes, seeds, what is refused. */
#include <acuity/degrade.h>
#include <acuity/error.h>
#include <math.h>
#include <string.h>

enum { W = 96, H = 80, THREADS = 4 };

static float picture[W * H * 3];

static void
make_picture (void)
{
  for (int y = 0; y < H; y++)
    for (int x = 0; x < W; x++)
      for (int c = 0; c < 3; c++)
        picture[(y * W + x) * 3 + c] = 0.2f + 0.5f * ((x * (c + 1) + 2 * y) % 97) / 96 + ((x / 8 + y / 8) & 1 ? 0.1f : 0);
}

static AcuDegradation
recipe_of (const char *name)
{
  return acu_degradation_preset_find (name)->recipe;
}

static void
set (AcuDegradation *recipe, const char *key, const char *value)
{
  GError *error = NULL;

  acu_degradation_set (recipe, key, value, &error);
  g_assert_no_error (error);
}

static float *
run (const AcuDegradation *recipe, guint64 seed, double scale, const float *from, int width, int height, int *n)
{
  GError *error = NULL;
  float *result;

  *n = 3 * acu_degraded_side (width, scale) * acu_degraded_side (height, scale);
  result = g_new0 (float, *n);
  acu_degrade (recipe, seed, scale, from, width, height, result, &error);
  g_assert_no_error (error);
  for (int i = 0; i < *n; i++)
    g_assert_true (result[i] >= 0 && result[i] <= 1);
  return result;
}

static double
mean (const float *values, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += values[i];
  return sum / n;
}

typedef struct Job
{
  const AcuDegradation *recipe;
  float *result;
  int n;
} Job;

static gpointer
run_job (gpointer data)
{
  Job *job = data;

  job->result = run (job->recipe, 7, 2.5, picture, W, H, &job->n);
  return NULL;
}

static void
test_same (void)
{
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    {
      GThread *threads[THREADS];
      Job jobs[THREADS];
      int n, other_n;
      gboolean differs = FALSE;
      g_autofree float *once = run (&preset->recipe, 7, 2.5, picture, W, H, &n);

      for (int i = 0; i < THREADS; i++)
        {
          jobs[i] = (Job) { .recipe = &preset->recipe };
          threads[i] = g_thread_new (NULL, run_job, &jobs[i]);
        }
      for (int i = 0; i < THREADS; i++)
        {
          g_thread_join (threads[i]);
          g_assert_cmpmem (jobs[i].result, n * sizeof (float), once, n * sizeof (float));
          g_free (jobs[i].result);
        }
      for (int seed = 8; seed < 20; seed++)
        {
          g_autofree float *other = run (&preset->recipe, seed, 2.5, picture, W, H, &other_n);

          differs |= memcmp (other, once, n * sizeof (float)) != 0;
        }
      g_assert_true (differs == !g_str_equal (preset->name, "cubic"));
    }
}

/* Everything that depends on no library: these numbers hold on every machine. */
static void
test_checksums (void)
{
  static const struct
  {
    const char *preset;
    const char *sum;              /* the first 16 digits of SHA-256 of 30 seeds' floats, little-endian */
  } rows[] = {
    { "clean", "8192f9634d30064a" },
    { "cubic", "52e077966b71a5c4" },
    { "photo", "b86aa4c733b07c31" },
    { "jpeg", "0860efc4e63542c9" },
    { "camera", "c3487a36a55fe078" },
    { "screen", "c7485df8a72f6594" },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      AcuDegradation recipe = recipe_of (rows[r].preset);
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

      set (&recipe, "first-jpeg", "0");
      set (&recipe, "second-jpeg", "0");
      set (&recipe, "linear-light", "0");
      for (int seed = 0; seed < 30; seed++)
        {
          int n;
          g_autofree float *result = run (&recipe, seed, 3, picture, W, H, &n);

          for (int i = 0; i < n; i++)
            {
              guint32 bits;

              memcpy (&bits, &result[i], sizeof bits);
              bits = GUINT32_TO_LE (bits);
              g_checksum_update (checksum, (const guchar *) &bits, sizeof bits);
            }
        }
      if (strncmp (rows[r].sum, g_checksum_get_string (checksum), 16) != 0)
        {
          g_printerr ("# %s: %.16s, not %s\n", rows[r].preset, g_checksum_get_string (checksum), rows[r].sum);
          g_test_fail ();
        }
    }
}

static void
test_mean (void)
{
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    {
      AcuDegradation recipe = preset->recipe;
      double sum = 0;
      int n;

      set (&recipe, "vignetting", "0");
      set (&recipe, "linear-light", "0");
      for (int seed = 0; seed < 40; seed++)
        {
          g_autofree float *result = run (&recipe, seed, 4, picture, W, H, &n);

          sum += mean (result, n) / 40;
        }
      g_assert_cmpfloat_with_epsilon (sum, mean (picture, W * H * 3), 0.015);
    }
}

static void
test_nothing (void)
{
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    {
      AcuDegradation recipe = preset->recipe;
      int n;

      acu_degradation_weaken (&recipe, 0);
      for (int seed = 0; seed < 20; seed++)
        {
          g_autofree float *result = run (&recipe, seed, 1, picture, W, H, &n);

          g_assert_cmpmem (result, n * sizeof (float), picture, sizeof picture);
        }
      recipe = preset->recipe;
      acu_degradation_weaken (&recipe, 1);
      g_assert_cmpmem (&recipe, sizeof recipe, &preset->recipe, sizeof recipe);
      acu_degradation_weaken (&recipe, 0.5);
      g_assert_cmpfloat_with_epsilon (recipe.first.sigma.high, preset->recipe.first.sigma.high / 2, 1e-12);
      g_assert_cmpfloat_with_epsilon (recipe.second.quality.low, (100 + preset->recipe.second.quality.low) / 2, 1e-12);
    }
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 }, { 3, 2 }, { 7, 5 }, { 31, 37 }, { 1, 67 }, { 64, 64 } };
  static const double scales[] = { 1, 1.37, 2, 3, 4, 8 };

  g_assert_cmpint (acu_degraded_side (192, 4), ==, 48);
  g_assert_cmpint (acu_degraded_side (1, 8), ==, 1);
  g_assert_cmpint (acu_degraded_side (7, 2), ==, 4);
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint f = 0; f < G_N_ELEMENTS (scales); f++)
        for (int seed = 0; seed < 3; seed++)
          {
            int n;

            g_free (run (&preset->recipe, seed, scales[f], picture, sizes[s][0], sizes[s][1], &n));
          }
}

static void
test_not_numbers (void)
{
  static const float strange[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 2, -1 };
  g_autofree float *copy = g_memdup2 (picture, sizeof picture);
  int n;

  for (int i = 0; i < W * H * 3; i += 5)
    copy[i] = strange[i % G_N_ELEMENTS (strange)];
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    for (int seed = 0; seed < 8; seed++)
      g_free (run (&preset->recipe, seed, 2, copy, W, H, &n));
}

static void
test_settings (void)
{
  static const struct
  {
    const char *key, *value, *back;     /* NULL: refused */
  } rows[] = {
    { "first-sigma", "0.2..3", "0.2..3" }, { "first-sigma", "1..3", "1..3" }, { "first-sigma", "1.5", "1.5" },
    { "first-sigma", "1..1.5", "1..1.5" }, { "first-sigma", "0...5", "0..0.5" }, { "first-sigma", "1...5", NULL }, { "round", "0.1", "0.1" }, { "second-quality", "30..95", "30..95" },
    { "first-sigma", "3..1", NULL }, { "first-sigma", "", NULL }, { "first-sigma", "1..", NULL }, { "first-sigma", "..2", NULL },
    { "first-sigma", "-1..2", NULL }, { "first-sigma", "0..11", NULL }, { "first-sigma", "nan", NULL }, { "first-sigma", "0..nan", NULL },
    { "first-sigma", "1..2x", NULL }, { "first-sigma", "1,2", NULL }, { "round", "0..1", NULL }, { "round", "1.1", NULL },
    { "second-quality", "0..50", NULL }, { "nothing", "1", NULL }, { "", "1", NULL }, { "sigma", "1", NULL },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      AcuDegradation recipe = recipe_of ("photo"), before = recipe;
      g_autoptr (GError) error = NULL;

      if (acu_degradation_set (&recipe, rows[r].key, rows[r].value, &error))
        for (const AcuDegradationField *field = acu_degradation_fields (); field->key; field++)
          if (g_str_equal (field->key, rows[r].key))
            {
              g_autofree char *back = acu_degradation_print (&recipe, field);

              g_assert_cmpstr (back, ==, rows[r].back);
            }
      if (rows[r].back)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
          g_assert_cmpmem (&recipe, sizeof recipe, &before, sizeof before);
        }
    }
}

/* What is printed reads back as the same, and every preset keeps to the limits. */
static void
test_round_trip (void)
{
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    {
      AcuDegradation recipe = recipe_of ("clean");

      for (const AcuDegradationField *field = acu_degradation_fields (); field->key; field++)
        {
          g_autofree char *text = acu_degradation_print (&preset->recipe, field);

          set (&recipe, field->key, text);
        }
      g_assert_cmpmem (&recipe, sizeof recipe, &preset->recipe, sizeof recipe);
    }
}

static void
test_refusals (void)
{
  static const struct
  {
    double scale;
    int width, height;
  } rows[] = { { 0.9, 4, 4 }, { 8.1, 4, 4 }, { NAN, 4, 4 }, { 2, 0, 4 }, { 2, 4, -1 }, { 2, 1000001, 1 } };
  float result[3 * 16];
  AcuDegradation recipe = recipe_of ("photo");
  GError *error = NULL;

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_assert_false (acu_degrade (&recipe, 0, rows[r].scale, picture, rows[r].width, rows[r].height, result, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
      g_clear_error (&error);
    }
  recipe.first.sigma = (AcuRange) { 2, 1 };
  g_assert_false (acu_degrade (&recipe, 0, 2, picture, 4, 4, result, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
  recipe = recipe_of ("photo");
  recipe.area = recipe.linear = recipe.cubic = 0;
  g_assert_false (acu_degrade (&recipe, 0, 2, picture, 4, 4, result, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  make_picture ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/degrade/recipe/same", test_same);
  g_test_add_func ("/degrade/recipe/checksums", test_checksums);
  g_test_add_func ("/degrade/recipe/mean", test_mean);
  g_test_add_func ("/degrade/recipe/nothing", test_nothing);
  g_test_add_func ("/degrade/recipe/sizes", test_sizes);
  g_test_add_func ("/degrade/recipe/not-numbers", test_not_numbers);
  g_test_add_func ("/degrade/recipe/settings", test_settings);
  g_test_add_func ("/degrade/recipe/round-trip", test_round_trip);
  g_test_add_func ("/degrade/recipe/refusals", test_refusals);
  return g_test_run ();
}
