/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Each kind of layer against numbers worked out by hand. */
#include "run_net.h"

#include <math.h>
#include <string.h>

typedef struct Case
{
  const char *name;
  int channels, width, height;
  const float *picture;
  void (*build) (AcuNet *net, guint at);
  int out_width, out_height;
  const float *expected;
  int n_expected;
} Case;

#define NUMBERS(...) (const float[]) { __VA_ARGS__ }

static void
conv_padded (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "l", &at, 1, NULL);

  l->channels = 1;
  l->kernel_width = l->kernel_height = 3;
  l->left = l->right = l->top = l->bottom = 1;
  l->weights = floats (NUMBERS (1, 2, 3, 4, 5, 6, 7, 8, 9), 9);
  l->bias = floats (NUMBERS (100), 1);
}

static void
conv_strided (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "l", &at, 1, NULL);

  l->channels = 1;
  l->kernel_width = l->kernel_height = l->stride = 2;
  l->weights = floats (NUMBERS (1, 10, 100, 1000), 4);
}

/* Two output channels from two input channels: shows the order [out][in]. */
static void
conv_channels (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_CONV2D, "l", &at, 1, NULL);

  l->channels = 2;
  l->weights = floats (NUMBERS (1, 10, 100, 1000), 4);
}

/* Padded before only, with a stride; then ReLU in the same step. */
static void
depthwise (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_DEPTHWISE, "l", &at, 1, &at);

  l->kernel_width = l->kernel_height = 2;
  l->stride = 2;
  l->left = l->top = 1;
  l->weights = floats (NUMBERS (1, 1, 10, 10, 100, 100, 1000, 1000), 8);
  l->bias = floats (NUMBERS (0.5f, 0), 2);
  acu_net_add (net, ACU_LAYER_SLOPE, "relu", &at, 1, NULL)->weights = floats (NUMBERS (0, 0.5f), 2);
}

static void
deconv_plain (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_DECONV2D, "l", &at, 1, NULL);

  l->channels = 1;
  l->kernel_width = l->kernel_height = l->stride = 2;
  l->weights = floats (NUMBERS (1, 2, 3, 4), 4);
}

/* Kernel 3, stride 2, one pixel cut off all round: out(y, x) = sum over in(i, j) * k(y + 1 - 2i, x + 1 - 2j). */
static void
deconv_overlapping (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_DECONV2D, "l", &at, 1, NULL);

  l->channels = 1;
  l->kernel_width = l->kernel_height = 3;
  l->stride = 2;
  l->left = l->right = l->top = l->bottom = 1;
  l->weights = floats (NUMBERS (1, 2, 3, 4, 5, 6, 7, 8, 9), 9);
  l->bias = floats (NUMBERS (0.5f), 1);
}

static void
slope (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_SLOPE, "l", &at, 1, NULL)->weights = floats (NUMBERS (0.5f, 0), 2);
}

static void
conv_then_slope (AcuNet *net, guint at)
{
  conv_channels (net, at);
  slope (net, 1);
}

static void
sigmoid (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_SIGMOID, "l", &at, 1, NULL);
}

static void
swish (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_SWISH, "l", &at, 1, NULL);
}

static void
add_scaled (AcuNet *net, guint at)
{
  const guint both[] = { at, at };
  AcuLayer *l = acu_net_add (net, ACU_LAYER_ADD, "l", both, 2, NULL);

  l->scale[0] = 0.5f;
  l->scale[1] = 2;
}

static void
square (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_MUL, "l", (const guint[]) { at, at }, 2, NULL);
}

static void
affine (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_AFFINE, "l", &at, 1, NULL);

  l->weights = floats (NUMBERS (2, 3), 2);
  l->bias = floats (NUMBERS (10, 20), 2);
}

static void
concat (AcuNet *net, guint at)
{
  guint twice;

  affine (net, at);
  acu_net_add (net, ACU_LAYER_CONCAT, "l", (const guint[]) { 1, at }, 2, &twice);
}

/* The concatenation is never made: the convolution reads its parts. */
static void
concat_conv (AcuNet *net, guint at)
{
  guint joined;
  AcuLayer *l;

  concat (net, at);
  joined = net->layers->len - 1;
  l = acu_net_add (net, ACU_LAYER_CONV2D, "c", &joined, 1, NULL);
  l->channels = 1;
  l->weights = floats (NUMBERS (1, 10, 100, 1000), 4);
}

