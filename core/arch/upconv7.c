/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* waifu2x's upconv_7: six convolutions without padding and a transposed one. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Convolution") == 6 && acu_arch_count (weights, "Deconvolution") == 1
         && weights->n_records == 8;
}

const AcuArch acu_arch_upconv7 = { "UpConv7", ACU_BORDER_REPLICATE, recognise };
