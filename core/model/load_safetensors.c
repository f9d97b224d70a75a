/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* safetensors (little-endian): 64 bits with the length of the header; the header, JSON:
 *   { "__metadata__": { text: text, … }, name: { "dtype": "F32", "shape": [ … ], "data_offsets": [ begin, end ] }, … }
 * then the tensors' bytes, where offsets count from. Tensors neither overlap nor leave gaps. */
#include "load_safetensors.h"

#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_HEADER_BYTES (16 << 20)
#define LENGTH_BYTES 8
/* { name: { "shape": [ */
#define MAX_DEPTH 3
/* Of ACU_MAX_TENSORS, each with its 9, and of metadata. */
#define MAX_COMMAS 200000

typedef struct Load
{
  AcuWeights *weights;
  const char *name;
  const guint8 *data;
  guint64 data_bytes;
  GError **error;
} Load;

static gboolean damaged (Load *load, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
damaged (Load *load, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is damaged: %s."), load->name, what);
  return FALSE;
}

/* The parser calls itself for what lies inside of something, and takes much memory for each value: it must be led neither deep nor far. It also knows comments
 * and other quotation marks, which are no JSON, and in which brackets could hide. */
static gboolean
is_simple (const char *json, gsize n)
{
  int depth = 0, commas = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < n; i++)
    if (quoted && json[i] == '\\')
      i++;
    else if (json[i] == '"')
      quoted = !quoted;
    else if (quoted)
      continue;
    else if (json[i] == '{' || json[i] == '[')
      {
        if (++depth > MAX_DEPTH)
          return FALSE;
      }
    else if (json[i] == '}' || json[i] == ']')
      {
        if (--depth < 0)
          return FALSE;
      }
    else if (json[i] == ',')
      {
        if (++commas > MAX_COMMAS)
          return FALSE;
      }
    else if (!g_ascii_isalnum (json[i]) && !strchr (" \t\r\n:+-.", json[i]))
      return FALSE;
  return depth == 0 && !quoted;
}

/* A whole number from 0 on. */
static gboolean
read_whole (JsonNode *node, guint64 *value)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return FALSE;
  *value = (guint64) json_node_get_int (node);
  return TRUE;
}

static JsonArray *
array_member (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
text_of (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static gboolean
read_type (Load *load, JsonObject *object, AcuTensor *tensor)
{
  static const struct { const char *name; AcuTensorType type; } types[] = {
    { "F32", ACU_TENSOR_F32 }, { "F16", ACU_TENSOR_F16 }, { "BF16", ACU_TENSOR_BF16 }
  };
  const char *type = text_of (json_object_get_member (object, "dtype"));

  /* It is shown, too. */
  if (!type || !acu_weights_is_name (type))
    return damaged (load, _("the tensor “%s” has no type"), tensor->name);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].name, type))
      {
        tensor->type = types[i].type;
        return TRUE;
      }
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: the tensor “%s” is of the type “%s”; F32, F16 and BF16 are supported."),
               load->name, tensor->name, type);
  return FALSE;
}

static gboolean
read_shape (Load *load, JsonObject *object, AcuTensor *tensor)
{
  JsonArray *shape = array_member (object, "shape");
  guint n = shape ? json_array_get_length (shape) : 0;

  if (!shape || n > ACU_MAX_DIMENSIONS)
    return damaged (load, _("the tensor “%s” has no shape of at most %d dimensions"), tensor->name, ACU_MAX_DIMENSIONS);
  /* A single number is a vector of one. */
  tensor->dimensions = MAX (n, 1);
  tensor->shape[0] = 1;
  tensor->count = 1;
  for (guint i = 0; i < n; i++)
    if (!read_whole (json_array_get_element (shape, i), &tensor->shape[i]) || tensor->shape[i] == 0
        || !acu_size_mul (tensor->count, tensor->shape[i], &tensor->count))
      return damaged (load, _("the tensor “%s” has an impossible shape"), tensor->name);
  return TRUE;
}

static gboolean
read_offsets (Load *load, JsonObject *object, AcuTensor *tensor)
{
  JsonArray *offsets = array_member (object, "data_offsets");
  guint64 begin, end, size;

  if (!offsets || json_array_get_length (offsets) != 2 || !read_whole (json_array_get_element (offsets, 0), &begin)
      || !read_whole (json_array_get_element (offsets, 1), &end) || begin > end || end > load->data_bytes
      || !acu_size_mul (tensor->count, acu_tensor_element_bytes (tensor->type), &size) || size != end - begin)
    return damaged (load, _("the tensor “%s” does not lie inside the file as its shape asks"), tensor->name);
  tensor->data = load->data + begin;
  return TRUE;
}

