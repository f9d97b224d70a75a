/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ESPCN (Shi et al. 2016): 5 × 5 and 3 × 3 with tanh, and 3 × 3 before the pixel shuffle that it introduced. In RGB, added to the repeated picture. */
#include "builder.h"

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *first = acu_builder_conv (weights, "first_part.0");

  return first && first->shape[1] == 3 && acu_builder_conv (weights, "first_part.2")
         && acu_builder_shuffle_factor (acu_builder_conv (weights, "last_part.0"));
}

/* tanh (v) = 2 sigmoid (2 v) - 1. */
static guint
build_tanh (AcuBuilder *b, const char *name, guint at)
{
  g_autofree char *before = g_strconcat (name, " twice", NULL), *after = g_strconcat (name, " spread", NULL);

  at = acu_build_plain (b, ACU_LAYER_SIGMOID, name, acu_build_affine (b, before, at, 2, 0));
  return acu_build_affine (b, after, at, 2, -1);
}

static guint
build (AcuBuilder *b, guint picture)
{
  int scale = acu_builder_shuffle_factor (acu_builder_conv (b->weights, "last_part.0"));
  guint at = build_tanh (b, "tanh1", acu_build_conv (b, "first_part.0", picture, 1, 2));

  at = build_tanh (b, "tanh2", acu_build_conv (b, "first_part.2", at, 1, 1));
  at = acu_build_shuffle (b, "shuffle", acu_build_conv (b, "last_part.0", at, 1, 1), scale);
  return acu_build_add (b, "sum", at, 1, acu_build_nearest (b, "repeated", picture, scale), 1);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels;

  acu_create_conv (c, "first_part.0", channels, 3, 5, 1);
  acu_create_conv (c, "first_part.2", MAX (1, channels / 2), channels, 3, 1);
  acu_create_conv_spread (c, "last_part.0", 3 * c->options->scale * c->options->scale, MAX (1, channels / 2), 3, ACU_SPREAD_LAST);
}

const AcuArch acu_arch_espcn = { "ESPCN", ACU_BORDER_REPLICATE, .key = "espcn", .channels = 64, .blocks = 1,
                                 .recognise_tensors = recognise_tensors, .build = build, .create = create };
