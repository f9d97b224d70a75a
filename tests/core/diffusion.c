/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Diffusion as it is used: a small network that has learnt nothing. What it makes is no art, but what is promised of any holds for it. */
#include "create.h"
#include "save_safetensors.h"

#include <acuity/acuity.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define WIDTH 37
#define HEIGHT 29

static char *folder, *four_times, *eight_times, *without_kappa;

/* --- files --- */

static void
take (GArray *values, const AcuWeights *weights, const char *prefix)
{
  for (guint i = 0; i < weights->tensors->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);
      /* New weights are aligned floats. */
      AcuValues v = { g_strconcat (prefix, tensor->name, NULL), tensor->dimensions, { 0 }, (const float *) (const void *) tensor->data };

      memcpy (v.shape, tensor->shape, sizeof tensor->shape);
      g_array_append_val (values, v);
    }
}

/* A file of a diffusion network of so many times, after one of twice if that is wanted. */
static char *
write_model (const char *name, gboolean twice_before, const char *kappa, const char *steps)
{
  const AcuArchOptions diffusion = { "diffusion", 4, 16, 2 }, compact = { "compact", 2, 8, 2 };
  const char *const metadata[] = { "architecture", "diffusion", "scale", twice_before ? "8" : "4", "spread", "0.1", "likeness", "0.8", "sampling_steps", steps, kappa ? "kappa" : NULL, kappa,
                                   NULL };
  AcuWeights *weights = acu_arch_create (&diffusion, 1, NULL), *before = acu_arch_create (&compact, 2, NULL);
  GArray *values = g_array_new (FALSE, FALSE, sizeof (AcuValues));
  char *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;

  if (twice_before)
    take (values, before, "before.");
  take (values, weights, "");
  acu_save_safetensors (path, (const AcuValues *) (void *) values->data, values->len, ACU_TENSOR_F32, metadata, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < values->len; i++)
    g_free ((char *) g_array_index (values, AcuValues, i).name);
  g_array_unref (values);
  acu_weights_free (weights);
  acu_weights_free (before);
  return path;
}

/* --- jobs --- */

typedef struct Job
{
  const AcuUpscalerParams *params;
  float *out;
  int channels, width, left, top, told;
  double fraction;
} Job;

