/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Matrix products of Winograd convolutions in AVX-512. The file that includes this defines before:
 * NUMBER (of a sum), V_NUMBER (of V and weights), PAIR (channels that one step takes), and multiply_add (sum, v, w) on __m512i. */
#include "kernels_private.h"
#include "winograd_private.h"

#include <immintrin.h>

#define TILES ACU_WINOGRAD_TILES

/* `rows` tiles × `groups` groups at one position; in registers, one step of channels after the other. A line of `soon` a step is asked for, and half a line
 * of `later`. */
__attribute__ ((always_inline)) static inline void
product (NUMBER *m, const V_NUMBER *v, const V_NUMBER *weights, int channels, const int rows, const int groups, const char *soon,
         const char *later)
{
  const int steps = channels / PAIR;
  const int32_t *data = (const int32_t *) v;
  const __m512i *w = (const __m512i *) weights;
  __m512i sum[TILES][4];

  ACU_UNROLL
  for (int t = 0; t < rows; t++)
    ACU_UNROLL
    for (int g = 0; g < groups; g++)
      sum[t][g] = _mm512_setzero_si512 ();
  ACU_ROLLED
  for (int k = 0; k < steps; k++, w += groups)
    {
      __m512i now[4];

      ACU_UNROLL
      for (int g = 0; g < groups; g++)
        now[g] = _mm512_loadu_si512 (w + g);
      _mm_prefetch (soon + (ptrdiff_t) k * 64, _MM_HINT_T0);
      _mm_prefetch (later + (ptrdiff_t) k * 32, _MM_HINT_T1);
      ACU_UNROLL
      for (int t = 0; t < rows; t++)
        {
          __m512i value = _mm512_set1_epi32 (data[(ptrdiff_t) t * steps + k]);

          ACU_UNROLL
          for (int g = 0; g < groups; g++)
            sum[t][g] = multiply_add (sum[t][g], value, now[g]);
        }
    }
  ACU_UNROLL
  for (int t = 0; t < rows; t++)
    ACU_UNROLL
    for (int g = 0; g < groups; g++)
      _mm512_storeu_si512 (m + (size_t) (t * groups + g) * M_STEP, sum[t][g]);
}

/* Functions of their own: inlined into one, their sums would not stay in registers. While the weights of one position are multiplied, those of the
 * next one are asked for: as many lines for each `rows` tiles as make all of them. */
#define PRODUCTS(rows, groups)                                                                                  \
  __attribute__ ((noinline)) static void                                                                        \
  products_##groups (NUMBER *m, const V_NUMBER *v, const V_NUMBER *weights, int n, int channels, int positions, Ahead *ahead) \
  {                                                                                                             \
    const size_t position = (size_t) groups * channels * ACU_WINOGRAD_GROUP;                                    \
                                                                                                                \
    for (int p = 0; p < positions; p++, v += V_STEP (channels), weights += position)                    \
      for (int t = 0; t < n; t += rows)                                                                         \
        {                                                                                                       \
          const V_NUMBER *soon = weights + position + position / (TILES / rows) * (t / rows);                   \
                                                                                                                \
          product (m + (size_t) t * groups * M_STEP + p * ACU_WINOGRAD_GROUP, v + (size_t) t * channels, weights, channels, rows, \
                   groups, (const char *) soon, acu_winograd_next_piece (ahead, soon));                         \
        }                                                                                                       \
  }
PRODUCTS (24, 1)
PRODUCTS (12, 2)
PRODUCTS (8, 3)
PRODUCTS (6, 4)

__attribute__ ((always_inline)) static inline void
products (NUMBER *m, const V_NUMBER *v, const V_NUMBER *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  switch (groups)
    {
    case 1: products_1 (m, v, weights, n, channels, positions, ahead); break;
    case 2: products_2 (m, v, weights, n, channels, positions, ahead); break;
    case 3: products_3 (m, v, weights, n, channels, positions, ahead); break;
    default: products_4 (m, v, weights, n, channels, positions, ahead); break;
    }
}
