/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "arch.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Parameter numbers below are those of ncnn's .param format, by layer type. */

/* Bytes that a graph may take, beside its file's, for numbers repeated for each channel. Published networks need some kilobytes; a line of
 * text could ask for 256 KiB. */
#define MAX_REPEATED (8 << 20)

/* Layer number of blobs that hold a constant: it is folded into its reader. */
#define CONSTANT (G_MAXUINT - 1)

typedef struct Build
{
  AcuNet *net;
  const AcuWeights *weights;
  const AcuRecord *record;
  guint *layer_of;                /* by blob */
  guint *record_of;               /* by blob: which record writes it */
  guint at[ACU_LAYER_MAX_INPUTS]; /* layers of the record's inputs */
  guint64 *repeatable;            /* bytes left for repeated numbers */
  GError **error;
} Build;

static gboolean
refuse (const Build *b, const char *what)
{
  g_set_error (b->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s, line %d: layer “%s” (%s): %s."), b->net->name,
               b->record->line, b->record->name, b->record->type, what);
  return FALSE;
}

static AcuLayer *
add (const Build *b, AcuLayerKind kind, guint n_inputs, guint *index)
{
  AcuLayer *layer = acu_net_add (b->net, kind, b->record->name, b->at, n_inputs, index);

  if (!layer)
    refuse (b, _("it has too many inputs"));
  return layer;
}

/* The floats of tensor "<record>.<part>"; NULL with an error if it is missing or not finite. */
static GBytes *
tensor (const Build *b, const char *part)
{
  g_autofree char *name = g_strconcat (b->record->name, ".", part, NULL);
  const AcuTensor *found = acu_weights_find (b->weights, name);
  float *room;
  GBytes *bytes;

  if (!found)
    {
      refuse (b, _("its weights are missing"));
      return NULL;
    }
  bytes = acu_arch_floats (NULL, found->count, &room, b->error);
  if (bytes && !acu_tensor_read (found, room))
    {
      g_bytes_unref (bytes);
      refuse (b, _("its weights hold numbers that are not finite"));
      return NULL;
    }
  return bytes;
}

/* A convolution's weights stay as they are in the file. */
static gboolean
set_weights (const Build *b, AcuLayer *layer)
{
  g_autofree char *name = g_strconcat (b->record->name, ".weight", NULL);
  const AcuTensor *found = acu_weights_find (b->weights, name);

  layer->weights = found ? acu_tensor_share (b->weights, found) : NULL;
  layer->half = layer->weights && found->type == ACU_TENSOR_F16;
  return layer->weights || (layer->weights = tensor (b, "weight")) != NULL;
}

/* One number, n times. */
static GBytes *
filled (const Build *b, guint64 n, float value)
{
  float *room;
  GBytes *bytes;

  if (n > *b->repeatable / sizeof (float))
    {
      refuse (b, _("with the layers before it, it repeats numbers for too many channels"));
      return NULL;
    }
  *b->repeatable -= n * sizeof (float);
  bytes = acu_arch_floats (NULL, n, &room, b->error);

  for (guint64 i = 0; bytes && i < n; i++)
    room[i] = value;
  return bytes;
}

static int
channels_of (const Build *b, guint index)
{
  return acu_net_layer (b->net, index)->channels;
}

static gboolean
add_slope (const Build *b, guint input, float slope, guint *index)
{
  AcuLayer *layer = acu_net_add (b->net, ACU_LAYER_SLOPE, b->record->name, &input, 1, index);

  return layer && (layer->weights = filled (b, channels_of (b, input), slope)) != NULL;
}

/* The activation that a convolution's parameters 9 and 10 ask for. */
static gboolean
add_activation (const Build *b, guint *index)
{
  const AcuRecordParam *values = acu_record_array (b->record, 10);
  guint at = *index;

  switch (acu_record_int (b->record, 9, 0))
    {
    case 0:
      return TRUE;
    case 1:
      return add_slope (b, at, 0, index);
    case 2:
      if (!values || values->count < 1)
        return refuse (b, _("its activation has no slope"));
      return add_slope (b, at, (float) values->values[0], index);
    case 4:
      return acu_net_add (b->net, ACU_LAYER_SIGMOID, b->record->name, &at, 1, index) != NULL;
    default:
      return refuse (b, _("its activation is one that Acuity does not have"));
    }
}

