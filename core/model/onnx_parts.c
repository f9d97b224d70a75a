/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "onnx_parts.h"

#include <acuity/size.h>
#include <string.h>

/* Numbers of fields, as onnx.proto gives them. */
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_TYPE = 4, NODE_ATTRIBUTE = 5, NODE_DOMAIN = 7 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_REAL = 2, ATTRIBUTE_WHOLE = 3, ATTRIBUTE_TEXT = 4, ATTRIBUTE_GRAPH = 6, ATTRIBUTE_INTS = 8,
       ATTRIBUTE_GRAPHS = 11 };
enum { TENSOR_DIMENSION = 1, TENSOR_TYPE = 2, TENSOR_FLOATS = 4, TENSOR_NAME = 8, TENSOR_RAW = 9, TENSOR_EXTERNAL = 13, TENSOR_PLACE = 14 };
enum { VALUE_NAME = 1 };
enum { TYPE_FLOAT = 1 };

gboolean
acu_onnx_is (AcuProto text, const char *word)
{
  return text.left == strlen (word) && memcmp (text.at, word, text.left) == 0;
}

/* A number that may come alone or packed with others. */
static AcuOnnxProblem
read_ints (const AcuProtoField *field, gint64 *ints, guint most, guint *n)
{
  AcuProto packed = field->bytes;
  guint64 value = field->value;

  if (field->wire != ACU_PROTO_VARINT && field->wire != ACU_PROTO_BYTES)
    return ACU_ONNX_DAMAGED;
  for (gboolean alone = field->wire == ACU_PROTO_VARINT; alone || packed.left; alone = FALSE)
    {
      if (!alone && !acu_proto_varint (&packed, &value))
        return ACU_ONNX_DAMAGED;
      if (*n == most)
        return ACU_ONNX_TOO_MUCH;
      ints[(*n)++] = (gint64) value;
    }
  return ACU_ONNX_FINE;
}

static AcuOnnxProblem
read_attribute (AcuProto message, AcuOnnxAttribute *attribute)
{
  AcuProtoField field;
  AcuProtoStep step;
  AcuOnnxProblem problem = ACU_ONNX_FINE;

  *attribute = (AcuOnnxAttribute) { .whole = 0 };
  while (problem == ACU_ONNX_FINE && (step = acu_proto_next (&message, &field)) != ACU_PROTO_END)
    {
      guint32 bits = (guint32) field.value;

      if (step == ACU_PROTO_DAMAGED)
        return ACU_ONNX_DAMAGED;
      if (field.number == ATTRIBUTE_GRAPH || field.number == ATTRIBUTE_GRAPHS)
        return ACU_ONNX_SUBGRAPH;
      if (field.number == ATTRIBUTE_NAME && field.wire == ACU_PROTO_BYTES)
        attribute->name = field.bytes;
      else if (field.number == ATTRIBUTE_TEXT && field.wire == ACU_PROTO_BYTES)
        attribute->text = field.bytes;
      else if (field.number == ATTRIBUTE_WHOLE && field.wire == ACU_PROTO_VARINT)
        attribute->whole = (gint64) field.value;
      else if (field.number == ATTRIBUTE_REAL && field.wire == ACU_PROTO_FIXED32)
        memcpy (&attribute->real, &bits, sizeof bits);
      else if (field.number == ATTRIBUTE_INTS)
        problem = read_ints (&field, attribute->ints, ACU_ONNX_MAX_INTS, &attribute->n_ints);
    }
  return problem;
}

static AcuOnnxProblem
keep (AcuProto text, AcuProto *places, guint *n)
{
  if (*n == ACU_ONNX_MAX_PLACES)
    return ACU_ONNX_TOO_MUCH;
  places[(*n)++] = text;
  return ACU_ONNX_FINE;
}

