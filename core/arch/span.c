/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* SPAN (Wan et al. 2024): six blocks whose result is weighted by its own sigmoid, less a half. While it is trained, each 3 × 3 convolution is a
 * chain of 1 × 1, 3 × 3 and 1 × 1 beside a 1 × 1; all of them are linear, so for use they become one. */
#include "builder.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>

#define BLOCKS 6
/* Channels inside a chain, times those outside. */
#define GAIN 2
/* What the published networks take off the picture, and multiply it by, unless the file has a tensor "no_norm". */
#define RANGE 255.0f
/* Work that making one convolution of a chain may take: 128 channels are far below. */
#define MAX_PRODUCTS G_GUINT64_CONSTANT (1000000000)
static const float mean[] = { 0.4488f, 0.4371f, 0.4040f };

static gboolean
recognise (const AcuWeights *weights)
{
  return acu_arch_count (weights, "Swish") >= 4 && acu_arch_count (weights, "Sigmoid") >= 4
         && acu_arch_count (weights, "PixelShuffle") == 1;
}

static gboolean
has_chain (const AcuWeights *weights, const char *prefix)
{
  g_autofree char *first = g_strconcat (prefix, ".conv.0", NULL);

  return acu_builder_conv (weights, first) != NULL;
}

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "conv_cat") && acu_builder_shuffle_factor (acu_builder_conv (weights, "upsampler.0"))
         && (has_chain (weights, "block_1.c1_r") || acu_builder_conv (weights, "block_1.c1_r.eval_conv"));
}

/* Padding before the first 1 × 1 lets its bias reach the border, as it does everywhere else. */
static guint
build_chain (AcuBuilder *b, const char *prefix, guint in)
{
  g_autofree char *first = g_strconcat (prefix, ".conv.0", NULL), *second = g_strconcat (prefix, ".conv.1", NULL);
  g_autofree char *third = g_strconcat (prefix, ".conv.2", NULL), *beside = g_strconcat (prefix, ".sk", NULL);
  g_autofree char *sum = g_strconcat (prefix, ".sum", NULL);
  guint at = acu_build_conv (b, first, in, 1, 1);

  at = acu_build_conv (b, third, acu_build_conv (b, second, at, 1, 0), 1, 0);
  return acu_build_add (b, sum, at, 1, acu_build_conv (b, beside, in, 1, 0), 1);
}

static float *
read_tensor (AcuBuilder *b, const char *prefix, const char *part, guint64 count)
{
  g_autofree char *name = g_strconcat (prefix, part, NULL);
  const AcuTensor *tensor = acu_weights_find (b->weights, name);
  float *numbers;

  if (b->failed)
    return NULL;
  numbers = tensor && tensor->count == count ? acu_try_alloc (count, sizeof (float)) : NULL;
  if (numbers && acu_tensor_read (tensor, numbers))
    return numbers;
  acu_free (numbers);
  acu_build_fail (b, _("the tensors of a convolution are missing or do not fit together"));
  return NULL;
}

/* weights[out][in][9] and bias[out] of the one convolution that the chain makes: Σ third · second · first, and the 1 × 1 beside it. */
static void
multiply (float *weights, float *bias, float *const *w, int in, int out)
{
  const float *first = w[0], *first_bias = w[1], *second = w[2], *second_bias = w[3], *third = w[4], *third_bias = w[5];
  int wide_in = in * GAIN, wide_out = out * GAIN;
  /* [wide_out][in][9] */
  g_autofree double *half = g_new0 (double, (gsize) wide_out * in * 9), *half_bias = g_new0 (double, wide_out);

  for (int m = 0; m < wide_out; m++)
    {
      half_bias[m] = second_bias[m];
      for (int k = 0; k < wide_in; k++)
        for (int t = 0; t < 9; t++)
          {
            double v = second[((gsize) m * wide_in + k) * 9 + t];

            half_bias[m] += v * first_bias[k];
            for (int i = 0; i < in; i++)
              half[((gsize) m * in + i) * 9 + t] += v * first[(gsize) k * in + i];
          }
    }
  for (int o = 0; o < out; o++)
    {
      double sum_bias = third_bias[o] + w[7][o];

      for (int m = 0; m < wide_out; m++)
        sum_bias += third[(gsize) o * wide_out + m] * half_bias[m];
      bias[o] = (float) sum_bias;
      for (int i = 0; i < in * 9; i++)
        {
          double sum = i % 9 == 4 ? w[6][(gsize) o * in + i / 9] : 0;

          for (int m = 0; m < wide_out; m++)
            sum += third[(gsize) o * wide_out + m] * half[(gsize) m * in * 9 + i];
          weights[(gsize) o * in * 9 + i] = (float) sum;
        }
    }
}

