/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SRVGG (Real-ESRGAN's compact network): a chain of convolutions and PReLU, pixel shuffle on the repeated picture. It can be trained with ReLU or leaky ReLU instead,
 * which have no tensors: then the file's metadata may say which ("activation": "relu" or "leakyrelu"); otherwise it is taken for ReLU. */
#include "compact.h"

#include <glib/gi18n-lib.h>

#define LEAK 0.1f
#define MAX_LAYERS 1000

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "PReLU") >= 4 && acu_arch_count (weights, "PixelShuffle") == 1
         && acu_arch_count (weights, "Concat") == 0;
}

static char *
layer_name (const char *prefix, int i)
{
  return g_strdup_printf ("%sbody.%d", prefix, i);
}

static const AcuTensor *
convolution (const AcuWeights *weights, const char *prefix, int i)
{
  g_autofree char *name = layer_name (prefix, i);

  return acu_builder_conv (weights, name);
}

/* The number of the last convolution: every second layer is one, slopes in between. */
static int
last_layer (const AcuWeights *weights, const char *prefix)
{
  int last = -1;

  for (int i = 0; i < MAX_LAYERS && convolution (weights, prefix, i); i += 2)
    last = i;
  return last;
}

int
acu_compact_scale (const AcuWeights *weights, const char *prefix)
{
  int last = last_layer (weights, prefix);

  return last < 2 ? 0 : acu_builder_shuffle_factor (convolution (weights, prefix, last));
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_compact_scale (weights, "") > 0;
}

guint
acu_compact_build_chain (AcuBuilder *b, const char *prefix, guint picture)
{
  int last = last_layer (b->weights, prefix);
  g_autofree char *first_slope = layer_name (prefix, 1), *slopes = g_strconcat (first_slope, ".weight", NULL);
  gboolean plain = !acu_weights_find (b->weights, slopes);
  float slope_of_all = g_strcmp0 (acu_weights_metadata (b->weights, "activation"), "leakyrelu") == 0 ? LEAK : 0;
  guint at = picture;

  if (last < 0)
    acu_build_fail (b, _("tensors of its first layer are missing"));
  for (int i = 0; i <= last; i += 2)
    {
      g_autofree char *conv = layer_name (prefix, i), *slope = layer_name (prefix, i + 1);
      g_autofree char *relu = g_strconcat (slope, " relu", NULL);

      at = acu_build_conv (b, conv, at, 1, 1);
      if (i < last)
        at = plain ? acu_build_leaky (b, relu, at, slope_of_all) : acu_build_prelu (b, slope, at);
    }
  return at;
}

guint
acu_compact_build (AcuBuilder *b, const char *prefix, guint picture)
{
  int scale = acu_compact_scale (b->weights, prefix);
  g_autofree char *shuffle = g_strconcat (prefix, "shuffle", NULL), *repeated = g_strconcat (prefix, "repeated", NULL);
  g_autofree char *sum = g_strconcat (prefix, "sum", NULL);
  guint at = acu_build_shuffle (b, shuffle, acu_compact_build_chain (b, prefix, picture), scale);

  return acu_build_add (b, sum, at, 1, acu_build_nearest (b, repeated, picture, scale), 1);
}

static guint
build (AcuBuilder *b, guint picture)
{
  return acu_compact_build (b, "", picture);
}

void
acu_compact_create (AcuCreator *c, const char *prefix, int scale, int channels, int blocks)
{
  int in = 3;

  for (int i = 0; i <= blocks; i++)
    {
      g_autofree char *conv = layer_name (prefix, 2 * i), *slope = layer_name (prefix, 2 * i + 1);

      acu_create_conv (c, conv, channels, in, 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, channels);
      in = channels;
    }
  {
    g_autofree char *conv = layer_name (prefix, 2 * blocks + 2);

    acu_create_conv_spread (c, conv, 3 * scale * scale, in, 3, ACU_SPREAD_LAST);
  }
}

static void
create (AcuCreator *c)
{
  acu_compact_create (c, "", c->options->scale, c->options->channels, c->options->blocks);
}

const AcuArch acu_arch_compact = { "SRVGG (compact)", ACU_BORDER_REPLICATE, recognise, .key = "compact", .channels = 64, .blocks = 16,
                                   .recognise_tensors = recognise_tensors, .build = build, .create = create };
