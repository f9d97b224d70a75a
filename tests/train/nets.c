/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "nets.h"

#include "compact_net.h"

#include <string.h>

static GBytes *
random_numbers (GRand *rand, gsize n, double spread)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -spread, spread);
  return g_bytes_new_take (values, n * sizeof (float));
}

static AcuLayer *
last (AcuNet *net)
{
  return g_ptr_array_index (net->layers, net->layers->len - 1);
}

static guint
add (AcuNet *net, AcuLayerKind kind, const char *name, guint a, int b)
{
  guint inputs[] = { a, (guint) MAX (b, 0) }, index;

  g_assert_nonnull (acu_net_add (net, kind, name, inputs, b < 0 ? 1 : 2, &index));
  return index;
}

static guint
conv (AcuNet *net, GRand *rand, const char *name, guint at, int out, int kernel, int stride, int pad)
{
  int in = acu_net_layer (net, at)->channels;
  guint index = add (net, ACU_LAYER_CONV2D, name, at, -1);
  AcuLayer *l = last (net);

  l->channels = out;
  l->kernel_width = l->kernel_height = kernel;
  l->stride = stride;
  l->left = l->right = l->top = l->bottom = pad;
  l->weights = random_numbers (rand, (gsize) out * in * kernel * kernel, 1.0 / kernel);
  l->bias = random_numbers (rand, out, 0.5);
  return index;
}

static guint
slope (AcuNet *net, GRand *rand, const char *name, guint at)
{
  guint index = add (net, ACU_LAYER_SLOPE, name, at, -1);

  last (net)->weights = random_numbers (rand, last (net)->channels, 1);
  return index;
}

static guint
sum (AcuNet *net, guint a, guint b, float scale_a, float scale_b)
{
  guint index = add (net, ACU_LAYER_ADD, "add", a, (int) b);

  last (net)->scale[0] = scale_a;
  last (net)->scale[1] = scale_b;
  return index;
}

static void
conv3 (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 20, 3, 1, 1);

  conv (net, rand, "b", at, 5, 3, 1, 1);
}

static void
conv3_unpadded (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 16, 3, 1, 0);

  conv (net, rand, "b", at, 33, 3, 1, 2);
}

/* More padding than the kernel is wide. */
static void
conv3_padded (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 16, 3, 1, 5);

  conv (net, rand, "b", at, 16, 3, 1, 5);
}

static void
conv_wide (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 17, 9, 1, 4);

  at = conv (net, rand, "b", at, 6, 1, 1, 0);
  conv (net, rand, "c", at, 3, 5, 1, 2);
}

/* A 1 × 1 convolution whose padding becomes its bias, as in SPAN while it is trained. */
static void
conv_padded_point (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 8, 1, 1, 1);

  at = conv (net, rand, "b", at, 8, 3, 1, 0);
  conv (net, rand, "c", at, 4, 1, 1, 0);
}

static void
conv_strided (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 18, 4, 2, 1);

  conv (net, rand, "b", at, 4, 3, 1, 1);
}

static void
deconv (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 12, 3, 1, 1);
  AcuLayer *l;

  add (net, ACU_LAYER_DECONV2D, "b", at, -1);
  l = last (net);
  l->channels = 3;
  l->kernel_width = l->kernel_height = 9;
  l->stride = 3;
  l->left = l->top = 4;
  l->right = l->bottom = 2;
  l->weights = random_numbers (rand, 12 * 3 * 81, 0.1);
  l->bias = random_numbers (rand, 3, 0.5);
}

static void
activations (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 10, 3, 1, 1);

  at = slope (net, rand, "b", at);
  at = conv (net, rand, "c", at, 10, 1, 1, 0);
  at = slope (net, rand, "fixed", at);
  conv (net, rand, "d", at, 3, 3, 1, 1);
}

static void
sigmoid (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 10, 3, 1, 1);

  at = add (net, ACU_LAYER_SIGMOID, "sigmoid", at, -1);
  conv (net, rand, "b", at, 3, 3, 1, 1);
}