static gboolean
add_convolution (const Build *b, AcuLayerKind kind, guint *index)
{
  const AcuRecord *r = b->record;
  AcuLayer *layer;

  if (acu_record_int (r, 2, 1) != 1 || acu_record_int (r, 12, acu_record_int (r, 2, 1)) != 1)
    return refuse (b, _("dilated convolutions are not supported"));
  if (acu_record_int (r, 13, acu_record_int (r, 3, 1)) != acu_record_int (r, 3, 1))
    return refuse (b, _("its strides differ"));
  if (kind == ACU_LAYER_DECONV2D && (acu_record_int (r, 18, 0) || acu_record_int (r, 19, 0)))
    return refuse (b, _("output padding is not supported"));
  if (!(layer = add (b, kind, 1, index)))
    return FALSE;
  layer->channels = acu_record_int (r, 0, 0);
  layer->kernel_width = acu_record_int (r, 1, 0);
  layer->kernel_height = acu_record_int (r, 11, layer->kernel_width);
  layer->stride = acu_record_int (r, 3, 1);
  layer->left = acu_record_int (r, 4, 0);
  layer->right = acu_record_int (r, 15, layer->left);
  layer->top = acu_record_int (r, 14, layer->left);
  layer->bottom = acu_record_int (r, 16, layer->top);
  if (layer->left < 0 || layer->right < 0 || layer->top < 0 || layer->bottom < 0)
    return refuse (b, _("its padding is not supported"));
  if (kind == ACU_LAYER_DECONV2D && (layer->kernel_width < layer->stride || layer->kernel_height < layer->stride))
    return refuse (b, _("its kernel is smaller than its stride"));
  if (!set_weights (b, layer))
    return FALSE;
  if (acu_record_int (r, 5, 0) && !(layer->bias = tensor (b, "bias")))
    return FALSE;
  return add_activation (b, index);
}

/* A fully connected layer on a 1 × 1 map is a 1 × 1 convolution. */
static gboolean
add_inner_product (const Build *b, guint *index)
{
  AcuLayer *layer = add (b, ACU_LAYER_CONV2D, 1, index);

  if (!layer)
    return FALSE;
  layer->channels = acu_record_int (b->record, 0, 0);
  if (!set_weights (b, layer))
    return FALSE;
  if (acu_record_int (b->record, 1, 0) && !(layer->bias = tensor (b, "bias")))
    return FALSE;
  return add_activation (b, index);
}

static gboolean
add_affine (const Build *b, guint input, GBytes *scale, GBytes *offset, guint *index)
{
  AcuLayer *layer = scale && offset ? acu_net_add (b->net, ACU_LAYER_AFFINE, b->record->name, &input, 1, index) : NULL;

  if (!layer)
    {
      g_clear_pointer (&scale, g_bytes_unref);
      g_clear_pointer (&offset, g_bytes_unref);
      return FALSE;
    }
  layer->weights = scale;
  layer->bias = offset;
  return TRUE;
}

enum { OP_ADD, OP_SUB, OP_MUL, OP_DIV };

static gboolean
add_scalar_op (const Build *b, int op, float value, guint *index)
{
  int channels = channels_of (b, b->at[0]);
  float scale = op == OP_MUL ? value : op == OP_DIV ? 1 / value : 1;
  float offset = op == OP_ADD ? value : op == OP_SUB ? -value : 0;

  GBytes *scales;

  if (!isfinite (scale))
    return refuse (b, _("it divides by zero"));
  scales = filled (b, channels, scale);
  return add_affine (b, b->at[0], scales, scales ? filled (b, channels, offset) : NULL, index);
}

