/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pictures.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <math.h>
#include <string.h>

/* Source and result sizes that between them have edges, single rows and columns, odd ratios, and windows of all
 * lengths. */
static const int sizes[][4] = {
  { 1, 1, 1, 1 }, { 1, 1, 7, 5 }, { 7, 5, 1, 1 }, { 9, 1, 4, 3 }, { 1, 9, 3, 4 }, { 5, 1, 13, 1 }, { 1, 5, 1, 13 },
  { 2, 2, 3, 5 }, { 8, 6, 16, 12 }, { 16, 12, 8, 6 }, { 13, 7, 17, 23 }, { 17, 23, 13, 7 }, { 10, 10, 7, 20 },
  { 12, 9, 12, 5 }, { 12, 9, 5, 9 }, { 3, 2, 48, 32 }, { 61, 47, 3, 2 }, { 101, 3, 2, 2 }, { 7, 11, 8, 10 },
};

/* What channels can be. */
static const struct
{
  int channels;
  gboolean alpha;
} formats[] = { { 1, FALSE }, { 2, TRUE }, { 3, FALSE }, { 4, TRUE }, { 2, FALSE }, { 4, FALSE } };

typedef void (*Check) (const AcuResamplerParams *params);

/* Calls `check` for every filter, size, format, and curve. */
static void
for_all (Check check)
{
  for (const AcuFilter *filter = acu_filters_all (); filter->name; filter++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
        for (int linear = 0; linear < 2; linear++)
          check (&(AcuResamplerParams) { filter, sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3],
                                         formats[f].channels, formats[f].alpha, linear });
}

static gsize
result_size (const AcuResamplerParams *params)
{
  return (gsize) params->dst_width * params->dst_height * params->channels;
}

#define assert_close(params, a, b, n, tolerance)                                                                   \
  G_STMT_START                                                                                                     \
  {                                                                                                                \
    double difference = largest_difference (a, b, n);                                                              \
    if (!(difference <= (tolerance)))                                                                              \
      g_error ("%s, %d × %d to %d × %d, %d channels, alpha %d, linear %d: off by %g", (params)->filter->name,      \
               (params)->src_width, (params)->src_height, (params)->dst_width, (params)->dst_height,               \
               (params)->channels, (params)->alpha, (params)->linear_light, difference);                           \
  }                                                                                                                \
  G_STMT_END

