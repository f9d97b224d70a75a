/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"
#include "winograd_private.h"

#include "vec_neon.h"

/* Eight tiles × half a group: 16 sums of the 32 registers, a register of channels for each tile, and the weights. */
#define ROWS 8
#define HALF (ACU_WINOGRAD_GROUP / 2)

/* One channel, lane `lane` of each tile's four. */
#define STEP_F32(lane)                                                                                          \
  {                                                                                                             \
    float32x4_t a = vld1q_f32 (weights), b = vld1q_f32 (weights + LANES);                                       \
                                                                                                                \
    ACU_UNROLL                                                                                                  \
    for (int t = 0; t < ROWS; t++)                                                                              \
      {                                                                                                         \
        sum[t][0] = vfmaq_laneq_f32 (sum[t][0], a, value[t], lane);                                             \
        sum[t][1] = vfmaq_laneq_f32 (sum[t][1], b, value[t], lane);                                             \
      }                                                                                                         \
    weights += groups * ACU_WINOGRAD_GROUP;                                                                     \
  }

__attribute__ ((noinline)) static void
product_f32 (float *m, ptrdiff_t m_step, const float *v, const float *weights, int channels, int groups)
{
  float32x4_t sum[ROWS][2];

  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    sum[t][0] = sum[t][1] = vdupq_n_f32 (0);
  ACU_ROLLED
  for (int k = 0; k < channels; k += 4, v += 4)
    {
      float32x4_t value[ROWS];

      ACU_UNROLL
      for (int t = 0; t < ROWS; t++)
        value[t] = vld1q_f32 (v + (ptrdiff_t) t * channels);
      STEP_F32 (0)
      STEP_F32 (1)
      STEP_F32 (2)
      STEP_F32 (3)
    }
  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    {
      vst1q_f32 (m + t * m_step, sum[t][0]);
      vst1q_f32 (m + t * m_step + LANES, sum[t][1]);
    }
}

/* One pair of channels, lanes 2 pair and 2 pair + 1 of each tile's eight. The load takes the pairs of weights apart. */
#define STEP_I16(pair)                                                                                          \
  {                                                                                                             \
    int16x8x2_t w = vld2q_s16 (weights);                                                                        \
                                                                                                                \
    ACU_UNROLL                                                                                                  \
    for (int t = 0; t < ROWS; t++)                                                                              \
      {                                                                                                         \
        sum[t][0] = vmlal_laneq_s16 (sum[t][0], vget_low_s16 (w.val[0]), value[t], 2 * (pair));                 \
        sum[t][1] = vmlal_high_laneq_s16 (sum[t][1], w.val[0], value[t], 2 * (pair));                           \
      }                                                                                                         \
    ACU_UNROLL                                                                                                  \
    for (int t = 0; t < ROWS; t++)                                                                              \
      {                                                                                                         \
        sum[t][0] = vmlal_laneq_s16 (sum[t][0], vget_low_s16 (w.val[1]), value[t], 2 * (pair) + 1);             \
        sum[t][1] = vmlal_high_laneq_s16 (sum[t][1], w.val[1], value[t], 2 * (pair) + 1);                       \
      }                                                                                                         \
    weights += groups * ACU_WINOGRAD_GROUP * 2;                                                                 \
  }

__attribute__ ((noinline)) static void
product_i16 (int32_t *m, ptrdiff_t m_step, const int16_t *v, const int16_t *weights, int channels, int groups)
{
  int32x4_t sum[ROWS][2];

  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    sum[t][0] = sum[t][1] = vdupq_n_s32 (0);
  ACU_ROLLED
  for (int k = 0; k < channels; k += 8, v += 8)
    {
      int16x8_t value[ROWS];

      ACU_UNROLL
      for (int t = 0; t < ROWS; t++)
        value[t] = vld1q_s16 (v + (ptrdiff_t) t * channels);
      STEP_I16 (0)
      STEP_I16 (1)
      STEP_I16 (2)
      STEP_I16 (3)
    }
  ACU_UNROLL
  for (int t = 0; t < ROWS; t++)
    {
      vst1q_s32 (m + t * m_step, sum[t][0]);
      vst1q_s32 (m + t * m_step + LANES, sum[t][1]);
    }
}

/* All positions of a chunk, half a group of the weights after the other. */
#define PRODUCTS(name, number, v_number, one)                                                                   \
  static void                                                                                                   \
  name (number *m, const v_number *v, const v_number *weights, int n, int channels, int groups, int positions, Ahead *ahead)                 \
  {                                                                                                             \
    const size_t half = HALF * sizeof (float) / sizeof (v_number);                                              \
                                                                                                                \
    for (int p = 0; p < positions; p++, m += ACU_WINOGRAD_GROUP)                                   \
      {                                                                                                         \
        for (int h = 0; h < 2 * groups; h++)                                                                    \
          for (int t = 0; t < n; t += ROWS)                                                                     \
            {                                                                                                   \
              if (h == 0)                                                                                       \
                acu_winograd_look_ahead (ahead);                                                                \
              one (m + (size_t) (t * groups + h / 2) * M_STEP + h % 2 * HALF, (ptrdiff_t) groups *M_STEP,       \
                   v + (size_t) t * channels, weights + h * half, channels, groups);                            \
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
acu_winograd_f32_neon (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_F32, 0);
}

int
acu_winograd_i16_neon (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_I16, 0);
}

int
acu_pointwise_neon (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  return pointwise (dst, src, residual, conv, n, scratch, products_i16, 0);
}

void
acu_conv2d_few_neon (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  conv2d_few (dst, dst_step, src, conv, width);
}
