/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRVGG (Real-ESRGAN's compact network): a chain of convolutions and PReLU, pixel shuffle on the repeated picture. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "PReLU") >= 4 && acu_arch_count (weights, "PixelShuffle") == 1
         && acu_arch_count (weights, "Concat") == 0;
}

const AcuArch acu_arch_compact = { "SRVGG (compact)", ACU_BORDER_REPLICATE, recognise };