/* Waves and texture, of what might be a much larger picture. */
static float
sample (int x, int y, int c)
{
  return c == 3 ? (float) (0.6 + 0.4 * sin (x * 0.5)) : (float) (0.5 + 0.2 * sin (x * 0.9 + c) * cos (y * 0.7) + 0.1 * ((x * 7 + y * 13 + c * 5) % 11 / 10.0 - 0.5));
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Job *job = data;

  for (int r = y; r < y + rows; r++)
    for (int x = 0; x < job->params->width; x++)
      for (int c = 0; c < job->channels; c++)
        *pixels++ = sample (x + job->left, r + job->top, job->channels < 3 ? 3 * c : c);
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Job *job = data;
  gsize row = (gsize) job->width * job->channels;

  memcpy (job->out + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static gboolean
watch (void *data, double fraction, double seconds_left)
{
  Job *job = data;

  g_assert_cmpfloat (fraction, >=, job->fraction);
  job->fraction = fraction;
  job->told++;
  return TRUE;
}

/* The result (g_free) of a picture that begins at (left, top) of the endless one. */
static float *
enlarge_part (const AcuUpscalerParams *params, int left, int top, int *n)
{
  GError *error = NULL;
  AcuUpscaler *upscaler = acu_upscaler_new (params, &error);
  Job job = { params, .channels = params->format.colours + params->format.alpha, .left = left, .top = top };

  g_assert_no_error (error);
  job.width = acu_upscaler_width (upscaler);
  *n = job.width * acu_upscaler_height (upscaler) * job.channels;
  job.out = g_new0 (float, *n);
  acu_upscaler_run (upscaler, read_rows, write_rows, &job, watch, &job, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (job.fraction, ==, 1);
  acu_upscaler_free (upscaler);
  return job.out;
}

static float *
enlarge (const AcuUpscalerParams *params, int *n)
{
  return enlarge_part (params, 0, 0, n);
}

#define PARAMS(...) acu_upscaler_params (.width = WIDTH, .height = HEIGHT, .model = four_times, .device = "cpu", .size = { .mode = ACU_SIZE_FACTOR, .scale = 4 }, .threads = 2, __VA_ARGS__)

static gboolean
same (const float *a, const float *b, int n)
{
  return memcmp (a, b, (gsize) n * sizeof (float)) == 0;
}

static double
root_mean_square (const float *a, const float *b, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += (double) (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt (sum / n);
}

/* Decibels between the picture and what is made of it, made small. */
static double
likeness (const AcuUpscalerParams *params, float *result)
{
  g_autofree float *small = g_new (float, params->width * params->height * 3);
  Job job = { params, .channels = 3 };
  AcuMetricPicture large = { result, params->width * (int) params->size.scale, params->height * (int) params->size.scale, 3 };
  AcuMetricPicture picture = { small, params->width, params->height, 3 };
  GError *error = NULL;
  double value;

  read_rows (&job, 0, params->height, small, NULL);
  acu_measure_consistency (&large, &picture, 0, &value, &error);
  g_assert_no_error (error);
  return value;
}

/* --- what is promised --- */

static void
test_same_bits (void)
{
  for (int precision = ACU_PRECISION_FAST; precision <= ACU_PRECISION_EXACT; precision++)
    {
      int n;
      g_autofree float *expected = enlarge (PARAMS (.seed = 3, .precision = precision, .threads = 1), &n);
      static const int bands[] = { 1, 3, 16, 64 };
      AcuUpscaler *upscaler;

      for (guint i = 0; i < G_N_ELEMENTS (bands); i++)
        for (int threads = 1; threads <= 3; threads++)
          {
            g_autofree float *got = enlarge (PARAMS (.seed = 3, .precision = precision, .threads = threads, .band_rows = bands[i]), &n);

            g_assert_true (same (expected, got, n));
          }
      /* The least memory that it says it can do with. */
      upscaler = acu_upscaler_new (PARAMS (.precision = precision, .band_rows = 1), NULL);
      {
        g_autofree float *got = enlarge (PARAMS (.seed = 3, .precision = precision, .memory = acu_upscaler_memory (upscaler)), &n);

        g_assert_true (same (expected, got, n));
      }
      acu_upscaler_free (upscaler);
    }
}

/* In a process of its own, which is told what the processor may use. */
static void
test_one_isa (void)
{
  int n;
  g_autofree float *result = enlarge (PARAMS (.seed = 3, .precision = ACU_PRECISION_EXACT), &n);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) result, (gsize) n * sizeof (float));

  g_print ("sum %s\n", sum);
}

/* Elsewhere an emulator may be between, which does not start processes. */
static void
test_isas (void)
{
#ifdef __x86_64__
  static const char *const isas[] = { "scalar", "avx2", "avx512", "auto" };
  int n;
  g_autofree float *result = enlarge (PARAMS (.seed = 3, .precision = ACU_PRECISION_EXACT), &n);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) result, (gsize) n * sizeof (float));
  g_autofree char *pattern = g_strdup_printf ("*sum %s*", sum), *before = g_strdup (g_getenv ("ACUITY_CPU"));

  for (guint i = 0; i < G_N_ELEMENTS (isas); i++)
    {
      g_setenv ("ACUITY_CPU", isas[i], TRUE);
      g_test_trap_subprocess ("/diffusion/one-isa/subprocess", 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stdout (pattern);
    }
  if (before)
    g_setenv ("ACUITY_CPU", before, TRUE);
  else
    g_unsetenv ("ACUITY_CPU");
#else
  g_test_skip ("not an x86-64 processor");
#endif
}

static void
test_seeds (void)
{
  static const int seeds[] = { 1, 2, G_MAXINT };
  int n;
  g_autofree float *first = enlarge (PARAMS (.seed = 0), &n), *again = enlarge (PARAMS (.seed = 0), &n);

  g_assert_true (same (first, again, n));
  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      const AcuUpscalerParams *params = PARAMS (.seed = seeds[i]);
      g_autofree float *other = enlarge (params, &n);

      /* Another, and of the same picture. */
      g_assert_cmpfloat (root_mean_square (first, other, n), >, 1e-3);
      g_assert_cmpfloat (root_mean_square (first, other, n), <, 0.1);
      g_assert_cmpfloat (likeness (params, other), >=, 40);
    }
}

