/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ONNX: a protocol buffer with a graph of nodes and the constants that they read. Nodes become records of the types that ncnn's files have, so that the nets of both
 * are built alike; a constant becomes tensors of the record that reads it. */
#include "load_onnx.h"

#include "onnx_load.h"
#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Numbers of fields, as onnx.proto gives them. */
enum { MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

#define MAX_NODES 10000
#define MAX_RESULTS 8

gboolean
acu_onnx_damaged (const AcuOnnxLoad *load, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is damaged: %s."), load->name, what);
  return FALSE;
}

gboolean
acu_onnx_refuse (const AcuOnnxLoad *load, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: layer “%s”: %s."), load->name, load->label ? load->label : "?", what);
  return FALSE;
}

gboolean
acu_onnx_no_memory (const AcuOnnxLoad *load)
{
  g_set_error_literal (load->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

static gboolean
check (const AcuOnnxLoad *load, AcuOnnxProblem problem)
{
  switch (problem)
    {
    case ACU_ONNX_FINE:
      return TRUE;
    case ACU_ONNX_TOO_MUCH:
      return acu_onnx_refuse (load, _("it has more inputs, outputs or numbers than Acuity supports"));
    case ACU_ONNX_EXTERNAL:
      return acu_onnx_refuse (load, _("its weights are in another file"));
    case ACU_ONNX_SUBGRAPH:
      return acu_onnx_refuse (load, _("Acuity does not have this kind of layer"));
    default:
      return acu_onnx_damaged (load, _("a part of it cannot be read"));
    }
}

char *
acu_onnx_name (const AcuOnnxLoad *load, AcuProto text)
{
  /* Not copied before it is known to be short. */
  char *name = text.left && text.left <= ACU_MAX_NAME_BYTES && !memchr (text.at, 0, text.left) ? g_strndup ((const char *) text.at, text.left) : NULL;

  if (name && acu_weights_is_name (name))
    return name;
  g_free (name);
  acu_onnx_damaged (load, _("a name in it is impossible"));
  return NULL;
}

static gboolean
add_constant (AcuOnnxLoad *load, AcuProto message)
{
  AcuOnnxTensor *constant = g_new (AcuOnnxTensor, 1);
  char *name = check (load, acu_onnx_read_tensor (message, constant)) ? acu_onnx_name (load, constant->name) : NULL;

  if (name && g_hash_table_size (load->constants) < ACU_MAX_TENSORS && !g_hash_table_contains (load->constants, name))
    {
      g_hash_table_insert (load->constants, name, constant);
      return TRUE;
    }
  if (name)
    acu_onnx_damaged (load, _("it has too many constants, or two of one name"));
  g_free (name);
  g_free (constant);
  return FALSE;
}

gboolean
acu_onnx_add_blob (AcuOnnxLoad *load, char *name, guint *index)
{
  if (g_hash_table_contains (load->blobs, name) || g_hash_table_contains (load->constants, name))
    {
      g_free (name);
      return acu_onnx_damaged (load, _("two of its layers make the same"));
    }
  *index = load->blob_names->len;
  g_ptr_array_add (load->blob_names, name);
  g_hash_table_insert (load->blobs, name, GUINT_TO_POINTER (*index + 1));
  return TRUE;
}

gboolean
acu_onnx_find_blob (const AcuOnnxLoad *load, AcuProto text, guint *index)
{
  g_autofree char *name = acu_onnx_name (load, text);
  guint found = name ? GPOINTER_TO_UINT (g_hash_table_lookup (load->blobs, name)) : 0;

  *index = found - 1;
  return found || (name && acu_onnx_damaged (load, _("a layer reads what no layer before it makes")));
}

AcuRecord *
acu_onnx_add_record (AcuOnnxLoad *load, const char *type, const guint *inputs, guint n, guint output)
{
  AcuRecord record = { .type = g_strdup (type), .name = g_strdup (load->blob_names->pdata[output]), .line = (int) load->records->len,
                       .n_inputs = n, .n_outputs = 1, .inputs = g_memdup2 (inputs, n * sizeof *inputs), .outputs = g_memdup2 (&output, sizeof output),
                       .params = g_new0 (AcuRecordParam, ACU_ONNX_MAX_PARAMS) };

  g_array_append_val (load->records, record);
  return &g_array_index (load->records, AcuRecord, load->records->len - 1);
}

static gboolean
add_node (AcuOnnxLoad *load, AcuProto message, AcuOnnxNode *node)
{
  load->node = node;
  g_clear_pointer (&load->label, g_free);
  if (load->records->len > MAX_NODES)
    return acu_onnx_damaged (load, _("it has too many layers"));
  if (!check (load, acu_onnx_read_node (message, node)))
    return FALSE;
  if (!node->n_outputs)
    return acu_onnx_damaged (load, _("a layer makes nothing"));
  if (!(load->label = acu_onnx_name (load, node->outputs[0])))
    return FALSE;
  return acu_onnx_add_layer (load);
}

/* Goes through the graph's fields of one number. */
static gboolean
for_each (AcuOnnxLoad *load, AcuProto graph, guint number, gboolean (*add) (AcuOnnxLoad *load, AcuProto message, void *data), void *data)
{
  AcuProtoField field;
  AcuProtoStep step;

  while ((step = acu_proto_next (&graph, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number == number && field.wire != ACU_PROTO_BYTES))
        return acu_onnx_damaged (load, _("a part of it cannot be read"));
      if (field.number == number && !add (load, field.bytes, data))
        return FALSE;
    }
  return TRUE;
}

static gboolean
each_constant (AcuOnnxLoad *load, AcuProto message, void *data)
{
  return add_constant (load, message);
}

/* An input that no constant is given for is the picture. */
static gboolean
each_input (AcuOnnxLoad *load, AcuProto message, void *data)
{
  AcuProto text;
  char *name = check (load, acu_onnx_read_value (message, &text)) ? acu_onnx_name (load, text) : NULL;
  guint index;

  if (name && g_hash_table_contains (load->constants, name))
    {
      g_free (name);
      return TRUE;
    }
  if (name && load->records->len)
    {
      g_free (name);
      return acu_onnx_refuse (load, _("it has more than one input"));
    }
  if (!name || !acu_onnx_add_blob (load, name, &index))
    return FALSE;
  acu_onnx_add_record (load, "Input", NULL, 0, index);
  return TRUE;
}

static gboolean
each_node (AcuOnnxLoad *load, AcuProto message, void *data)
{
  return add_node (load, message, data);
}

typedef struct Results
{
  guint blobs[MAX_RESULTS], n;
} Results;

static gboolean
each_output (AcuOnnxLoad *load, AcuProto message, void *data)
{
  Results *results = data;
  AcuProto text;

  if (results->n == MAX_RESULTS)
    return acu_onnx_refuse (load, _("it has more inputs, outputs or numbers than Acuity supports"));
  return check (load, acu_onnx_read_value (message, &text)) && acu_onnx_find_blob (load, text, &results->blobs[results->n++]);
}

/* Several results become one, their channels one after the other. */
static gboolean
join (AcuOnnxLoad *load, const Results *results)
{
  guint output, last = load->blob_names->len - 1;

  if (results->n == 1)
    return results->blobs[0] == last || acu_onnx_refuse (load, _("the last layer does not make the result"));
  if (!results->n)
    return acu_onnx_damaged (load, _("it has no result"));
  if (!acu_onnx_add_blob (load, g_strdup ("results"), &output))
    return FALSE;
  acu_onnx_add_record (load, "Concat", results->blobs, results->n, output);
  return TRUE;
}

static gboolean
read_graph (AcuOnnxLoad *load, AcuProto graph)
{
  g_autofree AcuOnnxNode *node = g_new (AcuOnnxNode, 1);
  Results results = { .n = 0 };

  if (!for_each (load, graph, GRAPH_INITIALIZER, each_constant, NULL) || !for_each (load, graph, GRAPH_INPUT, each_input, NULL))
    return FALSE;
  if (!load->records->len)
    return acu_onnx_damaged (load, _("it has no input"));
  return for_each (load, graph, GRAPH_NODE, each_node, node) && for_each (load, graph, GRAPH_OUTPUT, each_output, &results) && join (load, &results);
}

static gboolean
read_model (AcuOnnxLoad *load, AcuProto model)
{
  AcuProtoField field;
  AcuProtoStep step;
  AcuProto graph = { NULL, 0 };

  while ((step = acu_proto_next (&model, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number == MODEL_GRAPH && (field.wire != ACU_PROTO_BYTES || graph.at)))
        return acu_onnx_damaged (load, _("a part of it cannot be read"));
      if (field.number == MODEL_GRAPH)
        graph = field.bytes;
    }
  return graph.at ? read_graph (load, graph) : acu_onnx_damaged (load, _("it has no graph"));
}

static void
finish (AcuOnnxLoad *load)
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
  AcuOnnxLoad load = { weights, name, .error = error, .room = n / sizeof (float),
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
