/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "sample_nets.h"

#include "run_net.h"

AcuLayer *
conv (AcuNet *net, GRand *rand, guint *at, int channels, int kernel, int stride, int pad)
{
  int in = acu_net_layer (net, *at)->channels;
  AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "conv", at, 1, at);

  l->channels = channels;
  l->kernel_width = l->kernel_height = kernel;
  l->stride = stride;
  l->left = l->right = l->top = l->bottom = pad;
  l->weights = random_floats (rand, (gsize) channels * in * kernel * kernel, 0.15);
  l->bias = random_floats (rand, channels, 0.5);
  return l;
}

GBytes *
equal_floats (gsize n, float value)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = value;
  return g_bytes_new_take (values, n * sizeof (float));
}

static void
slope (AcuNet *net, GRand *rand, guint *at)
{
  int channels = acu_net_layer (net, *at)->channels;

  acu_net_add (net, ACU_LAYER_SLOPE, "slope", at, 1, at)->weights = random_floats (rand, channels, 0.3);
}

guint
picture (AcuNet *net)
{
  guint at;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &at)->channels = 3;
  return at;
}

/* SRVGG: pixel shuffle added to the repeated picture, then shrunk. */
void
compact (AcuNet *net, GRand *rand)
{
  guint first = picture (net), at = first, big;
  AcuLayer *shuffle;

  for (int i = 0; i < 3; i++)
    {
      conv (net, rand, &at, 48, 3, 1, 1);
      slope (net, rand, &at);
    }
  conv (net, rand, &at, 48, 3, 1, 1);
  shuffle = acu_net_add (net, ACU_LAYER_PIXEL_SHUFFLE, "shuffle", &at, 1, &at);
  shuffle->factor = 4;
  shuffle->channels = 3;
  acu_net_add (net, ACU_LAYER_NEAREST, "repeat", &first, 1, &big)->factor = 4;
  acu_net_add (net, ACU_LAYER_ADD, "add", (const guint[]) { at, big }, 2, &at);
  acu_net_add (net, ACU_LAYER_BICUBIC, "shrink", &at, 1, &at)->ratio = 0.75;
}

/* A dense block: joined channels are read as slices; a residual from far above. */
void
dense (AcuNet *net, GRand *rand)
{
  guint at = picture (net), start, one, two, joined;

  conv (net, rand, &at, 16, 3, 1, 1);
  start = at;
  conv (net, rand, &at, 16, 3, 1, 1);
  slope (net, rand, &at);
  one = at;
  acu_net_add (net, ACU_LAYER_CONCAT, "join", (const guint[]) { start, one }, 2, &joined)->channels = 32;
  at = joined;
  conv (net, rand, &at, 16, 3, 1, 1);
  two = at;
  acu_net_add (net, ACU_LAYER_CONCAT, "join", (const guint[]) { start, one, two }, 3, &joined)->channels = 48;
  at = joined;
  conv (net, rand, &at, 16, 3, 1, 1);
  acu_net_add (net, ACU_LAYER_ADD, "residual", (const guint[]) { at, start }, 2, &at)->scale[0] = 0.2f;
  conv (net, rand, &at, 3, 3, 1, 1);
}

/* SPAN's attention, three times: with all that a gate may be made of; by a direct convolution; and with the sum read once more, so that
 * nothing can be fused. */
static void
gates (AcuNet *net, GRand *rand)
{
  const int channels[] = { 16, 20, 16 };
  guint at = picture (net), start, sum, sigmoid;

  for (int i = 0; i < 3; i++)
    {
      AcuLayer *l;

      conv (net, rand, &at, channels[i], 3, 1, 1);
      start = at;
      conv (net, rand, &at, channels[i], 3, 1, 1);
      acu_net_add (net, ACU_LAYER_SIGMOID, "sigmoid", &at, 1, &sigmoid);
      l = acu_net_add (net, ACU_LAYER_AFFINE, "shift", &sigmoid, 1, &sigmoid);
      l->weights = equal_floats (channels[i], 1.25f);
      l->bias = equal_floats (channels[i], -0.5f);
      l = acu_net_add (net, ACU_LAYER_ADD, "sum", (const guint[]) { start, at }, 2, &sum);
      l->scale[0] = 0.5f;
      acu_net_add (net, ACU_LAYER_MUL, "gate", (const guint[]) { sum, sigmoid }, 2, &at);
      if (i == 2)
        acu_net_add (net, ACU_LAYER_ADD, "again", (const guint[]) { at, sum }, 2, &at);
    }
  conv (net, rand, &at, 3, 3, 1, 1);
}

