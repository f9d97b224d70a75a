/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ONNX: a protocol buffer with a graph of nodes and the constants that they read. Nodes become records of the types that ncnn's files have, so that the nets of both
 * are built alike; a constant becomes tensors of the record that reads it. */
#include "load_onnx.h"

#include "onnx_parts.h"
#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Numbers of fields, as onnx.proto gives them. */
enum { MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

#define MAX_NODES 10000
#define MAX_RESULTS 8
#define MAX_PARAMS 12
#define MAX_PAD 64
#define MAX_STRIDE 16
#define BATCH_EPSILON 1e-5f

typedef struct Load
{
  AcuWeights *weights;
  const char *name;
  GHashTable *constants;          /* name → AcuOnnxTensor */
  GHashTable *blobs;              /* name → its index and 1 */
  GPtrArray *blob_names;
  GArray *records;
  const AcuOnnxNode *node;        /* the one that is being read, and its name */
  char *label;
  float *copies;                  /* numbers that do not lie in the file as they are used */
  guint64 copied, room;
  GError **error;
} Load;

static gboolean
damaged (const Load *load, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is damaged: %s."), load->name, what);
  return FALSE;
}

static gboolean
refuse (const Load *load, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: layer “%s”: %s."), load->name, load->label ? load->label : "?", what);
  return FALSE;
}

static gboolean
no_memory (const Load *load)
{
  g_set_error_literal (load->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

static gboolean
check (const Load *load, AcuOnnxProblem problem)
{
  switch (problem)
    {
    case ACU_ONNX_FINE:
      return TRUE;
    case ACU_ONNX_TOO_MUCH:
      return refuse (load, _("it has more inputs, outputs or numbers than Acuity supports"));
    case ACU_ONNX_EXTERNAL:
      return refuse (load, _("its weights are in another file"));
    case ACU_ONNX_SUBGRAPH:
      return refuse (load, _("Acuity does not have this kind of layer"));
    default:
      return damaged (load, _("a part of it cannot be read"));
    }
}

/* A text of the file as a name, or NULL with an error; g_free(). */
static char *
name_of (const Load *load, AcuProto text)
{
  char *name = text.left && !memchr (text.at, 0, text.left) ? g_strndup ((const char *) text.at, text.left) : NULL;

  if (name && acu_weights_is_name (name))
    return name;
  g_free (name);
  damaged (load, _("a name in it is impossible"));
  return NULL;
}

static gboolean
add_constant (Load *load, AcuProto message)
{
  AcuOnnxTensor *constant = g_new (AcuOnnxTensor, 1);
  char *name = check (load, acu_onnx_read_tensor (message, constant)) ? name_of (load, constant->name) : NULL;

  if (name && g_hash_table_size (load->constants) < ACU_MAX_TENSORS && !g_hash_table_contains (load->constants, name))
    {
      g_hash_table_insert (load->constants, name, constant);
      return TRUE;
    }
  if (name)
    damaged (load, _("it has too many constants, or two of one name"));
  g_free (name);
  g_free (constant);
  return FALSE;
}

/* A new blob; takes `name`. */
static gboolean
add_blob (Load *load, char *name, guint *index)
{
  if (g_hash_table_contains (load->blobs, name) || g_hash_table_contains (load->constants, name))
    {
      g_free (name);
      return damaged (load, _("two of its layers make the same"));
    }
  *index = load->blob_names->len;
  g_ptr_array_add (load->blob_names, name);
  g_hash_table_insert (load->blobs, name, GUINT_TO_POINTER (*index + 1));
  return TRUE;
}

static gboolean
find_blob (const Load *load, AcuProto text, guint *index)
{
  g_autofree char *name = name_of (load, text);
  guint found = name ? GPOINTER_TO_UINT (g_hash_table_lookup (load->blobs, name)) : 0;

  *index = found - 1;
  return found || (name && damaged (load, _("a layer reads what no layer before it makes")));
}

/* The constant of floats that the node reads as input `place`, or NULL with an error. */
static const AcuTensor *
constant (const Load *load, guint place)
{
  g_autofree char *name = place < load->node->n_inputs ? name_of (load, load->node->inputs[place]) : NULL;
  const AcuOnnxTensor *found = name ? g_hash_table_lookup (load->constants, name) : NULL;

  if (found && found->floats)
    return &found->tensor;
  if (name || place >= load->node->n_inputs)
    refuse (load, _("its weights are missing, or no floats of 32 bits"));
  return NULL;
}

/* Gives the record being made a tensor. */
static gboolean
add_tensor (Load *load, const char *part, const AcuTensor *like, const void *data)
{
  AcuTensor *tensor = g_new (AcuTensor, 1);

  *tensor = *like;
  tensor->data = data;
  tensor->name = g_strconcat (load->label, ".", part, NULL);
  if (acu_weights_add (load->weights, tensor))
    return TRUE;
  g_free (tensor->name);
  g_free (tensor);
  return damaged (load, _("two of its layers make the same"));
}

/* Room for numbers that are computed from those of the file; never more of them than there are. NULL with an error. */
static float *
take_room (Load *load, guint64 n)
{
  float *room;

  if (!load->copies)
    load->copies = acu_try_alloc (load->room, sizeof (float));
  if (!load->copies || n > load->room - load->copied)
    {
      load->copies ? damaged (load, _("layers share more weights than it has")) : no_memory (load);
      return NULL;
    }
  room = load->copies + load->copied;
  load->copied += n;
  return room;
}

static float *
read_tensor (Load *load, const AcuTensor *tensor)
{
  float *values = acu_try_alloc (tensor->count, sizeof (float));

  if (!values)
    no_memory (load);
  else if (!acu_tensor_read (tensor, values))
    {
      acu_free (values);
      refuse (load, _("its weights hold numbers that are not finite"));
      values = NULL;
    }
  return values;
}

static void
put (AcuRecord *record, int id, double value)
{
  AcuRecordParam *param = &record->params[record->n_params++];

  g_assert (record->n_params <= MAX_PARAMS);
  *param = (AcuRecordParam) { .id = id, .count = 1, .values = g_new (double, 1) };
  param->values[0] = value;
}

/* Appends a record that makes blob `output`, and reads `n` blobs. */
static AcuRecord *
add_record (Load *load, const char *type, const guint *inputs, guint n, guint output)
{
  AcuRecord record = { .type = g_strdup (type), .name = g_strdup (load->blob_names->pdata[output]), .line = (int) load->records->len,
                       .n_inputs = n, .n_outputs = 1, .inputs = g_memdup2 (inputs, n * sizeof *inputs), .outputs = g_memdup2 (&output, sizeof output),
                       .params = g_new0 (AcuRecordParam, MAX_PARAMS) };

  g_array_append_val (load->records, record);
  return &g_array_index (load->records, AcuRecord, load->records->len - 1);
}

/* The record of a node that reads its first `n` inputs from other layers. */
static AcuRecord *
begin (Load *load, const char *type, guint n)
{
  guint inputs[2], output;

  if (load->node->n_inputs < n || load->node->n_outputs != 1)
    {
      refuse (load, _("it has another number of inputs or outputs than it should"));
      return NULL;
    }
  for (guint k = 0; k < n; k++)
    if (!find_blob (load, load->node->inputs[k], &inputs[k]))
      return NULL;
  if (!add_blob (load, g_strdup (load->label), &output))
    return NULL;
  return add_record (load, type, inputs, n, output);
}

/* The node's whole numbers of that name: `n` of them from `least` to `most`, or all `fallback`. */
static gboolean
read_ints (const Load *load, const char *name, guint n, gint64 fallback, gint64 least, gint64 most, gint64 *values)
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
read_window (const Load *load, const AcuTensor *weights, Window *w)
{
  const AcuOnnxAttribute *automatic = acu_onnx_attribute (load->node, "auto_pad");
  gint64 dilations[2], extra[2];

  if (weights->dimensions != 4 || weights->shape[2] > 32 || weights->shape[3] > 32)
    return refuse (load, _("its kernel is not supported"));
  if ((automatic && !acu_onnx_is (automatic->text, "NOTSET")) || !read_ints (load, "dilations", 2, 1, 1, 1, dilations)
      || !read_ints (load, "output_padding", 2, 0, 0, 0, extra) || acu_onnx_attribute (load->node, "output_shape")
      || !read_ints (load, "strides", 2, 1, 1, MAX_STRIDE, w->stride) || w->stride[0] != w->stride[1]
      || !read_ints (load, "pads", 4, 0, 0, MAX_PAD, w->pads))
    return refuse (load, _("its strides, paddings or dilations are not supported"));
  if (!read_ints (load, "kernel_shape", 2, 0, 1, 32, w->kernel)
      || (w->kernel[0] && (w->kernel[0] != (gint64) weights->shape[2] || w->kernel[1] != (gint64) weights->shape[3])))
    return damaged (load, _("a kernel is not as large as its weights"));
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
cut_unread (const Load *load, Window *w)
{
  for (int k = 0; k < 2; k++)
    {
      gint64 beyond = w->pads[k] + w->pads[2 + k] + w->stride[k] * w->kernel[k] - w->kernel[k];

      if ((w->pads[2 + k] -= beyond % w->stride[k]) < 0)
        return refuse (load, _("its strides, paddings or dilations are not supported"));
    }
  return TRUE;
}

static gboolean
add_bias (Load *load, AcuRecord *record, guint64 channels)
{
  const AcuTensor *bias = load->node->n_inputs > 2 ? constant (load, 2) : NULL;

  if (load->node->n_inputs <= 2)
    return TRUE;
  if (!bias)
    return FALSE;
  if (bias->count != channels)
    return damaged (load, _("a layer's offsets do not fit its channels"));
  put (record, 5, 1);
  return add_tensor (load, "bias", bias, bias->data);
}

/* [channels][1][height][width] becomes [height][width][channels]. */
static gboolean
add_turned_depthwise (Load *load, const AcuTensor *weights)
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
add_turned (Load *load, const AcuTensor *weights)
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
add_conv (Load *load)
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
    return refuse (load, _("groups of channels are not supported, but for groups of one"));
  if (!(record = begin (load, depthwise ? "ConvolutionDepthWise" : "Convolution", 1)))
    return FALSE;
  put_window (record, &w, weights->shape[0]);
  return (depthwise ? add_turned_depthwise (load, weights) : add_tensor (load, "weight", weights, weights->data))
         && add_bias (load, record, weights->shape[0]);
}

static gboolean
add_conv_transpose (Load *load)
{
  const AcuOnnxAttribute *groups = acu_onnx_attribute (load->node, "group");
  const AcuTensor *weights = constant (load, 1);
  AcuRecord *record;
  Window w;

  if (!weights || !read_window (load, weights, &w))
    return FALSE;
  if (groups && groups->whole != 1)
    return refuse (load, _("groups of channels are not supported, but for groups of one"));
  if (!(record = begin (load, "Deconvolution", 1)))
    return FALSE;
  put_window (record, &w, weights->shape[1]);
  return add_turned (load, weights) && add_bias (load, record, weights->shape[1]);
}

/* (x - mean) / √(variance + epsilon) * scale + offset is one product and one sum a channel. */
static gboolean
add_batch_normalization (Load *load)
{
  const AcuOnnxAttribute *given = acu_onnx_attribute (load->node, "epsilon"), *training = acu_onnx_attribute (load->node, "training_mode");
  const AcuTensor *tensors[4];
  float *values[4] = { NULL }, *factors = NULL, *offsets = NULL;
  double epsilon = given ? given->real : BATCH_EPSILON;
  gboolean done = !training || training->whole == 0 || refuse (load, _("it is in the form that is trained"));

  for (guint k = 0; done && k < 4; k++)
    done = (tensors[k] = constant (load, k + 1)) && (tensors[k]->count == tensors[0]->count || damaged (load, _("a layer's offsets do not fit its channels")))
           && (values[k] = read_tensor (load, tensors[k]));
  done = done && begin (load, "Scale", 1) && (factors = take_room (load, tensors[0]->count)) && (offsets = take_room (load, tensors[0]->count));
  for (guint64 c = 0; done && c < tensors[0]->count; c++)
    {
      double spread = sqrt (values[3][c] + epsilon), factor = values[0][c] / spread;

      factors[c] = (float) factor;
      offsets[c] = (float) (values[1][c] - values[2][c] * factor);
      if (!(spread > 0) || !isfinite (factors[c]) || !isfinite (offsets[c]))
        done = refuse (load, _("its weights hold numbers that are not finite"));
    }
  done = done && add_tensor (load, "weight", tensors[0], factors) && add_tensor (load, "bias", tensors[0], offsets);
  for (guint k = 0; k < 4; k++)
    acu_free (values[k]);
  return done;
}

static gboolean
add_relu (Load *load)
{
  return begin (load, "ReLU", 1) != NULL;
}

static gboolean
add_sigmoid (Load *load)
{
  return begin (load, "Sigmoid", 1) != NULL;
}

static gboolean
add_sum (Load *load)
{
  return begin (load, "BinaryOp", 2) != NULL;
}

static const struct
{
  const char *type;
  gboolean (*add) (Load *load);
} types[] = {
  { "Conv", add_conv },
  { "ConvTranspose", add_conv_transpose },
  { "BatchNormalization", add_batch_normalization },
  { "Relu", add_relu },
  { "Sigmoid", add_sigmoid },
  { "Add", add_sum },
};

static gboolean
add_node (Load *load, AcuProto message, AcuOnnxNode *node)
{
  load->node = node;
  g_clear_pointer (&load->label, g_free);
  if (load->records->len > MAX_NODES)
    return damaged (load, _("it has too many layers"));
  if (!check (load, acu_onnx_read_node (message, node)))
    return FALSE;
  if (!node->n_outputs)
    return damaged (load, _("a layer makes nothing"));
  if (!(load->label = name_of (load, node->outputs[0])))
    return FALSE;
  for (guint i = 0; !node->domain.left && i < G_N_ELEMENTS (types); i++)
    if (acu_onnx_is (node->type, types[i].type))
      return types[i].add (load);
  return refuse (load, _("Acuity does not have this kind of layer"));
}

/* Goes through the graph's fields of one number. */
static gboolean
for_each (Load *load, AcuProto graph, guint number, gboolean (*add) (Load *load, AcuProto message, void *data), void *data)
{
  AcuProtoField field;
  AcuProtoStep step;

  while ((step = acu_proto_next (&graph, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number == number && field.wire != ACU_PROTO_BYTES))
        return damaged (load, _("a part of it cannot be read"));
      if (field.number == number && !add (load, field.bytes, data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
each_constant (Load *load, AcuProto message, void *data)
{
  return add_constant (load, message);
}

/* An input that no constant is given for is the picture. */
static gboolean
each_input (Load *load, AcuProto message, void *data)
{
  AcuProto text;
  char *name = check (load, acu_onnx_read_value (message, &text)) ? name_of (load, text) : NULL;
  guint index;

  if (name && g_hash_table_contains (load->constants, name))
    {
      g_free (name);
      return TRUE;
    }
  if (name && load->records->len)
    {
      g_free (name);
      return refuse (load, _("it has more than one input"));
    }
  if (!name || !add_blob (load, name, &index))
    return FALSE;
  add_record (load, "Input", NULL, 0, index);
  return TRUE;
}

static gboolean
each_node (Load *load, AcuProto message, void *data)
{
  return add_node (load, message, data);
}

typedef struct Results
{
  guint blobs[MAX_RESULTS], n;
} Results;

static gboolean
each_output (Load *load, AcuProto message, void *data)
{
  Results *results = data;
  AcuProto text;

  if (results->n == MAX_RESULTS)
    return refuse (load, _("it has more inputs, outputs or numbers than Acuity supports"));
  return check (load, acu_onnx_read_value (message, &text)) && find_blob (load, text, &results->blobs[results->n++]);
}

/* Several results become one, their channels one after the other. */
static gboolean
join (Load *load, const Results *results)
{
  guint output, last = load->blob_names->len - 1;

  if (results->n == 1)
    return results->blobs[0] == last || refuse (load, _("the last layer does not make the result"));
  if (!results->n)
    return damaged (load, _("it has no result"));
  if (!add_blob (load, g_strdup ("results"), &output))
    return FALSE;
  add_record (load, "Concat", results->blobs, results->n, output);
  return TRUE;
}

static gboolean
read_graph (Load *load, AcuProto graph)
{
  g_autofree AcuOnnxNode *node = g_new (AcuOnnxNode, 1);
  Results results = { .n = 0 };

  if (!for_each (load, graph, GRAPH_INITIALIZER, each_constant, NULL) || !for_each (load, graph, GRAPH_INPUT, each_input, NULL))
    return FALSE;
  if (!load->records->len)
    return damaged (load, _("it has no input"));
  return for_each (load, graph, GRAPH_NODE, each_node, node) && for_each (load, graph, GRAPH_OUTPUT, each_output, &results) && join (load, &results);
}

static gboolean
read_model (Load *load, AcuProto model)
{
  AcuProtoField field;
  AcuProtoStep step;
  AcuProto graph = { NULL, 0 };

  while ((step = acu_proto_next (&model, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number == MODEL_GRAPH && (field.wire != ACU_PROTO_BYTES || graph.at)))
        return damaged (load, _("a part of it cannot be read"));
      if (field.number == MODEL_GRAPH)
        graph = field.bytes;
    }
  return graph.at ? read_graph (load, graph) : damaged (load, _("it has no graph"));
}

static void
finish (Load *load)
{
  AcuWeights *weights = load->weights;

  weights->n_records = load->records->len;
  weights->records = (AcuRecord *) (void *) g_array_free (load->records, FALSE);
  weights->n_blobs = load->blob_names->len;
  weights->blob_names = (char **) g_ptr_array_free (load->blob_names, FALSE);
  if (load->copies)
    weights->copies = g_bytes_new_with_free_func (load->copies, load->room * sizeof (float), acu_free, load->copies);
  g_hash_table_unref (load->blobs);
  g_hash_table_unref (load->constants);
  g_free (load->label);
}

/* Takes `bytes`. */
static AcuWeights *
load_taking (guint8 *bytes, guint64 n, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  AcuWeights *weights = acu_weights_new (path);
  Load load = { weights, name, .error = error, .room = n / sizeof (float),
                .constants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
                .blobs = g_hash_table_new (g_str_hash, g_str_equal), .blob_names = g_ptr_array_new (),
                .records = g_array_new (FALSE, TRUE, sizeof (AcuRecord)) };
  gboolean ok;

  weights->storage = g_bytes_new_with_free_func (bytes, n, acu_free, bytes);
  weights->bytes = bytes;
  weights->file_bytes = n;
  ok = read_model (&load, (AcuProto) { bytes, n });
  finish (&load);
  if (ok)
    return weights;
  acu_weights_free (weights);
  return NULL;
}

AcuWeights *
acu_load_onnx_bytes (const guint8 *bytes, gsize n, const char *name, GError **error)
{
  guint8 *copy = acu_read_bytes (bytes, n, name, error);

  return copy ? load_taking (copy, n, name, error) : NULL;
}

AcuWeights *
acu_load_onnx (const char *path, GError **error)
{
  guint64 n;
  guint8 *bytes = acu_read_file (path, ACU_MAX_MODEL_BYTES, &n, error);

  return bytes ? load_taking (bytes, n, path, error) : NULL;
}
