/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the implementations of conv2d_block.h share. */
#ifndef ACU_CONV2D_BLOCK_PRIVATE_H
#define ACU_CONV2D_BLOCK_PRIVATE_H

#include "conv2d_block.h"
#include "winograd_private.h"

#include <math.h>

/* Numbers reach so far, and with the half of 256 that makes low bytes signed they still have 16 bits. */
#define ACU_BLOCK_FULL 32600.0f
#define ACU_BLOCK_HALF 128.0f
/* Maps that are smaller are as good as zero. */
#define ACU_BLOCK_SMALLEST 1e-30f

#define ACU_BLOCK_TAPS 9
/* Sums of matrix tiles: twice two rows of 16 pixels, high and mixed, of 16 channels. */
#define ACU_BLOCK_SUMS (2 * 2 * 2 * 16 * ACU_WINOGRAD_GROUP)

/* Channels of a step, a byte of each in a row of a matrix tile; and bytes of the weights of a step and a group, high or low. */
#define ACU_BLOCK_STEP 64
#define ACU_BLOCK_WEIGHTS (ACU_BLOCK_STEP * ACU_WINOGRAD_GROUP)

/* Sizes of a convolution's memory. Weights: [group][tap][step][high, low][word of the step][output channel of the group][channel of the word], zeros beyond the last
 * channel. Scratch: bytes [row][column][high, low][channel], whole steps, of which the last one's rest may be anything; sums in single precision
 * [row][column][output channel]; ACU_BLOCK_SUMS numbers; a factor an output channel. */
typedef struct BlockLayout
{
  int channels, groups, steps;
  size_t run, pixels, group_bytes;        /* high bytes of a pixel; bytes of all pixels; of one group's weights */
} BlockLayout;

BlockLayout acu_conv2d_block_layout (const AcuConv2dBlock *conv);

/* From the bits of the largest magnitude: the factor that brings all to 16 bits. Returns what undoes it; NaN if there is one, or an infinity. */
static inline float
acu_conv2d_block_scale (uint32_t largest, float *scale)
{
  const float value = acu_winograd_magnitude (largest);

  *scale = 0;
  if (largest >= 0x7f800000)
    return NAN;
  if (value < ACU_BLOCK_SMALLEST)
    return 0;
  *scale = ACU_BLOCK_FULL / value;
  return value / ACU_BLOCK_FULL;
}

int acu_conv2d_block_c (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch);
#ifdef __x86_64__
int acu_conv2d_block_amx (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch);
#endif

#endif
