/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRResNet (Ledig et al. 2017) without its batch normalisation, which later work leaves out (Lim et al. 2017): 9 × 9, residual blocks, then pixel shuffles of two (or
 * one of three) and 9 × 9. */
#include "builder.h"

#define LEAK 0.2f

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "conv_input") && acu_builder_conv (weights, "residual.0.conv1") && acu_builder_conv (weights, "conv_mid")
         && acu_builder_conv (weights, "conv_output");
}

static guint
build_block (AcuBuilder *b, int i, guint in)
{
  g_autofree char *first = g_strdup_printf ("residual.%d.conv1", i), *second = g_strdup_printf ("residual.%d.conv2", i);
  g_autofree char *relu = g_strdup_printf ("residual.%d.relu", i), *sum = g_strdup_printf ("residual.%d.sum", i);
  guint at = acu_build_leaky (b, relu, acu_build_conv (b, first, in, 1, 1), LEAK);

  return acu_build_add (b, sum, acu_build_conv (b, second, at, 1, 1), 1, in, 1);
}

static guint
build (AcuBuilder *b, guint picture)
{
  guint first = acu_build_leaky (b, "relu", acu_build_conv (b, "conv_input", picture, 1, 4), LEAK), at = first;

  for (int i = 0; acu_builder_conv_at (b->weights, "residual.%d.conv1", i) && !b->failed; i++)
    at = build_block (b, i, at);
  at = acu_build_add (b, "sum", acu_build_conv (b, "conv_mid", at, 1, 1), 1, first, 1);
  for (int i = 0; !b->failed; i += 3)
    {
      g_autofree char *conv = g_strdup_printf ("upscale.%d", i), *shuffle = g_strdup_printf ("upscale.%d shuffle", i);
      g_autofree char *relu = g_strdup_printf ("upscale.%d relu", i);
      const AcuTensor *tensor = acu_builder_conv (b->weights, conv);
      int factor = tensor && tensor->shape[0] == 9 * tensor->shape[1] ? 3 : 2;

      if (!tensor)
        break;
      at = acu_build_leaky (b, relu, acu_build_shuffle (b, shuffle, acu_build_conv (b, conv, at, 1, 1), factor), LEAK);
    }
  return acu_build_conv (b, "conv_output", at, 1, 4);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels, scale = c->options->scale;

  acu_create_conv (c, "conv_input", channels, 3, 9, ACU_GAIN_LEAKY);
  for (int i = 0; i < c->options->blocks; i++)
    {
      g_autofree char *first = g_strdup_printf ("residual.%d.conv1", i), *second = g_strdup_printf ("residual.%d.conv2", i);

      acu_create_conv (c, first, channels, channels, 3, ACU_GAIN_LEAKY);
      acu_create_conv (c, second, channels, channels, 3, 0.1);
    }
  acu_create_conv (c, "conv_mid", channels, channels, 3, 0.1);
  for (int i = 0; scale > 1; i += 3)
    {
      g_autofree char *conv = g_strdup_printf ("upscale.%d", i);
      int factor = scale % 2 ? 3 : 2;

      acu_create_conv (c, conv, channels * factor * factor, channels, 3, ACU_GAIN_LEAKY);
      scale /= factor;
    }
  acu_create_conv_spread (c, "conv_output", 3, channels, 9, ACU_SPREAD_LAST);
}

const AcuArch acu_arch_srresnet = { "SRResNet", ACU_BORDER_REPLICATE, .key = "srresnet", .channels = 64, .blocks = 16,
                                    .recognise_tensors = recognise_tensors, .build = build, .create = create, .scales = (1 << 2) | (1 << 3) | (1 << 4) | (1 << 8) };
