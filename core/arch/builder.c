/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "builder.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define MAX_KERNEL 64

guint
acu_build_fail (AcuBuilder *b, const char *what)
{
  if (!b->failed)
    g_set_error (b->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: %s."), b->net->name, what);
  b->failed = TRUE;
  return 0;
}

static guint
fail_tensor (AcuBuilder *b, const char *prefix, const char *what)
{
  g_autofree char *sentence = g_strdup_printf (_("the tensors of “%s” %s"), prefix, what);

  return acu_build_fail (b, sentence);
}

static AcuLayer *
add (AcuBuilder *b, AcuLayerKind kind, const char *name, const guint *inputs, guint n, guint *index)
{
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, kind, name, inputs, n, index);

  if (!layer && !b->failed)
    acu_build_fail (b, _("its layers cannot be put together"));
  return layer;
}

static int
channels_of (const AcuBuilder *b, guint at)
{
  return acu_net_layer (b->net, at)->channels;
}

static const AcuTensor *
find (const AcuWeights *weights, const char *prefix, const char *suffix)
{
  g_autofree char *name = g_strconcat (prefix, suffix, NULL);

  return acu_weights_find (weights, name);
}

const AcuTensor *
acu_builder_conv (const AcuWeights *weights, const char *prefix)
{
  const AcuTensor *tensor = find (weights, prefix, ".weight");

  return tensor && tensor->dimensions == 4 ? tensor : NULL;
}

const AcuTensor *
acu_builder_conv_at (const AcuWeights *weights, const char *format, int number)
{
  g_autofree char *prefix = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  prefix = g_strdup_printf (format, number);
#pragma GCC diagnostic pop
  return acu_builder_conv (weights, prefix);
}

int
acu_builder_shuffle_factor (const AcuTensor *last)
{
  for (int factor = 1; last && factor <= 8; factor++)
    if (last->shape[0] == 3u * factor * factor)
      return factor;
  return 0;
}

int
acu_builder_stated_scale (const AcuWeights *weights)
{
  const char *text = acu_weights_metadata (weights, "scale");
  guint64 scale = 0;

  return text && g_ascii_string_to_unsigned (text, 10, 1, 16, &scale, NULL) ? (int) scale : 0;
}

/* All of a tensor as floats. */
static GBytes *
floats (AcuBuilder *b, const AcuTensor *tensor, const char *prefix)
{
  float *room;
  GBytes *bytes = acu_arch_floats (NULL, tensor->count, &room, b->error);

  if (!bytes)
    b->failed = TRUE;
  else if (!acu_tensor_read (tensor, room))
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      fail_tensor (b, prefix, _("hold numbers that are not finite"));
    }
  return bytes;
}

static gboolean
set_bias (AcuBuilder *b, AcuLayer *layer, const char *prefix)
{
  const AcuTensor *bias = find (b->weights, prefix, ".bias");

  if (!bias)
    return TRUE;
  if (bias->count != (guint64) layer->channels)
    fail_tensor (b, prefix, _("do not fit together"));
  else
    layer->bias = floats (b, bias, prefix);
  return layer->bias != NULL;
}

/* The tensor of a convolution that can follow layer `at`; its channels are shape[in]. */
static const AcuTensor *
convolution (AcuBuilder *b, const char *prefix, guint at, int in)
{
  const AcuTensor *tensor = b->failed ? NULL : acu_builder_conv (b->weights, prefix);

  if (b->failed)
    return NULL;
  if (!tensor)
    fail_tensor (b, prefix, _("are missing"));
  else if (tensor->shape[in] != (guint64) channels_of (b, at) || tensor->shape[1 - in] > ACU_MAX_CHANNELS
           || tensor->shape[2] > MAX_KERNEL || tensor->shape[3] > MAX_KERNEL)
    fail_tensor (b, prefix, _("do not fit together"));
  return b->failed ? NULL : tensor;
}

guint
acu_build_conv (AcuBuilder *b, const char *prefix, guint at, int stride, int pad)
{
  const AcuTensor *tensor = convolution (b, prefix, at, 1);
  guint index = 0;
  AcuLayer *layer = tensor ? add (b, ACU_LAYER_CONV2D, prefix, &at, 1, &index) : NULL;

  if (!layer)
    return 0;
  layer->channels = (int) tensor->shape[0];
  layer->kernel_height = (int) tensor->shape[2];
  layer->kernel_width = (int) tensor->shape[3];
  layer->stride = stride;
  layer->left = layer->right = layer->top = layer->bottom = pad;
  /* As it is in the file, where that can be read so. */
  layer->weights = acu_tensor_share (b->weights, tensor);
  layer->half = layer->weights && tensor->type == ACU_TENSOR_F16;
  if (!layer->weights && !(layer->weights = floats (b, tensor, prefix)))
    return 0;
  return set_bias (b, layer, prefix) ? index : 0;
}

