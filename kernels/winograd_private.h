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

/* What the next call will read and write, in lines of one row of one slice of one tile, asked for piece by piece during the matrix
 * products, which leave the memory idle. */
typedef struct Ahead
{
  const AcuWinogradTile *tiles;
  const AcuWinograd *conv;
  int n, tile, slice, row;        /* tiles, and the next line */
  float due, step;                /* lines that are due, and that become due with each tile at each position */
} Ahead;

static inline void
acu_winograd_ahead_line (Ahead *ahead)
{
  const AcuWinogradTile *tile = &ahead->tiles[ahead->tile];
  const AcuWinograd *conv = ahead->conv;
  int channels = conv->slice_channels[ahead->slice];
  size_t pixel = (size_t) channels * (conv->slice_elements[ahead->slice] == ACU_ELEMENT_F16 ? 2 : 4);
  const char *src = (const char *) tile->row->src[ahead->slice * ACU_WINOGRAD_WINDOW + ahead->row] + (size_t) tile->x * pixel;

  /* The first two columns belong to the tile before as well. */
  for (size_t at = 2 * pixel; at < ACU_WINOGRAD_WINDOW * pixel; at += 64)
    __builtin_prefetch (src + at, 0, 2);
  if (ahead->slice == 0 && ahead->row >= tile->row->above && ahead->row < tile->row->rows)
    {
      pixel = (size_t) conv->out_channels * (conv->out_element == ACU_ELEMENT_F16 ? 2 : 4);
      for (size_t at = 0; at < ACU_WINOGRAD_SIDE * pixel; at += 64)
        __builtin_prefetch ((char *) tile->row->dst[ahead->row] + (size_t) tile->x * pixel + at, 1, 2);
    }
  if (++ahead->row == ACU_WINOGRAD_WINDOW)
    {
      ahead->row = 0;
      if (++ahead->slice == conv->slices)
        {
          ahead->slice = 0;
          ahead->tile++;
        }
    }
}

/* To be called for each position once with each of its tiles, some at a time. */
static inline void
acu_winograd_look_ahead (Ahead *ahead, int tiles)
{
  for (ahead->due += ahead->step * (float) tiles; ahead->due >= 1 && ahead->tile < ahead->n; ahead->due--)
    acu_winograd_ahead_line (ahead);
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
