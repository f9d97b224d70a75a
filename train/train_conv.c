/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "train_conv.h"

#include "train_conv_bf16.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>

#define GROUP ACU_CONV2D_GROUP

static int
round_up (int channels)
{
  return (channels + GROUP - 1) / GROUP * GROUP;
}

/* Taps of a kernel that fall onto every stride-th pixel, beginning with tap `phase`. */
static int
phase_taps (int kernel, int stride, int phase)
{
  return (kernel - phase + stride - 1) / stride;
}

static gsize
winograd_floats (const AcuWinograd *conv)
{
  return (acu_winograd_weights_bytes (conv) + sizeof (float) - 1) / sizeof (float);
}

/* What depends on sizes only. Returns the floats that all packed weights take. */
static gsize
set_shapes (AcuTrainConv *conv)
{
  gboolean tiles = conv->kernel_width == 3 && conv->kernel_height == 3 && conv->stride == 1;
  gsize floats = 0;

  conv->gather_winograd = tiles && conv->fine_stored % GROUP == 0;
  conv->scatter_winograd = tiles;
  conv->gather_tiles = (AcuWinograd) { .kind = ACU_WINOGRAD_F32, .slices = 1, .slice_channels = { conv->fine_stored },
                                       .out_channels = conv->coarse_stored, .scale = { 1, 1 } };
  conv->scatter_tiles = (AcuWinograd) { .kind = ACU_WINOGRAD_F32, .slices = 1, .slice_channels = { conv->coarse_stored },
                                        .out_channels = conv->fine_stored, .scale = { 1, 1 } };
  conv->gather = (AcuConv2d) { .slices = 1, .slice_channels = { conv->fine_stored }, .out_channels = conv->coarse_stored,
                               .kernel_width = conv->kernel_width, .kernel_height = conv->kernel_height,
                               .stride = conv->stride };
  floats += conv->gather_winograd ? winograd_floats (&conv->gather_tiles) : acu_conv2d_packed_floats (&conv->gather);
  for (int i = 0; i < conv->stride; i++)
    {
      conv->scatter_width[i] = phase_taps (conv->kernel_width, conv->stride, i);
      conv->scatter_height[i] = phase_taps (conv->kernel_height, conv->stride, i);
    }
  if (conv->scatter_winograd)
    return floats + winograd_floats (&conv->scatter_tiles) + GROUP;
  for (int phase = 0; phase < conv->stride * conv->stride; phase++)
    {
      AcuConv2d *part = &conv->scatter[phase];

      *part = (AcuConv2d) { .slices = 1, .slice_channels = { conv->coarse_stored }, .out_channels = conv->fine_stored,
                            .kernel_width = conv->scatter_width[phase % conv->stride],
                            .kernel_height = conv->scatter_height[phase / conv->stride],
                            .stride = 1 };
      floats += acu_conv2d_packed_floats (part);
    }
  return floats + GROUP;
}

AcuTrainConv *
acu_train_conv_new (const AcuNet *net, const AcuLayer *layer, int in_channels, int in_stored, int stored, gboolean bf16,
                    GError **error)
{
  AcuTrainConv *conv = g_new0 (AcuTrainConv, 1);
  gboolean transposed = layer->kind == ACU_LAYER_DECONV2D;
  gsize floats, vector;

  conv->kernel_width = layer->kernel_width;
  conv->kernel_height = layer->kernel_height;
  conv->stride = layer->stride;
  conv->left = layer->left;
  conv->top = layer->top;
  conv->transposed = transposed;
  conv->fine_channels = transposed ? layer->channels : in_channels;
  conv->coarse_channels = transposed ? in_channels : layer->channels;
  conv->fine_stored = transposed ? stored : in_stored;
  conv->coarse_stored = transposed ? in_stored : stored;
  conv->scatter = g_new0 (AcuConv2d, (gsize) conv->stride * conv->stride);
  conv->scatter_width = g_new0 (int, conv->stride);
  conv->scatter_height = g_new0 (int, conv->stride);
  if (MIN (conv->kernel_width, conv->kernel_height) < conv->stride)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: layer “%s” leaves out pixels; it cannot be trained."),
                   net->name, layer->name);
      acu_train_conv_free (conv);
      return NULL;
    }
  floats = set_shapes (conv);
  vector = MAX (round_up (conv->fine_stored), round_up (conv->coarse_stored));
  conv->memory = acu_try_alloc0 (floats + 3 * vector, sizeof (float));
  if (bf16)
    conv->bf16 = acu_train_conv_bf16_new (conv);
  if (!conv->memory || (bf16 && !conv->bf16))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
      acu_train_conv_free (conv);
      return NULL;
    }
  conv->bias = conv->memory + floats;
  conv->zeros = conv->bias + vector;
  return conv;
}

