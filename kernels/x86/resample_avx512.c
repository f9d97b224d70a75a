/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <immintrin.h>

#define LANES 16
#define PIXELS 4                  /* side by side in one register, a quarter each */
#define INLINE static inline __attribute__ ((always_inline))

/* Four floats from each of four places. */
INLINE __m512
load_quarters (const float *a, const float *b, const float *c, const float *d)
{
  __m256 low = _mm256_insertf128_ps (_mm256_castps128_ps256 (_mm_loadu_ps (a)), _mm_loadu_ps (b), 1);
  __m256 high = _mm256_insertf128_ps (_mm256_castps128_ps256 (_mm_loadu_ps (c)), _mm_loadu_ps (d), 1);

  return _mm512_insertf32x8 (_mm512_castps256_ps512 (low), high, 1);
}

/* Adds `count` (1 to 4) taps. `sum` is valid when `started`. */
INLINE __m512
add_taps (__m512 sum, int started, const float *const *pixel, __m512 weights, int count, int channels)
{
#define TAP(k)                                                                                                      \
  if (count > k)                                                                                                    \
    {                                                                                                               \
      __m512 product = _mm512_mul_ps (_mm512_permute_ps (weights, 0x55 * k),                                        \
                                      load_quarters (pixel[0] + k * channels, pixel[1] + k * channels,              \
                                                     pixel[2] + k * channels, pixel[3] + k * channels));            \
      sum = started || k > 0 ? _mm512_add_ps (sum, product) : product;                                              \
    }
  TAP (0)
  TAP (1)
  TAP (2)
  TAP (3)
#undef TAP
  return sum;
}

/* Returns how many pixels it made. All loads are four floats long: a tap's pixel and what follows it, a pixel's weights and
 * what follows them. So it stops where that would leave the rows. */
INLINE int
horizontal (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int channels, int width)
{
  const __m512i pack = channels == 3 ? _mm512_setr_epi32 (0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15)
                                     : _mm512_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __mmask16 stored = channels == 3 ? 0x0fff : 0xffff;
  int x = 0, safe = width - 3;

  while (safe > 0 && channels == 3 && first[safe - 1] == first[width - 1])
    safe--;
  for (; x + PIXELS <= safe; x += PIXELS, weights += PIXELS * (size_t) taps, dst += PIXELS * channels)
    {
      const float *pixel[PIXELS];
      __m512 sum = _mm512_setzero_ps ();

      ACU_UNROLL
      for (int i = 0; i < PIXELS; i++)
        pixel[i] = src + (size_t) first[x + i] * channels;
      for (int k = 0; k < taps; k += 4)
        {
          const float *w = weights + k;
          __m512 four = load_quarters (w, w + taps, w + 2 * (size_t) taps, w + 3 * (size_t) taps);

          if (taps - k >= 4)
            sum = add_taps (sum, k > 0, pixel, four, 4, channels);
          else
            sum = add_taps (sum, k > 0, pixel, four, taps - k, channels);
          ACU_UNROLL
          for (int i = 0; i < PIXELS; i++)
            pixel[i] += 4 * channels;
        }
      if (channels == 3)
        sum = _mm512_permutexvar_ps (pack, sum);
      _mm512_mask_storeu_ps (dst, stored, sum);
    }
  return x;
}

/* Where neighbouring pixels have nearly the same window, as in enlarging, two registers have the source of `pixels` pixels, and two
 * have all their weights: loads that are not aligned are what costs. Returns how many pixels it made: it stops where windows
 * lie farther apart, or where loads of whole registers would leave the rows. */
INLINE int
horizontal_near (float *dst, const float *src, const float *weights, const int32_t *first, int taps, int channels, int pixels,
                 int width)
{
  int32_t pixel_of[LANES], channel_of[LANES], weight_of[LANES];
  const __mmask16 stored = (__mmask16) ((1u << (pixels * channels)) - 1);
  const int reach = (2 * LANES + channels - 1) / channels - taps, far = 2 * LANES / channels - taps;
  __m512i spread, channel, weight;
  int x = 0, safe = width - 2 * LANES;

  for (int i = 0; i < LANES; i++)
    {
      pixel_of[i] = i / channels < pixels ? i / channels : 0;
      channel_of[i] = i % channels;
      weight_of[i] = pixel_of[i] * taps;
    }
  spread = _mm512_loadu_si512 (pixel_of);
  channel = _mm512_loadu_si512 (channel_of);
  weight = _mm512_loadu_si512 (weight_of);
  while (safe > 0 && first[safe - 1] > first[width - 1] - reach)
    safe--;
  for (; x + pixels <= safe && first[x + pixels - 1] - first[x] <= far; x += pixels)
    {
      const float *pixel = src + (size_t) first[x] * channels;
      __m512i places = _mm512_castsi256_si512 (_mm256_loadu_si256 ((const void *) (first + x))), at = weight, from;
      __m512 low = _mm512_loadu_ps (weights), high = _mm512_loadu_ps (weights + LANES), sum = _mm512_setzero_ps ();
      __m512 left = _mm512_loadu_ps (pixel), right = _mm512_loadu_ps (pixel + LANES);

      places = _mm512_sub_epi32 (places, _mm512_set1_epi32 (first[x]));
      places = _mm512_permutexvar_epi32 (spread, places);
      from = _mm512_add_epi32 (_mm512_mullo_epi32 (places, _mm512_set1_epi32 (channels)), channel);
      ACU_UNROLL
      for (int k = 0; k < taps; k++)
        {
          __m512 product = _mm512_mul_ps (_mm512_permutex2var_ps (low, at, high),
                                          _mm512_permutex2var_ps (left, from, right));

          sum = k > 0 ? _mm512_add_ps (sum, product) : product;
          at = _mm512_add_epi32 (at, _mm512_set1_epi32 (1));
          from = _mm512_add_epi32 (from, _mm512_set1_epi32 (channels));
        }
      _mm512_mask_storeu_ps (dst, stored, sum);
      weights += (size_t) pixels * taps;
      dst += pixels * channels;
    }
  return x;
}

