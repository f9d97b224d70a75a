/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by the two files of ONNX's loader. */
#ifndef ACU_ONNX_LOAD_H
#define ACU_ONNX_LOAD_H

#include "onnx_parts.h"

G_BEGIN_DECLS

#define ACU_ONNX_MAX_PARAMS 12

typedef struct AcuOnnxLoad
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
  guint64 read;                   /* numbers that layers take from the file's constants */
  GError **error;
} AcuOnnxLoad;

/* FALSE with an error: the file is damaged; the layer being read is not supported; ACU_ERROR_MEMORY. */
gboolean acu_onnx_damaged (const AcuOnnxLoad *load, const char *what);
gboolean acu_onnx_refuse (const AcuOnnxLoad *load, const char *what);
gboolean acu_onnx_no_memory (const AcuOnnxLoad *load);

/* A text of the file as a name, or NULL with an error; g_free(). */
char *acu_onnx_name (const AcuOnnxLoad *load, AcuProto text);
/* A new blob; takes `name`. */
gboolean acu_onnx_add_blob (AcuOnnxLoad *load, char *name, guint *index);
gboolean acu_onnx_find_blob (const AcuOnnxLoad *load, AcuProto text, guint *index);
/* Appends a record that makes blob `output`, and reads `n` blobs. It has room for ACU_ONNX_MAX_PARAMS parameters, and stays where it is until the next one. */
AcuRecord *acu_onnx_add_record (AcuOnnxLoad *load, const char *type, const guint *inputs, guint n, guint output);

/* onnx_layers.c: appends what load->node is, and its tensors. */
gboolean acu_onnx_add_layer (AcuOnnxLoad *load);

G_END_DECLS

#endif
