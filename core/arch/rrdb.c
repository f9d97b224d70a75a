/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ESRGAN's residual-in-residual dense blocks (Wang et al. 2018), as in Real-ESRGAN x4plus: dense blocks of five
 * convolutions, joined channels, residuals scaled by 0.2. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Concat") >= 8 && acu_arch_count (weights, "Interp") == 2
         && acu_arch_count (weights, "Eltwise") >= 2;
}

const AcuArch acu_arch_rrdb = { "RRDB", ACU_BORDER_REPLICATE, recognise };