static void
append (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_APPEND, "l", &at, 1, NULL)->weights = floats (NUMBERS (7, 8), 2);
}

static void
crop (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_CROP, "l", &at, 1, NULL);

  l->left = 1;
  l->top = 1;
  l->bottom = 1;
}

static void
pad_reflect (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_PAD, "l", &at, 1, NULL);

  l->left = l->right = 2;
  l->top = 1;
  l->border = ACU_BORDER_REFLECT;
}

static void
pad_align (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_PAD, "l", &at, 1, NULL);

  l->left = 1;
  l->align = 4;
}

static void
nearest (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_NEAREST, "l", &at, 1, NULL)->factor = 2;
}

static void
bicubic (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_BICUBIC, "l", &at, 1, NULL)->ratio = 0.5;
}

static void
shuffle (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_PIXEL_SHUFFLE, "l", &at, 1, NULL)->factor = 2;
}

static void
pool (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_GLOBAL_POOL, "l", &at, 1, NULL);
}

/* Channel attention: the picture times its own mean. */
static void
pool_mul (AcuNet *net, guint at)
{
  pool (net, at);
  acu_net_add (net, ACU_LAYER_MUL, "m", (const guint[]) { at, 1 }, 2, NULL);
}

static void
stencil (AcuNet *net, guint at)
{
  static const guint8 cells[] = { 1, 0, 0, 255 };
  AcuLayer *l = acu_net_add (net, ACU_LAYER_STENCIL, "l", &at, 1, NULL);

  l->cells = g_bytes_new_static (cells, sizeof cells);
  l->factor = 2;
}

static void
stencil_without_cells (AcuNet *net, guint at)
{
  acu_net_add (net, ACU_LAYER_STENCIL, "l", &at, 1, NULL);
}

static void
noise (AcuNet *net, guint at)
{
  AcuLayer *l = acu_net_add (net, ACU_LAYER_NOISE, "l", &at, 1, NULL);

  l->channels = 2;
  l->seed = 5;
  l->step = 2;
  l->left = 1;
  l->top = 3;
}

#define RESULT(w, h, ...) w, h, NUMBERS (__VA_ARGS__), sizeof (NUMBERS (__VA_ARGS__)) / sizeof (float)
#define NINE NUMBERS (1, 2, 3, 4, 5, 6, 7, 8, 9)
#define PAIRS NUMBERS (1, -2, -3, 4)