static void
swish (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 10, 3, 1, 1);

  at = add (net, ACU_LAYER_SWISH, "swish", at, -1);
  conv (net, rand, "b", at, 3, 3, 1, 1);
}

/* SPAN's attention, and a map that is read three times. */
static void
attention (AcuNet *net, GRand *rand)
{
  guint first = conv (net, rand, "a", 0, 16, 3, 1, 1), at = conv (net, rand, "b", first, 16, 3, 1, 1), gate, joined;

  gate = add (net, ACU_LAYER_SIGMOID, "sigmoid", at, -1);
  gate = add (net, ACU_LAYER_AFFINE, "fixed half", gate, -1);
  last (net)->weights = random_numbers (rand, 16, 2);
  last (net)->bias = random_numbers (rand, 16, 1);
  joined = sum (net, at, first, 1, 1);
  at = add (net, ACU_LAYER_MUL, "mul", joined, (int) gate);
  sum (net, at, first, 0.2f, -1);
}

static void
concat (AcuNet *net, GRand *rand)
{
  guint a = conv (net, rand, "a", 0, 7, 3, 1, 1), b = conv (net, rand, "b", a, 9, 3, 1, 1), at;

  at = add (net, ACU_LAYER_CONCAT, "concat", a, (int) b);
  last (net)->channels = 16;
  conv (net, rand, "c", at, 3, 3, 1, 1);
}

static void
shuffle (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 12, 3, 1, 1), base;

  at = add (net, ACU_LAYER_PIXEL_SHUFFLE, "shuffle", at, -1);
  last (net)->factor = 2;
  last (net)->channels = 3;
  base = add (net, ACU_LAYER_NEAREST, "nearest", 0, -1);
  last (net)->factor = 2;
  sum (net, at, base, 1, 1);
}

static void
nearest (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 16, 3, 1, 1);

  at = add (net, ACU_LAYER_NEAREST, "nearest", at, -1);
  last (net)->factor = 2;
  conv (net, rand, "b", at, 3, 3, 1, 1);
}

static void
bicubic (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 5, 3, 1, 1);

  at = add (net, ACU_LAYER_BICUBIC, "bicubic", at, -1);
  last (net)->ratio = 2;
  conv (net, rand, "b", at, 3, 3, 1, 1);
}

/* As where masks are made: padding on two sides, and enlargement without a negative part. */
static void
mask (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 8, 3, 2, 1);

  last (net)->right = last (net)->bottom = 0;
  at = add (net, ACU_LAYER_SIGMOID, "sigmoid", conv (net, rand, "b", at, 3, 3, 1, 1), -1);
  add (net, ACU_LAYER_BICUBIC, "bicubic", at, -1);
  last (net)->ratio = 4;
  last (net)->cubic = 0;
}

static void
crop (AcuNet *net, GRand *rand)
{
  guint at = conv (net, rand, "a", 0, 5, 3, 1, 1);

  add (net, ACU_LAYER_CROP, "crop", at, -1);
  last (net)->left = 1;
  last (net)->top = 2;
  last (net)->right = 1;
}

static void
pool (AcuNet *net, GRand *rand)
{
  guint a = conv (net, rand, "a", 0, 16, 3, 1, 1), at;

  at = add (net, ACU_LAYER_GLOBAL_POOL, "pool", a, -1);
  at = conv (net, rand, "b", at, 16, 1, 1, 0);
  add (net, ACU_LAYER_MUL, "mul", a, (int) at);
}

const TestNet test_nets[] = {
  { "3 x 3 convolutions", 3, conv3 }, { "3 x 3 without and with more padding", 16, conv3_unpadded },
  { "3 x 3 with padding wider than themselves", 16, conv3_padded },
  { "9 x 9, 1 x 1, 5 x 5", 3, conv_wide }, { "1 x 1 with padding", 16, conv_padded_point },
  { "4 x 4 with stride 2", 3, conv_strided }, { "transposed 9 x 9 with stride 3", 3, deconv },
  { "slopes", 3, activations }, { "sigmoid", 3, sigmoid }, { "swish", 3, swish }, { "attention", 3, attention },
  { "concat", 3, concat }, { "pixel shuffle", 3, shuffle }, { "nearest", 3, nearest }, { "bicubic", 3, bicubic }, { "mask", 3, mask },
  { "crop", 3, crop }, { "global pool", 3, pool }, { NULL }
};

