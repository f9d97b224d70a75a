/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The sRGB curve, for each instruction set's compiler to make vectors of. */
#ifndef ACU_SRGB_BODY_H
#define ACU_SRGB_BODY_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Floats converted at a time: through a small array the compiler sees that dst may be src. */
#define BLOCK 128

/* powf differs between machines and is not vectorised; this is products and sums in one order, within 1e-6. */
static inline float
power (float x, float exponent)
{
  /* x = m * 2^n with m from sqrt (1/2) to sqrt (2): the bits of sqrt (1/2) are where n changes. */
  const uint32_t half_root = 0x3f3504f3;
  uint32_t bits, n;
  float f, log2_x, whole, rest, result;

  memcpy (&bits, &x, sizeof bits);
  n = (bits - half_root) & 0xff800000;
  bits -= n;
  memcpy (&f, &bits, sizeof f);
  f -= 1;
  log2_x = -0.14574359f;
  log2_x = log2_x * f + 0.23689020f;
  log2_x = log2_x * f - 0.25006926f;
  log2_x = log2_x * f + 0.28670749f;
  log2_x = log2_x * f - 0.36008719f;
  log2_x = log2_x * f + 0.48093945f;
  log2_x = log2_x * f - 0.72135717f;
  log2_x = log2_x * f + 1.44269478f;
  /* The shift is of a signed number: n may be negative. */
  rest = exponent * (log2_x * f + (float) ((int32_t) n >> 23));

  /* 1.5 * 2^23: the sum's last bits are the nearest integer. */
  whole = rest + 12582912.0f;
  memcpy (&bits, &whole, sizeof bits);
  rest -= whole - 12582912.0f;
  result = 0.00015476081f;
  result = result * rest + 0.0013400278f;
  result = result * rest + 0.0096180048f;
  result = result * rest + 0.055503279f;
  result = result * rest + 0.24022651f;
  result = result * rest + 0.69314718f;
  result = result * rest + 1;
  bits = (bits + 127) << 23;
  memcpy (&whole, &bits, sizeof whole);
  return result * whole;
}

/* One of three by the size of `a`, with the sign of v. Without branches, which would keep the loop from being
 * vectorised. */
static inline float
choose (float v, float a, float border, float low, float high)
{
  uint32_t sign, bits, border_bits, low_bits, high_bits, is_low, is_finite;

  memcpy (&sign, &v, sizeof sign);
  memcpy (&bits, &a, sizeof bits);
  memcpy (&border_bits, &border, sizeof border_bits);
  memcpy (&low_bits, &low, sizeof low_bits);
  memcpy (&high_bits, &high, sizeof high_bits);
  /* Numbers without a sign are ordered as their bits are; the infinite and NaN come last and stay. */
  is_low = -(uint32_t) ((int32_t) bits <= (int32_t) border_bits);
  is_finite = -(uint32_t) ((int32_t) bits < 0x7f800000);
  bits = (low_bits & is_low) | (high_bits & is_finite & ~is_low) | (bits & ~is_finite) | (sign & 0x80000000);
  memcpy (&v, &bits, sizeof v);
  return v;
}

static void
decode_block (float *v, int n)
{
  for (int i = 0; i < n; i++)
    {
      float a = fabsf (v[i]), t = (a + 0.055f) / 1.055f;

      v[i] = choose (v[i], a, 0.04045f, a / 12.92f, t * t * power (t, 0.4f));
    }
}

/* Written so that 1 stays exactly 1. */
static void
encode_block (float *v, int n)
{
  for (int i = 0; i < n; i++)
    {
      float a = fabsf (v[i]), p = power (a, 5.0f / 12);

      v[i] = choose (v[i], a, 0.0031308f, a * 12.92f, p + 0.055f * (p - 1));
    }
}

static void
convert (void (*curve) (float *v, int n), float *dst, const float *src, size_t n)
{
  float block[BLOCK];

  for (size_t i = 0; i < n; i += BLOCK)
    {
      size_t count = n - i < BLOCK ? n - i : BLOCK;

      memcpy (block, src + i, count * sizeof (float));
      curve (block, (int) count);
      memcpy (dst + i, block, count * sizeof (float));
    }
}

#endif
