/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whole pictures: the same as row by row, for any number of threads; 8 bits beside the definition. */
#include "pictures.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <math.h>
#include <string.h>

#define GAP 12                    /* bytes between rows, which nobody may touch */
#define PATTERN 0xa5

static const int sizes[][4] = {
  { 1, 1, 1, 1 }, { 1, 1, 7, 5 }, { 7, 5, 1, 1 }, { 9, 1, 31, 3 }, { 1, 9, 3, 31 }, { 33, 21, 66, 42 }, { 33, 21, 99, 63 },
  { 33, 21, 132, 84 }, { 13, 7, 17, 23 }, { 17, 23, 13, 7 }, { 12, 9, 12, 5 }, { 12, 9, 25, 9 }, { 3, 2, 300, 200 },
  { 300, 200, 3, 2 }, { 40, 3, 40, 3 }, { 61, 47, 62, 48 },
};

static const struct
{
  int channels;
  gboolean alpha;
} formats[] = { { 1, FALSE }, { 2, TRUE }, { 3, FALSE }, { 4, TRUE }, { 4, FALSE } };

typedef void (*Check) (const AcuResamplerParams *params);

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

/* The result without gaps; checks that these stay as they were. Free with g_free(). */
static void *
resample (const AcuResamplerParams *params, AcuSampleType type, const void *src, int threads)
{
  gsize sample = type == ACU_SAMPLE_FLOAT ? sizeof (float) : 1;
  gsize src_row = sample * params->src_width * params->channels, dst_row = sample * params->dst_width * params->channels;
  gsize src_bytes = (src_row + GAP) * params->src_height, dst_bytes = (dst_row + GAP) * params->dst_height;
  g_autofree guint8 *in = g_malloc (src_bytes), *out = g_malloc (dst_bytes);
  guint8 *result = g_malloc (dst_row * params->dst_height);
  g_autoptr (GError) error = NULL;

  memset (in, 0xff, src_bytes);
  memset (out, PATTERN, dst_bytes);
  for (int y = 0; y < params->src_height; y++)
    memcpy (in + y * (src_row + GAP), (const guint8 *) src + y * src_row, src_row);
  g_assert_true (acu_resample_picture (params, type, in, src_row + GAP, out, dst_row + GAP, threads, &error));
  g_assert_no_error (error);
  for (int y = 0; y < params->dst_height; y++)
    {
      memcpy (result + y * dst_row, out + y * (dst_row + GAP), dst_row);
      for (int i = 0; i < GAP; i++)
        g_assert_cmpint (out[y * (dst_row + GAP) + dst_row + i], ==, PATTERN);
    }
  return result;
}

static void
check_floats (const AcuResamplerParams *params)
{
  g_autofree float *src = picture_random (params->src_width, params->src_height, params->channels, 0, 1);
  g_autofree float *wanted = picture_resample (params, src);
  gsize bytes = sizeof (float) * params->dst_width * params->dst_height * params->channels;

  for (int threads = 1; threads <= 4; threads++)
    {
      g_autofree float *got = resample (params, ACU_SAMPLE_FLOAT, src, threads);

      g_assert_cmpmem (got, bytes, wanted, bytes);
    }
}

static void
test_floats (void)
{
  for_all (check_floats);
}

/* The 8-bit result in exact numbers, limited between the passes if whole numbers are to be expected. */
static float *
limited (const AcuResamplerParams *params, const float *src)
{
  AcuResamplerParams across = *params, down = *params;
  gsize n = (gsize) params->dst_width * params->src_height * params->channels;
  g_autofree float *between = NULL;

  if (params->alpha || params->linear_light)
    return picture_resample (params, src);
  across.dst_height = params->src_height;
  down.src_width = params->dst_width;
  between = picture_resample (&across, src);
  for (gsize i = 0; i < n; i++)
    between[i] = CLAMP (between[i], 0, 1);
  return picture_resample (&down, between);
}

static void
check_bytes (const AcuResamplerParams *params)
{
  gsize n = (gsize) params->src_width * params->src_height * params->channels;
  gsize dst_n = (gsize) params->dst_width * params->dst_height * params->channels;
  g_autofree float *floats = g_new (float, n), *exact = NULL, *cut = NULL;
  g_autofree guint8 *src = g_new (guint8, n), *first = NULL;

  for (gsize i = 0; i < n; i++)
    {
      gboolean alpha = params->alpha && i % params->channels == (gsize) params->channels - 1;

      src[i] = (guint8) (alpha ? g_test_rand_int_range (180, 256) : g_test_rand_int_range (0, 256));
      floats[i] = src[i] / 255.0f;
    }
  exact = picture_resample (params, floats);
  cut = limited (params, floats);
  first = resample (params, ACU_SAMPLE_U8, src, 1);
  for (gsize i = 0; i < dst_n; i++)
    {
      double difference = fabs (first[i] - CLAMP (exact[i], 0.0, 1.0) * 255);

      /* Long windows, which shrinking has, are computed in floats. */
      if (!(MIN (difference, fabs (first[i] - CLAMP (cut[i], 0.0, 1.0) * 255)) <= 0.6))
        g_error ("%s, %d × %d to %d × %d, %d channels: %d levels for %g", params->filter->name, params->src_width,
                 params->src_height, params->dst_width, params->dst_height, params->channels, first[i], exact[i] * 255);
    }
  for (int threads = 2; threads <= 4; threads++)
    {
      g_autofree guint8 *got = resample (params, ACU_SAMPLE_U8, src, threads);

      g_assert_cmpmem (got, dst_n, first, dst_n);
    }
}