/* The second operand is a constant, one value a channel (MemoryData), not a feature map. */
static gboolean
add_constant_op (const Build *b, int op, const AcuRecord *constant, guint *index)
{
  g_autofree char *name = g_strconcat (constant->name, ".data", NULL);
  const AcuTensor *found = acu_weights_find (b->weights, name);
  int channels = channels_of (b, b->at[0]);
  float *room;
  GBytes *values;

  if (!found || found->count != (guint64) channels)
    return refuse (b, _("its constant does not have one value a channel"));
  values = acu_arch_floats (NULL, found->count, &room, b->error);
  if (!values)
    return FALSE;
  if (!acu_tensor_read (found, room))
    {
      g_bytes_unref (values);
      return refuse (b, _("its constant is not finite"));
    }
  if (op == OP_MUL)
    return add_affine (b, b->at[0], values, filled (b, channels, 0), index);
  for (int i = 0; op == OP_SUB && i < channels; i++)
    room[i] = -room[i];
  return add_affine (b, b->at[0], filled (b, channels, 1), values, index);
}

static gboolean
add_binary_op (const Build *b, guint *index)
{
  int op = acu_record_int (b->record, 0, 0);
  AcuLayer *layer;

  if (op < OP_ADD || op > OP_DIV)
    return refuse (b, _("its operation is one that Acuity does not have"));
  if (b->record->n_inputs == 1 && acu_record_int (b->record, 1, 0))
    return add_scalar_op (b, op, (float) acu_record_number (b->record, 2, 0), index);
  if (b->record->n_inputs != 2 || op == OP_DIV)
    return refuse (b, _("its operands are not supported"));
  if (b->at[1] == CONSTANT)
    return add_constant_op (b, op, &b->weights->records[b->record_of[b->record->inputs[1]]], index);
  layer = add (b, op == OP_MUL ? ACU_LAYER_MUL : ACU_LAYER_ADD, 2, index);
  if (layer && op == OP_SUB)
    layer->scale[1] = -1;
  return layer != NULL;
}

static gboolean
add_eltwise (const Build *b, guint *index)
{
  const AcuRecordParam *scale = acu_record_array (b->record, 1);
  int op = acu_record_int (b->record, 0, 0);
  AcuLayer *layer;

  if (b->record->n_inputs != 2 || op < 0 || op > 1)
    return refuse (b, _("its operation is one that Acuity does not have"));
  if (!(layer = add (b, op == 1 ? ACU_LAYER_ADD : ACU_LAYER_MUL, 2, index)))
    return FALSE;
  if (op == 1 && scale && scale->count > 0)
    {
      if (scale->count != 2)
        return refuse (b, _("it needs one factor an input"));
      layer->scale[0] = (float) scale->values[0];
      layer->scale[1] = (float) scale->values[1];
    }
  return TRUE;
}

/* Starts and ends as in ONNX's Slice: axes count from the channels, 0, or from the width, -1; ends from the end. */
static gboolean
add_slice (const Build *b, guint *index)
{
  const AcuRecordParam *starts = acu_record_array (b->record, 9), *ends = acu_record_array (b->record, 10);
  const AcuRecordParam *axes = acu_record_array (b->record, 11);
  AcuLayer *layer = add (b, ACU_LAYER_CROP, 1, index);

  if (!layer)
    return FALSE;
  if (!starts || !ends || !axes || starts->count != axes->count || ends->count != axes->count)
    return refuse (b, _("its starts, ends and axes do not fit"));
  for (guint i = 0; i < axes->count; i++)
    {
      int axis = (int) axes->values[i] < 0 ? (int) axes->values[i] + 3 : (int) axes->values[i];
      double start = starts->values[i], end = ends->values[i];

      if ((axis != 1 && axis != 2) || start < 0 || end >= 0 || start > 1024 || end < -1024)
        return refuse (b, _("it cuts in a way that is not supported"));
      if (axis == 1)
        {
          layer->top = (int) start;
          layer->bottom = (int) -end;
        }
      else
        {
          layer->left = (int) start;
          layer->right = (int) -end;
        }
    }
  return TRUE;
}

static gboolean
add_crop (const Build *b, guint *index)
{
  AcuLayer *layer;

  if (b->record->n_inputs == 1)
    return add_slice (b, index);
  if (b->record->n_inputs != 2 || acu_record_int (b->record, 2, 0) != 0)
    return refuse (b, _("it cuts in a way that is not supported"));
  if (!(layer = add (b, ACU_LAYER_CROP, 2, index)))
    return FALSE;
  layer->left = acu_record_int (b->record, 0, 0);
  layer->top = acu_record_int (b->record, 1, 0);
  if (layer->left < 0 || layer->top < 0)
    return refuse (b, _("it cuts in a way that is not supported"));
  return TRUE;
}

