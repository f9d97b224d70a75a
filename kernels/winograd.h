/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* 3 × 3 convolutions of stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray 2016): 36 products make 16
 * results, where the direct way takes 144.
 *
 * A tile is 4 × 4 output pixels and the 6 × 6 input pixels under them. Its transform is V = B d Bᵀ; for each of the 36
 * positions a matrix product over the channels with the transformed weights U = G g Gᵀ gives M; the result is Aᵀ M A. The points are
 * 0, ±√½, ±√2, ∞: 6 dB closer to the direct sum than 0, ±1, ±2, ∞.
 *
 * ACU_WINOGRAD_F32 keeps U and V in single precision. ACU_WINOGRAD_I16 rounds both to 16 bits and sums in 32:
 * V in block floating point, with one factor a tile from a bound of its transform's length, so no data can overflow and nothing has to
 * be calibrated; U with one factor an output channel. Every variant does the same operations in the same order, so all instruction
 * sets agree bit for bit; a tile's result depends on its own 6 × 6 pixels only, so tiles must lie at absolute positions. */
#ifndef ACU_WINOGRAD_H
#define ACU_WINOGRAD_H

#include <stddef.h>
#include <stdint.h>

/* Result pixels of a tile and input pixels under it, in each direction. */
#define ACU_WINOGRAD_SIDE 4
#define ACU_WINOGRAD_WINDOW 6
#define ACU_WINOGRAD_POSITIONS 36
/* The most tiles that one call takes. */
#define ACU_WINOGRAD_TILES 24
/* Channels come in groups of this many: input slices are whole groups. */
#define ACU_WINOGRAD_GROUP 16
#define ACU_WINOGRAD_MAX_SLICES 8

/* How the numbers of a row of pixels are kept. */
typedef enum AcuElement
{
  ACU_ELEMENT_F32,
  ACU_ELEMENT_F16,                /* IEEE 754 binary16 */
  ACU_ELEMENT_BF16                /* the upper half of a float: only for bf16.h and what finish.h makes for it */
} AcuElement;

typedef enum AcuWinogradKind
{
  ACU_WINOGRAD_F32,
  ACU_WINOGRAD_I16
} AcuWinogradKind;

/* How packed 16-bit weights lie in memory; which of both a set of kernels reads, AcuKernels.i16_order says. Results are the same. */
typedef enum AcuI16Order
{
  ACU_I16_PAIRS,                  /* numbers of two channels beside one another */
  ACU_I16_PLANES                  /* high bytes and low bytes apart, four channels beside one another */
} AcuI16Order;

/* What happens to a sum before it is stored. */
typedef enum AcuWinogradActivation
{
  ACU_WINOGRAD_LINEAR,
  ACU_WINOGRAD_SLOPE,             /* v < 0 ? v * slope[channel] : v */
  ACU_WINOGRAD_SIGMOID,
  ACU_WINOGRAD_SWISH,
  ACU_WINOGRAD_GATE               /* after the residual: times sigmoid (v) * gate[0] + gate[1] of the sum v itself */
} AcuWinogradActivation;

/* One convolution. Input channels come in `slices` runs from buffers of their own (a concatenation is never copied), each
 * a multiple of ACU_WINOGRAD_GROUP; out_channels is any. `weights` and `factor` come from acu_winograd_pack(); bias and
 * slope hold out_channels rounded up to the group. With `residual`, the result is
 * v * scale[0] + residual * scale[1] (two products, then one sum). I16: sigmoid and swish are good for 17 bits. */
typedef struct AcuWinograd
{
  AcuWinogradKind kind;
  AcuI16Order order;              /* I16 */
  int slices;
  int slice_channels[ACU_WINOGRAD_MAX_SLICES];
  AcuElement slice_elements[ACU_WINOGRAD_MAX_SLICES];
  int out_channels;
  AcuElement out_element, residual_element;
  AcuWinogradActivation activation;
  int residual;
  float scale[2], gate[2];
  const void *weights;
  const float *factor, *bias, *slope;
} AcuWinograd;

/* Tiles beside one another. src[slice * 6 + row]: in that row, the pixel at the left end of the window of the first of them; pixels lie
 * slice_channels numbers apart. dst[row] and residual[row]: its first pixel; out_channels numbers apart. Only rows from `above` to `rows` - 1 are
 * stored, only those of the residual are read; all 6 rows of input pixels are read. */
typedef struct AcuWinogradRow
{
  const void *src[ACU_WINOGRAD_MAX_SLICES * ACU_WINOGRAD_WINDOW];
  void *dst[ACU_WINOGRAD_SIDE];
  const void *residual[ACU_WINOGRAD_SIDE];
  int above, rows;
} AcuWinogradRow;

/* One tile of such a row, that begins `x` pixels right of the first. Only the first `columns` (1 to 4) are stored; all 6 of the window are read. */
typedef struct AcuWinogradTile
{
  const AcuWinogradRow *row;
  int x, columns;
} AcuWinogradTile;

/* Makes n (1 to ACU_WINOGRAD_TILES) tiles. tiles[n] to tiles[n + ahead - 1], 0 to ACU_WINOGRAD_TILES of them, are what the next call will
 * likely make: their memory is asked for meanwhile. `scratch`: acu_winograd_scratch_bytes() bytes, aligned to 64, contents of no
 * interest. Returns whether all results are finite, and within 16-bit floats where these are stored: where not,
 * what was stored is of no use. Thread-safe for tiles that do not share results. */
typedef int (*acu_winograd_fn) (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch);

/* Bytes of packed weights, and of scratch memory; all parts of `conv` but the pointers must be set. No overflow is possible for
 * channel counts whose weights are in memory. */
size_t acu_winograd_weights_bytes (const AcuWinograd *conv);
size_t acu_winograd_scratch_bytes (const AcuWinograd *conv);

/* Transforms and packs weights given as [out_channels][all input channels][3][3] into `packed`; factor[] gets one number an
 * output channel, rounded up to the group (I16 only; ones otherwise). */
void acu_winograd_pack (void *packed, float *factor, const AcuWinograd *conv, const float *weights);

#endif
