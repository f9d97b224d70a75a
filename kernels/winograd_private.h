/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the instruction sets' Winograd convolutions share with winograd.c. */
#ifndef ACU_WINOGRAD_PRIVATE_H
#define ACU_WINOGRAD_PRIVATE_H

#include "finish.h"
#include "half.h"
#include "pointwise.h"
#include "winograd.h"

#include <float.h>
#include <string.h>

#define ACU_WINOGRAD_SQRT_HALF 0.70710678118654752440f
#define ACU_WINOGRAD_SQRT_2 1.41421356237309504880f
/* I16: the products at ±√2 are this much smaller than they would be, so that all positions use their 16 bits. */
#define ACU_WINOGRAD_DAMPING 0.5f

/* Of I16: the sum of magnitudes in the longest row of Aᵀ, 1 + √½ + 2 √2, is below this. */
#define ACU_WINOGRAD_GAIN 4.6f

/* Numbers between the positions of V, and a line of 16-bit numbers or two so that they do not share cache sets. */
#define V_STEP(channels) ((size_t) ACU_WINOGRAD_TILES * (channels) + 32)

/* Tiles whose columns wait for their rows. */
#define ACU_WINOGRAD_COLUMNS 2

/* Numbers between the groups of M: 36 positions of 16 channels, and a line so that they do not share cache sets. */
#define M_STEP ((ACU_WINOGRAD_POSITIONS + 1) * ACU_WINOGRAD_GROUP)

/* ACU_I16_PLANES: the numbers of a product come in steps of at most ACU_PLANES_STEP, a byte of each in a row of a matrix tile; steps are as
 * long as one another, rounded up to words of four. */
#define ACU_PLANES_STEP 64
/* As many tiles fill one matrix tile; and what products keep behind M: three sums for each number of two of these. */
#define ACU_PLANES_ROWS (ACU_WINOGRAD_TILES / 2)
#define ACU_PLANES_SUMS (3 * ACU_WINOGRAD_TILES * ACU_WINOGRAD_GROUP)

static inline int
acu_planes_steps (int numbers)
{
  return (numbers + ACU_PLANES_STEP - 1) / ACU_PLANES_STEP;
}

/* Words of a step. */
static inline int
acu_planes_words (int numbers)
{
  int steps = acu_planes_steps (numbers);

  return (numbers / 4 + steps - 1) / steps;
}

/* Numbers of all steps, which is what weights have. */
static inline int
acu_planes_padded (int numbers)
{
  return acu_planes_steps (numbers) * acu_planes_words (numbers) * 4;
}

/* Sizes of a convolution's memory. Weights: [chunk of 1 to 4 groups][position][channel, I16: pair of channels][group of the chunk]
 * [output channel of the group][I16: channel of the pair]; as planes, [chunk][position][group of the chunk][step][high, low]
 * [word of the step][output channel of the group][channel of the word], zeros beyond the last channel. V: [position][tile][channel];
 * as planes, [position][tile][high, low][channel]. M: [tile][group of the chunk][M_STEP]; as planes, ACU_PLANES_SUMS numbers follow. */
typedef struct Layout
{
  int channels, groups;           /* input channels, groups of output channels */
  size_t v_bytes, m_bytes;
  size_t columns;                 /* floats of a tile's transformed columns, of which there are ACU_WINOGRAD_COLUMNS */
  size_t group_bytes;             /* weights of one group */
} Layout;

Layout acu_winograd_layout (const AcuWinograd *conv);

/* How many of the groups that are left make the next chunk: a single group would be limited by its loads. */
static inline int
acu_winograd_chunk (int groups)
{
  return groups == 5 || groups == 6 ? 3 : groups < 4 ? groups : 4;
}

static inline int
acu_winograd_chunks (int groups)
{
  int chunks = 0;

  for (; groups > 0; groups -= acu_winograd_chunk (groups))
    chunks++;
  return chunks;
}