/* What a map is multiplied by, number by number of each channel. */
static guint
attend (AcuNet *net, GRand *rand, guint map)
{
  guint at;

  acu_net_add (net, ACU_LAYER_GLOBAL_POOL, "pool", &map, 1, &at);
  conv (net, rand, &at, 20, 1, 1, 0);
  acu_net_add (net, ACU_LAYER_SIGMOID, "sigmoid", &at, 1, &at);
  acu_net_add (net, ACU_LAYER_MUL, "attend", (const guint[]) { map, at }, 2, &at);
  return at;
}

void
attention (AcuNet *net, GRand *rand)
{
  guint at = picture (net), wide, deep, cut;
  AcuLayer *l;

  l = acu_net_add (net, ACU_LAYER_PAD, "border", &at, 1, &at);
  l->left = l->right = l->top = l->bottom = 8;
  l->align = 2;
  l->border = ACU_BORDER_REFLECT;
  conv (net, rand, &at, 16, 3, 1, 0);
  conv (net, rand, &at, 16, 3, 1, 0);
  wide = at;
  conv (net, rand, &at, 16, 2, 2, 0);
  conv (net, rand, &at, 20, 3, 1, 0);
  at = deep = attend (net, rand, at);
  conv (net, rand, &at, 20, 3, 1, 1);
  at = attend (net, rand, at);
  acu_net_add (net, ACU_LAYER_ADD, "both", (const guint[]) { deep, at }, 2, &at);
  l = acu_net_add (net, ACU_LAYER_DECONV2D, "up", &at, 1, &at);
  l->channels = 16;
  l->kernel_width = l->kernel_height = l->stride = 2;
  l->weights = random_floats (rand, 16 * 20 * 4, 0.3);
  l = acu_net_add (net, ACU_LAYER_CROP, "cut", &wide, 1, &cut);
  l->left = l->right = l->top = l->bottom = 2;
  acu_net_add (net, ACU_LAYER_ADD, "skip", (const guint[]) { at, cut }, 2, &at);
  l = acu_net_add (net, ACU_LAYER_DECONV2D, "out", &at, 1, &at);
  l->channels = 3;
  l->kernel_width = l->kernel_height = 4;
  l->stride = 2;
  l->left = l->right = l->top = l->bottom = 3;
  l->weights = random_floats (rand, 3 * 16 * 16, 0.3);
  acu_net_add (net, ACU_LAYER_CROP, "cut border", (const guint[]) { at, 0 }, 2, &at)->factor = 2;
}

