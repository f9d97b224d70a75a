/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Classic filters as whole jobs: whatever the threads, bands and memory, the bits that the resampler makes row by row, each source row
 * asked for once and in order, no more memory than was said, and an end soon after it is wanted. */
#include <acuity/acuity.h>

#include <math.h>
#include <string.h>

typedef struct Job
{
  AcuUpscalerParams params;
  int width, height, dst_width, dst_height, channels;
  float *src, *dst;
  int read, written, calls, most_rows;
  int reports, stop_at;           /* 0: never */
} Job;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  Job *job = data;
  gsize row = (gsize) job->width * job->channels;

  g_assert_cmpint (y, ==, job->read);
  g_assert_cmpint (rows, >, 0);
  g_assert_cmpint (y + rows, <=, job->height);
  memcpy (pixels, job->src + y * row, rows * row * sizeof (float));
  job->read += rows;
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  Job *job = data;
  gsize row = (gsize) job->dst_width * job->channels;

  g_assert_cmpint (y, ==, job->written);
  g_assert_cmpint (rows, >, 0);
  g_assert_cmpint (y + rows, <=, job->dst_height);
  memcpy (job->dst + y * row, pixels, rows * row * sizeof (float));
  job->written += rows;
  job->calls++;
  job->most_rows = MAX (job->most_rows, rows);
  return TRUE;
}

static gboolean
progress (void *data, double fraction, double seconds_left)
{
  Job *job = data;

  job->reports++;
  return job->reports != job->stop_at;
}

static void
curve (const Job *job, void (*convert) (float *, const float *, gsize), float *pixels, gsize n)
{
  for (gsize i = 0; i < n; i += job->channels)
    convert (pixels + i, pixels + i, job->params.format.colours);
}

/* The same by the resampler alone. */
static float *
expected (const Job *job)
{
  const AcuUpscalerParams *p = &job->params;
  AcuResamplerParams params = {
    .filter = acu_filter_find (p->model), .src_width = job->width, .src_height = job->height,
    .dst_width = job->dst_width, .dst_height = job->dst_height, .channels = job->channels, .alpha = p->format.alpha,
    .linear_light = p->linear_light && !p->format.linear
  };
  gsize in_row = (gsize) job->width * job->channels, out_row = (gsize) job->dst_width * job->channels;
  gboolean detour = p->format.linear && !p->linear_light;
  float *result = g_new (float, out_row * job->dst_height), *src = g_new (float, in_row * job->height);
  AcuResampler *resampler = acu_resampler_new (&params, NULL);
  int pushed = 0;

  for (gsize i = 0; i < in_row * job->height; i++)
    src[i] = isfinite (job->src[i]) ? job->src[i] : 0;
  if (detour)
    curve (job, acu_srgb_encode, src, in_row * job->height);
  for (int y = 0; y < job->dst_height; y++)
    while (!acu_resampler_pull (resampler, result + y * out_row))
      acu_resampler_push (resampler, src + pushed++ * in_row);
  if (detour)
    curve (job, acu_srgb_decode, result, out_row * job->dst_height);
  acu_resampler_free (resampler);
  g_free (src);
  return result;
}

static void
job_init (Job *job, const char *model, int width, int height, int dst_width, int dst_height, AcuPixelFormat format, gboolean linear_light)
{
  gsize n;

  *job = (Job) { .width = width, .height = height, .dst_width = dst_width, .dst_height = dst_height };
  job->params = *acu_upscaler_params (.width = width, .height = height, .format = format, .model = model, .linear_light = linear_light,
                                      .size = { .mode = ACU_SIZE_PIXELS, .width = dst_width, .height = dst_height });
  job->channels = format.colours + (format.alpha ? 1 : 0);
  n = (gsize) width * height * job->channels;
  job->src = g_new (float, n);
  job->dst = g_new0 (float, (gsize) dst_width * dst_height * job->channels);
  for (gsize i = 0; i < n; i++)
    job->src[i] = i % 1009 == 5 ? NAN : (float) g_test_rand_double_range (-0.1, 1.2);
}

static void
job_clear (Job *job)
{
  g_free (job->src);
  g_free (job->dst);
}