void
acu_train_conv_free (AcuTrainConv *conv)
{
  if (!conv)
    return;
  acu_train_conv_bf16_free (conv->bf16);
  acu_free (conv->memory);
  g_free (conv->scatter);
  g_free (conv->scatter_width);
  g_free (conv->scatter_height);
  g_free (conv);
}

/* Weights [coarse_stored][fine_stored][kh][kw] with zeros for channels that mean nothing. */
static float *
expand (const AcuTrainConv *conv, const float *weights)
{
  gsize taps = (gsize) conv->kernel_width * conv->kernel_height;
  float *all = g_new0 (float, conv->coarse_stored * taps * conv->fine_stored);

  for (int b = 0; b < conv->coarse_channels; b++)
    memcpy (all + (gsize) b * conv->fine_stored * taps, weights + (gsize) b * conv->fine_channels * taps,
            conv->fine_channels * taps * sizeof (float));
  return all;
}

/* The kernel of one phase of the transpose, [fine_stored][coarse_stored][height][width], turned round. */
void
acu_train_conv_turn (const AcuTrainConv *conv, const float *all, int phase_x, int phase_y, int width, int height, float *turned)
{
  gsize taps = (gsize) conv->kernel_width * conv->kernel_height;

  for (int a = 0; a < conv->fine_stored; a++)
    for (int b = 0; b < conv->coarse_stored; b++)
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          *turned++ = all[((gsize) b * conv->fine_stored + a) * taps
                          + (phase_y + (height - 1 - y) * conv->stride) * (gsize) conv->kernel_width
                          + phase_x + (width - 1 - x) * conv->stride];
}

static void
pack_single (AcuTrainConv *conv, const float *all, float *turned)
{
  float *at = conv->memory;
  /* The kernels' factors, ones in single precision. */
  g_autofree float *factor = g_new (float, MAX (round_up (conv->fine_stored), round_up (conv->coarse_stored)));

  if (conv->gather_winograd)
    {
      acu_winograd_pack (at, factor, &conv->gather_tiles, all);
      conv->gather_tiles.weights = at;
      at += winograd_floats (&conv->gather_tiles);
    }
  else
    {
      acu_conv2d_pack (at, &conv->gather, all);
      conv->gather.weights = at;
      at += acu_conv2d_packed_floats (&conv->gather);
    }
  if (conv->scatter_winograd)
    {
      at += -((gintptr) at / (gintptr) sizeof (float)) & (GROUP - 1);
      acu_train_conv_turn (conv, all, 0, 0, 3, 3, turned);
      acu_winograd_pack (at, factor, &conv->scatter_tiles, turned);
      conv->scatter_tiles.weights = at;
    }
  else
    for (int phase = 0; phase < conv->stride * conv->stride; phase++)
      {
        AcuConv2d *part = &conv->scatter[phase];

        acu_train_conv_turn (conv, all, phase % conv->stride, phase / conv->stride, part->kernel_width, part->kernel_height, turned);
        acu_conv2d_pack (at, part, turned);
        part->weights = at;
        at += acu_conv2d_packed_floats (part);
      }
}

void
acu_train_conv_pack (AcuTrainConv *conv, const float *weights, const float *bias)
{
  g_autofree float *all = expand (conv, weights);
  g_autofree float *turned = g_new (float, (gsize) conv->fine_stored * conv->coarse_stored * conv->kernel_width * conv->kernel_height);

  if (conv->bf16)
    acu_train_conv_bf16_pack (conv, all, turned);
  else
    pack_single (conv, all, turned);
  if (bias)
    memcpy (conv->bias, bias, (conv->transposed ? conv->fine_channels : conv->coarse_channels) * sizeof (float));
}