static gboolean
add_tensor (Load *load, const char *name, JsonNode *node)
{
  AcuTensor *tensor;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (!acu_weights_is_name (name))
    return damaged (load, _("a tensor has an impossible name"));
  tensor = g_new0 (AcuTensor, 1);
  tensor->name = g_strdup (name);
  if (!object)
    damaged (load, _("the tensor “%s” is not described"), name);
  else if (read_type (load, object, tensor) && read_shape (load, object, tensor) && read_offsets (load, object, tensor))
    {
      if (acu_weights_add (load->weights, tensor))
        return TRUE;
      damaged (load, _("there are two tensors “%s”"), name);
    }
  g_free (tensor->name);
  g_free (tensor);
  return FALSE;
}

static gboolean
read_metadata (Load *load, JsonNode *node)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return damaged (load, _("its metadata is not text"));
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (!text_of (value))
        return damaged (load, _("its metadata is not text"));
      g_hash_table_insert (load->weights->metadata, g_strdup (key), g_strdup (text_of (value)));
    }
  return TRUE;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const AcuTensor *first = *(AcuTensor *const *) a, *second = *(AcuTensor *const *) b;

  return first->data < second->data ? -1 : first->data > second->data;
}

/* Tensors fill the file's data one after the other: then no byte is two numbers, and none is hidden. */
static gboolean
check_places (Load *load)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  const guint8 *at = load->data;

  for (guint i = 0; i < load->weights->tensors->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (load->weights->tensors, i));
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 0; i < sorted->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (sorted, i);

      if (tensor->data != at)
        return damaged (load, _("the tensor “%s” overlaps another, or there is a gap before it"), tensor->name);
      at += tensor->count * acu_tensor_element_bytes (tensor->type);
    }
  return at == load->data + load->data_bytes || damaged (load, _("there are bytes behind the last tensor"));
}

static gboolean
read_header (Load *load, const char *json, gsize n)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (memchr (json, 0, n) || !g_utf8_validate (json, (gssize) n, NULL) || !is_simple (json, n)
      || !json_parser_load_from_data (parser, json, (gssize) n, NULL))
    return damaged (load, _("its header cannot be read"));
  root = json_parser_get_root (parser);
  if (!root || !JSON_NODE_HOLDS_OBJECT (root))
    return damaged (load, _("its header cannot be read"));
  if (json_object_get_size (json_node_get_object (root)) > ACU_MAX_TENSORS)
    return damaged (load, _("it has more than %d tensors"), ACU_MAX_TENSORS);
  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (g_str_equal (name, "__metadata__") ? !read_metadata (load, node) : !add_tensor (load, name, node))
      return FALSE;
  return check_places (load);
}

/* Takes `bytes`. */
static AcuWeights *
load_taking (guint8 *bytes, guint64 n, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  AcuWeights *weights = acu_weights_new (path);
  Load load = { weights, name, .error = error };
  guint64 length = 0;
  gboolean ok;

  weights->storage = g_bytes_new_with_free_func (bytes, n, acu_free, bytes);
  weights->bytes = bytes;
  weights->file_bytes = n;
  if (n >= LENGTH_BYTES)
    memcpy (&length, bytes, LENGTH_BYTES);
  length = GUINT64_FROM_LE (length);
  if (length < 2 || length > MIN (MAX_HEADER_BYTES, n - LENGTH_BYTES))
    ok = damaged (&load, _("it has no header, or one that is too long"));
  else
    {
      load.data = bytes + LENGTH_BYTES + length;
      load.data_bytes = n - LENGTH_BYTES - length;
      ok = read_header (&load, (const char *) bytes + LENGTH_BYTES, length);
    }
  if (ok)
    return weights;
  acu_weights_free (weights);
  return NULL;
}

AcuWeights *
acu_load_safetensors_bytes (const guint8 *bytes, gsize n, const char *name, GError **error)
{
  guint8 *copy = acu_read_bytes (bytes, n, name, error);

  return copy ? load_taking (copy, n, name, error) : NULL;
}

AcuWeights *
acu_load_safetensors (const char *path, GError **error)
{
  guint64 n;
  guint8 *bytes = acu_read_file (path, ACU_MAX_MODEL_BYTES, &n, error);

  return bytes ? load_taking (bytes, n, path, error) : NULL;
}