AcuNet *
test_net_new (const TestNet *test, GRand *rand)
{
  AcuNet *net = acu_net_new (test->name);

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = test->channels;
  test->build (net, rand);
  return net;
}

static void
add_tensor (AcuWeights *weights, const char *layer, const char *suffix, const float *values, guint64 count)
{
  AcuTensor *tensor = g_new0 (AcuTensor, 1);

  tensor->name = g_strconcat (layer, suffix, NULL);
  tensor->type = ACU_TENSOR_F32;
  tensor->dimensions = 1;
  tensor->shape[0] = tensor->count = count;
  tensor->data = g_memdup2 (values, count * sizeof (float));
  g_ptr_array_add (weights->tensors, tensor);
  g_hash_table_insert (weights->by_name, tensor->name, tensor);
}

static void
tensor_free (gpointer data)
{
  AcuTensor *tensor = data;

  g_free (tensor->name);
  g_free ((gpointer) tensor->data);
  g_free (tensor);
}

/* PyTorch keeps a transposed convolution's weights as [in][out]. */
static void
add_transposed (AcuWeights *weights, const AcuLayer *layer, int in)
{
  const float *values = g_bytes_get_data (layer->weights, NULL);
  gsize taps = (gsize) layer->kernel_width * layer->kernel_height, n = taps * in * layer->channels;
  g_autofree float *turned = g_new (float, n);

  for (int o = 0; o < layer->channels; o++)
    for (int i = 0; i < in; i++)
      memcpy (turned + ((gsize) i * layer->channels + o) * taps, values + ((gsize) o * in + i) * taps, taps * sizeof (float));
  add_tensor (weights, layer->name, ".weight", turned, n);
}

AcuWeights *
test_net_weights (const AcuNet *net)
{
  AcuWeights *weights = g_new0 (AcuWeights, 1);

  weights->path = g_strdup ("test");
  weights->tensors = g_ptr_array_new_with_free_func (tensor_free);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *layer = g_ptr_array_index (net->layers, i);

      if (!layer->weights || g_str_has_prefix (layer->name, "fixed"))
        continue;
      if (layer->kind == ACU_LAYER_DECONV2D)
        add_transposed (weights, layer, acu_net_layer (net, layer->inputs[0])->channels);
      else
        add_tensor (weights, layer->name, ".weight", g_bytes_get_data (layer->weights, NULL),
                    g_bytes_get_size (layer->weights) / sizeof (float));
      if (layer->bias)
        add_tensor (weights, layer->name, ".bias", g_bytes_get_data (layer->bias, NULL),
                    g_bytes_get_size (layer->bias) / sizeof (float));
    }
  return weights;
}

AcuNet *
compact_net_new (int channels, int convolutions, int scale)
{
  GRand *rand = g_rand_new_with_seed (1);
  AcuNet *net = acu_net_new ("compact");
  guint at = 0, base;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = 3;
  for (int i = 0; i <= convolutions; i++)
    {
      g_autofree char *name = g_strdup_printf ("body.%d", 2 * i), *prelu = g_strdup_printf ("body.%d", 2 * i + 1);

      at = slope (net, rand, prelu, conv (net, rand, name, at, channels, 3, 1, 1));
    }
  at = conv (net, rand, "last", at, 3 * scale * scale, 3, 1, 1);
  at = add (net, ACU_LAYER_PIXEL_SHUFFLE, "shuffle", at, -1);
  last (net)->factor = scale;
  last (net)->channels = 3;
  base = add (net, ACU_LAYER_NEAREST, "nearest", 0, -1);
  last (net)->factor = scale;
  sum (net, at, base, 1, 1);
  g_rand_free (rand);
  return net;
}