static void
test_bytes (void)
{
  for_all (check_bytes);
}

/* Large enough to go past the caches, with rows that begin anywhere. */
static void
test_large (void)
{
  static const char *const names[] = { "lanczos3", "cubic" };

  for (guint f = 0; f < G_N_ELEMENTS (names); f++)
    for (int type = ACU_SAMPLE_U8; type <= ACU_SAMPLE_FLOAT; type++)
      {
        AcuResamplerParams params = { acu_filter_find (names[f]), 601, 501, 2403, 2004, 3, FALSE, FALSE };
        gsize n = (gsize) 601 * 501 * 3, dst_n = (gsize) 2403 * 2004 * 3;
        g_autofree float *floats = picture_random (601, 501, 3, 0, 1), *wanted = NULL;
        g_autofree guint8 *bytes = g_new (guint8, n), *one = NULL, *three = NULL;
        gsize size = type == ACU_SAMPLE_FLOAT ? dst_n * sizeof (float) : dst_n;

        for (gsize i = 0; i < n; i++)
          {
            bytes[i] = (guint8) (floats[i] * 255);
            floats[i] = type == ACU_SAMPLE_U8 ? bytes[i] / 255.0f : floats[i];
          }
        wanted = type == ACU_SAMPLE_U8 ? limited (&params, floats) : picture_resample (&params, floats);
        one = resample (&params, type, type == ACU_SAMPLE_FLOAT ? (void *) floats : bytes, 1);
        three = resample (&params, type, type == ACU_SAMPLE_FLOAT ? (void *) floats : bytes, 3);
        g_assert_cmpmem (one, size, three, size);
        if (type == ACU_SAMPLE_FLOAT)
          g_assert_cmpmem (one, size, wanted, size);
        else
          for (gsize i = 0; i < dst_n; i++)
            g_assert_cmpfloat_with_epsilon (one[i], CLAMP (wanted[i], 0, 1) * 255, 0.6);
      }
}

/* What is only copied, or picked, comes out as it came in. */
static void
test_copies (void)
{
  const AcuResamplerParams same = { acu_filter_find ("lanczos3"), 16, 16, 16, 16, 1, FALSE, FALSE };
  AcuResamplerParams nearest = { acu_filter_find ("nearest"), 16, 16, 48, 48, 1, FALSE, FALSE };
  guint8 src[256];
  g_autofree guint8 *copy = NULL, *picked = NULL;

  for (int i = 0; i < 256; i++)
    src[i] = (guint8) i;
  copy = resample (&same, ACU_SAMPLE_U8, src, 2);
  g_assert_cmpmem (copy, 256, src, 256);
  picked = resample (&nearest, ACU_SAMPLE_U8, src, 2);
  for (int y = 0; y < 48; y++)
    for (int x = 0; x < 48; x++)
      g_assert_cmpint (picked[y * 48 + x], ==, src[y / 3 * 16 + x / 3]);
}

static void
test_refusals (void)
{
  AcuResamplerParams params = { acu_filter_find ("cubic"), 4, 4, 8, 8, 3, FALSE, FALSE };
  float memory[400];
  guint8 *bytes = (guint8 *) memory;
  const struct
  {
    AcuSampleType type;
    const void *src;
    gsize src_stride;
    void *dst;
    gsize dst_stride;
  } bad[] = {
    { ACU_SAMPLE_U8, NULL, 12, bytes, 24 }, { ACU_SAMPLE_U8, bytes, 12, NULL, 24 }, { ACU_SAMPLE_U8, bytes, 11, bytes + 99, 24 },
    { ACU_SAMPLE_U8, bytes, 12, bytes + 99, 23 }, { ACU_SAMPLE_FLOAT, bytes, 44, bytes + 400, 96 },
    { ACU_SAMPLE_FLOAT, bytes, 50, bytes + 400, 96 }, { ACU_SAMPLE_FLOAT, bytes, 48, bytes + 401, 96 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (acu_resample_picture (&params, bad[i].type, bad[i].src, bad[i].src_stride, bad[i].dst,
                                            bad[i].dst_stride, 2, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
    }
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      params.dst_width = i ? ACU_MAX_SIDE + 1 : 0;
      g_assert_false (acu_resample_picture (&params, ACU_SAMPLE_U8, bytes, 12, bytes + 99, G_MAXSIZE, 2, &error));
      g_assert_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/picture/floats", test_floats);
  g_test_add_func ("/image/picture/bytes", test_bytes);
  g_test_add_func ("/image/picture/large", test_large);
  g_test_add_func ("/image/picture/copies", test_copies);
  g_test_add_func ("/image/picture/refusals", test_refusals);
  return g_test_run ();
}