static void
test_filters (void)
{
  static const struct
  {
    const char *name;
    double radius, x, weight;
  } values[] = {
    { "linear", 1, 0, 1 }, { "linear", 1, -0.25, 0.75 }, { "linear", 1, 1, 0 },
    { "cubic", 2, 0, 1 }, { "cubic", 2, 0.5, 0.5625 }, { "cubic", 2, 1, 0 }, { "cubic", 2, -1.5, -0.0625 },
    { "cubic", 2, 2, 0 },
    { "mitchell", 2, 0, 8.0 / 9 }, { "mitchell", 2, 1, 1.0 / 18 }, { "mitchell", 2, 0.5, 0.53472222222222222 },
    { "mitchell", 2, 2.5, 0 },
    { "lanczos2", 2, 0, 1 }, { "lanczos2", 2, 0.5, 0.573159168250756 }, { "lanczos2", 2, 1, 0 },
    { "lanczos2", 2, 2, 0 },
    { "lanczos3", 3, 0, 1 }, { "lanczos3", 3, 0.5, 0.607927101854027 }, { "lanczos3", 3, 3, 0 },
    { "lanczos3", 3, -1.5, -0.135094911523117 },
    { "area", 0.5, 0, 1 }, { "area", 0.5, 0.5, 1 }, { "area", 0.5, -0.5, 0 }, { "area", 0.5, 0.6, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const AcuFilter *filter = acu_filter_find (values[i].name);

      g_assert_nonnull (filter);
      g_assert_cmpfloat (filter->radius, ==, values[i].radius);
      g_assert_cmpfloat_with_epsilon (filter->weight (values[i].x), values[i].weight, 1e-12);
    }
  for (const AcuFilter *filter = acu_filters_all (); filter->name; filter++)
    {
      g_assert_true (acu_filter_find (filter->name) == filter);
      g_assert_nonnull (filter->label);
      g_assert_true ((filter->weight == NULL) == (filter->radius == 0));
    }
  g_assert_null (acu_filter_find ("sharpest"));
  g_assert_null (acu_filter_find ("nearest")->weight);
}

static void
test_known (void)
{
  static const struct
  {
    const char *filter;
    int src, dst;
    float in[5], out[6];
    gboolean linear;
  } lines[] = {
    { "linear", 2, 4, { 0, 1 }, { 0, 0.25f, 0.75f, 1 } },
    { "linear", 4, 2, { 0, 1, 2, 7 }, { 1.25f / 1.75f, 4 } },
    { "area", 4, 2, { 0, 1, 2, 5 }, { 0.5f, 3.5f } },
    { "area", 5, 1, { 1, 2, 3, 4, 10 }, { 4 } },
    { "area", 2, 4, { 3, 8 }, { 3, 3, 8, 8 } },
    { "cubic", 2, 4, { 0, 1 }, { -0.08823529f, 0.20714286f, 0.79285714f, 1.08823529f } },
    { "nearest", 3, 2, { 4, 5, 6 }, { 4, 6 } },
    { "nearest", 2, 6, { 4, 5 }, { 4, 4, 4, 5, 5, 5 } },
    { "lanczos3", 1, 3, { 0.3f }, { 0.3f, 0.3f, 0.3f } },
    { "area", 2, 1, { 0, 1 }, { 0.73535698f }, TRUE },
    { "linear", 2, 1, { -1, 1 }, { 0 }, TRUE },
    { "area", 2, 1, { 2, 4 }, { 3.21767509f }, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    for (int down = 0; down < 2; down++)
      {
        int src = lines[i].src, dst = lines[i].dst;
        AcuResamplerParams params = { acu_filter_find (lines[i].filter), down ? 1 : src, down ? src : 1, down ? 1 : dst,
                                      down ? dst : 1, 1, FALSE, lines[i].linear };
        g_autofree float *result = picture_resample (&params, lines[i].in);

        assert_close (&params, result, lines[i].out, dst, 1e-6);
      }
}

static void
check_constant (const AcuResamplerParams *params)
{
  gsize n = (gsize) params->src_width * params->src_height * params->channels;
  g_autofree float *src = g_new (float, n), *wanted = g_new (float, result_size (params)), *result = NULL;
  const float pixel[] = { 0.7f, 0.02f, -0.3f, 0.4f };

  for (gsize i = 0; i < n; i++)
    src[i] = pixel[i % params->channels];
  for (gsize i = 0; i < result_size (params); i++)
    wanted[i] = pixel[i % params->channels];
  if (params->alpha)
    for (gsize i = params->channels - 1; i < n; i += params->channels)
      src[i] = 0.5f;
  if (params->alpha)
    for (gsize i = params->channels - 1; i < result_size (params); i += params->channels)
      wanted[i] = 0.5f;
  result = picture_resample (params, src);
  assert_close (params, result, wanted, result_size (params), 1e-6);
}

static void
test_constant (void)
{
  for_all (check_constant);
}

/* What comes in when nothing is to change, and what nearest picks, may be any bits. */
static void
check_copies (const AcuResamplerParams *params)
{
  const float odd[] = { -0.0f, 1e30f, INFINITY, -INFINITY, NAN, 1e-42f, 0.1f };
  AcuResamplerParams same = *params;
  g_autofree float *src = picture_random (params->src_width, params->src_height, params->channels, -0.2, 1.3);
  g_autofree float *result = NULL, *nearest = NULL;
  gsize n = (gsize) params->src_width * params->src_height * params->channels;
  int channels = params->channels;

  for (gsize i = 0; i < n; i += 3)
    src[i] = odd[i / 3 % G_N_ELEMENTS (odd)];
  same.dst_width = same.src_width;
  same.dst_height = same.src_height;
  result = picture_resample (&same, src);
  g_assert_cmpmem (result, n * sizeof (float), src, n * sizeof (float));

  if (params->filter->weight)
    return;
  nearest = picture_resample (params, src);
  for (int y = 0; y < params->dst_height; y++)
    for (int x = 0; x < params->dst_width; x++)
      {
        int from_x = (2 * x + 1) * params->src_width / (2 * params->dst_width);
        int from_y = (2 * y + 1) * params->src_height / (2 * params->dst_height);

        g_assert_cmpmem (nearest + ((gsize) y * params->dst_width + x) * channels, channels * sizeof (float),
                         src + ((gsize) from_y * params->src_width + from_x) * channels, channels * sizeof (float));
      }
}

static void
test_copies (void)
{
  for_all (check_copies);
}

/* Alpha stays so far from 0 that dividing by it does not enlarge rounding. */
static float *
random_source (const AcuResamplerParams *params)
{
  gsize n = (gsize) params->src_width * params->src_height * params->channels;
  float *src = picture_random (params->src_width, params->src_height, params->channels, -0.1, 1.2);

  if (params->alpha)
    for (gsize i = params->channels - 1; i < n; i += params->channels)
      src[i] = (float) g_test_rand_double_range (0.7, 1);
  return src;
}

static void
check_definition (const AcuResamplerParams *params)
{
  g_autofree float *src = random_source (params);
  g_autofree float *result = picture_resample (params, src), *wanted = picture_resample_slowly (params, src);

  assert_close (params, result, wanted, result_size (params), 4e-6);
}

static void
test_definition (void)
{
  for_all (check_definition);
}

/* A mirrored picture has a mirrored result. */
static void
check_mirror (const AcuResamplerParams *params)
{
  gsize n = (gsize) params->src_width * params->src_height, channels = params->channels;
  gsize dst_n = (gsize) params->dst_width * params->dst_height;
  g_autofree float *src = random_source (params);
  g_autofree float *turned = g_new (float, n * channels), *turned_back = g_new (float, dst_n * channels);
  g_autofree float *result = picture_resample (params, src), *result_turned = NULL;

  /* Where two pixels are equally near, each direction may take its own. */
  if (params->filter->radius < 1)
    return;
  for (gsize i = 0; i < n * channels; i++)
    turned[(n - 1 - i / channels) * channels + i % channels] = src[i];
  result_turned = picture_resample (params, turned);
  for (gsize i = 0; i < dst_n * channels; i++)
    turned_back[(dst_n - 1 - i / channels) * channels + i % channels] = result_turned[i];
  assert_close (params, result, turned_back, dst_n * channels, 4e-6);
}

static void
test_mirror (void)
{
  for_all (check_mirror);
}

/* Red beside transparent green: all that can be seen stays red, and the green stays where nothing can be seen. */
static void
check_bleeding (const AcuResamplerParams *params)
{
  const float red[] = { 1, 0, 0.25f, 1 }, green[] = { 0, 1, 0.25f, 0 };
  gsize n = (gsize) params->src_width * params->src_height;
  g_autofree float *src = g_new (float, n * 4), *result = NULL, *invisible = NULL;
  AcuResamplerParams rgba = *params;

  if (params->channels != 4 || !params->alpha)
    return;
  for (gsize i = 0; i < n; i++)
    memcpy (src + 4 * i, i % 3 == 1 ? red : green, sizeof red);
  result = picture_resample (&rgba, src);
  for (gsize i = 0; i < result_size (params); i += 4)
    if (result[i + 3] > 0.01)
      {
        g_assert_cmpfloat_with_epsilon (result[i], 1, 1e-5);
        g_assert_cmpfloat_with_epsilon (result[i + 1], 0, 1e-5);
        g_assert_cmpfloat_with_epsilon (result[i + 2], 0.25, 1e-5);
      }

  /* Nothing visible at all: the colours are resampled as if there were no alpha. */
  for (gsize i = 0; i < n; i++)
    src[4 * i + 3] = 0;
  result = (g_free (result), picture_resample (&rgba, src));
  rgba.alpha = FALSE;
  invisible = picture_resample (&rgba, src);
  for (gsize i = 0; i < result_size (params); i += 4)
    {
      g_assert_cmpfloat (result[i + 3], ==, 0);
      g_assert_cmpmem (result + i, 3 * sizeof (float), invisible + i, 3 * sizeof (float));
    }
}

static void
test_bleeding (void)
{
  for_all (check_bleeding);
}

/* Between transparent and opaque, filters shoot over: alpha must not, whatever comes in, and bright colours must stay what they are. */
static void
check_alpha (const AcuResamplerParams *params)
{
  gsize n = (gsize) params->src_width * params->src_height * params->channels, colours = params->channels - 1;
  g_autofree float *src = g_new (float, n), *result = NULL;

  if (!params->alpha || !params->filter->weight
      || (params->src_width == params->dst_width && params->src_height == params->dst_height))
    return;
  for (gsize i = 0; i < n; i += params->channels)
    {
      for (gsize c = 0; c < colours; c++)
        src[i + c] = 3;
      src[i + colours] = (float) g_test_rand_int_range (0, 2);
    }
  result = picture_resample (params, src);
  for (gsize i = 0; i < result_size (params); i += params->channels)
    {
      float alpha = result[i + colours];

      g_assert_true (alpha >= 0 && alpha <= 1);
      for (gsize c = 0; c < colours; c++)
        g_assert_true (alpha < 0.01f || fabsf (result[i + c] - 3) < 1e-3f);
    }

  /* All opaque: exactly so. */
  for (gsize i = colours; i < n; i += params->channels)
    src[i] = 1;
  result = (g_free (result), picture_resample (params, src));
  for (gsize i = colours; i < result_size (params); i += params->channels)
    g_assert_cmpfloat (result[i], ==, 1);
}

static void
test_alpha (void)
{
  for_all (check_alpha);
}

/* Sums of very many numbers. */
static void
test_huge_shrink (void)
{
  for (const AcuFilter *filter = acu_filters_all (); filter->name; filter++)
    for (int down = 0; down < 2; down++)
      {
        const int side = 200000;
        AcuResamplerParams params = { filter, down ? 1 : side, down ? side : 1, 1, 1, 3, FALSE, FALSE };
        g_autofree float *src = g_new (float, 3 * side), *result = NULL;
        const float wanted[] = { 0.1f, 0.7f, -3.3f };

        for (int i = 0; i < 3 * side; i++)
          src[i] = wanted[i % 3];
        result = picture_resample (&params, src);
        assert_close (&params, result, wanted, 3, 1e-6);
      }
}

static void
test_refusals (void)
{
  const AcuFilter *filter = acu_filter_find ("cubic");
  const AcuResamplerParams bad[] = {
    { NULL, 4, 4, 8, 8, 3 }, { filter, 0, 4, 8, 8, 3 }, { filter, 4, -1, 8, 8, 3 }, { filter, 4, 4, 0, 8, 3 },
    { filter, 4, 4, 8, G_MININT, 3 }, { filter, ACU_MAX_SIDE + 1, 4, 8, 8, 3 }, { filter, 4, 4, 8, G_MAXINT, 3 },
    { filter, 4, 4, 8, 8, 0 }, { filter, 4, 4, 8, 8, 5 }, { filter, 4, 4, 8, 8, -3 }, { filter, 4, 4, 8, 8, 1, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (acu_resampler_new (&bad[i], &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
    }
}

static void
test_memory (void)
{
  const AcuFilter *filter = acu_filter_find ("lanczos3");
  /* A window over all rows: 28 TB. */
  AcuResamplerParams params = { filter, ACU_MAX_SIDE, ACU_MAX_SIDE, ACU_MAX_SIDE - 1, 1, 4, TRUE, TRUE };
  g_autoptr (GError) error = NULL;
  AcuResampler *resampler;

  g_assert_cmpuint (acu_resampler_bytes (&params), >, G_GUINT64_CONSTANT (28000000000000));
  /* 100 × 5 rows of 12 bytes and little else. */
  params = (AcuResamplerParams) { filter, 50, 1000, 100, 2000, 3, FALSE, FALSE };
  g_assert_cmpuint (acu_resampler_bytes (&params), >=, 100 * 7 * 12);
  g_assert_cmpuint (acu_resampler_bytes (&params), <, 100 * 7 * 12 + 2000 * 8 * 4 + 100 * 8 * 4 + 1000);

  params = (AcuResamplerParams) { filter, ACU_MAX_SIDE, ACU_MAX_SIDE, ACU_MAX_SIDE - 1, 1, 4, TRUE, TRUE };
  resampler = acu_resampler_new (&params, &error);
  if (resampler)
    g_test_skip ("this machine promises any amount of memory");
  else
    g_assert_error (error, ACU_ERROR, ACU_ERROR_MEMORY);
  acu_resampler_free (resampler);
  acu_resampler_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/resample/filters", test_filters);
  g_test_add_func ("/image/resample/known", test_known);
  g_test_add_func ("/image/resample/constant", test_constant);
  g_test_add_func ("/image/resample/copies", test_copies);
  g_test_add_func ("/image/resample/definition", test_definition);
  g_test_add_func ("/image/resample/mirror", test_mirror);
  g_test_add_func ("/image/resample/bleeding", test_bleeding);
  g_test_add_func ("/image/resample/alpha", test_alpha);
  g_test_add_func ("/image/resample/huge-shrink", test_huge_shrink);
  g_test_add_func ("/image/resample/refusals", test_refusals);
  g_test_add_func ("/image/resample/memory", test_memory);
  return g_test_run ();
}
