/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SPAN (Wan et al. 2024): six blocks whose result is weighted by its own sigmoid, less a half. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Swish") >= 4 && acu_arch_count (weights, "Sigmoid") >= 4
         && acu_arch_count (weights, "PixelShuffle") == 1;
}

const AcuArch acu_arch_span = { "SPAN", ACU_BORDER_REPLICATE, recognise };
