/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ONNX's layers as records of the types that ncnn's files have. */
#include "onnx_load.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_PAD 64
#define MAX_STRIDE 16
#define MAX_KERNEL 32
#define BATCH_EPSILON 1e-5f
/* What layers may read in common beyond what the file holds: each of them may come to have a copy. */
#define MOST_SHARED (G_GUINT64_CONSTANT (4) << 20)

/* The constant of floats that the node reads as input `place`, or NULL with an error. */
static const AcuTensor *
constant (AcuOnnxLoad *load, guint place)
{
  g_autofree char *name = place < load->node->n_inputs ? acu_onnx_name (load, load->node->inputs[place]) : NULL;
  const AcuOnnxTensor *found = name ? g_hash_table_lookup (load->constants, name) : NULL;

  if (found && found->floats)
    {
      if (found->tensor.count <= load->room + MOST_SHARED - load->read)
        {
          load->read += found->tensor.count;
          return &found->tensor;
        }
      acu_onnx_damaged (load, _("layers share more weights than it has"));
      return NULL;
    }
  if (name || place >= load->node->n_inputs)
    acu_onnx_refuse (load, _("its weights are missing, or no floats of 32 bits"));
  return NULL;
}

/* Gives the record being made a tensor. */
static gboolean
add_tensor (AcuOnnxLoad *load, const char *part, const AcuTensor *like, const void *data)
{
  AcuTensor *tensor = g_new (AcuTensor, 1);

  *tensor = *like;
  tensor->data = data;
  tensor->name = g_strconcat (load->label, ".", part, NULL);
  if (acu_weights_add (load->weights, tensor))
    return TRUE;
  g_free (tensor->name);
  g_free (tensor);
  return acu_onnx_damaged (load, _("two of its layers make the same"));
}

/* Room for numbers that are computed from those of the file; never more of them than there are. NULL with an error. */
static float *
take_room (AcuOnnxLoad *load, guint64 n)
{
  float *room;

  if (!load->copies)
    load->copies = acu_try_alloc (load->room, sizeof (float));
  if (!load->copies || n > load->room - load->copied)
    {
      load->copies ? acu_onnx_damaged (load, _("layers share more weights than it has")) : acu_onnx_no_memory (load);
      return NULL;
    }
  room = load->copies + load->copied;
  load->copied += n;
  return room;
}

static float *
read_tensor (AcuOnnxLoad *load, const AcuTensor *tensor)
{
  float *values = acu_try_alloc (tensor->count, sizeof (float));

  if (!values)
    acu_onnx_no_memory (load);
  else if (!acu_tensor_read (tensor, values))
    {
      acu_free (values);
      acu_onnx_refuse (load, _("its weights hold numbers that are not finite"));
      values = NULL;
    }
  return values;
}

static void
put (AcuRecord *record, int id, double value)
{
  AcuRecordParam *param = &record->params[record->n_params++];

  g_assert (record->n_params <= ACU_ONNX_MAX_PARAMS);
  *param = (AcuRecordParam) { .id = id, .count = 1, .values = g_new (double, 1) };
  param->values[0] = value;
}

/* The record of a node that reads its first `n` inputs from other layers. */
static AcuRecord *
begin (AcuOnnxLoad *load, const char *type, guint n)
{
  guint inputs[2], output;

  if (load->node->n_inputs < n || load->node->n_outputs != 1)
    {
      acu_onnx_refuse (load, _("it has another number of inputs or outputs than it should"));
      return NULL;
    }
  for (guint k = 0; k < n; k++)
    if (!acu_onnx_find_blob (load, load->node->inputs[k], &inputs[k]))
      return NULL;
  if (!acu_onnx_add_blob (load, g_strdup (load->label), &output))
    return NULL;
  return acu_onnx_add_record (load, type, inputs, n, output);
}