static gboolean
add_interp (const Build *b, guint *index)
{
  int type = acu_record_int (b->record, 0, 0);
  double ratio = acu_record_number (b->record, 1, 1);
  AcuLayer *layer;

  if (acu_record_number (b->record, 2, 1) != ratio || acu_record_int (b->record, 6, 0) != 0
      || acu_record_int (b->record, 3, 0) != 0 || acu_record_int (b->record, 4, 0) != 0)
    return refuse (b, _("it resizes in a way that is not supported"));
  if (type == 1 && ratio >= 1 && ratio <= 16 && ratio == floor (ratio))
    {
      if (!(layer = add (b, ACU_LAYER_NEAREST, 1, index)))
        return FALSE;
      layer->factor = (int) ratio;
      return TRUE;
    }
  if (type == 3 && ratio >= 0.0625 && ratio <= 16)
    {
      if (!(layer = add (b, ACU_LAYER_BICUBIC, 1, index)))
        return FALSE;
      layer->ratio = ratio;
      return TRUE;
    }
  return refuse (b, _("it resizes in a way that is not supported"));
}

static gboolean
add_pixel_shuffle (const Build *b, guint *index)
{
  int factor = acu_record_int (b->record, 0, 1);
  AcuLayer *layer;

  if (factor < 1 || factor > 16 || acu_record_int (b->record, 1, 0) != 0
      || channels_of (b, b->at[0]) % (factor * factor))
    return refuse (b, _("it shuffles pixels in a way that is not supported"));
  if (!(layer = add (b, ACU_LAYER_PIXEL_SHUFFLE, 1, index)))
    return FALSE;
  layer->factor = factor;
  layer->channels = channels_of (b, b->at[0]) / (factor * factor);
  return TRUE;
}

static gboolean
add_concat (const Build *b, guint *index)
{
  AcuLayer *layer;
  gint64 channels = 0;

  if (acu_record_int (b->record, 0, 0) != 0)
    return refuse (b, _("it does not join channels"));
  for (guint k = 0; k < b->record->n_inputs; k++)
    channels += channels_of (b, b->at[k]);
  if (channels > ACU_MAX_CHANNELS)
    return refuse (b, _("it has too many channels"));
  if (!(layer = add (b, ACU_LAYER_CONCAT, b->record->n_inputs, index)))
    return FALSE;
  layer->channels = (int) channels;
  return TRUE;
}

static gboolean
add_prelu (const Build *b, guint *index)
{
  AcuLayer *layer;
  GBytes *slopes = tensor (b, "slope");
  float slope;

  if (!slopes)
    return FALSE;
  if (g_bytes_get_size (slopes) == sizeof (float))
    {
      slope = *(const float *) g_bytes_get_data (slopes, NULL);
      g_bytes_unref (slopes);
      return add_slope (b, b->at[0], slope, index);
    }
  if (!(layer = add (b, ACU_LAYER_SLOPE, 1, index)))
    {
      g_bytes_unref (slopes);
      return FALSE;
    }
  layer->weights = slopes;
  return TRUE;
}

static gboolean
add_relu (const Build *b, guint *index)
{
  return add_slope (b, b->at[0], (float) acu_record_number (b->record, 0, 0), index);
}

static gboolean
add_convolution_2d (const Build *b, guint *index)
{
  return add_convolution (b, ACU_LAYER_CONV2D, index);
}

static gboolean
add_deconvolution (const Build *b, guint *index)
{
  return add_convolution (b, ACU_LAYER_DECONV2D, index);
}

static gboolean
add_depthwise (const Build *b, guint *index)
{
  return channels_of (b, b->at[0]) == acu_record_int (b->record, 0, 0)
           ? add_convolution (b, ACU_LAYER_DEPTHWISE, index) : refuse (b, _("its channels do not fit those of its input"));
}

static gboolean
add_sigmoid (const Build *b, guint *index)
{
  return add (b, ACU_LAYER_SIGMOID, 1, index) != NULL;
}

static gboolean
add_swish (const Build *b, guint *index)
{
  return add (b, ACU_LAYER_SWISH, 1, index) != NULL;
}