/* MobileNet's blocks with strides, and what was before them once more, of which a stencil leaves some. */
static void
mobile (AcuNet *net, GRand *rand)
{
  static const guint8 cells[] = { 1, 0, 1, 1, 1, 0 };
  guint at = picture (net), before;
  AcuLayer *l;

  acu_net_add (net, ACU_LAYER_PAD, "border", &at, 1, &at)->align = 4;
  conv (net, rand, &at, 16, 1, 1, 0);
  before = at;
  for (int stride = 1; stride <= 2; stride++)
    {
      conv (net, rand, &at, 32, 1, 1, 0);
      slope (net, rand, &at);
      l = acu_net_add (net, ACU_LAYER_DEPTHWISE, "depthwise", &at, 1, &at);
      l->kernel_width = l->kernel_height = 3;
      l->stride = stride;
      l->left = l->top = 1;
      l->right = l->bottom = 2 - stride;
      l->weights = random_floats (rand, 9 * 32, 0.3);
      l->bias = random_floats (rand, 32, 0.3);
      slope (net, rand, &at);
      conv (net, rand, &at, 16, 1, 1, 0);
      if (stride == 1)
        acu_net_add (net, ACU_LAYER_ADD, "sum", (const guint[]) { at, before }, 2, &at);
    }
  l = acu_net_add (net, ACU_LAYER_DECONV2D, "up", &at, 1, &at);
  l->channels = 16;
  l->kernel_width = l->kernel_height = l->stride = 2;
  l->weights = random_floats (rand, 16 * 16 * 4, 0.3);
  acu_net_add (net, ACU_LAYER_ADD, "skip", (const guint[]) { at, before }, 2, &at);
  l = acu_net_add (net, ACU_LAYER_STENCIL, "stencil", &at, 1, &at);
  l->cells = g_bytes_new_static (cells, sizeof cells);
  l->factor = 3;
  conv (net, rand, &at, 3, 1, 1, 0);
  acu_net_add (net, ACU_LAYER_CROP, "cut border", (const guint[]) { at, 0 }, 2, &at)->factor = 1;
}

/* What a card does in passing: pixels repeated for a convolution; a continued border read where it is not; a pixel shuffle added to an enlarged picture, of which
 * not all is wanted. */
static void
enlarged (AcuNet *net, GRand *rand)
{
  guint at = picture (net), even, large;
  AcuLayer *l;

  l = acu_net_add (net, ACU_LAYER_PAD, "border", &at, 1, &even);
  l->align = 2;
  l->border = ACU_BORDER_REPLICATE;
  at = even;
  l = conv (net, rand, &at, 16, 3, 2, 1);
  l->right = l->bottom = 0;
  acu_net_add (net, ACU_LAYER_NEAREST, "repeat", &at, 1, &at)->factor = 2;
  conv (net, rand, &at, 16, 3, 1, 1);
  l = acu_net_add (net, ACU_LAYER_PAD, "go on", &at, 1, &at);
  l->align = 4;
  l->border = ACU_BORDER_REPLICATE;
  conv (net, rand, &at, 20, 5, 1, 2);
  acu_net_add (net, ACU_LAYER_CROP, "cut", (const guint[]) { at, even }, 2, &at)->factor = 1;
  conv (net, rand, &at, 12, 3, 1, 1);
  l = acu_net_add (net, ACU_LAYER_PIXEL_SHUFFLE, "shuffle", &at, 1, &at);
  l->factor = 2;
  l->channels = 3;
  acu_net_add (net, ACU_LAYER_BICUBIC, "enlarge", &even, 1, &large)->ratio = 2;
  acu_net_add (net, ACU_LAYER_ADD, "add", (const guint[]) { large, at }, 2, &at);
  acu_net_add (net, ACU_LAYER_CROP, "cut border", (const guint[]) { at, 0 }, 2, &at)->factor = 2;
}

/* RRDB in short: a first map, 50 convolutions, and their sum with the first map; either of them can be left out. */
void
first_and_trunk (AcuNet *net, GRand *rand, gboolean with_trunk, gboolean with_first)
{
  guint at = picture (net), first;

  conv (net, rand, &at, 8, 1, 1, 0);
  first = at;
  for (int i = 0; i < (with_trunk ? TRUNK : 0); i++)
    conv (net, rand, &at, 8, 3, 1, 1);
  if (with_first && with_trunk)
    acu_net_add (net, ACU_LAYER_ADD, "sum", (const guint[]) { at, first }, 2, &at);
}

static void
trunk (AcuNet *net, GRand *rand)
{
  guint at;

  first_and_trunk (net, rand, TRUE, TRUE);
  at = net->layers->len - 1;
  conv (net, rand, &at, 3, 1, 1, 0);
}

const SampleNet sample_nets[] = {
  { "compact", compact }, { "dense", dense }, { "attention", attention }, { "gates", gates }, { "trunk", trunk },
  { "mobile", mobile }, { "enlarged", enlarged }, { NULL, NULL }
};
