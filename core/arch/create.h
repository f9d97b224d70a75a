/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* New networks for training. */
#ifndef ACU_ARCH_CREATE_H
#define ACU_ARCH_CREATE_H

#include "net.h"
#include "weights.h"

G_BEGIN_DECLS

/**
 * AcuArchOptions:
 * @architecture: the key of a row of acu_archs[] that can be made: "compact", "srcnn", …
 * @scale, @channels, @blocks: enlargement, width and depth; 0 for the published ones
 * @timed: judges of pictures: they read a fourth channel, the noise (√η) that a picture was found in
 */
typedef struct AcuArchOptions
{
  const char *architecture;
  int scale, channels, blocks;
  gboolean timed;
} AcuArchOptions;

/* Random weights, named as PyTorch's public implementations name them; the same for the same seed on every machine.
 * ACU_ERROR_ARGUMENT for what cannot be made, saying what can; ACU_ERROR_MEMORY. */
AcuWeights *acu_arch_create (const AcuArchOptions *options, guint64 seed, GError **error);

/* The net in the form that is trained: as acu_arch_build()'s, but where training has layers that become one afterwards (SPAN). Each layer
 * that is trained is named so that its tensors are NAME.weight and NAME.bias. Files without names of tensors (ncnn) cannot be trained:
 * ACU_ERROR_UNSUPPORTED. */
AcuNet *acu_arch_build_training (const AcuWeights *weights, GError **error);

/* Brings tensors that follow from others up to date, in weights that are in memory (acu_weights_from_values()), before they are saved: so that other programs
 * find what they know the architecture by. */
gboolean acu_arch_finish (AcuWeights *weights, GError **error);

G_END_DECLS

#endif
