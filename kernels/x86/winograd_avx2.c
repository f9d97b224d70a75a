/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"
#include "winograd_private.h"

#include "vec_avx2.h"

/* Six tiles × one group, two registers wide: 12 sums of the 16 registers. */
#define ROWS 6

__attribute__ ((noinline)) static void
product_f32 (float *m, ptrdiff_t m_step, const float *v, const float *weights, int channels, int groups)
{
  __m256 sum[ROWS][2];

  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    sum[t][0] = sum[t][1] = _mm256_setzero_ps ();
  ACU_ROLLED
  for (int k = 0; k < channels; k++, weights += groups * ACU_WINOGRAD_GROUP)
    {
      __m256 a = _mm256_loadu_ps (weights), b = _mm256_loadu_ps (weights + LANES);

      ACU_UNROLL
      for (int t = 0; t < ROWS; t++)
        {
          __m256 value = _mm256_broadcast_ss (v + (ptrdiff_t) t * channels + k);

          sum[t][0] = _mm256_fmadd_ps (value, a, sum[t][0]);
          sum[t][1] = _mm256_fmadd_ps (value, b, sum[t][1]);
        }
    }
  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    {
      _mm256_storeu_ps (m + t * m_step, sum[t][0]);
      _mm256_storeu_ps (m + t * m_step + LANES, sum[t][1]);
    }
}

__attribute__ ((noinline)) static void
product_i16 (int32_t *m, ptrdiff_t m_step, const int16_t *v, const int16_t *weights, int channels, int groups)
{
  const int32_t *data = (const int32_t *) v;
  int steps = channels / 2;
  __m256i sum[ROWS][2];

  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    sum[t][0] = sum[t][1] = _mm256_setzero_si256 ();
  ACU_ROLLED
  for (int k = 0; k < steps; k++, weights += groups * ACU_WINOGRAD_GROUP * 2)
    {
      __m256i a = _mm256_loadu_si256 ((const __m256i *) weights);
      __m256i b = _mm256_loadu_si256 ((const __m256i *) weights + 1);

      ACU_UNROLL
      for (int t = 0; t < ROWS; t++)
        {
          __m256i value = _mm256_set1_epi32 (data[(ptrdiff_t) t * steps + k]);

          sum[t][0] = _mm256_add_epi32 (sum[t][0], _mm256_madd_epi16 (value, a));
          sum[t][1] = _mm256_add_epi32 (sum[t][1], _mm256_madd_epi16 (value, b));
        }
    }
  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    {
      _mm256_storeu_si256 ((__m256i *) (m + t * m_step), sum[t][0]);
      _mm256_storeu_si256 ((__m256i *) (m + t * m_step + LANES), sum[t][1]);
    }
}

/* All positions of a chunk, group after group of the weights. */
#define PRODUCTS(name, number, v_number, one)                                                                   \
  static void                                                                                                   \
  name (number *m, const v_number *v, const v_number *weights, int n, int channels, int groups, int positions, Ahead *ahead)                 \
  {                                                                                                             \
    const size_t group = ACU_WINOGRAD_GROUP * sizeof (float) / sizeof (v_number);                               \
                                                                                                                \
    for (int p = 0; p < positions; p++, m += ACU_WINOGRAD_GROUP)                                   \
      {                                                                                                         \
        for (int g = 0; g < groups; g++)                                                                        \
          for (int t = 0; t < n; t += ROWS)                                                                     \
            {                                                                                                   \
              if (g == 0)                                                                                       \
                acu_winograd_look_ahead (ahead);                                                                \
              one (m + (size_t) (t * groups + g) * M_STEP, (ptrdiff_t) groups *M_STEP, v + (size_t) t * channels, \
                   weights + g * group, channels, groups);                                                      \
            }                                                                                                   \
        v += V_STEP (channels);                                                            \
        weights += (size_t) groups * channels * ACU_WINOGRAD_GROUP;                                             \
      }                                                                                                         \
  }
PRODUCTS (products_f32, float, float, product_f32)
PRODUCTS (products_i16, int32_t, int16_t, product_i16)

#include "winograd_body.h"

#include "pointwise_body.h"

#include "few_body.h"

int
acu_winograd_f32_avx2 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_F32, 0);
}

int
acu_winograd_i16_avx2 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_I16, 0);
}

int
acu_pointwise_avx2 (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  return pointwise (dst, src, residual, conv, n, scratch, products_i16, 0);
}

void
acu_conv2d_few_avx2 (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  conv2d_few (dst, dst_step, src, conv, width);
}