gsize
acu_train_conv_scratch_bytes (const AcuTrainConv *conv, int width, int height)
{
  gsize bytes = (gsize) width * MAX (round_up (conv->fine_stored), round_up (conv->coarse_stored)) * sizeof (float);

  if (conv->gather_winograd)
    bytes = MAX (bytes, acu_winograd_scratch_bytes (&conv->gather_tiles));
  if (conv->scatter_winograd)
    bytes = MAX (bytes, acu_winograd_scratch_bytes (&conv->scatter_tiles));
  if (conv->bf16)
    bytes = MAX (bytes, acu_train_conv_bf16_scratch_bytes (conv, width, height));
  return bytes;
}

/* `left`, `top`: how far the window begins beside the result's pixel. */
static void
set_tiles_row (AcuWinogradRow *row, int left, int top, const AcuMap *from, const AcuMap *to, int y)
{
  row->above = 0;
  row->rows = MIN (ACU_WINOGRAD_SIDE, to->height - y);
  for (int r = 0; r < ACU_WINOGRAD_WINDOW; r++)
    row->src[r] = acu_map_row (from, y - top + r) - (gssize) left * from->stored;
  for (int r = 0; r < row->rows; r++)
    row->residual[r] = row->dst[r] = acu_map_row (to, y + r);
}

static void
run_tiles (const AcuWinograd *shape, const AcuKernels *kernels, const float *bias, int left, int top, const AcuMap *from,
           const AcuMap *to, gboolean add, void *scratch)
{
  AcuWinograd conv = *shape;
  AcuWinogradTile tiles[ACU_WINOGRAD_TILES];
  AcuWinogradRow rows[ACU_WINOGRAD_TILES], *row = rows;
  int n = 0;

  conv.bias = bias;
  conv.factor = conv.slope = bias;
  conv.residual = add;
  for (int y = 0; y < to->height; y += ACU_WINOGRAD_SIDE)
    for (int x = 0; x < to->width; x += ACU_WINOGRAD_SIDE)
      {
        /* A call's rows: each has a tile, so there are no more. */
        if (n == 0 || x == 0)
          {
            row = n == 0 ? rows : row + 1;
            set_tiles_row (row, left, top, from, to, y);
          }
        tiles[n++] = (AcuWinogradTile) { row, x, MIN (ACU_WINOGRAD_SIDE, to->width - x) };
        if (n == ACU_WINOGRAD_TILES || (x + ACU_WINOGRAD_SIDE >= to->width && y + ACU_WINOGRAD_SIDE >= to->height))
          {
            /* What is no number shows in the loss. */
            (void) kernels->winograd[ACU_WINOGRAD_F32] (tiles, n, 0, &conv, scratch);
            n = 0;
          }
      }
}

/* Every step-th of n pixels of a row. */
static void
add_pixels (float *dst, gsize step, const float *src, int stored, int n)
{
  for (int x = 0; x < n; x++, dst += step, src += stored)
    for (int c = 0; c < stored; c++)
      dst[c] += src[c];
}

static void
run_row (const AcuKernels *kernels, const AcuConv2d *conv, float *dst, gsize step, const float *const *src, int n, gboolean add,
         float *scratch)
{
  if (add)
    {
      kernels->conv2d (scratch, conv->out_channels, src, conv, n);
      add_pixels (dst, step, scratch, conv->out_channels, n);
    }
  else
    kernels->conv2d (dst, (ptrdiff_t) step, src, conv, n);
}