/* Magnitudes are compared as bit patterns: NaN is larger than infinity, infinity than all numbers. */
static inline float
acu_winograd_magnitude (uint32_t bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline uint32_t
acu_winograd_larger (uint32_t a, float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  bits &= 0x7fffffff;
  return bits > a ? bits : a;
}

static inline float
acu_winograd_larger_magnitude (float a, float b)
{
  return acu_winograd_magnitude (acu_winograd_larger (acu_winograd_larger (0, a), b));
}

static inline float
acu_winograd_number (const void *src, size_t at, AcuElement element)
{
  return element == ACU_ELEMENT_F16 ? acu_half_to_float (((const uint16_t *) src)[at]) : ((const float *) src)[at];
}

/* What the next call will read and write, asked for piece by piece during the matrix products, which leave the memory idle. A piece has 32 bytes for each step that
 * products go over channels in. */
#define ACU_WINOGRAD_PIECES 160

typedef struct Ahead
{
  const char *pieces[ACU_WINOGRAD_PIECES];
  int n, next;
  size_t bytes;                   /* of a piece */
} Ahead;

static inline void
acu_winograd_ahead_row (Ahead *ahead, const void *row, size_t from, size_t bytes)
{
  for (size_t at = 0; at < bytes && ahead->n < ACU_WINOGRAD_PIECES; at += ahead->bytes)
    ahead->pieces[ahead->n++] = (const char *) row + from + at;
}

/* Of n tiles; what does not fit is left out. */
static inline void
acu_winograd_plan_ahead (Ahead *ahead, const AcuWinogradTile *tiles, int n, const AcuWinograd *conv)
{
  int channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += conv->slice_channels[s];
  ahead->n = ahead->next = 0;
  ahead->bytes = (size_t) (conv->kind == ACU_WINOGRAD_I16 ? channels / 2 : channels) * 32;
  for (int first = 0, run; first < n; first += run)
    {
      const AcuWinogradRow *row = tiles[first].row;
      size_t x = (size_t) tiles[first].x, columns, pixel;

      for (run = 1; first + run < n && tiles[first + run].row == row; run++)
        ;
      columns = (size_t) run * ACU_WINOGRAD_SIDE;
      for (int s = 0; s < conv->slices; s++)
        {
          pixel = (size_t) conv->slice_channels[s] * (conv->slice_elements[s] == ACU_ELEMENT_F16 ? 2 : 4);
          for (int y = 0; y < ACU_WINOGRAD_WINDOW; y++)
            acu_winograd_ahead_row (ahead, row->src[s * ACU_WINOGRAD_WINDOW + y], x * pixel, columns * pixel);
        }
      pixel = (size_t) conv->out_channels * (conv->out_element == ACU_ELEMENT_F16 ? 2 : 4);
      for (int y = row->above; y < row->rows; y++)
        acu_winograd_ahead_row (ahead, row->dst[y], x * pixel, columns * pixel);
    }
}

/* The next piece; `otherwise` when there is none. */
static inline const char *
acu_winograd_next_piece (Ahead *ahead, const void *otherwise)
{
  return ahead->next < ahead->n ? ahead->pieces[ahead->next++] : otherwise;
}

/* Asks for a piece: to be called for each position about four times. */
static inline void
acu_winograd_look_ahead (Ahead *ahead)
{
  const char *piece = acu_winograd_next_piece (ahead, NULL);

  for (size_t at = 0; piece && at < ahead->bytes; at += 64)
    __builtin_prefetch (piece + at, 0, 2);
}

/* The matrix products of one chunk of `groups` groups for n tiles, at the first `positions` positions; n may be rounded up to fill registers. */
typedef void (*ProductsI16) (int32_t *m, const int16_t *v, const int16_t *weights, int n, int channels, int groups, int positions, Ahead *ahead);

/* Sizes of a pointwise convolution's memory: as above with one position. */
typedef struct PointwiseLayout
{
  int numbers, groups;            /* of a window; of output channels */
  size_t v_bytes, m_bytes;
  size_t group_numbers;           /* weights of one group */
} PointwiseLayout;

PointwiseLayout acu_pointwise_layout (const AcuPointwise *conv);

/* From the sum of squares of a window: the factor that brings it to 16 bits. Returns what undoes it; NaN if the sum is no ordinary number. */
float acu_pointwise_block (float squares, float *scale);

/* Where channel `channel` of a slice lies in V: blocks of 32 channels are ordered 0–3, 16–19, 4–7, 20–23, … as the packing
 * instructions leave them; what is left of a slice after these is in plain order. */
int acu_winograd_place (int channel, int slice_channels);

int acu_finish_c (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width);
int acu_winograd_f32_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_pointwise_c (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_winograd_i16_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
#ifdef __x86_64__
int acu_winograd_f32_avx2 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_pointwise_avx2 (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_winograd_i16_avx2 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_finish_avx512 (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width);
int acu_finish_avx512bf16 (void *dst, const float *sums, const void *residual, const AcuFinish *finish, int width);
int acu_winograd_f32_avx512 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_winograd_i16_avx512 (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
/* The same with given products; `planes`: for weights in ACU_I16_PLANES. */
int acu_winograd_i16_avx512_with (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch,
                                  ProductsI16 products);
int acu_winograd_i16_avx512_planes (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch,
                                    ProductsI16 products);
int acu_pointwise_avx512 (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_pointwise_avx512_with (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch,
                               ProductsI16 products);
int acu_pointwise_avx512_planes (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch,
                                 ProductsI16 products);
int acu_pointwise_avx512vnni (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_winograd_i16_avx512vnni (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_pointwise_amx (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_winograd_i16_amx (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
#endif
#ifdef __aarch64__
int acu_winograd_f32_neon (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
int acu_pointwise_neon (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch);
int acu_winograd_i16_neon (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);
#endif

#endif
