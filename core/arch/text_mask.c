/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where text is in a picture: a mask as large as the picture, 0 to 1, in three channels that are alike. Two 3 × 3 with stride 2, `blocks` times 3 × 3, a last one with
 * a sigmoid, and a smooth enlargement that cannot leave 0 to 1. Keys: head.0, .1 (PReLU), .2, .3; body.0, .1, .2, …; mask. */
#include "builder.h"

#include <string.h>

#define FACTOR 4

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  const AcuTensor *first = acu_builder_conv (weights, "head.0"), *last = acu_builder_conv (weights, "mask");

  return first && first->shape[1] == 3 && acu_builder_conv (weights, "head.2") && last && last->shape[0] == 3;
}

/* Half as large: of what is even, padding behind would never be read. */
static guint
build_half (AcuBuilder *b, const char *conv, const char *slope, guint at)
{
  at = acu_build_conv (b, conv, at, 2, 1);
  if (!b->failed)
    {
      AcuLayer *layer = g_ptr_array_index (b->net->layers, at);

      layer->right = layer->bottom = 0;
    }
  return acu_build_prelu (b, slope, at);
}

/* Crops that are learnt from have sides that divide; pictures may have any. */
static guint
build (AcuBuilder *b, guint picture)
{
  guint at = picture, crop[] = { 0, picture };

  if (!b->training)
    {
      AcuLayer *border = acu_net_add (b->net, ACU_LAYER_PAD, "border", &picture, 1, &at);

      border->align = FACTOR;
      border->border = ACU_BORDER_REPLICATE;
    }
  at = build_half (b, "head.0", "head.1", at);
  at = build_half (b, "head.2", "head.3", at);
  for (int i = 0; !b->failed && acu_builder_conv_at (b->weights, "body.%d", i); i += 2)
    {
      g_autofree char *conv = g_strdup_printf ("body.%d", i), *slope = g_strdup_printf ("body.%d", i + 1);

      at = acu_build_prelu (b, slope, acu_build_conv (b, conv, at, 1, 1));
    }
  at = acu_build_plain (b, ACU_LAYER_SIGMOID, "sigmoid", acu_build_conv (b, "mask", at, 1, 1));
  crop[0] = at = acu_build_bicubic (b, "enlarged", at, FACTOR, 0);
  if (!b->training && !b->failed)
    acu_net_add (b->net, ACU_LAYER_CROP, "cut border", crop, 2, &at)->factor = 1;
  return at;
}

/* What begins alike and learns the same stays alike. */
static void
create_last (AcuCreator *c, int in)
{
  const AcuValues *weights;
  gsize n = (gsize) in * 3 * 3;

  acu_create_conv_spread (c, "mask", 3, in, 3, ACU_SPREAD_LAST);
  weights = &g_array_index (c->values, AcuValues, c->values->len - 2);
  for (gsize i = 1; weights->values && i < 3; i++)
    memcpy ((float *) weights->values + i * n, weights->values, n * sizeof (float));
}

static void
create (AcuCreator *c)
{
  int narrow = c->options->channels, wide = 2 * narrow;

  acu_create_conv (c, "head.0", narrow, 3, 3, ACU_GAIN_PRELU);
  acu_create_prelu (c, "head.1", narrow);
  acu_create_conv (c, "head.2", wide, narrow, 3, ACU_GAIN_PRELU);
  acu_create_prelu (c, "head.3", wide);
  for (int i = 0; i < c->options->blocks; i++)
    {
      g_autofree char *conv = g_strdup_printf ("body.%d", 2 * i), *slope = g_strdup_printf ("body.%d", 2 * i + 1);

      acu_create_conv (c, conv, wide, wide, 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, wide);
    }
  create_last (c, wide);
}

const AcuArch acu_arch_text_mask = { "text mask", ACU_BORDER_REPLICATE, .key = "text-mask", .channels = 16, .blocks = 4,
                                     .recognise_tensors = recognise_tensors, .build = build, .create = create, .scales = 1 << 1,
                                     .marks = TRUE };