void
acu_train_conv_gather (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                       gboolean biased, gboolean add, void *scratch)
{
  AcuConv2d part = conv->gather;
  const float *bias = biased ? conv->bias : conv->zeros;
  g_autofree const float **src = NULL;

  if (conv->bf16)
    {
      acu_train_conv_bf16_gather (conv, kernels, fine, coarse, bias, add, scratch);
      return;
    }
  if (conv->gather_winograd)
    {
      run_tiles (&conv->gather_tiles, kernels, bias, conv->left, conv->top, fine, coarse, add,
                 scratch);
      return;
    }
  part.bias = bias;
  src = g_new (const float *, conv->kernel_height);
  for (int y = 0; y < coarse->height; y++)
    {
      for (int k = 0; k < conv->kernel_height; k++)
        src[k] = acu_map_row (fine, y * conv->stride - conv->top + k) - (gssize) conv->left * fine->stored;
      run_row (kernels, &part, acu_map_row (coarse, y), coarse->stored, src, coarse->width, add, scratch);
    }
}

int
acu_train_conv_phase_start (int phase, int before, int stride)
{
  return ((phase - before) % stride + stride) % stride;
}

void
acu_train_conv_scatter (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *coarse, const AcuMap *fine,
                        gboolean biased, gboolean add, void *scratch)
{
  const int stride = conv->stride;
  const float *bias = biased ? conv->bias : conv->zeros;
  g_autofree const float **src = NULL;

  if (conv->bf16)
    {
      acu_train_conv_bf16_scatter (conv, kernels, coarse, fine, bias, add, scratch);
      return;
    }
  if (conv->scatter_winograd)
    {
      run_tiles (&conv->scatter_tiles, kernels, bias, 2 - conv->left, 2 - conv->top, coarse, fine,
                 add, scratch);
      return;
    }
  src = g_new (const float *, conv->kernel_height);
  for (int phase_y = 0; phase_y < stride; phase_y++)
    for (int y = acu_train_conv_phase_start (phase_y, conv->top, stride); y < fine->height; y += stride)
      for (int phase_x = 0; phase_x < stride; phase_x++)
        {
          AcuConv2d part = conv->scatter[phase_y * stride + phase_x];
          int x = acu_train_conv_phase_start (phase_x, conv->left, stride);
          int column = (x + conv->left - phase_x) / stride - part.kernel_width + 1;
          int row = (y + conv->top - phase_y) / stride - part.kernel_height + 1;

          if (x >= fine->width)
            continue;
          part.bias = bias;
          for (int k = 0; k < part.kernel_height; k++)
            src[k] = acu_map_row (coarse, row + k) + (gssize) column * coarse->stored;
          run_row (kernels, &part, acu_map_row (fine, y) + (gssize) x * fine->stored, (gsize) stride * fine->stored, src,
                   (fine->width - x + stride - 1) / stride, add, scratch);
        }
}

static gsize
group_floats (const AcuTrainConv *conv)
{
  return (gsize) conv->kernel_height * conv->kernel_width * conv->fine_stored * GROUP;
}

gsize
acu_train_conv_sums (const AcuTrainConv *conv)
{
  return group_floats (conv) * (conv->coarse_stored / GROUP);
}

void
acu_train_conv_add_weights (const AcuTrainConv *conv, const AcuKernels *kernels, const AcuMap *fine, const AcuMap *coarse,
                            float *sums, void *scratch)
{
  int taps = conv->kernel_width * conv->fine_stored;

  if (conv->bf16 && conv->stride == 1)
    {
      acu_train_conv_bf16_add_weights (conv, kernels, fine, coarse, sums, scratch);
      return;
    }
  for (int y = 0; y < coarse->height; y++)
    for (int k = 0; k < conv->kernel_height; k++)
      kernels->conv2d_gradient (sums + (gsize) k * taps * GROUP, (ptrdiff_t) group_floats (conv),
                                acu_map_row (fine, y * conv->stride - conv->top + k) - (gssize) conv->left * fine->stored,
                                (ptrdiff_t) conv->stride * fine->stored, taps, acu_map_row (coarse, y), conv->coarse_stored,
                                coarse->width);
}

void
acu_train_conv_unpack (const AcuTrainConv *conv, const float *sums, float *weights)
{
  int taps = conv->kernel_width * conv->kernel_height;

  for (int b = 0; b < conv->coarse_channels; b++)
    for (int a = 0; a < conv->fine_channels; a++)
      for (int t = 0; t < taps; t++)
        *weights++ = sums[(gsize) (b / GROUP) * group_floats (conv) + ((gsize) t * conv->fine_stored + a) * GROUP + b % GROUP];
}
