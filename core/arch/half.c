/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A chain of convolutions and PReLU at half the picture's size, added to the bicubic enlargement: it sees twice as far as the compact network for a quarter of
 * the work a layer, and so as far as a small face is wide. Keys: down.0 (3 × 3), .1 (PReLU), .2 (3 × 3, stride 2), .3; chain.0, .1, .2, …, the last of which makes
 * the colours of (2 · scale)² pixels. */
#include "builder.h"

#define FACTOR 2
#define CUBIC -0.5
#define MAX_LAYERS 1000

static int
last_layer (const AcuWeights *weights)
{
  int last = -1;

  for (int i = 0; i < MAX_LAYERS && acu_builder_conv_at (weights, "chain.%d", i); i += 2)
    last = i;
  return last;
}

static int
shuffle_factor (const AcuWeights *weights)
{
  int last = last_layer (weights), factor = last < 0 ? 0 : acu_builder_shuffle_factor (acu_builder_conv_at (weights, "chain.%d", last));

  return factor % FACTOR ? 0 : factor;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "down.0") && acu_builder_conv (weights, "down.2") && shuffle_factor (weights) > 0;
}

static guint
build_down (AcuBuilder *b, guint at)
{
  at = acu_build_prelu (b, "down.1", acu_build_conv (b, "down.0", at, 1, 1));
  at = acu_build_conv (b, "down.2", at, FACTOR, 1);
  if (!b->failed)
    {
      AcuLayer *layer = g_ptr_array_index (b->net->layers, at);

      /* Of what is even, padding behind would never be read. */
      layer->right = layer->bottom = 0;
    }
  return acu_build_prelu (b, "down.3", at);
}

/* Crops that are learnt from have even sides; pictures may have any. */
static guint
build (AcuBuilder *b, guint picture)
{
  int last = last_layer (b->weights), shuffle = shuffle_factor (b->weights);
  guint even = picture, at, crop[] = { 0, picture };

  if (!b->training)
    {
      AcuLayer *border = acu_net_add (b->net, ACU_LAYER_PAD, "border", &picture, 1, &even);

      border->align = FACTOR;
      border->border = ACU_BORDER_REPLICATE;
    }
  at = build_down (b, even);
  for (int i = 0; i <= last; i += 2)
    {
      g_autofree char *conv = g_strdup_printf ("chain.%d", i), *slope = g_strdup_printf ("chain.%d", i + 1);

      at = acu_build_conv (b, conv, at, 1, 1);
      if (i < last)
        at = acu_build_prelu (b, slope, at);
    }
  at = acu_build_shuffle (b, "shuffle", at, shuffle);
  crop[0] = at = acu_build_add (b, "sum", at, 1, acu_build_bicubic (b, "enlarged", even, shuffle / FACTOR, CUBIC), 1);
  if (!b->training && !b->failed)
    acu_net_add (b->net, ACU_LAYER_CROP, "cut border", crop, 2, &at)->factor = shuffle / FACTOR;
  return at;
}

static void
create (AcuCreator *c)
{
  int wide = c->options->channels, shuffle = FACTOR * c->options->scale;
  g_autofree char *last = g_strdup_printf ("chain.%d", 2 * c->options->blocks);

  acu_create_conv (c, "down.0", wide / 2, 3, 3, ACU_GAIN_PRELU);
  acu_create_prelu (c, "down.1", wide / 2);
  acu_create_conv (c, "down.2", wide, wide / 2, 3, ACU_GAIN_PRELU);
  acu_create_prelu (c, "down.3", wide);
  for (int i = 0; i < c->options->blocks; i++)
    {
      g_autofree char *conv = g_strdup_printf ("chain.%d", 2 * i), *slope = g_strdup_printf ("chain.%d", 2 * i + 1);

      acu_create_conv (c, conv, wide, wide, 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, wide);
    }
  acu_create_conv_spread (c, last, 3 * shuffle * shuffle, wide, 3, ACU_SPREAD_LAST);
}

const AcuArch acu_arch_half = { "half-size chain", ACU_BORDER_REPLICATE, .key = "half", .channels = 64, .blocks = 16,
                                .recognise_tensors = recognise_tensors, .build = build, .create = create };