static const Case cases[] = {
  { "conv2d/padded", 1, 3, 3, NINE, conv_padded, RESULT (3, 3, 194, 254, 206, 286, 385, 286, 206, 254, 194) },
  { "conv2d/stride", 1, 4, 2, NUMBERS (1, 2, 3, 4, 5, 6, 7, 8), conv_strided, RESULT (2, 1, 6521, 8743) },
  { "conv2d/channels", 2, 2, 1, PAIRS, conv_channels, RESULT (2, 1, -19, -1900, 37, 3700) },
  { "depthwise", 2, 3, 3, NUMBERS (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9), depthwise,
    RESULT (2, 2, 1000.5f, -500, 3200.5f, -1600, 7040.5f, -3520, 9865.5f, -4932.5f) },
  { "deconv2d/plain", 1, 2, 1, NUMBERS (1, 10), deconv_plain, RESULT (4, 2, 1, 2, 10, 20, 3, 4, 30, 40) },
  { "deconv2d/overlapping", 1, 2, 2, NUMBERS (1, 2, 3, 4), deconv_overlapping,
    RESULT (3, 3, 5.5f, 14.5f, 10.5f, 14.5f, 36.5f, 24.5f, 15.5f, 34.5f, 20.5f) },
  { "slope", 2, 2, 1, PAIRS, slope, RESULT (2, 1, 1, 0, -1.5f, 4) },
  { "slope/fused", 2, 2, 1, PAIRS, conv_then_slope, RESULT (2, 1, -9.5f, 0, 37, 3700) },
  { "sigmoid", 1, 3, 1, NUMBERS (0, 2, -200), sigmoid, RESULT (3, 1, 0.5f, 0.88079708f, 0) },
  { "swish", 1, 3, 1, NUMBERS (0, 2, -1), swish, RESULT (3, 1, 0, 1.76159416f, -0.26894142f) },
  { "add", 1, 2, 1, NUMBERS (1, 2), add_scaled, RESULT (2, 1, 2.5f, 5) },
  { "mul", 1, 2, 1, NUMBERS (3, -4), square, RESULT (2, 1, 9, 16) },
  { "affine", 2, 2, 1, PAIRS, affine, RESULT (2, 1, 12, 14, 4, 32) },
  { "concat", 2, 1, 1, PAIRS, concat, RESULT (1, 1, 12, 14, 1, -2) },
  { "concat/conv", 2, 1, 1, PAIRS, concat_conv, RESULT (1, 1, 12 + 140 + 100 - 2000) },
  { "append", 1, 2, 1, NUMBERS (1, 2), append, RESULT (2, 1, 1, 7, 8, 2, 7, 8) },
  { "crop", 1, 3, 3, NINE, crop, RESULT (2, 1, 5, 6) },
  { "pad/reflect", 1, 3, 2, NUMBERS (1, 2, 3, 4, 5, 6), pad_reflect,
    RESULT (7, 3, 6, 5, 4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 2, 1, 6, 5, 4, 5, 6, 5, 4) },
  { "pad/one pixel", 1, 1, 1, NUMBERS (5), pad_reflect, RESULT (5, 2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5) },
  { "pad/align", 1, 3, 1, NUMBERS (1, 2, 3), pad_align,
    RESULT (5, 4, 1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 1, 1, 2, 3, 3, 1, 1, 2, 3, 3) },
  { "nearest", 1, 2, 1, NUMBERS (1, 2), nearest, RESULT (4, 2, 1, 1, 2, 2, 1, 1, 2, 2) },
  { "bicubic/ramp", 1, 8, 2, NUMBERS (0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7), bicubic,
    /* Half-way taps are -3/32, 19/32, 19/32, -3/32; at the ends the outer one falls on the end pixel. */
    RESULT (4, 1, 0.40625f, 2.5f, 4.5f, 6.59375f) },
  { "pixel_shuffle", 4, 1, 1, NUMBERS (1, 2, 3, 4), shuffle, RESULT (2, 2, 1, 2, 3, 4) },
  { "pixel_shuffle/channels", 8, 1, 1, NUMBERS (1, 2, 3, 4, 5, 6, 7, 8), shuffle,
    RESULT (2, 2, 1, 5, 2, 6, 3, 7, 4, 8) },
  { "global_pool", 2, 2, 1, PAIRS, pool, RESULT (1, 1, -1, 1) },
  { "global_pool/mul", 2, 2, 1, PAIRS, pool_mul, RESULT (2, 1, -1, -2, 3, 4) },
  { "stencil", 1, 3, 3, NINE, stencil, RESULT (3, 3, 1, 2, 0, 4, 5, 0, 0, 0, 9) },
  /* These follow from the formula in kernels/noise.h. */
  { "noise", 1, 2, 2, NUMBERS (1, INFINITY, 3, 4), noise,
    RESULT (2, 2, 0.284888446f, 0.92135185f, 0.837606251f, 0.531331897f, 1.54115534f, 0.594547987f, 0.228355244f, -0.10913121f) },
  { "stencil/none", 1, 3, 1, NUMBERS (1, 2, 3), stencil_without_cells, RESULT (3, 1, 1, 2, 3) },
};

static void
check (gconstpointer data)
{
  const Case *c = data;

  if (test_device ()->accept && (c->build == depthwise || c->build == stencil || c->build == stencil_without_cells))
    {
      g_test_skip ("graphics cards have no shader for this");
      return;
    }
  for (int bands = 0; bands <= 2; bands++)
    {
      AcuNet *net = acu_net_new (c->name);
      int width = c->width, height = c->height;
      float *result;

      acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = c->channels;
      c->build (net, 0);
      result = run_net (net, c->picture, &width, &height, 1, bands, 0, ACU_PRECISION_EXACT);
      g_assert_cmpint (width, ==, c->out_width);
      g_assert_cmpint (height, ==, c->out_height);
      for (int i = 0; i < c->n_expected; i++)
        g_assert_cmpfloat_with_epsilon (result[i], c->expected[i], 1e-6 * MAX (1, fabsf (c->expected[i])));
      g_free (result);
      acu_net_unref (net);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/layers/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], check);
    }
  return g_test_run ();
}
