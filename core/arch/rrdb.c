/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ESRGAN's residual-in-residual dense blocks (Wang et al. 2018), as in Real-ESRGAN x4plus: dense blocks of five
 * convolutions, joined channels, residuals scaled by 0.2. */
#include "builder.h"

#define LEAK 0.2f
#define RESIDUAL 0.2f
#define GROWTH 32
#define DENSE 5

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Concat") >= 8 && acu_arch_count (weights, "Interp") == 2
         && acu_arch_count (weights, "Eltwise") >= 2;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *first = acu_builder_conv (weights, "conv_first");

  /* With twelve channels, the network begins with what pixel shuffle undoes: there is no such layer here. */
  return first && first->shape[1] == 3 && acu_builder_conv (weights, "body.0.rdb1.conv1") && acu_builder_conv (weights, "conv_up2");
}

static guint
build_dense (AcuBuilder *b, const char *prefix, guint in)
{
  guint maps[DENSE] = { in }, at = 0;
  g_autofree char *sum = g_strconcat (prefix, ".sum", NULL);

  for (int i = 0; i < DENSE; i++)
    {
      g_autofree char *conv = g_strdup_printf ("%s.conv%d", prefix, i + 1), *relu = g_strdup_printf ("%s.relu%d", prefix, i + 1);
      g_autofree char *joined = g_strdup_printf ("%s.joined%d", prefix, i + 1);

      at = acu_build_conv (b, conv, i ? acu_build_concat (b, joined, maps, (guint) i + 1) : in, 1, 1);
      if (i < DENSE - 1)
        maps[i + 1] = acu_build_leaky (b, relu, at, LEAK);
    }
  return acu_build_add (b, sum, at, RESIDUAL, in, 1);
}

static guint
build_up (AcuBuilder *b, const char *conv, guint at)
{
  g_autofree char *nearest = g_strconcat (conv, ".nearest", NULL), *relu = g_strconcat (conv, ".relu", NULL);

  return acu_build_leaky (b, relu, acu_build_conv (b, conv, acu_build_nearest (b, nearest, at, 2), 1, 1), LEAK);
}

static guint
build (AcuBuilder *b, guint picture)
{
  guint first = acu_build_conv (b, "conv_first", picture, 1, 1), at = first;

  for (int i = 0; acu_builder_conv_at (b->weights, "body.%d.rdb1.conv1", i) && !b->failed; i++)
    {
      guint in = at;
      g_autofree char *sum = g_strdup_printf ("body.%d.sum", i);

      for (int k = 1; k <= 3; k++)
        {
          g_autofree char *prefix = g_strdup_printf ("body.%d.rdb%d", i, k);

          at = build_dense (b, prefix, at);
        }
      at = acu_build_add (b, sum, at, RESIDUAL, in, 1);
    }
  at = acu_build_add (b, "sum", acu_build_conv (b, "conv_body", at, 1, 1), 1, first, 1);
  at = build_up (b, "conv_up2", build_up (b, "conv_up1", at));
  at = acu_build_leaky (b, "relu", acu_build_conv (b, "conv_hr", at, 1, 1), LEAK);
  return acu_build_conv (b, "conv_last", at, 1, 1);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels, growth = GROWTH;

  acu_create_conv (c, "conv_first", channels, 3, 3, 1);
  for (int i = 0; i < c->options->blocks; i++)
    for (int k = 1; k <= 3; k++)
      for (int d = 0; d < DENSE; d++)
        {
          g_autofree char *prefix = g_strdup_printf ("body.%d.rdb%d.conv%d", i, k, d + 1);

          /* A tenth of He's deviation, as ESRGAN does it. */
          acu_create_conv (c, prefix, d < DENSE - 1 ? growth : channels, channels + d * growth, 3, 0.1 * ACU_GAIN_LEAKY);
        }
  acu_create_conv (c, "conv_body", channels, channels, 3, 0.1);
  acu_create_conv (c, "conv_up1", channels, channels, 3, ACU_GAIN_LEAKY);
  acu_create_conv (c, "conv_up2", channels, channels, 3, ACU_GAIN_LEAKY);
  acu_create_conv (c, "conv_hr", channels, channels, 3, ACU_GAIN_LEAKY);
  acu_create_conv_spread (c, "conv_last", 3, channels, 3, ACU_SPREAD_LAST);
}

const AcuArch acu_arch_rrdb = { "RRDB", ACU_BORDER_REPLICATE, recognise, .key = "rrdb", .channels = 64, .blocks = 23,
                                .recognise_tensors = recognise_tensors, .build = build, .create = create, .scales = 1 << 4 };
