/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* 3 × 3 convolutions of stride 1 in 16-bit block floating point, directly: what two bytes of a number make of matrix units for bytes.
 *
 * A block is ACU_BLOCK_COLUMNS × ACU_BLOCK_ROWS output pixels and the input pixels under them, which share one factor, 32600 through the largest magnitude; weights have
 * one an output channel. A number is 256 * high + low, both from -128 to 127, and with u and v so
 *
 *   Σ u v ≈ 65536 Σ high high + 256 (Σ high low + Σ low high),
 *
 * in whole numbers of 32 bits; both sums become floats, then one. What is left out, Σ low low, is noise of about a hundred thousandth of the largest products.
 * All implementations do the same operations in the same order, so all agree bit for bit; a block's results depend on its own pixels only, so blocks must lie at
 * absolute positions. Beside Winograd's convolutions (winograd.h) in such numbers: more products, no transforms. */
#ifndef ACU_CONV2D_BLOCK_H
#define ACU_CONV2D_BLOCK_H

#include "finish.h"

/* Output pixels of a block, and rows and columns of input pixels under it. */
#define ACU_BLOCK_ROWS 8
#define ACU_BLOCK_COLUMNS 32
#define ACU_BLOCK_WINDOW_ROWS (ACU_BLOCK_ROWS + 2)
#define ACU_BLOCK_WINDOW_COLUMNS (ACU_BLOCK_COLUMNS + 2)

/* Input channels of a convolution at most: beyond twice as many, sums might leave 32 bits. */
#define ACU_BLOCK_MOST_CHANNELS 4096

/* One convolution. Input channels come in `slices` runs from buffers of their own, each a multiple of ACU_WINOGRAD_GROUP, in all at most
 * ACU_BLOCK_MOST_CHANNELS; finish.channels, the output channels, are such a multiple, too. `weights` and `factor` come from acu_conv2d_block_pack(); bias holds finish.channels floats. */
typedef struct AcuConv2dBlock
{
  int slices;
  int slice_channels[ACU_WINOGRAD_MAX_SLICES];
  AcuElement slice_elements[ACU_WINOGRAD_MAX_SLICES];     /* not ACU_ELEMENT_BF16 */
  const void *weights;
  const float *factor, *bias;
  AcuFinish finish;
} AcuConv2dBlock;

/* One block. src[slice * ACU_BLOCK_WINDOW_ROWS + row]: the pixel at the window's left end in that row; `columns` + 2 are read of each row. dst[row] and
 * residual[row] (all or none are NULL): the block's first pixel. Only rows from `above` to `rows` - 1 of the first `columns` (1 to ACU_BLOCK_COLUMNS)
 * are stored, and read of the residual. */
typedef struct AcuBlock
{
  const void *src[ACU_WINOGRAD_MAX_SLICES * ACU_BLOCK_WINDOW_ROWS];
  void *dst[ACU_BLOCK_ROWS];
  const void *residual[ACU_BLOCK_ROWS];
  int above, rows, columns;
} AcuBlock;

/* Makes one block. `scratch`: acu_conv2d_block_scratch() bytes, aligned to 64, contents of no interest. Returns whether all results are finite, and
 * within 16-bit floats where these are stored: where not, what was stored is of no use. Thread-safe for blocks that do not share results. */
typedef int (*acu_conv2d_block_fn) (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch);

/* Bytes of packed weights, and of scratch memory; all parts of `conv` but the pointers must be set. */
size_t acu_conv2d_block_weights (const AcuConv2dBlock *conv);
size_t acu_conv2d_block_scratch (const AcuConv2dBlock *conv);

/* Packs weights given as [out_channels][all input channels][3][3] into `packed`, aligned to 64 bytes; factor[] gets a number an output channel. */
void acu_conv2d_block_pack (void *packed, float *factor, const AcuConv2dBlock *conv, const float *weights);

#endif
