/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <arm_neon.h>

#define LANES 4
/* Pixels of 1 to 4 channels repeat after this many floats, which are whole vectors. */
#define PERIOD 12
#define PERIOD_VECTORS (PERIOD / LANES)

/* slope: without offsets; affine: with. `offset` is only looked at by affine. */
__attribute__ ((always_inline)) static inline float32x4_t
apply (float32x4_t v, float32x4_t scale, float32x4_t offset, const int affine)
{
  float32x4_t product = vmulq_f32 (v, scale);

  return affine ? vaddq_f32 (product, offset) : vbslq_f32 (vcltzq_f32 (v), product, v);
}

__attribute__ ((always_inline)) static inline float
apply_one (float v, float scale, float offset, const int affine)
{
  float product = v * scale;

  return affine ? product + offset : v < 0 ? product : v;
}

__attribute__ ((always_inline)) static inline void
few_channels (float *dst, const float *src, const float *scale, const float *offset, int channels, size_t n,
              const int affine)
{
  float scales[PERIOD], offsets[PERIOD] = { 0 };
  float32x4_t s[PERIOD_VECTORS], o[PERIOD_VECTORS];
  size_t i = 0;

  for (int k = 0; k < PERIOD; k++)
    {
      scales[k] = scale[k % channels];
      if (affine)
        offsets[k] = offset[k % channels];
    }
  for (int v = 0; v < PERIOD_VECTORS; v++)
    {
      s[v] = vld1q_f32 (scales + v * LANES);
      o[v] = vld1q_f32 (offsets + v * LANES);
    }
  for (; n - i >= PERIOD; i += PERIOD)
    {
      ACU_UNROLL
      for (int v = 0; v < PERIOD_VECTORS; v++)
        vst1q_f32 (dst + i + v * LANES, apply (vld1q_f32 (src + i + v * LANES), s[v], o[v], affine));
    }
  for (int k = 0; i < n; i++, k++)
    dst[i] = apply_one (src[i], scales[k], offsets[k], affine);
}

__attribute__ ((always_inline)) static inline void
per_channel (float *dst, const float *src, const float *scale, const float *offset, int channels, int width,
             const int affine)
{
  const float32x4_t none = vdupq_n_f32 (0.0f);

  if (channels <= LANES)
    {
      few_channels (dst, src, scale, offset, channels, (size_t) channels * width, affine);
      return;
    }
  for (int x = 0; x < width; x++, src += channels, dst += channels)
    {
      int c = 0;

      for (; channels - c >= LANES; c += LANES)
        vst1q_f32 (dst + c, apply (vld1q_f32 (src + c), vld1q_f32 (scale + c),
                                   affine ? vld1q_f32 (offset + c) : none, affine));
      for (; c < channels; c++)
        dst[c] = apply_one (src[c], scale[c], affine ? offset[c] : 0.0f, affine);
    }
}

void
acu_slope_neon (float *dst, const float *src, const float *slope, int channels, int width)
{
  per_channel (dst, src, slope, NULL, channels, width, 0);
}

void
acu_affine_neon (float *dst, const float *src, const float *scale, const float *offset, int channels, int width)
{
  per_channel (dst, src, scale, offset, channels, width, 1);
}

void
acu_add_neon (float *dst, const float *a, float a_scale, const float *b, float b_scale, size_t n)
{
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    vst1q_f32 (dst + i, vaddq_f32 (vmulq_n_f32 (vld1q_f32 (a + i), a_scale),
                                   vmulq_n_f32 (vld1q_f32 (b + i), b_scale)));
  for (; i < n; i++)
    dst[i] = a[i] * a_scale + b[i] * b_scale;
}

void
acu_mul_neon (float *dst, const float *a, const float *b, size_t n)
{
  size_t i = 0;

  for (; n - i >= LANES; i += LANES)
    vst1q_f32 (dst + i, vmulq_f32 (vld1q_f32 (a + i), vld1q_f32 (b + i)));
  for (; i < n; i++)
    dst[i] = a[i] * b[i];
}