void
acu_resample_horizontal_avx512 (float *dst, const float *src, const float *weights, const int32_t *first, int taps,
                                int channels, int width)
{
  int near = 0, done = 0;

  /* The usual lengths are known to the compiler. */
  if (channels == 3 && taps == 6)
    near = horizontal_near (dst, src, weights, first, 6, 3, 5, width);
  else if (channels == 3 && taps == 4)
    near = horizontal_near (dst, src, weights, first, 4, 3, 5, width);
  else if (channels == 4 && taps == 6)
    near = horizontal_near (dst, src, weights, first, 6, 4, 4, width);
  else if (channels == 4 && taps == 4)
    near = horizontal_near (dst, src, weights, first, 4, 4, 4, width);
  dst += (size_t) near * channels;
  weights += (size_t) near * taps;
  first += near;
  width -= near;
  if (channels == 3)
    done = horizontal (dst, src, weights, first, taps, 3, width);
  else if (channels == 4)
    done = horizontal (dst, src, weights, first, taps, 4, width);
  acu_resample_horizontal_avx2 (dst + (size_t) done * channels, src, weights + (size_t) done * taps, first + done, taps,
                                channels, width - done);
}

INLINE void
vertical_block (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, int vectors,
                size_t at, __mmask16 mask, int stream)
{
  __m512 sum[ACU_RESAMPLE_OUTPUTS][4];

  ACU_UNROLL
  for (int o = 0; o < outputs; o++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      sum[o][v] = _mm512_mul_ps (_mm512_set1_ps (weights[(size_t) o * taps]),
                                 _mm512_maskz_loadu_ps (mask, rows[0] + at + v * LANES));
  for (int k = 1; k < taps; k++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      {
        __m512 row = _mm512_maskz_loadu_ps (mask, rows[k] + at + v * LANES);

        ACU_UNROLL
        for (int o = 0; o < outputs; o++)
          sum[o][v] = _mm512_add_ps (sum[o][v], _mm512_mul_ps (_mm512_set1_ps (weights[(size_t) o * taps + k]), row));
      }
  ACU_UNROLL
  for (int o = 0; o < outputs; o++)
    ACU_UNROLL
    for (int v = 0; v < vectors; v++)
      if (stream)
        _mm512_stream_ps (dst[o] + at + v * LANES, sum[o][v]);
      else
        _mm512_mask_storeu_ps (dst[o] + at + v * LANES, mask, sum[o][v]);
}

INLINE void
vertical (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, int vectors, size_t n,
          int stream)
{
  size_t i = 0;

  if (stream)
    {
      i = (-(uintptr_t) dst[0] & 63) / sizeof (float);
      if (i > n)
        i = n;
      if (i > 0)
        vertical_block (dst, rows, weights, taps, outputs, 1, 0, (__mmask16) ((1u << i) - 1), 0);
    }
  for (; n - i >= (size_t) vectors * LANES; i += (size_t) vectors * LANES)
    vertical_block (dst, rows, weights, taps, outputs, vectors, i, 0xffff, stream);
  for (; n - i >= LANES; i += LANES)
    vertical_block (dst, rows, weights, taps, outputs, 1, i, 0xffff, stream);
  if (i < n)
    vertical_block (dst, rows, weights, taps, outputs, 1, i, (__mmask16) ((1u << (n - i)) - 1), 0);
}

/* A switch on constants: registers cannot be counted at run time. */
INLINE void
vertical_outputs (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t n, int stream)
{
  if (outputs == 1)
    vertical (dst, rows, weights, taps, 1, 4, n, stream);
  else if (outputs == 2)
    vertical (dst, rows, weights, taps, 2, 4, n, stream);
  else if (outputs == 3)
    vertical (dst, rows, weights, taps, 3, 4, n, stream);
  else
    vertical (dst, rows, weights, taps, 4, 4, n, stream);
}

INLINE void
vertical_taps (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs, size_t n, int stream)
{
  if (taps == 6)
    vertical_outputs (dst, rows, weights, 6, outputs, n, stream);
  else if (taps == 4)
    vertical_outputs (dst, rows, weights, 4, outputs, n, stream);
  else
    vertical_outputs (dst, rows, weights, taps, outputs, n, stream);
}

void
acu_resample_vertical_avx512 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                              size_t n)
{
  vertical_taps (dst, rows, weights, taps, outputs, n, 0);
}

void
acu_resample_vertical_stream_avx512 (float *const *dst, const float *const *rows, const float *weights, int taps, int outputs,
                                     size_t n)
{
  vertical_taps (dst, rows, weights, taps, outputs, n, 1);
}

void
acu_stream_avx512 (void *dst, const void *src, size_t bytes)
{
  uint8_t *to = dst;
  const uint8_t *from = src;
  size_t head = -(uintptr_t) to & 63;

  if (head > bytes)
    head = bytes;
  _mm512_mask_storeu_epi8 (to, ((__mmask64) 1 << head) - 1, _mm512_maskz_loadu_epi8 (((__mmask64) 1 << head) - 1, from));
  to += head;
  from += head;
  bytes -= head;
  for (; bytes >= 64; bytes -= 64, to += 64, from += 64)
    _mm512_stream_si512 ((void *) to, _mm512_loadu_si512 (from));
  _mm512_mask_storeu_epi8 (to, ((__mmask64) 1 << bytes) - 1, _mm512_maskz_loadu_epi8 (((__mmask64) 1 << bytes) - 1, from));
}
