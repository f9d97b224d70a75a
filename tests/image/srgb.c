/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pictures.h"

#include <math.h>
#include <string.h>

static void
test_curve (void)
{
  for (double x = 1e-30; x < 1e5; x *= 1.0001)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        float v = (float) (sign * x), decoded, encoded;

        acu_srgb_decode (&decoded, &v, 1);
        acu_srgb_encode (&encoded, &v, 1);
        g_assert_cmpfloat_with_epsilon (decoded / srgb_decode (v), 1, 1e-6);
        g_assert_cmpfloat_with_epsilon (encoded / srgb_encode (v), 1, 1e-6);
      }
}

static void
test_fixed_points (void)
{
  const float same[] = { 0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY };
  float v[G_N_ELEMENTS (same)];
  float nan = NAN;

  acu_srgb_decode (v, same, G_N_ELEMENTS (same));
  g_assert_cmpmem (v, sizeof v, same, sizeof same);
  acu_srgb_encode (v, same, G_N_ELEMENTS (same));
  g_assert_cmpmem (v, sizeof v, same, sizeof same);
  acu_srgb_decode (v, &nan, 1);
  g_assert_true (isnan (v[0]));
  acu_srgb_encode (v, &nan, 1);
  g_assert_true (isnan (v[0]));
}

/* There and back every 16-bit number is itself again, in place too. */
static void
test_round_trip (void)
{
  g_autofree float *v = g_new (float, 65536);

  for (int i = 0; i < 65536; i++)
    v[i] = i / 65535.0f;
  acu_srgb_decode (v, v, 65536);
  acu_srgb_encode (v, v, 65536);
  for (int i = 0; i < 65536; i++)
    g_assert_cmpint (lrint (v[i] * 65535.0), ==, i);
  for (int i = 0; i < 65536; i++)
    v[i] = i / 65535.0f;
  acu_srgb_encode (v, v, 65536);
  acu_srgb_decode (v, v, 65536);
  for (int i = 0; i < 65536; i++)
    g_assert_cmpint (lrint (v[i] * 65535.0), ==, i);
}

/* A number's result does not depend on how many stand beside it, and no other is touched. */
static void
test_lengths (void)
{
  float src[300], dst[302], one;

  for (int i = 0; i < 300; i++)
    src[i] = (float) g_test_rand_double_range (-0.1, 1.5);
  for (int n = 0; n <= 300; n++)
    {
      for (int i = 0; i < 302; i++)
        dst[i] = 7;
      acu_srgb_decode (dst + 1, src, n);
      for (int i = 0; i < n; i++)
        {
          acu_srgb_decode (&one, src + i, 1);
          g_assert_cmpmem (&one, sizeof one, dst + 1 + i, sizeof one);
        }
      g_assert_cmpfloat (dst[0], ==, 7);
      g_assert_cmpfloat (dst[n + 1], ==, 7);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/srgb/curve", test_curve);
  g_test_add_func ("/image/srgb/fixed-points", test_fixed_points);
  g_test_add_func ("/image/srgb/round-trip", test_round_trip);
  g_test_add_func ("/image/srgb/lengths", test_lengths);
  return g_test_run ();
}
