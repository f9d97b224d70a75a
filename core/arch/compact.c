/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRVGG (Real-ESRGAN's compact network): a chain of convolutions and PReLU, pixel shuffle on the repeated picture. It can be trained with ReLU or leaky ReLU instead,
 * which have no tensors: then the file's metadata may say which ("activation": "relu" or "leakyrelu"); otherwise it is taken for ReLU. */
#include "builder.h"

#include <glib/gi18n-lib.h>

#define FIRST "body.0"
#define LEAK 0.1f
#define MAX_LAYERS 1000

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "PReLU") >= 4 && acu_arch_count (weights, "PixelShuffle") == 1
         && acu_arch_count (weights, "Concat") == 0;
}

/* The number of the last convolution: every second layer is one, slopes in between. */
static int
last_layer (const AcuWeights *weights)
{
  int last = -1;

  for (int i = 0; i < MAX_LAYERS && acu_builder_conv_at (weights, "body.%d", i); i += 2)
    last = i;
  return last;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_builder_conv (weights, FIRST) && last_layer (weights) >= 2
         && acu_builder_shuffle_factor (acu_builder_conv_at (weights, "body.%d", last_layer (weights)));
}

static guint
build (AcuBuilder *b, guint picture)
{
  int last = last_layer (b->weights), scale = acu_builder_shuffle_factor (acu_builder_conv_at (b->weights, "body.%d", last));
  gboolean plain = !acu_weights_find (b->weights, "body.1.weight");
  float slope_of_all = g_strcmp0 (acu_weights_metadata (b->weights, "activation"), "leakyrelu") == 0 ? LEAK : 0;
  guint at = picture;

  for (int i = 0; i <= last; i += 2)
    {
      g_autofree char *conv = g_strdup_printf ("body.%d", i), *slope = g_strdup_printf ("body.%d", i + 1);
      g_autofree char *relu = g_strconcat (slope, " relu", NULL);

      at = acu_build_conv (b, conv, at, 1, 1);
      if (i < last)
        at = plain ? acu_build_leaky (b, relu, at, slope_of_all) : acu_build_prelu (b, slope, at);
    }
  at = acu_build_shuffle (b, "shuffle", at, scale);
  return acu_build_add (b, "sum", at, 1, acu_build_nearest (b, "repeated", picture, scale), 1);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels, in = 3;

  for (int i = 0; i <= c->options->blocks; i++)
    {
      g_autofree char *conv = g_strdup_printf ("body.%d", 2 * i), *slope = g_strdup_printf ("body.%d", 2 * i + 1);

      acu_create_conv (c, conv, channels, in, 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, channels);
      in = channels;
    }
  {
    g_autofree char *conv = g_strdup_printf ("body.%d", 2 * c->options->blocks + 2);

    acu_create_conv_spread (c, conv, 3 * c->options->scale * c->options->scale, in, 3, ACU_SPREAD_LAST);
  }
}

const AcuArch acu_arch_compact = { "SRVGG (compact)", ACU_BORDER_REPLICATE, recognise, .key = "compact", .channels = 64, .blocks = 16,
                                   .recognise_tensors = recognise_tensors, .build = build, .create = create };
