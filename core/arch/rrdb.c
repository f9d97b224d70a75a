/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ESRGAN's residual-in-residual dense blocks (Wang et al. 2018), as in Real-ESRGAN x4plus: dense blocks of five
 * convolutions, joined channels, residuals scaled by 0.2, then as many enlargements by 2 as there are convolutions for them. Files of ESRGAN's own time name their
 * tensors by place (model.0, …). A first convolution of 12 or 48 channels in place of 3 reads the picture's pixels by 2 × 2 or 4 × 4 (x2plus): such networks work at
 * half or a quarter of its size. */
#include "builder.h"

#include <glib/gi18n-lib.h>

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

#define MAX_UPS 4

/* The convolutions' names in the files of Real-ESRGAN, of ESRGAN, and of ESRGAN's first time, when they were numbered by their place. Numbers in them: dense: block, dense
 * block and convolution; body: how many blocks there are; up: its own, from 1, times up_step; hr, last: that of the last up, and so many more. */
typedef struct Names
{
  const char *first, *dense, *body, *up, *hr, *last;
  int up_step, hr_more, last_more;
} Names;

static const Names all_names[] = {
  { "conv_first", "body.%d.rdb%d.conv%d", "conv_body", "conv_up%d", "conv_hr", "conv_last", 1, 0, 0 },
  { "conv_first", "RRDB_trunk.%d.RDB%d.conv%d", "trunk_conv", "upconv%d", "HRconv", "conv_last", 1, 0, 0 },
  { "model.0", "model.1.sub.%d.RDB%d.conv%d.0", "model.1.sub.%d", "model.%d", "model.%d", "model.%d", 3, 2, 4 }
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *
dense_name (const Names *names, int block, int dense, int conv)
{
  return g_strdup_printf (names->dense, block, dense, conv);
}

static char *
numbered (const char *format, int number)
{
  return g_strdup_printf (format, number);
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
  for (guint i = 0; i < G_N_ELEMENTS (all_names); i++)
    if (has_block (weights, &all_names[i], 0))
      return &all_names[i];
  return NULL;
}

static gboolean
has_up (const AcuWeights *weights, const Names *names, int number)
{
  g_autofree char *name = numbered (names->up, number * names->up_step);

  return acu_builder_conv (weights, name) != NULL;
}

/* How many times it enlarges by 2. */
static int
count_ups (const AcuWeights *weights, const Names *names)
{
  int ups = 0;

  while (ups < MAX_UPS && has_up (weights, names, ups + 1))
    ups++;
  return ups;
}

/* The side of the squares of pixels that the first convolution reads, or 0. */
static int
unshuffle_factor (const AcuTensor *first)
{
  for (int factor = 1; first && factor <= 4; factor *= 2)
    if (first->shape[1] == 3u * factor * factor)
      return factor;
  return 0;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const Names *names = names_of (weights);

  return names && unshuffle_factor (acu_builder_conv (weights, names->first));
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
build_up (AcuBuilder *b, const Names *names, int number, guint at)
{
  g_autofree char *conv = numbered (names->up, number * names->up_step), *nearest = g_strconcat (conv, ".nearest", NULL);
  g_autofree char *relu = g_strconcat (conv, ".relu", NULL);

  return acu_build_leaky (b, relu, acu_build_conv (b, conv, acu_build_nearest (b, nearest, at, 2), 1, 1), LEAK);
}

static guint
build_body (AcuBuilder *b, const Names *names, guint first)
{
  guint at = first;
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
  body = numbered (names->body, blocks);
  return acu_build_add (b, "sum", acu_build_conv (b, body, at, 1, 1), 1, first, 1);
}

/* A picture whose sides are multiples of what the first convolution reads. */
static guint
build_first (AcuBuilder *b, const Names *names, guint picture, int factor)
{
  AcuLayer *layer;

  if (factor == 1)
    return acu_build_conv (b, names->first, picture, 1, 1);
  layer = acu_net_add (b->net, ACU_LAYER_PAD, "whole squares", &picture, 1, &picture);
  layer->align = factor;
  layer->border = ACU_BORDER_REFLECT;
  return acu_build_conv_unshuffled (b, names->first, picture, factor, 1);
}

static guint
build (AcuBuilder *b, guint picture)
{
  const Names *names = names_of (b->weights);
  int factor = unshuffle_factor (acu_builder_conv (b->weights, names->first)), ups = count_ups (b->weights, names);
  g_autofree char *hr = numbered (names->hr, ups * names->up_step + names->hr_more);
  g_autofree char *last = numbered (names->last, ups * names->up_step + names->last_more);
  guint at, cut[2];
  AcuLayer *layer;

  if (1 << ups < factor)
    return acu_build_fail (b, _("it makes pictures smaller"));
  at = build_body (b, names, build_first (b, names, picture, factor));
  for (int i = 1; i <= ups; i++)
    at = build_up (b, names, i, at);
  at = acu_build_leaky (b, "relu", acu_build_conv (b, hr, at, 1, 1), LEAK);
  at = acu_build_conv (b, last, at, 1, 1);
  if (factor == 1 || b->failed)
    return at;
  cut[0] = at;
  cut[1] = picture;
  layer = acu_net_add (b->net, ACU_LAYER_CROP, "as large as the picture", cut, 2, &at);
  layer->factor = (1 << ups) / factor;
  return at;
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