/* [out][in][height][width] to floats; in: factor² channels that follow each other become factor × factor taps in place of one. */
static GBytes *
spread_taps (AcuBuilder *b, const AcuTensor *tensor, const char *prefix, int factor)
{
  g_autoptr (GBytes) numbers = floats (b, tensor, prefix);
  const float *from = numbers ? g_bytes_get_data (numbers, NULL) : NULL;
  gsize height = tensor->shape[2], width = tensor->shape[3], block = (gsize) factor * factor * height * width;
  float *to;
  GBytes *spread = numbers ? acu_arch_floats (NULL, tensor->count, &to, b->error) : NULL;

  b->failed |= !spread;
  for (gsize at = 0; spread && at < tensor->count; at += block, to += block)
    for (gsize dy = 0; dy < (gsize) factor; dy++)
      for (gsize dx = 0; dx < (gsize) factor; dx++)
        for (gsize y = 0; y < height; y++)
          for (gsize x = 0; x < width; x++)
            to[(y * factor + dy) * width * factor + x * factor + dx] = *from++;
  return spread;
}

guint
acu_build_conv_unshuffled (AcuBuilder *b, const char *prefix, guint at, int factor, int pad)
{
  const AcuTensor *tensor = b->failed ? NULL : acu_builder_conv (b->weights, prefix);
  guint index = 0;
  AcuLayer *layer;

  if (b->failed)
    return 0;
  if (!tensor || tensor->shape[1] != (guint64) channels_of (b, at) * factor * factor || tensor->shape[0] > ACU_MAX_CHANNELS
      || tensor->shape[2] > MAX_KERNEL / (guint) factor || tensor->shape[3] > MAX_KERNEL / (guint) factor)
    return fail_tensor (b, prefix, tensor ? _("do not fit together") : _("are missing"));
  if (!(layer = add (b, ACU_LAYER_CONV2D, prefix, &at, 1, &index)))
    return 0;
  layer->channels = (int) tensor->shape[0];
  layer->kernel_height = (int) tensor->shape[2] * factor;
  layer->kernel_width = (int) tensor->shape[3] * factor;
  layer->stride = factor;
  layer->left = layer->right = layer->top = layer->bottom = pad * factor;
  layer->weights = spread_taps (b, tensor, prefix, factor);
  return layer->weights && set_bias (b, layer, prefix) ? index : 0;
}

guint
acu_build_deconv (AcuBuilder *b, const char *prefix, guint at, int stride)
{
  const AcuTensor *tensor = convolution (b, prefix, at, 0);
  guint index = 0;
  AcuLayer *layer = tensor ? add (b, ACU_LAYER_DECONV2D, prefix, &at, 1, &index) : NULL;
  g_autoptr (GBytes) numbers = NULL;
  gsize in, out, taps;
  float *turned;
  const float *from;

  if (!layer || !(numbers = floats (b, tensor, prefix)))
    return 0;
  in = tensor->shape[0];
  out = tensor->shape[1];
  taps = tensor->shape[2] * tensor->shape[3];
  layer->channels = (int) out;
  layer->kernel_height = (int) tensor->shape[2];
  layer->kernel_width = (int) tensor->shape[3];
  layer->stride = stride;
  if (MIN (layer->kernel_width, layer->kernel_height) < stride)
    return fail_tensor (b, prefix, _("do not fit together"));
  layer->left = (layer->kernel_width - stride + 1) / 2;
  layer->right = layer->kernel_width - stride - layer->left;
  layer->top = (layer->kernel_height - stride + 1) / 2;
  layer->bottom = layer->kernel_height - stride - layer->top;
  if (!(layer->weights = acu_arch_floats (NULL, tensor->count, &turned, b->error)))
    {
      b->failed = TRUE;
      return 0;
    }
  from = g_bytes_get_data (numbers, NULL);
  for (gsize o = 0; o < out; o++)
    for (gsize i = 0; i < in; i++)
      memcpy (turned + (o * in + i) * taps, from + (i * out + o) * taps, taps * sizeof (float));
  return set_bias (b, layer, prefix) ? index : 0;
}

guint
acu_build_prelu (AcuBuilder *b, const char *prefix, guint at)
{
  const AcuTensor *tensor = b->failed ? NULL : find (b->weights, prefix, ".weight");
  guint index = 0;
  AcuLayer *layer;
  float *room;

  if (b->failed)
    return 0;
  if (!tensor || (tensor->count != 1 && tensor->count != (guint64) channels_of (b, at)))
    return fail_tensor (b, prefix, tensor ? _("do not fit together") : _("are missing"));
  if (!(layer = add (b, ACU_LAYER_SLOPE, prefix, &at, 1, &index)))
    return 0;
  if (!(layer->weights = acu_arch_floats (NULL, layer->channels, &room, b->error)))
    {
      b->failed = TRUE;
      return 0;
    }
  if (!acu_tensor_read (tensor, room))
    return fail_tensor (b, prefix, _("hold numbers that are not finite"));
  for (int c = 1; tensor->count == 1 && c < layer->channels; c++)
    room[c] = room[0];
  return index;
}

