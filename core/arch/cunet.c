/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* waifu2x's cunet: two small U-Nets in a row with channel attention (global pooling), convolutions without padding. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Pooling") == 4 && acu_arch_count (weights, "Scale") == 4;
}

const AcuArch acu_arch_cunet = { "CUNet", ACU_BORDER_REPLICATE, recognise };