/* The chain as one convolution. */
static guint
build_collapsed (AcuBuilder *b, const char *prefix, guint at)
{
  g_autofree char *beside = g_strconcat (prefix, ".sk", NULL), *name = g_strconcat (prefix, ".eval_conv", NULL);
  const AcuTensor *shape = b->failed ? NULL : acu_builder_conv (b->weights, beside);
  int in = b->failed ? 0 : acu_net_layer (b->net, at)->channels, out = shape ? (int) MIN (shape->shape[0], ACU_MAX_CHANNELS) : 0;
  guint64 wi = (guint64) in * GAIN, wo = (guint64) out * GAIN;
  const struct { const char *part; guint64 count; } parts[] = {
    { ".conv.0.weight", wi * in }, { ".conv.0.bias", wi }, { ".conv.1.weight", wo * wi * 9 }, { ".conv.1.bias", wo },
    { ".conv.2.weight", wo * out }, { ".conv.2.bias", out }, { ".sk.weight", (guint64) in * out }, { ".sk.bias", out }
  };
  float *read[G_N_ELEMENTS (parts)] = { NULL }, *weights = NULL, *bias = NULL;
  AcuLayer *layer;
  guint index = 0;

  if (!out && !b->failed)
    return acu_build_fail (b, _("the tensors of a convolution are missing or do not fit together"));
  if (!b->failed && wo * wi * 9 * (guint64) in > MAX_PRODUCTS)
    return acu_build_fail (b, _("it is too wide"));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    read[i] = read_tensor (b, prefix, parts[i].part, parts[i].count);
  layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_CONV2D, name, &at, 1, &index);
  if (layer)
    {
      layer->channels = out;
      layer->kernel_width = layer->kernel_height = 3;
      layer->left = layer->right = layer->top = layer->bottom = 1;
      layer->weights = acu_arch_floats (NULL, (guint64) out * in * 9, &weights, b->error);
      layer->bias = layer->weights ? acu_arch_floats (NULL, out, &bias, b->error) : NULL;
      b->failed = !layer->bias;
      if (!b->failed)
        multiply (weights, bias, read, in, out);
    }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    acu_free (read[i]);
  return index;
}

static guint
build_conv (AcuBuilder *b, const char *prefix, guint at)
{
  g_autofree char *collapsed = g_strconcat (prefix, ".eval_conv", NULL);

  if (!has_chain (b->weights, prefix))
    return acu_build_conv (b, collapsed, at, 1, 1);
  return b->training ? build_chain (b, prefix, at) : build_collapsed (b, prefix, at);
}

/* *inner gets the block's first activation. */
static guint
build_block (AcuBuilder *b, int number, guint in, guint *inner)
{
  g_autofree char *block = g_strdup_printf ("block_%d", number);
  guint at = in, gate;

  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *conv = g_strdup_printf ("%s.c%d_r", block, i), *act = g_strdup_printf ("%s.act%d", block, i);

      at = build_conv (b, conv, at);
      if (i < 3)
        at = acu_build_plain (b, ACU_LAYER_SWISH, act, at);
      if (i == 1)
        *inner = at;
    }
  {
    g_autofree char *sigmoid = g_strconcat (block, ".sigmoid", NULL), *less = g_strconcat (block, ".less", NULL);
    g_autofree char *sum = g_strconcat (block, ".sum", NULL), *product = g_strconcat (block, ".product", NULL);

    gate = acu_build_affine (b, less, acu_build_plain (b, ACU_LAYER_SIGMOID, sigmoid, at), 1, -0.5f);
    return acu_build_mul (b, product, acu_build_add (b, sum, at, 1, in, 1), gate);
  }
}

/* (v - mean) * range, a channel. */
static guint
build_range (AcuBuilder *b, guint at)
{
  AcuLayer *layer;
  float *scale, *offset;
  guint index = acu_build_affine (b, "range", at, RANGE, 0);

  if (b->failed || acu_net_layer (b->net, at)->channels != 3)
    return acu_build_fail (b, _("it does not read RGB pictures"));
  layer = g_ptr_array_index (b->net->layers, index);
  g_bytes_unref (layer->weights);
  g_bytes_unref (layer->bias);
  layer->weights = acu_arch_floats (NULL, 3, &scale, b->error);
  layer->bias = acu_arch_floats (NULL, 3, &offset, b->error);
  b->failed = !layer->weights || !layer->bias;
  for (int c = 0; c < 3 && !b->failed; c++)
    {
      scale[c] = RANGE;
      offset[c] = -mean[c] * RANGE;
    }
  return index;
}

