/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What an ONNX file consists of (onnx.proto, of IR versions 3 to 10), read out of its messages one at a time. */
#ifndef ACU_ONNX_PARTS_H
#define ACU_ONNX_PARTS_H

#include "protobuf.h"
#include "weights.h"

G_BEGIN_DECLS

#define ACU_ONNX_MAX_ATTRIBUTES 16
#define ACU_ONNX_MAX_INTS 8
#define ACU_ONNX_MAX_PLACES 16

typedef struct AcuOnnxAttribute
{
  AcuProto name, text;
  float real;
  gint64 whole;
  guint n_ints;
  gint64 ints[ACU_ONNX_MAX_INTS];
} AcuOnnxAttribute;

typedef struct AcuOnnxNode
{
  AcuProto type, domain;
  guint n_inputs, n_outputs, n_attributes;
  AcuProto inputs[ACU_ONNX_MAX_PLACES], outputs[ACU_ONNX_MAX_PLACES];
  AcuOnnxAttribute attributes[ACU_ONNX_MAX_ATTRIBUTES];
} AcuOnnxNode;

/* Numbers that lie in the file. */
typedef struct AcuOnnxTensor
{
  AcuProto name;
  AcuTensor tensor;               /* without a name; FLOAT only */
  gboolean floats;                /* otherwise it is of another type, and no more is known */
} AcuOnnxTensor;

/* Why a part could not be read. */
typedef enum AcuOnnxProblem
{
  ACU_ONNX_FINE,
  ACU_ONNX_DAMAGED,
  ACU_ONNX_TOO_MUCH,              /* more inputs, outputs, attributes or numbers in one than are supported */
  ACU_ONNX_EXTERNAL,              /* numbers in another file */
  ACU_ONNX_SUBGRAPH               /* an attribute that holds a graph */
} AcuOnnxProblem;

AcuOnnxProblem acu_onnx_read_node (AcuProto message, AcuOnnxNode *node);
AcuOnnxProblem acu_onnx_read_tensor (AcuProto message, AcuOnnxTensor *tensor);
/* The name of a graph's input or output. */
AcuOnnxProblem acu_onnx_read_value (AcuProto message, AcuProto *name);

/* The node's attribute of that name, or NULL. */
const AcuOnnxAttribute *acu_onnx_attribute (const AcuOnnxNode *node, const char *name);
gboolean acu_onnx_is (AcuProto text, const char *word);

G_END_DECLS

#endif
