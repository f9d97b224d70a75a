/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vec_avx512.h"

#include "conv2d_block_amx.h"

int
acu_conv2d_block_amx (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch)
{
  return conv2d_block (block, conv, scratch, acu_finish_avx512bf16);
}