/* The node's whole numbers of that name: `n` of them from `least` to `most`, or all `fallback`. */
static gboolean
read_ints (const AcuOnnxLoad *load, const char *name, guint n, gint64 fallback, gint64 least, gint64 most, gint64 *values)
{
  const AcuOnnxAttribute *attribute = acu_onnx_attribute (load->node, name);

  for (guint i = 0; i < n; i++)
    values[i] = fallback;
  if (!attribute)
    return TRUE;
  if (attribute->n_ints != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (attribute->ints[i] < least || attribute->ints[i] > most)
      return FALSE;
    else
      values[i] = attribute->ints[i];
  return TRUE;
}

/* A window's geometry, along both sides. */
typedef struct Window
{
  gint64 kernel[2], stride[2], pads[4];
} Window;

static gboolean
read_window (const AcuOnnxLoad *load, const AcuTensor *weights, Window *w)
{
  const AcuOnnxAttribute *automatic = acu_onnx_attribute (load->node, "auto_pad");
  gint64 dilations[2], extra[2];

  if (weights->dimensions != 4 || weights->shape[2] > MAX_KERNEL || weights->shape[3] > MAX_KERNEL)
    return acu_onnx_refuse (load, _("its kernel is not supported"));
  if ((automatic && !acu_onnx_is (automatic->text, "NOTSET")) || !read_ints (load, "dilations", 2, 1, 1, 1, dilations)
      || !read_ints (load, "output_padding", 2, 0, 0, 0, extra) || acu_onnx_attribute (load->node, "output_shape")
      || !read_ints (load, "strides", 2, 1, 1, MAX_STRIDE, w->stride) || w->stride[0] != w->stride[1]
      || !read_ints (load, "pads", 4, 0, 0, MAX_PAD, w->pads))
    return acu_onnx_refuse (load, _("its strides, paddings or dilations are not supported"));
  if (!read_ints (load, "kernel_shape", 2, 0, 1, MAX_KERNEL, w->kernel)
      || (w->kernel[0] && (w->kernel[0] != (gint64) weights->shape[2] || w->kernel[1] != (gint64) weights->shape[3])))
    return acu_onnx_damaged (load, _("a kernel is not as large as its weights"));
  w->kernel[0] = (gint64) weights->shape[2];
  w->kernel[1] = (gint64) weights->shape[3];
  return TRUE;
}

static void
put_window (AcuRecord *record, const Window *w, guint64 channels)
{
  put (record, 0, (double) channels);
  put (record, 1, (double) w->kernel[1]);
  put (record, 11, (double) w->kernel[0]);
  put (record, 3, (double) w->stride[0]);
  put (record, 14, (double) w->pads[0]);
  put (record, 4, (double) w->pads[1]);
  put (record, 16, (double) w->pads[2]);
  put (record, 15, (double) w->pads[3]);
}

/* ONNX leaves out what a stride does not reach; of sides that the stride divides, it is padding. */
static gboolean
cut_unread (const AcuOnnxLoad *load, Window *w)
{
  for (int k = 0; k < 2; k++)
    {
      gint64 beyond = w->pads[k] + w->pads[2 + k] + w->stride[k] * w->kernel[k] - w->kernel[k];

      if ((w->pads[2 + k] -= beyond % w->stride[k]) < 0)
        return acu_onnx_refuse (load, _("its strides, paddings or dilations are not supported"));
    }
  return TRUE;
}

static gboolean
add_bias (AcuOnnxLoad *load, AcuRecord *record, guint64 channels)
{
  const AcuTensor *bias = load->node->n_inputs > 2 ? constant (load, 2) : NULL;

  if (load->node->n_inputs <= 2)
    return TRUE;
  if (!bias)
    return FALSE;
  if (bias->count != channels)
    return acu_onnx_damaged (load, _("a layer's offsets do not fit its channels"));
  put (record, 5, 1);
  return add_tensor (load, "bias", bias, bias->data);
}

/* [channels][1][height][width] becomes [height][width][channels]. */
static gboolean
add_turned_depthwise (AcuOnnxLoad *load, const AcuTensor *weights)
{
  gsize channels = weights->shape[0], taps = weights->shape[2] * weights->shape[3];
  float *from = read_tensor (load, weights), *to = from ? take_room (load, weights->count) : NULL;
  gboolean added = to && add_tensor (load, "weight", weights, to);

  for (gsize i = 0; added && i < weights->count; i++)
    to[i % taps * channels + i / taps] = from[i];
  acu_free (from);
  return added;
}

/* [in][out][height][width] becomes [out][in][height][width]. */
static gboolean
add_turned (AcuOnnxLoad *load, const AcuTensor *weights)
{
  gsize in = weights->shape[0], out = weights->shape[1], taps = weights->shape[2] * weights->shape[3];
  float *from = read_tensor (load, weights), *to = from ? take_room (load, weights->count) : NULL;
  gboolean added = to && add_tensor (load, "weight", weights, to);

  for (gsize i = 0; added && i < in; i++)
    for (gsize o = 0; o < out; o++)
      memcpy (to + (o * in + i) * taps, from + (i * out + o) * taps, taps * sizeof (float));
  acu_free (from);
  return added;
}

static gboolean
add_conv (AcuOnnxLoad *load)
{
  const AcuOnnxAttribute *groups = acu_onnx_attribute (load->node, "group");
  const AcuTensor *weights = constant (load, 1);
  gint64 n = groups ? groups->whole : 1;
  gboolean depthwise = n != 1;
  AcuRecord *record;
  Window w;

  if (!weights || !read_window (load, weights, &w) || !cut_unread (load, &w))
    return FALSE;
  if (depthwise && (weights->shape[1] != 1 || n < 1 || (guint64) n != weights->shape[0]))
    return acu_onnx_refuse (load, _("groups of channels are not supported, but for groups of one"));
  if (!(record = begin (load, depthwise ? "ConvolutionDepthWise" : "Convolution", 1)))
    return FALSE;
  put_window (record, &w, weights->shape[0]);
  return (depthwise ? add_turned_depthwise (load, weights) : add_tensor (load, "weight", weights, weights->data))
         && add_bias (load, record, weights->shape[0]);
}

static gboolean
add_conv_transpose (AcuOnnxLoad *load)
{
  const AcuOnnxAttribute *groups = acu_onnx_attribute (load->node, "group");
  const AcuTensor *weights = constant (load, 1);
  AcuRecord *record;
  Window w;

  if (!weights || !read_window (load, weights, &w))
    return FALSE;
  if (groups && groups->whole != 1)
    return acu_onnx_refuse (load, _("groups of channels are not supported, but for groups of one"));
  if (!(record = begin (load, "Deconvolution", 1)))
    return FALSE;
  put_window (record, &w, weights->shape[1]);
  return add_turned (load, weights) && add_bias (load, record, weights->shape[1]);
}

/* (x - mean) / √(variance + epsilon) * scale + offset is one product and one sum a channel. */
static gboolean
add_batch_normalization (AcuOnnxLoad *load)
{
  const AcuOnnxAttribute *given = acu_onnx_attribute (load->node, "epsilon"), *training = acu_onnx_attribute (load->node, "training_mode");
  const AcuTensor *tensors[4];
  float *values[4] = { NULL }, *factors = NULL, *offsets = NULL;
  double epsilon = given ? given->real : BATCH_EPSILON;
  gboolean done = !training || training->whole == 0 || acu_onnx_refuse (load, _("it is in the form that is trained"));

  for (guint k = 0; done && k < 4; k++)
    done = (tensors[k] = constant (load, k + 1)) && (tensors[k]->count == tensors[0]->count || acu_onnx_damaged (load, _("a layer's offsets do not fit its channels")))
           && (values[k] = read_tensor (load, tensors[k]));
  done = done && begin (load, "Scale", 1) && (factors = take_room (load, tensors[0]->count)) && (offsets = take_room (load, tensors[0]->count));
  for (guint64 c = 0; done && c < tensors[0]->count; c++)
    {
      double spread = sqrt (values[3][c] + epsilon), factor = values[0][c] / spread;

      factors[c] = (float) factor;
      offsets[c] = (float) (values[1][c] - values[2][c] * factor);
      if (!(spread > 0) || !isfinite (factors[c]) || !isfinite (offsets[c]))
        done = acu_onnx_refuse (load, _("its weights hold numbers that are not finite"));
    }
  done = done && add_tensor (load, "weight", tensors[0], factors) && add_tensor (load, "bias", tensors[0], offsets);
  for (guint k = 0; k < 4; k++)
    acu_free (values[k]);
  return done;
}

static gboolean
add_relu (AcuOnnxLoad *load)
{
  return begin (load, "ReLU", 1) != NULL;
}

static gboolean
add_sigmoid (AcuOnnxLoad *load)
{
  return begin (load, "Sigmoid", 1) != NULL;
}

static gboolean
add_sum (AcuOnnxLoad *load)
{
  return begin (load, "BinaryOp", 2) != NULL;
}

static const struct
{
  const char *type;
  gboolean (*add) (AcuOnnxLoad *load);
} types[] = {
  { "Conv", add_conv },
  { "ConvTranspose", add_conv_transpose },
  { "BatchNormalization", add_batch_normalization },
  { "Relu", add_relu },
  { "Sigmoid", add_sigmoid },
  { "Add", add_sum },
};

gboolean
acu_onnx_add_layer (AcuOnnxLoad *load)
{
  for (guint i = 0; !load->node->domain.left && i < G_N_ELEMENTS (types); i++)
    if (acu_onnx_is (load->node->type, types[i].type))
      return types[i].add (load);
  return acu_onnx_refuse (load, _("Acuity does not have this kind of layer"));
}
