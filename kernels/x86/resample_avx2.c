/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>

#define LANES 8
#define VECTORS 4                 /* summed at a time in the vertical pass: hides the latency of the additions */

/* The next tap's pixel lends its first float to the fourth lane, which is not stored; the last tap has no next. */
static void
horizontal_3 (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int width)
{
  for (int x = 0; x < width; x++, weights += taps, dst += 3)
    {
      const float *pixel = src + (size_t) first[x] * 3, *last = pixel + 3 * ((size_t) taps - 1);
      __m128 sum, three = _mm_setr_ps (last[0], last[1], last[2], 0.0f);

      if (taps == 1)
        sum = _mm_mul_ps (_mm_set1_ps (weights[0]), three);
      else
        {
          sum = _mm_mul_ps (_mm_set1_ps (weights[0]), _mm_loadu_ps (pixel));
          for (int k = 1; k < taps - 1; k++)
            sum = _mm_add_ps (sum, _mm_mul_ps (_mm_set1_ps (weights[k]), _mm_loadu_ps (pixel + 3 * k)));
          sum = _mm_add_ps (sum, _mm_mul_ps (_mm_set1_ps (weights[taps - 1]), three));
        }
      _mm_storel_pi ((__m64 *) dst, sum);
      _mm_store_ss (dst + 2, _mm_movehl_ps (sum, sum));
    }
}

static void
horizontal_4 (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int width)
{
  for (int x = 0; x < width; x++, weights += taps, dst += 4)
    {
      const float *pixel = src + (size_t) first[x] * 4;
      __m128 sum = _mm_mul_ps (_mm_set1_ps (weights[0]), _mm_loadu_ps (pixel));

      for (int k = 1; k < taps; k++)
        sum = _mm_add_ps (sum, _mm_mul_ps (_mm_set1_ps (weights[k]), _mm_loadu_ps (pixel + 4 * k)));
      _mm_storeu_ps (dst, sum);
    }
}

void
acu_resample_horizontal_avx2 (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                              int channels, int width)
{
  if (channels == 3)
    horizontal_3 (dst, src, weights, first, taps, width);
  else if (channels == 4)
    horizontal_4 (dst, src, weights, first, taps, width);
  else
    acu_resample_horizontal_c (dst, src, weights, first, taps, channels, width);
}

void
acu_resample_vertical_avx2 (float *dst, const float *const *rows, const float *weights, int taps, size_t n)
{
  size_t i = 0;

  for (; n - i >= VECTORS * LANES; i += VECTORS * LANES)
    {
      __m256 sum[VECTORS], w = _mm256_set1_ps (weights[0]);

      ACU_UNROLL
      for (int v = 0; v < VECTORS; v++)
        sum[v] = _mm256_mul_ps (w, _mm256_loadu_ps (rows[0] + i + v * LANES));
      for (int k = 1; k < taps; k++)
        {
          const float *row = rows[k] + i;

          w = _mm256_set1_ps (weights[k]);
          ACU_UNROLL
          for (int v = 0; v < VECTORS; v++)
            sum[v] = _mm256_add_ps (sum[v], _mm256_mul_ps (w, _mm256_loadu_ps (row + v * LANES)));
        }
      ACU_UNROLL
      for (int v = 0; v < VECTORS; v++)
        _mm256_storeu_ps (dst + i + v * LANES, sum[v]);
    }
  for (; i < n; i++)
    {
      float sum = weights[0] * rows[0][i];

      for (int k = 1; k < taps; k++)
        sum += weights[k] * rows[k][i];
      dst[i] = sum;
    }
}
