/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "net.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

static gboolean
fail (const AcuNet *net, const AcuLayer *layer, const char *what, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: layer “%s” (%s): %s."), net->name, layer->name,
               acu_layer_kind_name (layer->kind), what);
  return FALSE;
}

static gboolean
has_numbers (GBytes *bytes, gsize number, guint64 a, guint64 b, guint64 c, guint64 d)
{
  const guint64 factors[] = { a, b, c, d, number };
  guint64 size;

  return bytes && acu_size_product (factors, G_N_ELEMENTS (factors), &size) && g_bytes_get_size (bytes) == size;
}

static gboolean
has_floats (GBytes *bytes, int n)
{
  return has_numbers (bytes, sizeof (float), n, 1, 1, 1);
}

/* Output length of a convolution along one side; -1 if the stride does not divide it. */
static gint64
conv_length (gint64 in, int kernel, int stride, int before, int after)
{
  gint64 room = in + before + after - kernel;

  return room < 0 || room % stride ? -1 : room / stride + 1;
}

static gint64
align_up (gint64 length, int align)
{
  return (length + align - 1) / align * align;
}

static const char *
check_weights (const AcuLayer *layer, const AcuShape *in, int channels)
{
  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DECONV2D:
      if (!has_numbers (layer->weights, layer->half ? 2 : sizeof (float), channels, in->channels, layer->kernel_width,
                        layer->kernel_height)
          || (layer->bias && !has_floats (layer->bias, channels)))
        return N_("its weights do not fit the channels of its input");
      return NULL;
    case ACU_LAYER_DEPTHWISE:
      return has_numbers (layer->weights, sizeof (float), channels, 1, layer->kernel_width, layer->kernel_height)
                 && (!layer->bias || has_floats (layer->bias, channels))
               ? NULL : N_("its weights do not fit the channels of its input");
    case ACU_LAYER_SLOPE:
      return has_floats (layer->weights, in->channels) ? NULL : N_("it needs one slope a channel");
    case ACU_LAYER_AFFINE:
      return has_floats (layer->weights, in->channels) && has_floats (layer->bias, in->channels)
               ? NULL : N_("it needs one factor and one offset a channel");
    case ACU_LAYER_STENCIL:
      return !layer->cells || (g_bytes_get_size (layer->cells) > 0 && layer->factor > 0 && g_bytes_get_size (layer->cells) % layer->factor == 0)
               ? NULL : N_("its cells do not fill whole rows");
    default:
      return NULL;
    }
}

/* Channels, or 0 when the inputs make no sense. */
static int
infer_channels (const AcuLayer *layer, const AcuShape *const *in)
{
  switch (layer->kind)
    {
    case ACU_LAYER_INPUT:
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DECONV2D:
    case ACU_LAYER_NOISE:
      return layer->channels;
    case ACU_LAYER_CONCAT:
      {
        gint64 sum = 0;

        for (guint i = 0; i < layer->n_inputs; i++)
          sum += in[i]->channels;
        return sum > ACU_MAX_CHANNELS ? 0 : (int) sum;
      }
    case ACU_LAYER_APPEND:
      return in[0]->channels + (int) (g_bytes_get_size (layer->weights) / sizeof (float));
    case ACU_LAYER_PIXEL_SHUFFLE:
      return in[0]->channels % (layer->factor * layer->factor) ? 0
               : in[0]->channels / (layer->factor * layer->factor);
    case ACU_LAYER_ADD:
    case ACU_LAYER_MUL:
      return in[0]->channels == in[1]->channels ? in[0]->channels : 0;
    default:
      return in[0]->channels;
    }
}

/* Length along one side, or -1. `vertical` chooses the pads and kernel. */
static gint64
infer_length (const AcuLayer *layer, gboolean vertical, gint64 in, gint64 second)
{
  int before = vertical ? layer->top : layer->left, after = vertical ? layer->bottom : layer->right;
  int kernel = vertical ? layer->kernel_height : layer->kernel_width;

  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DEPTHWISE:
      return conv_length (in, kernel, layer->stride, before, after);
    case ACU_LAYER_DECONV2D:
      return (in - 1) * layer->stride + kernel - before - after;
    case ACU_LAYER_CROP:
      if (layer->n_inputs == 1)
        return in - before - after;
      return before + second * layer->factor <= in ? second * layer->factor : -1;
    case ACU_LAYER_PAD:
      return align_up (in, layer->align) + before + after;
    case ACU_LAYER_NEAREST:
    case ACU_LAYER_PIXEL_SHUFFLE:
      return in * layer->factor;
    case ACU_LAYER_BICUBIC:
      return (gint64) (in * layer->ratio);
    case ACU_LAYER_GLOBAL_POOL:
      return 1;
    default:
      return in;
    }
}

static gboolean
sizes_agree (const AcuLayer *layer, const AcuShape *const *in)
{
  if (layer->kind == ACU_LAYER_MUL && in[1]->width == 1 && in[1]->height == 1)
    return TRUE;
  if (layer->kind == ACU_LAYER_ADD || layer->kind == ACU_LAYER_MUL || layer->kind == ACU_LAYER_CONCAT)
    for (guint i = 1; i < layer->n_inputs; i++)
      if (in[i]->width != in[0]->width || in[i]->height != in[0]->height)
        return FALSE;
  return TRUE;
}