static void
check (Job *job, const float *wanted, int threads, int band_rows, guint64 memory)
{
  g_autoptr (GError) error = NULL;
  AcuUpscaler *upscaler;

  job->read = job->written = job->calls = job->most_rows = job->reports = 0;
  job->params.threads = threads;
  job->params.band_rows = band_rows;
  job->params.memory = memory;
  upscaler = acu_upscaler_new (&job->params, &error);
  g_assert_no_error (error);
  g_assert_cmpint (acu_upscaler_width (upscaler), ==, job->dst_width);
  g_assert_cmpint (acu_upscaler_height (upscaler), ==, job->dst_height);
  if (memory)
    g_assert_cmpuint (acu_upscaler_memory (upscaler), <=, memory);
  g_assert_true (acu_upscaler_run (upscaler, read_rows, write_rows, job, progress, job, &error));
  g_assert_cmpint (job->read, ==, job->height);
  g_assert_cmpint (job->written, ==, job->dst_height);
  g_assert_cmpmem (job->dst, sizeof (float) * job->dst_width * job->dst_height * job->channels, wanted,
                   sizeof (float) * job->dst_width * job->dst_height * job->channels);
  acu_upscaler_free (upscaler);
}

static void
test_same (void)
{
  static const int sizes[][4] = {
    { 40, 30, 80, 60 }, { 40, 60, 160, 240 }, { 33, 21, 99, 63 }, { 1, 20, 7, 300 }, { 61, 47, 62, 290 }, { 50, 40, 51, 333 },
    { 20, 300, 21, 301 }, { 30, 31, 30, 31 },
  };
  static const AcuPixelFormat formats[] = { { 3, FALSE, FALSE }, { 3, TRUE, FALSE }, { 1, FALSE, TRUE }, { 3, TRUE, TRUE } };
  static const char *const models[] = { "lanczos3", "nearest", "area" };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint m = 0; m < G_N_ELEMENTS (models); m++)
      for (guint f = 0; f < 2 * G_N_ELEMENTS (formats); f++)
        {
          g_autofree float *wanted = NULL;
          Job job;

          job_init (&job, models[m], sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3], formats[f / 2], f % 2);
          wanted = expected (&job);
          for (int threads = 1; threads <= 5; threads += 2)
            {
              check (&job, wanted, threads, 0, 0);
              check (&job, wanted, threads, g_test_rand_int_range (1, 100), 0);
            }
          job_clear (&job);
        }
}

/* The least memory with which the job is not refused means rows one by one, some more means some bands. */
static void
test_memory (void)
{
  g_autofree float *wanted = NULL;
  guint64 least = 1;
  int calls[4];
  Job job;

  job_init (&job, "lanczos3", 100, 200, 400, 800, (AcuPixelFormat) { 3, TRUE, FALSE }, TRUE);
  wanted = expected (&job);
  for (;; least += 1024)
    {
      AcuUpscalerParams params = job.params;
      AcuUpscaler *upscaler;

      params.memory = least;
      if (!(upscaler = acu_upscaler_new (&params, NULL)))
        continue;
      acu_upscaler_free (upscaler);
      break;
    }
  for (int i = 0; i < 4; i++)
    {
      check (&job, wanted, 4, 0, least << i);
      calls[i] = job.calls;
    }
  g_assert_cmpint (calls[0], ==, 800);
  g_assert_cmpint (calls[3], <, calls[1]);
  g_assert_cmpint (calls[3], <, 100);
  check (&job, wanted, 4, 0, 1 << 30);
  g_assert_cmpint (job.calls, <=, 4);
  job_clear (&job);
}

/* Wide pictures have low bands, so that memory stays a stream's and somebody asks often. */
static void
test_wide (void)
{
  Job job;
  g_autofree float *wanted = NULL;

  job_init (&job, "cubic", 30000, 20, 90000, 60, (AcuPixelFormat) { 3, FALSE, FALSE }, FALSE);
  wanted = expected (&job);
  check (&job, wanted, 2, 0, 0);
  g_assert_cmpint (job.most_rows, <=, 16);
  job_clear (&job);
}

static void
test_cancel (void)
{
  g_autoptr (GError) error = NULL;
  AcuUpscaler *upscaler;
  Job job;

  job_init (&job, "lanczos3", 2000, 1500, 4000, 3000, (AcuPixelFormat) { 3, FALSE, FALSE }, TRUE);
  job.stop_at = 2;
  job.params.threads = 2;
  upscaler = acu_upscaler_new (&job.params, NULL);
  g_assert_false (acu_upscaler_run (upscaler, read_rows, write_rows, &job, progress, &job, &error));
  g_assert_error (error, ACU_ERROR, ACU_ERROR_CANCELLED);
  g_assert_cmpint (job.written, <, 3000);
  acu_upscaler_free (upscaler);
  job_clear (&job);
}

int
main (int argc, char **argv)
{
  /* Nothing is to be noted. */
  g_setenv ("XDG_CACHE_HOME", "/dev/null", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/classic/same", test_same);
  g_test_add_func ("/core/classic/memory", test_memory);
  g_test_add_func ("/core/classic/wide", test_wide);
  g_test_add_func ("/core/classic/cancel", test_cancel);
  return g_test_run ();
}
