/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* 16-bit floats (IEEE 754 binary16) in which feature maps are kept between layers. */
#ifndef ACU_HALF_H
#define ACU_HALF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ACU_HALF_MAX 65504.0f

/* Exact. */
static inline float
acu_half_to_float (uint16_t half)
{
  uint32_t sign = (uint32_t) (half & 0x8000) << 16, rest = half & 0x7fff, bits;
  float value;

  if (rest >= 0x7c00)
    bits = sign | 0x7f800000 | (rest & 0x3ff) << 13 | (rest > 0x7c00 ? 0x400000 : 0);
  else if (rest >= 0x400)
    bits = sign | ((rest << 13) + (112u << 23));
  else
    {
      value = (float) rest * 0x1p-24f;
      memcpy (&bits, &value, sizeof bits);
      bits |= sign;
    }
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* To nearest, ties to even; what is too large becomes infinite, NaN stays NaN. */
static inline uint16_t
acu_half_from_float (float value)
{
  uint32_t bits, sign;

  memcpy (&bits, &value, sizeof bits);
  sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000)
    return (uint16_t) (sign | 0x7e00 | (bits >> 13 & 0x3ff));
  if (bits >= 0x477ff000)
    return (uint16_t) (sign | 0x7c00);
  if (bits < 0x38800000)
    {
      float magnitude;

      /* Adding 0.5 rounds at 2^-24, which is the last bit of small halves. */
      memcpy (&magnitude, &bits, sizeof magnitude);
      magnitude += 0.5f;
      memcpy (&bits, &magnitude, sizeof bits);
      return (uint16_t) (sign | (bits - 0x3f000000));
    }
  return (uint16_t) (sign | ((bits + 0xfff + (bits >> 13 & 1) - (112u << 23)) >> 13));
}

/* n numbers from one form to the other; neither needs alignment, they must not overlap. */
typedef void (*acu_half_widen_fn) (float *dst, const uint16_t *src, size_t n);
/* Returns whether all of them are finite and within 16-bit floats. */
typedef int (*acu_half_narrow_fn) (uint16_t *dst, const float *src, size_t n);

#endif
