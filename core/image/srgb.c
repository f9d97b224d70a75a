/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/resample.h>

#include <math.h>

static float
decode (float v)
{
  float a = fabsf (v);

  return copysignf (a <= 0.04045f ? a / 12.92f : powf ((a + 0.055f) / 1.055f, 2.4f), v);
}

static float
encode (float v)
{
  float a = fabsf (v);

  return copysignf (a <= 0.0031308f ? a * 12.92f : 1.055f * powf (a, 1 / 2.4f) - 0.055f, v);
}

void
acu_srgb_decode (float *dst, const float *src, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dst[i] = decode (src[i]);
}

void
acu_srgb_encode (float *dst, const float *src, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dst[i] = encode (src[i]);
}