static guint
build (AcuBuilder *b, guint picture)
{
  guint at = acu_weights_find (b->weights, "no_norm") ? picture : build_range (b, picture), joined[4], inner = 0;

  at = joined[0] = build_conv (b, "conv_1", at);
  for (int i = 1; i <= BLOCKS; i++)
    {
      at = build_block (b, i, at, &inner);
      if (i == 1)
        joined[2] = at;
    }
  joined[3] = inner;
  joined[1] = build_conv (b, "conv_2", at);
  at = acu_build_conv (b, "conv_cat", acu_build_concat (b, "joined", joined, 4), 1, 0);
  return acu_build_shuffle (b, "shuffle", acu_build_conv (b, "upsampler.0", at, 1, 1),
                            acu_builder_shuffle_factor (acu_builder_conv (b->weights, "upsampler.0")));
}

static void
create_chain (AcuCreator *c, const char *prefix, int out, int in, double gain)
{
  g_autofree char *first = g_strconcat (prefix, ".conv.0", NULL), *second = g_strconcat (prefix, ".conv.1", NULL);
  g_autofree char *third = g_strconcat (prefix, ".conv.2", NULL), *beside = g_strconcat (prefix, ".sk", NULL);
  g_autofree char *whole = g_strconcat (prefix, ".eval_conv", NULL);

  acu_create_conv (c, first, in * GAIN, in, 1, 1);
  acu_create_conv (c, second, out * GAIN, in * GAIN, 3, 1);
  acu_create_conv (c, third, out, out * GAIN, 1, 0.7 * gain);
  acu_create_conv (c, beside, out, in, 1, 0.7 * gain);
  /* The convolution that the chain becomes: other programs know SPAN by it. It is not trained but made anew when the model is saved. */
  acu_create_conv_spread (c, whole, out, in, 3, 0);
}

/* Fills the tensors PREFIX.eval_conv of weights in memory from their chains. */
static gboolean
finish (AcuWeights *weights, GError **error)
{
  AcuNet *net = acu_net_new (weights->path);
  AcuBuilder b = { net, weights, FALSE, error };

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  build (&b, 0);
  for (guint i = 0; !b.failed && i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);
      g_autofree char *weight = g_strconcat (layer->name, ".weight", NULL), *bias = g_strconcat (layer->name, ".bias", NULL);
      const AcuTensor *weight_tensor = acu_weights_find (weights, weight), *bias_tensor = acu_weights_find (weights, bias);

      if (!g_str_has_suffix (layer->name, ".eval_conv") || !weight_tensor || !bias_tensor)
        continue;
      acu_tensor_write (weight_tensor, g_bytes_get_data (layer->weights, NULL));
      acu_tensor_write (bias_tensor, g_bytes_get_data (layer->bias, NULL));
    }
  acu_net_unref (net);
  return !b.failed;
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels, one = 1;
  float *flag = acu_try_alloc0 (1, sizeof (float));
  AcuValues plain = { g_strdup ("no_norm"), 1, { (guint64) one }, flag };

  create_chain (c, "conv_1", channels, 3, 1);
  for (int i = 1; i <= BLOCKS; i++)
    for (int k = 1; k <= 3; k++)
      {
        g_autofree char *prefix = g_strdup_printf ("block_%d.c%d_r", i, k);

        create_chain (c, prefix, channels, channels, ACU_GAIN_RELU);
      }
  create_chain (c, "conv_2", channels, channels, 1);
  acu_create_conv (c, "conv_cat", channels, 4 * channels, 1, 1);
  acu_create_conv_spread (c, "upsampler.0", 3 * c->options->scale * c->options->scale, channels, 3, ACU_SPREAD_LAST);
  c->failed |= !flag;
  g_array_append_val (c->values, plain);
}

const AcuArch acu_arch_span = { "SPAN", ACU_BORDER_REPLICATE, recognise, .key = "span", .channels = 48, .blocks = 6,
                                .recognise_tensors = recognise_tensors, .build = build, .create = create, .finish = finish,
                                .spare = TRUE };