static void
test_consistency (void)
{
  static const int steps[] = { 0, ACU_MIN_STEPS, 7, ACU_MAX_STEPS };
  int n;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      const AcuUpscalerParams *full = PARAMS (.steps = steps[i]), *half = PARAMS (.steps = steps[i], .consistency = 0.5);
      const AcuUpscalerParams *none = PARAMS (.steps = steps[i], .consistency = 0);
      g_autofree float *held = enlarge (full, &n), *partly = enlarge (half, &n), *loose = enlarge (none, &n);

      g_assert_cmpfloat (likeness (full, held), >=, 40);
      g_assert_cmpfloat (likeness (half, partly), <, likeness (full, held) - 2);
      g_assert_cmpfloat (likeness (none, loose), <, likeness (half, partly) - 2);
    }
}

static void
test_eight_times (void)
{
  int n;
  const AcuUpscalerParams *params = PARAMS (.model = eight_times, .size = { .mode = ACU_SIZE_FACTOR, .scale = 8 });
  const AcuUpscalerParams *unheld = PARAMS (.model = eight_times, .size = { .mode = ACU_SIZE_FACTOR, .scale = 8 }, .consistency = 0);
  const AcuUpscalerParams *low = PARAMS (.model = eight_times, .size = { .mode = ACU_SIZE_FACTOR, .scale = 8 }, .band_rows = 1, .threads = 1);
  g_autofree float *result = enlarge (params, &n), *loose = enlarge (unheld, &n), *again = enlarge (low, &n);

  g_autofree float *six = enlarge (PARAMS (.model = eight_times, .size = { .mode = ACU_SIZE_FACTOR, .scale = 8 }, .steps = 6), &n);

  g_assert_cmpint (n, ==, WIDTH * HEIGHT * 64 * 3);
  g_assert_true (same (result, again, n));
  /* Its own number. */
  g_assert_true (same (result, six, n));
  g_assert_cmpfloat (likeness (params, result), >=, 40);
  g_assert_cmpfloat (likeness (unheld, loose), <, 40);
}

static void
test_steps (void)
{
  double operations = 0;
  int n;
  g_autofree float *four = enlarge (PARAMS (.steps = 4), &n), *usual = enlarge (PARAMS (.steps = 0), &n), *seven = enlarge (PARAMS (.steps = 7), &n);

  g_assert_true (same (four, usual, n));
  g_assert_cmpfloat (root_mean_square (four, seven, n), >, 1e-3);
  for (int steps = ACU_MIN_STEPS; steps <= ACU_MAX_STEPS; steps++)
    {
      AcuUpscaler *upscaler = acu_upscaler_new (PARAMS (.steps = steps), NULL);

      g_assert_cmpfloat (acu_upscaler_operations (upscaler), >, operations * 1.03);
      operations = acu_upscaler_operations (upscaler);
      acu_upscaler_free (upscaler);
    }
}

/* Where there is hardly a picture. */
static void
test_small (void)
{
  static const int sides[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 }, { 5, 3 } };
  int n;

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    for (int eight = 0; eight < 2; eight++)
      {
        AcuUpscalerParams params = *PARAMS (.width = sides[i][0], .height = sides[i][1], .model = eight ? eight_times : four_times);
        g_autofree float *result = NULL;

        params.size.scale = eight ? 8 : 4;
        result = enlarge (&params, &n);
        g_assert_cmpfloat (likeness (&params, result), >=, 40);
      }
}

