/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>

#define LANES 16
#define INLINE static inline __attribute__ ((always_inline))

/* Where the numbers of a register of results come from: two of the phases, and the other two where `others` is set. */
typedef struct Order
{
  __m512i first, second;
  __mmask16 others, stored;
} Order;

/* Results 16 * v and following of a block, whose phases lie one after the other. */
INLINE Order
order_of (int v, int channels, int factor, int count)
{
  int32_t first[LANES] = { 0 }, second[LANES] = { 0 };
  Order order = { .others = 0, .stored = 0 };

  for (int i = 0; i < LANES; i++)
    {
      int pixel = (v * LANES + i) / channels, phase = pixel % factor;
      int lane = pixel / factor * channels + (v * LANES + i) % channels;

      if (v * LANES + i >= count * factor * channels)
        continue;
      order.stored |= (__mmask16) (1u << i);
      if (phase >= 2)
        order.others |= (__mmask16) (1u << i);
      *(phase >= 2 ? &second[i] : &first[i]) = lane + (phase % 2 ? LANES : 0);
    }
  order.first = _mm512_loadu_si512 (first);
  order.second = _mm512_loadu_si512 (second);
  return order;
}

/* The source pixels lie as they are summed: neighbours side by side, so that one load at each distance serves all phases. */
INLINE void
block (float *dst, const float *src, const float *weights, const int *shift, int taps, int channels, int factor,
       const Order *order, __mmask16 mask)
{
  __m512 sum[ACU_RESAMPLE_FACTOR];

  ACU_UNROLL
  for (int p = 0; p < factor; p++)
    sum[p] = _mm512_mul_ps (_mm512_set1_ps (weights[p * taps]), _mm512_maskz_loadu_ps (mask, src + shift[p] * channels));
  ACU_UNROLL
  for (int k = 1; k < taps; k++)
    ACU_UNROLL
    for (int p = 0; p < factor; p++)
      {
        __m512 pixels = _mm512_maskz_loadu_ps (mask, src + (k + shift[p]) * channels);

        sum[p] = _mm512_add_ps (sum[p], _mm512_mul_ps (_mm512_set1_ps (weights[p * taps + k]), pixels));
      }
  ACU_UNROLL
  for (int v = 0; v < factor; v++)
    {
      __m512 result = _mm512_permutex2var_ps (sum[0], order[v].first, sum[1]);

      if (factor == 3)
        result = _mm512_mask_permutexvar_ps (result, order[v].others, order[v].second, sum[2]);
      else if (factor == 4)
        result = _mm512_mask_blend_ps (order[v].others, result, _mm512_permutex2var_ps (sum[2], order[v].second, sum[3]));
      _mm512_mask_storeu_ps (dst + v * LANES, order[v].stored, result);
    }
}

INLINE void
enlarge (float *dst, const float *src, const float *weights, const int *shift, int taps, int channels, int factor, int count)
{
  const int pixels = LANES / channels;
  const __mmask16 all = (__mmask16) ((1u << (pixels * channels)) - 1);
  Order order[ACU_RESAMPLE_FACTOR];
  int i = 0;

  for (int v = 0; v < factor; v++)
    order[v] = order_of (v, channels, factor, pixels);
  for (; i + pixels <= count; i += pixels, src += pixels * channels, dst += pixels * channels * factor)
    block (dst, src, weights, shift, taps, channels, factor, order, all);
  if (i == count)
    return;
  for (int v = 0; v < factor; v++)
    order[v] = order_of (v, channels, factor, count - i);
  block (dst, src, weights, shift, taps, channels, factor, order, (__mmask16) ((1u << ((count - i) * channels)) - 1));
}

/* Registers cannot be counted at run time, and the usual lengths are known to the compiler. */
INLINE void
enlarge_by (float *dst, const float *src, const float *weights, const int *shift, int taps, int channels, int factor, int count)
{
  if (channels == 3 && taps == 6)
    enlarge (dst, src, weights, shift, 6, 3, factor, count);
  else if (channels == 3 && taps == 4)
    enlarge (dst, src, weights, shift, 4, 3, factor, count);
  else
    enlarge (dst, src, weights, shift, taps, channels, factor, count);
}

void
acu_resample_enlarge_avx512 (float *dst, const float *src, const float *weights, const int *shift, int taps, int channels,
                             int factor, int count)
{
  if (factor == 2)
    enlarge_by (dst, src, weights, shift, taps, channels, 2, count);
  else if (factor == 3)
    enlarge_by (dst, src, weights, shift, taps, channels, 3, count);
  else
    enlarge_by (dst, src, weights, shift, taps, channels, 4, count);
}
