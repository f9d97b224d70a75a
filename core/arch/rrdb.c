/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ESRGAN's residual-in-residual dense blocks (Wang et al. 2018), as in Real-ESRGAN x4plus: dense blocks of five
 * convolutions, joined channels, residuals scaled by 0.2. Files of ESRGAN's own time name their tensors by place (model.0, …). */
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

/* A convolution's name in files of today and of then. */
typedef struct Names
{
  const char *first, *dense, *body, *up1, *up2, *hr, *last;
} Names;

/* dense: block, dense block, convolution. body of then: the number of blocks. */
static const Names today = { "conv_first", "body.%d.rdb%d.conv%d", "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last" };
static const Names then = { "model.0", "model.1.sub.%d.RDB%d.conv%d.0", "model.1.sub.%d", "model.3", "model.6", "model.8", "model.10" };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *
dense_name (const Names *names, int block, int dense, int conv)
{
  return g_strdup_printf (names->dense, block, dense, conv);
}

static char *
body_name (const Names *names, int blocks)
{
  return g_strdup_printf (names->body, blocks);
}
#pragma GCC diagnostic pop

static gboolean
has_block (const AcuWeights *weights, const Names *names, int block)
{
  g_autofree char *name = dense_name (names, block, 1, 1);

  return acu_builder_conv (weights, name) != NULL;
}

static const Names *
names_of (const AcuWeights *weights)
{
  return has_block (weights, &today, 0) ? &today : has_block (weights, &then, 0) ? &then : NULL;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const Names *names = names_of (weights);
  const AcuTensor *first = names ? acu_builder_conv (weights, names->first) : NULL;

  /* With twelve channels, the network begins with what pixel shuffle undoes: there is no such layer here. */
  return first && first->shape[1] == 3 && acu_builder_conv (weights, names->up2);
}

static guint
build_dense (AcuBuilder *b, const Names *names, int block, int dense, guint in)
{
  guint maps[DENSE] = { in }, at = 0;
  g_autofree char *sum = g_strdup_printf ("sum of %d.%d", block, dense);

  for (int i = 0; i < DENSE; i++)
    {
      g_autofree char *conv = dense_name (names, block, dense, i + 1), *relu = g_strconcat (conv, " relu", NULL);
      g_autofree char *joined = g_strconcat (conv, " joined", NULL);

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
  const Names *names = names_of (b->weights);
  guint first = acu_build_conv (b, names->first, picture, 1, 1), at = first;
  int blocks = 0;
  g_autofree char *body = NULL;

  for (; has_block (b->weights, names, blocks) && !b->failed; blocks++)
    {
      guint in = at;
      g_autofree char *sum = g_strdup_printf ("sum of %d", blocks);

      for (int k = 1; k <= 3; k++)
        at = build_dense (b, names, blocks, k, at);
      at = acu_build_add (b, sum, at, RESIDUAL, in, 1);
    }
  body = body_name (names, blocks);
  at = acu_build_add (b, "sum", acu_build_conv (b, body, at, 1, 1), 1, first, 1);
  at = build_up (b, names->up2, build_up (b, names->up1, at));
  at = acu_build_leaky (b, "relu", acu_build_conv (b, names->hr, at, 1, 1), LEAK);
  return acu_build_conv (b, names->last, at, 1, 1);
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