static gboolean
add_pooling (const Build *b, guint *index)
{
  if (acu_record_int (b->record, 0, 0) != 1 || acu_record_int (b->record, 4, 0) != 1)
    return refuse (b, _("only the mean over the whole picture is supported"));
  return add (b, ACU_LAYER_GLOBAL_POOL, 1, index) != NULL;
}

static gboolean
add_scale (const Build *b, guint *index)
{
  AcuLayer *layer = add (b, b->record->n_inputs == 2 ? ACU_LAYER_MUL : ACU_LAYER_AFFINE, b->record->n_inputs, index);

  return layer && (b->record->n_inputs == 2 || ((layer->weights = tensor (b, "weight")) && (layer->bias = tensor (b, "bias"))));
}

static const struct
{
  const char *type;
  guint min_inputs, max_inputs;
  gboolean (*add) (const Build *b, guint *index);
} types[] = {
  { "Convolution", 1, 1, add_convolution_2d },
  { "ConvolutionDepthWise", 1, 1, add_depthwise },
  { "Deconvolution", 1, 1, add_deconvolution },
  { "InnerProduct", 1, 1, add_inner_product },
  { "PReLU", 1, 1, add_prelu },
  { "ReLU", 1, 1, add_relu },
  { "Sigmoid", 1, 1, add_sigmoid },
  { "Swish", 1, 1, add_swish },
  { "Eltwise", 2, 2, add_eltwise },
  { "BinaryOp", 1, 2, add_binary_op },
  { "Concat", 2, ACU_LAYER_MAX_INPUTS, add_concat },
  { "Crop", 1, 2, add_crop },
  { "Interp", 1, 1, add_interp },
  { "PixelShuffle", 1, 1, add_pixel_shuffle },
  { "Pooling", 1, 1, add_pooling },
  { "Scale", 1, 2, add_scale },
};

static gboolean
add_record (Build *b, guint picture, guint *result)
{
  const AcuRecord *r = b->record;

  if (g_str_equal (r->type, "Input"))
    {
      *result = picture;
      return TRUE;
    }
  if (g_str_equal (r->type, "MemoryData"))
    {
      *result = CONSTANT;
      return TRUE;
    }
  if (r->n_inputs > ACU_LAYER_MAX_INPUTS)
    return refuse (b, _("it has too many inputs"));
  for (guint k = 0; k < r->n_inputs; k++)
    {
      b->at[k] = b->layer_of[r->inputs[k]];
      if (b->at[k] == CONSTANT && !(k == 1 && g_str_equal (r->type, "BinaryOp")))
        return refuse (b, _("a constant is not supported here"));
    }
  if (g_str_equal (r->type, "Split") && r->n_inputs == 1)
    {
      *result = b->at[0];
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (r->type, types[i].type) && r->n_inputs >= types[i].min_inputs
        && r->n_inputs <= types[i].max_inputs && r->n_outputs == 1)
      return types[i].add (b, result);
  return refuse (b, _("Acuity does not have this kind of layer"));
}

gboolean
acu_arch_add_records (AcuNet *net, const AcuWeights *weights, guint picture, guint *result, GError **error)
{
  g_autofree guint *layer_of = g_try_new0 (guint, MAX (weights->n_blobs, 1));
  g_autofree guint *record_of = g_try_new0 (guint, MAX (weights->n_blobs, 1));
  guint64 repeatable = MAX_REPEATED + weights->file_bytes;
  Build b = { net, weights, NULL, layer_of, record_of, .repeatable = &repeatable, .error = error };

  if (!layer_of || !record_of)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for “%s”."), net->name);
      return FALSE;
    }
  *result = picture;
  for (guint i = 0; i < weights->n_records; i++)
    {
      guint index = picture;

      b.record = &weights->records[i];
      if (!add_record (&b, picture, &index))
        return FALSE;
      for (guint k = 0; k < b.record->n_outputs; k++)
        {
          layer_of[b.record->outputs[k]] = index;
          record_of[b.record->outputs[k]] = i;
        }
      if (index != CONSTANT)
        *result = index;
    }
  if (*result != net->layers->len - 1)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: the last layer does not make the result."),
                   net->name);
      return FALSE;
    }
  return TRUE;
}
