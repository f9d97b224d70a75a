/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRCNN (Dong et al. 2014), 9-1-5: three convolutions on the picture that bicubic interpolation (a = -0.5, as MATLAB's) has enlarged, here
 * added to it, which trains quicker. In RGB. The factor is not in the tensors: the file's metadata states it. */
#include "builder.h"

#include <glib/gi18n-lib.h>

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *first = acu_builder_conv (weights, "conv1"), *third = acu_builder_conv (weights, "conv3");

  return first && acu_builder_conv (weights, "conv2") && third && first->shape[2] == 9 && first->shape[1] == 3
         && third->shape[0] == 3;
}

static guint
build (AcuBuilder *b, guint picture)
{
  int scale = acu_builder_stated_scale (b->weights);
  guint base, at;

  if (!scale)
    return acu_build_fail (b, _("its metadata does not say how many times it enlarges (“scale”)"));
  base = at = acu_build_bicubic (b, "enlarged", picture, scale, -0.5);
  at = acu_build_leaky (b, "relu1", acu_build_conv (b, "conv1", at, 1, 4), 0);
  at = acu_build_conv (b, "conv2", at, 1, (int) acu_builder_conv (b->weights, "conv2")->shape[2] / 2);
  at = acu_build_conv (b, "conv3", acu_build_leaky (b, "relu2", at, 0), 1, (int) acu_builder_conv (b->weights, "conv3")->shape[2] / 2);
  return acu_build_add (b, "sum", at, 1, base, 1);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels;

  acu_create_conv (c, "conv1", channels, 3, 9, ACU_GAIN_RELU);
  acu_create_conv (c, "conv2", MAX (1, channels / 2), channels, 1, ACU_GAIN_RELU);
  acu_create_conv_spread (c, "conv3", 3, MAX (1, channels / 2), 5, ACU_SPREAD_LAST);
}

const AcuArch acu_arch_srcnn = { "SRCNN", ACU_BORDER_REPLICATE, .key = "srcnn", .channels = 64, .blocks = 1,
                                 .recognise_tensors = recognise_tensors, .build = build, .create = create };
