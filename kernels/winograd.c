/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "winograd_private.h"

#include "vec_c.h"

static void
products_f32 (float *m, const float *v, const float *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  for (int position = 0; position < positions; position++, v += V_STEP (channels))
    for (int k = 0; k < channels; k++)
      for (int g = 0; g < groups; g++, weights += ACU_WINOGRAD_GROUP)
        for (int t = 0; t < n; t++)
          {
            float *sum = m + (size_t) (t * groups + g) * M_STEP + position * ACU_WINOGRAD_GROUP;

            for (int o = 0; o < ACU_WINOGRAD_GROUP; o++)
              sum[o] = fmaf (v[(size_t) t * channels + k], weights[o], k > 0 ? sum[o] : 0);
          }
}

static void
products_i16 (int32_t *m, const int16_t *v, const int16_t *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  for (int position = 0; position < positions; position++, v += V_STEP (channels))
    for (int k = 0; k < channels; k += 2)
      for (int g = 0; g < groups; g++, weights += 2 * ACU_WINOGRAD_GROUP)
        for (int t = 0; t < n; t++)
          {
            const int16_t *pair = v + (size_t) t * channels + k;
            int32_t *sum = m + (size_t) (t * groups + g) * M_STEP + position * ACU_WINOGRAD_GROUP;

            for (int o = 0; o < ACU_WINOGRAD_GROUP; o++)
              {
                /* As the processors add: a sum that was not bounded (NaN data) wraps. */
                uint32_t product = (uint32_t) (pair[0] * weights[2 * o]) + (uint32_t) (pair[1] * weights[2 * o + 1]);

                sum[o] = (int32_t) ((k > 0 ? (uint32_t) sum[o] : 0) + product);
              }
          }
}

#include "winograd_body.h"

#include "pointwise_body.h"

#include "few_body.h"

#include "finish_body.h"

FINISH (acu_finish_c)

int
acu_winograd_f32_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_F32, 0);
}

int
acu_winograd_i16_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  return winograd (tiles, n, ahead, conv, scratch, products_i16, ACU_WINOGRAD_I16, 0);
}

int
acu_pointwise_c (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  return pointwise (dst, src, residual, conv, n, scratch, products_i16, 0);
}

void
acu_conv2d_few_c (float *dst, ptrdiff_t dst_step, const float *const *src, const AcuConv2d *conv, int width)
{
  conv2d_few (dst, dst_step, src, conv, width);
}