AcuOnnxProblem
acu_onnx_read_node (AcuProto message, AcuOnnxNode *node)
{
  AcuProtoField field;
  AcuProtoStep step;
  AcuOnnxProblem problem = ACU_ONNX_FINE;

  node->type = node->domain = (AcuProto) { NULL, 0 };
  node->n_inputs = node->n_outputs = node->n_attributes = 0;
  while (problem == ACU_ONNX_FINE && (step = acu_proto_next (&message, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number <= NODE_DOMAIN && field.wire != ACU_PROTO_BYTES))
        return ACU_ONNX_DAMAGED;
      if (field.number == NODE_INPUT)
        problem = keep (field.bytes, node->inputs, &node->n_inputs);
      else if (field.number == NODE_OUTPUT)
        problem = keep (field.bytes, node->outputs, &node->n_outputs);
      else if (field.number == NODE_TYPE)
        node->type = field.bytes;
      else if (field.number == NODE_DOMAIN)
        node->domain = field.bytes;
      else if (field.number == NODE_ATTRIBUTE && node->n_attributes == ACU_ONNX_MAX_ATTRIBUTES)
        problem = ACU_ONNX_TOO_MUCH;
      else if (field.number == NODE_ATTRIBUTE)
        problem = read_attribute (field.bytes, &node->attributes[node->n_attributes++]);
    }
  return problem;
}

/* The shape is there: do the bytes fit it? */
static gboolean
set_shape (AcuTensor *tensor, const gint64 *sides, guint n, AcuProto data)
{
  guint64 bytes;

  tensor->dimensions = MAX (n, 1);
  tensor->shape[0] = 1;
  tensor->count = 1;
  for (guint i = 0; i < n; i++)
    {
      if (sides[i] < 1 || !acu_size_mul (tensor->count, (guint64) sides[i], &tensor->count))
        return FALSE;
      tensor->shape[i] = (guint64) sides[i];
    }
  tensor->data = data.at;
  return acu_size_mul (tensor->count, sizeof (float), &bytes) && bytes == data.left;
}

AcuOnnxProblem
acu_onnx_read_tensor (AcuProto message, AcuOnnxTensor *tensor)
{
  AcuProtoField field;
  AcuProtoStep step;
  AcuProto data = { NULL, 0 };
  gint64 sides[ACU_MAX_DIMENSIONS];
  guint n = 0;
  guint64 type = 0;
  AcuOnnxProblem problem = ACU_ONNX_FINE;

  *tensor = (AcuOnnxTensor) { .tensor = { .type = ACU_TENSOR_F32 } };
  while (problem == ACU_ONNX_FINE && (step = acu_proto_next (&message, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED)
        return ACU_ONNX_DAMAGED;
      if (field.number == TENSOR_EXTERNAL || (field.number == TENSOR_PLACE && field.value))
        return ACU_ONNX_EXTERNAL;
      if (field.number == TENSOR_DIMENSION)
        problem = read_ints (&field, sides, ACU_MAX_DIMENSIONS, &n);
      else if (field.number == TENSOR_TYPE && field.wire == ACU_PROTO_VARINT)
        type = field.value;
      else if (field.number == TENSOR_NAME && field.wire == ACU_PROTO_BYTES)
        tensor->name = field.bytes;
      else if (field.number == TENSOR_RAW || field.number == TENSOR_FLOATS)
        {
          /* Floats one at a time are what nobody writes; two sources are one too many. */
          if (field.wire != ACU_PROTO_BYTES || data.at)
            return ACU_ONNX_DAMAGED;
          data = field.bytes;
        }
    }
  tensor->floats = type == TYPE_FLOAT;
  return problem != ACU_ONNX_FINE || !tensor->floats || set_shape (&tensor->tensor, sides, n, data) ? problem : ACU_ONNX_DAMAGED;
}

AcuOnnxProblem
acu_onnx_read_value (AcuProto message, AcuProto *name)
{
  AcuProtoField field;
  AcuProtoStep step;

  *name = (AcuProto) { NULL, 0 };
  while ((step = acu_proto_next (&message, &field)) != ACU_PROTO_END)
    {
      if (step == ACU_PROTO_DAMAGED || (field.number == VALUE_NAME && field.wire != ACU_PROTO_BYTES))
        return ACU_ONNX_DAMAGED;
      if (field.number == VALUE_NAME)
        *name = field.bytes;
    }
  return ACU_ONNX_FINE;
}

const AcuOnnxAttribute *
acu_onnx_attribute (const AcuOnnxNode *node, const char *name)
{
  for (guint i = 0; i < node->n_attributes; i++)
    if (acu_onnx_is (node->attributes[i].name, name))
      return &node->attributes[i];
  return NULL;
}