/* Alpha is not made up; gray is made of the same noise. */
static void
test_formats (void)
{
  int n, n_alpha, n_gray;
  g_autofree float *alpha = enlarge (PARAMS (.format = { 3, TRUE, FALSE }), &n_alpha), *other = enlarge (PARAMS (.format = { 3, TRUE, FALSE }, .seed = 1), &n_alpha);
  g_autofree float *gray = enlarge (PARAMS (.format = { 1, TRUE, FALSE }), &n_gray);

  g_free (enlarge (PARAMS (.seed = 0), &n));
  g_assert_cmpint (n_alpha / 4, ==, n / 3);
  g_assert_cmpint (n_gray / 2, ==, n / 3);
  for (int i = 0; i < n / 3; i++)
    {
      g_assert_cmpfloat (alpha[4 * i + 3], ==, other[4 * i + 3]);
      g_assert_true (isfinite (gray[2 * i]));
    }
  g_assert_cmpfloat (root_mean_square (alpha, other, n_alpha), >, 1e-3);
}

/* With what surrounds it, a part becomes what it becomes in the whole. */
static void
test_part (void)
{
  enum { SIDE = 320, AT = 160, PATCH = 8 };
  int n, n_whole, reach, grid, first, side;
  g_autofree float *whole = enlarge (PARAMS (.width = SIDE, .height = SIDE, .precision = ACU_PRECISION_EXACT), &n_whole);
  AcuUpscaler *upscaler = acu_upscaler_new (PARAMS (.width = SIDE, .height = SIDE), NULL);

  g_assert_true (acu_upscaler_reach (upscaler, &reach, &grid));
  acu_upscaler_free (upscaler);
  g_assert_cmpint (grid, ==, 1);
  g_assert_cmpint (reach, <, AT);
  first = AT - reach;
  side = PATCH + 2 * reach;
  for (int placed = 0; placed < 2; placed++)
    {
      g_autofree float *part = enlarge_part (PARAMS (.width = side, .height = side, .precision = ACU_PRECISION_EXACT, .left = placed ? first : 0, .top = placed ? first : 0),
                                             first, first, &n);
      double most = 0;

      for (int y = 0; y < PATCH * 4; y++)
        for (int x = 0; x < PATCH * 4 * 3; x++)
          most = MAX (most, fabs (part[((AT - first) * 4 + y) * side * 4 * 3 + (AT - first) * 4 * 3 + x] - whole[(AT * 4 + y) * SIDE * 4 * 3 + AT * 4 * 3 + x]));
      if (placed)
        g_assert_cmpfloat (most, <, 1e-4);
      else
        g_assert_cmpfloat (most, >, 1e-2);
    }
}

static gboolean
stop (void *data, double fraction, double seconds_left)
{
  return fraction < 0.3;
}

