/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The SRResNet of ESRGAN's and Real-ESRGAN's programs (MSRResNet in BasicSR): 3 × 3 convolutions and residual blocks without batch normalisation, one pixel shuffle of 2
 * or 3 or two of 2, added to the picture that bilinear interpolation has enlarged. */
#include "builder.h"

#define LEAK 0.1f

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *first = acu_builder_conv (weights, "conv_first");

  return first && first->shape[1] == 3 && acu_builder_conv (weights, "body.0.conv1") && acu_builder_conv (weights, "upconv1")
         && acu_builder_conv (weights, "conv_hr");
}

static guint
build_block (AcuBuilder *b, int i, guint in)
{
  g_autofree char *first = g_strdup_printf ("body.%d.conv1", i), *second = g_strdup_printf ("body.%d.conv2", i);
  g_autofree char *relu = g_strdup_printf ("body.%d.relu", i), *sum = g_strdup_printf ("body.%d.sum", i);
  guint at = acu_build_leaky (b, relu, acu_build_conv (b, first, in, 1, 1), 0);

  return acu_build_add (b, sum, acu_build_conv (b, second, at, 1, 1), 1, in, 1);
}

/* *scale is multiplied by what it enlarges. */
static guint
build_up (AcuBuilder *b, const char *conv, guint at, int *scale)
{
  g_autofree char *shuffle = g_strconcat (conv, " shuffle", NULL), *relu = g_strconcat (conv, " relu", NULL);
  const AcuTensor *tensor = acu_builder_conv (b->weights, conv);
  int factor = tensor && tensor->shape[0] == 9 * tensor->shape[1] ? 3 : 2;

  *scale *= factor;
  return acu_build_leaky (b, relu, acu_build_shuffle (b, shuffle, acu_build_conv (b, conv, at, 1, 1), factor), LEAK);
}

static guint
build (AcuBuilder *b, guint picture)
{
  guint at = acu_build_leaky (b, "relu", acu_build_conv (b, "conv_first", picture, 1, 1), LEAK);
  int scale = 1;

  for (int i = 0; acu_builder_conv_at (b->weights, "body.%d.conv1", i) && !b->failed; i++)
    at = build_block (b, i, at);
  at = build_up (b, "upconv1", at, &scale);
  if (acu_builder_conv (b->weights, "upconv2"))
    at = build_up (b, "upconv2", at, &scale);
  at = acu_build_leaky (b, "conv_hr relu", acu_build_conv (b, "conv_hr", at, 1, 1), LEAK);
  at = acu_build_conv (b, "conv_last", at, 1, 1);
  return acu_build_add (b, "whole", at, 1, acu_build_bilinear (b, "enlarged", picture, scale), 1);
}

const AcuArch acu_arch_msrresnet = { "MSRResNet", ACU_BORDER_REPLICATE, .key = "msrresnet", .recognise_tensors = recognise_tensors, .build = build };
