/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* FSRCNN (Dong et al. 2016): 5 × 5, a shrinking 1 × 1, `blocks` times 3 × 3, an expanding 1 × 1, and a transposed convolution of 9 × 9. In RGB, added to the
 * repeated picture. The factor is not in the tensors: the file's metadata states it. */
#include "builder.h"

#include <glib/gi18n-lib.h>

/* first_part.0, .1 (PReLU); mid_part.0, .1, .2, .3, …; last_part. */
static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *last = acu_builder_conv (weights, "last_part");

  return acu_builder_conv (weights, "first_part.0") && acu_builder_conv (weights, "mid_part.0") && last && last->shape[1] == 3;
}

static guint
build (AcuBuilder *b, guint picture)
{
  int scale = acu_builder_stated_scale (b->weights);
  guint at;

  if (!scale)
    return acu_build_fail (b, _("its metadata does not say how many times it enlarges (“scale”)"));
  at = acu_build_prelu (b, "first_part.1", acu_build_conv (b, "first_part.0", picture, 1, 2));
  for (int i = 0;; i += 2)
    {
      g_autofree char *conv = g_strdup_printf ("mid_part.%d", i), *slope = g_strdup_printf ("mid_part.%d", i + 1);
      const AcuTensor *tensor = acu_builder_conv (b->weights, conv);

      if (!tensor || b->failed)
        break;
      at = acu_build_prelu (b, slope, acu_build_conv (b, conv, at, 1, (int) (tensor->shape[2] / 2)));
    }
  at = acu_build_deconv (b, "last_part", at, scale);
  return acu_build_add (b, "sum", at, 1, acu_build_nearest (b, "repeated", picture, scale), 1);
}

static void
create (AcuCreator *c)
{
  int wide = c->options->channels, narrow = MAX (1, wide * 12 / 56);
  int last = 2 * c->options->blocks + 2;

  acu_create_conv (c, "first_part.0", wide, 3, 5, ACU_GAIN_PRELU);
  acu_create_prelu (c, "first_part.1", wide);
  for (int i = 0; i <= last; i += 2)
    {
      g_autofree char *conv = g_strdup_printf ("mid_part.%d", i), *slope = g_strdup_printf ("mid_part.%d", i + 1);
      int in = i == 0 ? wide : narrow, out = i == last ? wide : narrow;

      acu_create_conv (c, conv, out, in, i == 0 || i == last ? 1 : 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, out);
    }
  acu_create_deconv (c, "last_part", wide, 3, 9, 0.001);
}

const AcuArch acu_arch_fsrcnn = { "FSRCNN", ACU_BORDER_REPLICATE, .key = "fsrcnn", .channels = 56, .blocks = 4,
                                  .recognise_tensors = recognise_tensors, .build = build, .create = create };