static void
test_cancel (void)
{
  const AcuUpscalerParams *params = PARAMS (.band_rows = 4);
  AcuUpscaler *upscaler = acu_upscaler_new (params, NULL);
  Job job = { params, .channels = 3, .width = WIDTH * 4, .out = g_new (float, WIDTH * HEIGHT * 16 * 3) };
  GError *error = NULL;

  g_assert_false (acu_upscaler_run (upscaler, read_rows, write_rows, &job, stop, NULL, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_CANCELLED);
  g_clear_error (&error);
  acu_upscaler_free (upscaler);
  g_free (job.out);
}

static void
test_refused (void)
{
  const AcuUpscalerParams *const refused[] = {
    PARAMS (.seed = -1), PARAMS (.steps = ACU_MIN_STEPS - 1), PARAMS (.steps = ACU_MAX_STEPS + 1), PARAMS (.steps = -1), PARAMS (.consistency = 1.01),
    PARAMS (.consistency = -0.01), PARAMS (.consistency = NAN), PARAMS (.left = -1)
  };
  static const char *const wrong_steps[] = { "3", "16", "-4", "4.5", "many", "", "99999999999999999999" };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_null (acu_upscaler_new (refused[i], &error));
      g_assert_true (error->domain == ACU_ERROR && error->code == (i + 1 < G_N_ELEMENTS (refused) ? ACU_ERROR_ARGUMENT : ACU_ERROR_SIZE));
      g_clear_error (&error);
    }
  g_assert_null (acu_upscaler_new (PARAMS (.model = without_kappa), &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "kappa"));
  g_clear_error (&error);
  /* A file's own number of steps, which is asked for where nobody says another. */
  for (guint i = 0; i < G_N_ELEMENTS (wrong_steps); i++)
    {
      g_autofree char *path = write_model ("steps.safetensors", FALSE, "1", wrong_steps[i]);

      g_assert_null (acu_upscaler_new (PARAMS (.model = path), &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_FORMAT);
      g_assert_nonnull (strstr (error->message, "steps.safetensors"));
      g_assert_nonnull (strstr (error->message, "from 4 to 15"));
      g_clear_error (&error);
      g_unlink (path);
    }
}

/* What is no diffusion takes no notice, and is not loaded anew. */
static void
test_others (void)
{
  int n;
  g_autofree float *one = enlarge (PARAMS (.model = "photo-x4"), &n), *other = enlarge (PARAMS (.model = "photo-x4", .seed = 5, .steps = 9, .consistency = 0.2), &n);

  g_assert_true (same (one, other, n));
  g_assert_false (acu_model_diffuses ("photo-x4", 4));
  g_assert_false (acu_model_diffuses ("lanczos3", 4));
  g_assert_false (acu_model_diffuses ("no such model", 4));
  g_assert_true (acu_model_diffuses (four_times, 4));
}

/* Sixteen times is four times twice: their noise is not the same. */
static void
test_twice (void)
{
  int n;
  AcuUpscalerParams params = *PARAMS (.width = 6, .height = 5, .consistency = 0), *p = &params;
  g_autofree float *result = NULL, *other = NULL;

  params.size.scale = 16;
  result = enlarge (p, &n);
  g_assert_cmpint (n, ==, 6 * 5 * 256 * 3);
  params.seed = 1;
  other = enlarge (p, &n);
  g_assert_cmpfloat (root_mean_square (result, other, n), >, 1e-3);
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("acuity-diffusion-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  four_times = write_model ("four.safetensors", FALSE, "1", "4");
  eight_times = write_model ("eight.safetensors", TRUE, "1", "6");
  without_kappa = write_model ("without.safetensors", FALSE, NULL, "4");
  g_test_add_func ("/diffusion/same-bits", test_same_bits);
  g_test_add_func ("/diffusion/isas", test_isas);
  g_test_add_func ("/diffusion/one-isa/subprocess", test_one_isa);
  g_test_add_func ("/diffusion/seeds", test_seeds);
  g_test_add_func ("/diffusion/consistency", test_consistency);
  g_test_add_func ("/diffusion/eight-times", test_eight_times);
  g_test_add_func ("/diffusion/steps", test_steps);
  g_test_add_func ("/diffusion/small", test_small);
  g_test_add_func ("/diffusion/formats", test_formats);
  g_test_add_func ("/diffusion/part", test_part);
  g_test_add_func ("/diffusion/cancel", test_cancel);
  g_test_add_func ("/diffusion/refused", test_refused);
  g_test_add_func ("/diffusion/others", test_others);
  g_test_add_func ("/diffusion/twice", test_twice);
  failed = g_test_run ();
  g_unlink (four_times);
  g_unlink (eight_times);
  g_unlink (without_kappa);
  g_free (four_times);
  g_free (eight_times);
  g_free (without_kappa);
  g_free (folder);
  return failed;
}
