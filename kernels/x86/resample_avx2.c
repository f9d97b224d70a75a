/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>
#include <string.h>

#define LANES 8
#define INLINE static inline __attribute__ ((always_inline))

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

INLINE void
vertical_block (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, int vectors, size_t at,
                int stream)
{
  __m256 sum[ACU_RESAMPLE_OUTPUTS][4];

  ACU_UNROLL
  for (int o = 0; o < outputs; o++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      sum[o][v] = _mm256_mul_ps (_mm256_set1_ps (weights[(size_t) o * taps]), _mm256_loadu_ps (rows[0] + at + v * LANES));
  for (int k = 1; k < taps; k++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      {
        __m256 row = _mm256_loadu_ps (rows[k] + at + v * LANES);

        ACU_UNROLL
        for (int o = 0; o < outputs; o++)
          sum[o][v] = _mm256_add_ps (sum[o][v], _mm256_mul_ps (_mm256_set1_ps (weights[(size_t) o * taps + k]), row));
      }
  ACU_UNROLL
  for (int o = 0; o < outputs; o++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      if (stream)
        _mm256_stream_ps (dst[o] + at + v * LANES, sum[o][v]);
      else
        _mm256_storeu_ps (dst[o] + at + v * LANES, sum[o][v]);
}

INLINE void
vertical_singly (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t from, size_t to)
{
  for (size_t i = from; i < to; i++)
    for (int o = 0; o < outputs; o++)
      {
        const float *w = weights + (size_t) o * taps;
        float sum = w[0] * rows[0][i];

        for (int k = 1; k < taps; k++)
          sum += w[k] * rows[k][i];
        dst[o][i] = sum;
      }
}

/* vectors: how many are summed at a time, which hides the latency of the additions. */
INLINE void
vertical (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, int vectors, size_t n,
          int stream)
{
  size_t i = 0;

  if (stream)
    {
      i = (-(uintptr_t) dst[0] & 31) / sizeof (float);
      if (i > n)
        i = n;
      vertical_singly (dst, rows, weights, taps, outputs, 0, i);
    }
  for (; n - i >= (size_t) vectors * LANES; i += (size_t) vectors * LANES)
    vertical_block (dst, rows, weights, taps, outputs, vectors, i, stream);
  vertical_singly (dst, rows, weights, taps, outputs, i, n);
}

INLINE void
vertical_outputs (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t n, int stream)
{
  if (outputs == 1)
    vertical (dst, rows, weights, taps, 1, 4, n, stream);
  else if (outputs == 2)
    vertical (dst, rows, weights, taps, 2, 4, n, stream);
  else if (outputs == 3)
    vertical (dst, rows, weights, taps, 3, 2, n, stream);
  else
    vertical (dst, rows, weights, taps, 4, 2, n, stream);
}

void
acu_resample_vertical_avx2 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t n)
{
  vertical_outputs (dst, rows, weights, taps, outputs, n, 0);
}

void
acu_resample_vertical_stream_avx2 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                                   size_t n)
{
  vertical_outputs (dst, rows, weights, taps, outputs, n, 1);
}

void
acu_stream_avx2 (void *dst, const void *src, size_t bytes)
{
  uint8_t *to = dst;
  const uint8_t *from = src;
  size_t head = -(uintptr_t) to & 31;

  if (head > bytes)
    head = bytes;
  memcpy (to, from, head);
  to += head;
  from += head;
  bytes -= head;
  for (; bytes >= 32; bytes -= 32, to += 32, from += 32)
    _mm256_stream_si256 ((void *) to, _mm256_loadu_si256 ((const void *) from));
  memcpy (to, from, bytes);
}

void
acu_stream_end_avx2 (void)
{
  _mm_sfence ();
}
