/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Networks that judge pictures while others are trained: their result is a map of scores, not a picture.
 *
 * SRGAN's (Ledig et al. 2017), in the manner of VGG: pairs of 3 × 3 and 4 × 4 with stride 2, wider each time. Instead of batch normalisation and a linear layer
 * for one size of picture there is none, the mean over the picture, and 1 × 1 convolutions. Keys: conv0_0, conv0_1, …, linear1, linear2.
 *
 * Real-ESRGAN's U-Net (Wang et al. 2021), which judges every pixel. Its maps are enlarged to the nearest pixel instead of bilinearly. Keys: conv0 to conv9. */
#include "builder.h"

#define LEAK 0.2f
#define LEVELS 3
#define COLOURS 3

/* Beside the colours, there may be a channel that says what the picture was found in. */
static void
set_channels (AcuBuilder *b, guint picture, const char *first)
{
  const AcuTensor *tensor = acu_builder_conv (b->weights, first);

  if (b->training && tensor && tensor->shape[1] == COLOURS + 1)
    ((AcuLayer *) g_ptr_array_index (b->net->layers, picture))->channels = COLOURS + 1;
}

static int
channels_read (const AcuCreator *c)
{
  return COLOURS + (c->options->timed ? 1 : 0);
}

static gboolean
recognise_vgg (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "conv0_0") && acu_builder_conv (weights, "conv0_1") && acu_builder_conv (weights, "linear2");
}

static guint
build_leaky_conv (AcuBuilder *b, const char *name, guint at, int stride)
{
  g_autofree char *relu = g_strconcat (name, ".relu", NULL);

  return acu_build_leaky (b, relu, acu_build_conv (b, name, at, stride, 1), LEAK);
}

static guint
build_vgg (AcuBuilder *b, guint picture)
{
  guint at = picture;

  set_channels (b, picture, "conv0_0");
  for (int i = 0; acu_builder_conv_at (b->weights, "conv%d_0", i) && !b->failed; i++)
    for (int k = 0; k < 2; k++)
      {
        g_autofree char *name = g_strdup_printf ("conv%d_%d", i, k);

        at = build_leaky_conv (b, name, at, k + 1);
      }
  at = acu_build_plain (b, ACU_LAYER_GLOBAL_POOL, "mean", at);
  at = acu_build_leaky (b, "linear1.relu", acu_build_conv (b, "linear1", at, 1, 0), LEAK);
  return acu_build_conv (b, "linear2", at, 1, 0);
}

static void
create_vgg (AcuCreator *c)
{
  int in = channels_read (c), out = c->options->channels;

  for (int i = 0; i < c->options->blocks; i++)
    {
      g_autofree char *first = g_strdup_printf ("conv%d_0", i), *second = g_strdup_printf ("conv%d_1", i);

      acu_create_conv (c, first, out, in, 3, ACU_GAIN_LEAKY);
      acu_create_conv (c, second, out, out, 4, ACU_GAIN_LEAKY);
      in = out;
      out = MIN (2 * out, 8 * c->options->channels);
    }
  acu_create_conv (c, "linear1", 100, in, 1, ACU_GAIN_LEAKY);
  acu_create_conv (c, "linear2", 1, 100, 1, 1);
}

static gboolean
recognise_unet (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "conv0") && acu_builder_conv (weights, "conv3") && acu_builder_conv (weights, "conv9");
}

static guint
build_unet (AcuBuilder *b, guint picture)
{
  guint down[LEVELS + 1], at;

  set_channels (b, picture, "conv0");
  at = down[0] = build_leaky_conv (b, "conv0", picture, 1);
  for (int i = 1; i <= LEVELS; i++)
    {
      g_autofree char *name = g_strdup_printf ("conv%d", i);

      at = down[i] = build_leaky_conv (b, name, at, 2);
    }
  for (int i = 1; i <= LEVELS; i++)
    {
      g_autofree char *name = g_strdup_printf ("conv%d", LEVELS + i), *up = g_strdup_printf ("up%d", i), *sum = g_strdup_printf ("sum%d", i);

      at = build_leaky_conv (b, name, acu_build_nearest (b, up, at, 2), 1);
      at = acu_build_add (b, sum, at, 1, down[LEVELS - i], 1);
    }
  at = build_leaky_conv (b, "conv8", build_leaky_conv (b, "conv7", at, 1), 1);
  return acu_build_conv (b, "conv9", at, 1, 1);
}

static void
create_unet (AcuCreator *c)
{
  int n = c->options->channels;

  acu_create_conv (c, "conv0", n, channels_read (c), 3, ACU_GAIN_LEAKY);
  for (int i = 1; i <= LEVELS; i++)
    {
      g_autofree char *down = g_strdup_printf ("conv%d", i), *up = g_strdup_printf ("conv%d", LEVELS + i);
      int wide = n << LEVELS >> i;

      acu_create_conv (c, down, n << i, n << i >> 1, 4, ACU_GAIN_LEAKY);
      acu_create_conv (c, up, wide, 2 * wide, 3, ACU_GAIN_LEAKY);
    }
  acu_create_conv (c, "conv7", n, n, 3, ACU_GAIN_LEAKY);
  acu_create_conv (c, "conv8", n, n, 3, ACU_GAIN_LEAKY);
  acu_create_conv (c, "conv9", 1, n, 3, 1);
}

const AcuArch acu_arch_vgg_discriminator = { "discriminator (VGG)", ACU_BORDER_REPLICATE, .key = "vgg-discriminator", .channels = 64,
                                             .blocks = 4, .recognise_tensors = recognise_vgg, .build = build_vgg,
                                             .create = create_vgg, .judges = TRUE };
const AcuArch acu_arch_unet_discriminator = { "discriminator (U-Net)", ACU_BORDER_REPLICATE, .key = "unet-discriminator", .channels = 64,
                                              .blocks = 1, .recognise_tensors = recognise_unet, .build = build_unet,
                                              .create = create_unet, .judges = TRUE };