gboolean
acu_net_infer (const AcuNet *net, int width, int height, AcuShape *shapes, GError **error)
{
  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);
      const AcuShape *in[ACU_LAYER_MAX_INPUTS] = { NULL };
      const char *problem;
      gint64 w = width, h = height;

      for (guint k = 0; k < layer->n_inputs; k++)
        in[k] = &shapes[layer->inputs[k]];
      shapes[i].channels = infer_channels (layer, in);
      if (shapes[i].channels < 1 || shapes[i].channels > ACU_MAX_CHANNELS)
        return fail (net, layer, _("the channel counts of its inputs do not fit"), error);
      if (in[0])
        {
          if ((problem = check_weights (layer, in[0], shapes[i].channels)))
            return fail (net, layer, _(problem), error);
          if (!sizes_agree (layer, in))
            return fail (net, layer, _("its inputs have different sizes"), error);
          w = infer_length (layer, FALSE, in[0]->width, layer->n_inputs > 1 ? in[1]->width : 0);
          h = infer_length (layer, TRUE, in[0]->height, layer->n_inputs > 1 ? in[1]->height : 0);
        }
      if (w < 1 || h < 1)
        return fail (net, layer, _("the picture is too small for it, or its size does not divide"), error);
      if (w > ACU_MAX_SIDE || h > ACU_MAX_SIDE)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE,
                       _("The picture would become %" PRId64 " × %" PRId64
                         " pixels on the way; the limit is %d on a side."), w, h, ACU_MAX_SIDE);
          return FALSE;
        }
      shapes[i].width = (int) w;
      shapes[i].height = (int) h;
    }
  return TRUE;
}

static int
floor_div (int a, int b)
{
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* Where position `at` of a padded line comes from, inside 0..in-1. */
static int
border_index (const AcuLayer *layer, int at, int in)
{
  if (layer->border == ACU_BORDER_REFLECT && in > 1)
    {
      int period = 2 * (in - 1);
      int phase = ((at % period) + period) % period;

      return phase < in ? phase : period - phase;
    }
  return CLAMP (at, 0, in - 1);
}

/* PAD: rows come from inside, but near an end also from the mirrored side. */
static void
pad_window (const AcuLayer *layer, int before, int in, int first, int last, int *in_first, int *in_last)
{
  *in_first = in - 1;
  *in_last = 0;
  for (int y = first; y <= last; y++)
    {
      int source = border_index (layer, y - before, in);

      *in_first = MIN (*in_first, source);
      *in_last = MAX (*in_last, source);
    }
}

void
acu_layer_window (const AcuLayer *layer, guint input, gboolean vertical, int in, int out, int first, int last,
                  int *in_first, int *in_last)
{
  int before = vertical ? layer->top : layer->left;
  int kernel = vertical ? layer->kernel_height : layer->kernel_width;
  int low = first, high = last;

  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DEPTHWISE:
      low = first * layer->stride - before;
      high = last * layer->stride - before + kernel - 1;
      break;
    case ACU_LAYER_DECONV2D:
      low = floor_div (first + before - kernel + layer->stride, layer->stride);
      high = floor_div (last + before, layer->stride);
      break;
    case ACU_LAYER_CROP:
      low = input == 0 ? first + before : 0;
      high = input == 0 ? last + before : -1;
      break;
    case ACU_LAYER_PAD:
      pad_window (layer, before, in, first, last, in_first, in_last);
      return;
    case ACU_LAYER_NEAREST:
    case ACU_LAYER_PIXEL_SHUFFLE:
      low = first / layer->factor;
      high = last / layer->factor;
      break;
    case ACU_LAYER_BICUBIC:
      /* Always four taps where there are four rows: at the edges those of weight zero lie inwards, and they are read as well. */
      low = MAX (0, MIN ((int) floor ((first + 0.5) * in / out - 0.5) - 1, in - 4));
      high = MAX (0, (int) floor ((last + 0.5) * in / out - 0.5) - 1) + 3;
      break;
    case ACU_LAYER_GLOBAL_POOL:
      low = 0;
      high = in - 1;
      break;
    case ACU_LAYER_MUL:
      if (input == 1 && in == 1)
        low = high = 0;
      break;
    default:
      break;
    }
  /* A window may lie wholly in the padding: then it needs the nearest row only, so that it stays non-empty. */
  *in_first = CLAMP (low, 0, in - 1);
  *in_last = input == 1 && layer->kind == ACU_LAYER_CROP ? -1 : CLAMP (high, 0, in - 1);
}

int
acu_layer_last_row (const AcuLayer *layer, int in, int out, int last)
{
  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
    case ACU_LAYER_DEPTHWISE:
      return last * layer->stride - layer->top + layer->kernel_height - 1;
    case ACU_LAYER_DECONV2D:
      return floor_div (last + layer->top, layer->stride);
    case ACU_LAYER_CROP:
      return last + layer->top;
    case ACU_LAYER_PAD:
      return last - layer->top;
    case ACU_LAYER_NEAREST:
    case ACU_LAYER_PIXEL_SHUFFLE:
      return floor_div (last, layer->factor);
    case ACU_LAYER_BICUBIC:
      return (int) floor ((last + 0.5) * in / out - 0.5) + 2;
    default:
      return last;
    }
}

double
acu_layer_row_operations (const AcuLayer *layer, const AcuShape *in, const AcuShape *out)
{
  double values = (double) out->width * out->channels;

  switch (layer->kind)
    {
    case ACU_LAYER_CONV2D:
      return 2 * values * in->channels * layer->kernel_width * layer->kernel_height;
    case ACU_LAYER_DECONV2D:
      return 2 * values * in->channels * layer->kernel_width * layer->kernel_height / (layer->stride * layer->stride);
    case ACU_LAYER_DEPTHWISE:
      return 2 * values * layer->kernel_width * layer->kernel_height;
    case ACU_LAYER_SIGMOID:
    case ACU_LAYER_SWISH:
      return 20 * values;
    case ACU_LAYER_BICUBIC:
    case ACU_LAYER_NOISE:
      return 16 * values;
    case ACU_LAYER_GLOBAL_POOL:
      return (double) in->width * in->height * in->channels;
    default:
      return 2 * values;
    }
}