/* One number for every channel. */
static GBytes *
filled (AcuBuilder *b, int n, float value)
{
  float *room;
  GBytes *bytes = acu_arch_floats (NULL, n, &room, b->error);

  b->failed |= !bytes;
  for (int i = 0; bytes && i < n; i++)
    room[i] = value;
  return bytes;
}

guint
acu_build_leaky (AcuBuilder *b, const char *name, guint at, float slope)
{
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_SLOPE, name, &at, 1, &index);

  if (layer)
    layer->weights = filled (b, layer->channels, slope);
  return index;
}

guint
acu_build_plain (AcuBuilder *b, AcuLayerKind kind, const char *name, guint at)
{
  guint index = 0;

  add (b, kind, name, &at, 1, &index);
  return index;
}

guint
acu_build_affine (AcuBuilder *b, const char *name, guint at, float scale, float offset)
{
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_AFFINE, name, &at, 1, &index);

  if (layer)
    {
      layer->weights = filled (b, layer->channels, scale);
      layer->bias = filled (b, layer->channels, offset);
    }
  return index;
}

guint
acu_build_add (AcuBuilder *b, const char *name, guint x, float x_scale, guint y, float y_scale)
{
  const guint inputs[] = { x, y };
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_ADD, name, inputs, 2, &index);

  if (layer)
    {
      layer->scale[0] = x_scale;
      layer->scale[1] = y_scale;
    }
  return index;
}

guint
acu_build_mul (AcuBuilder *b, const char *name, guint x, guint y)
{
  const guint inputs[] = { x, y };
  guint index = 0;

  add (b, ACU_LAYER_MUL, name, inputs, 2, &index);
  return index;
}

guint
acu_build_concat (AcuBuilder *b, const char *name, const guint *inputs, guint n)
{
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_CONCAT, name, inputs, n, &index);

  if (layer)
    for (guint i = 1; i < n; i++)
      layer->channels += channels_of (b, inputs[i]);
  return index;
}

guint
acu_build_nearest (AcuBuilder *b, const char *name, guint at, int factor)
{
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_NEAREST, name, &at, 1, &index);

  if (layer)
    layer->factor = factor;
  return index;
}

guint
acu_build_shuffle (AcuBuilder *b, const char *name, guint at, int factor)
{
  guint index = 0;
  AcuLayer *layer;

  if (!b->failed && channels_of (b, at) % (factor * factor))
    return fail_tensor (b, name, _("do not fit together"));
  if ((layer = add (b, ACU_LAYER_PIXEL_SHUFFLE, name, &at, 1, &index)))
    {
      layer->factor = factor;
      layer->channels /= factor * factor;
    }
  return index;
}

guint
acu_build_bicubic (AcuBuilder *b, const char *name, guint at, int factor, double cubic)
{
  guint index = 0;
  AcuLayer *layer = add (b, ACU_LAYER_BICUBIC, name, &at, 1, &index);

  if (layer)
    {
      layer->ratio = factor;
      layer->cubic = cubic;
    }
  return index;
}

static float
triangle (int at, int kernel, int factor)
{
  return 1 - fabsf ((float) at - (float) (kernel - 1) / 2) / (float) factor;
}

/* A transposed convolution with a triangle whose middle is at each pixel's, on the picture with its border repeated once. */
guint
acu_build_bilinear (AcuBuilder *b, const char *name, guint at, int factor)
{
  g_autofree char *border = g_strconcat (name, " border", NULL);
  int channels = b->failed ? 0 : channels_of (b, at), kernel = 2 * factor - factor % 2;
  guint index = 0;
  AcuLayer *layer;
  float *taps;

  if ((layer = add (b, ACU_LAYER_PAD, border, &at, 1, &at)))
    {
      layer->left = layer->right = layer->top = layer->bottom = 1;
      layer->align = 1;
      layer->border = ACU_BORDER_REPLICATE;
    }
  if (!(layer = add (b, ACU_LAYER_DECONV2D, name, &at, 1, &index)))
    return 0;
  layer->kernel_width = layer->kernel_height = kernel;
  layer->stride = factor;
  layer->left = layer->top = (factor + kernel) / 2;
  layer->right = layer->bottom = factor + kernel - layer->left;
  if (!(layer->weights = filled (b, channels * channels * kernel * kernel, 0)))
    return 0;
  taps = (float *) g_bytes_get_data (layer->weights, NULL);
  for (int c = 0; c < channels; c++)
    for (int y = 0; y < kernel; y++)
      for (int x = 0; x < kernel; x++)
        taps[((c * channels + c) * kernel + y) * kernel + x] = triangle (y, kernel, factor) * triangle (x, kernel, factor);
  return index;
}
