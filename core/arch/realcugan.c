/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Real-CUGAN: cunet with slices for crops; the 4x net adds its result to the picture enlarged by repetition. */
#include "arch.h"

static gboolean
recognise (const AcuWeights *weights)
{
  const AcuRecord *crop = acu_arch_record (weights, "Crop", 0);

  return crop && crop->n_inputs == 1 && acu_arch_count (weights, "Deconvolution") >= 3;
}

static gboolean
after (AcuNet *net, int scale, guint *at, GError **error)
{
  guint inputs[2] = { *at, 0 };
  const guint picture = 0;

  if (scale != 4)
    return TRUE;
  acu_net_add (net, ACU_LAYER_NEAREST, "repeated picture", &picture, 1, &inputs[1])->factor = scale;
  acu_net_add (net, ACU_LAYER_ADD, "add repeated picture", inputs, 2, at);
  return TRUE;
}

const AcuArch acu_arch_realcugan = { "Real-CUGAN", ACU_BORDER_REFLECT, recognise, .after = after };
