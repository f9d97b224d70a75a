/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Named tensors, and the layer list where a file format has one. One loader a file format (load_*.c);
 * every file is hostile until each count, offset and dimension has been checked. */
#ifndef ACU_WEIGHTS_H
#define ACU_WEIGHTS_H

#include <glib.h>

G_BEGIN_DECLS

/* What a file may have. */
#define ACU_MAX_MODEL_BYTES (G_GUINT64_CONSTANT (2) << 30)
#define ACU_MAX_TENSORS 10000
#define ACU_MAX_DIMENSIONS 4
#define ACU_MAX_NAME_BYTES 500

typedef enum AcuTensorType
{
  ACU_TENSOR_F32,
  ACU_TENSOR_F16,
  ACU_TENSOR_BF16                 /* the upper half of a 32-bit float */
} AcuTensorType;

/* A tensor inside the bytes of its file; `data` may be unaligned, little-endian. */
typedef struct AcuTensor
{
  char *name;                     /* "<layer>.weight", "<layer>.bias", "<layer>.slope", "<layer>.data" */
  AcuTensorType type;
  guint dimensions;               /* 1 to 4 */
  guint64 shape[ACU_MAX_DIMENSIONS];   /* outermost first: a convolution is [out][in][kernel_height][kernel_width] */
  guint64 count;                  /* product of shape, at least 1 */
  const guint8 *data;
} AcuTensor;

/* A layer as its file describes it (ncnn .param): its type by name, blobs by index, parameters by number. */
typedef struct AcuRecordParam
{
  int id;                         /* 0 to 31 */
  gboolean is_array;
  guint count;                    /* 1 unless is_array */
  double *values;                 /* count finite numbers */
} AcuRecordParam;

typedef struct AcuRecord
{
  char *type, *name;
  int line;                       /* in the file, for messages */
  guint n_inputs, n_outputs;
  guint *inputs, *outputs;        /* blob indices below n_blobs */
  guint n_params;
  AcuRecordParam *params;
} AcuRecord;

typedef struct AcuWeights
{
  char *path;                     /* for messages */
  GPtrArray *tensors;             /* AcuTensor*, in file order */
  guint n_records, n_blobs;       /* 0 for formats without a layer list */
  AcuRecord *records;             /* in file order: each blob is written by one record, before it is read, and each but the
                                     last output is read exactly once or never */
  char **blob_names;              /* n_blobs of them */
  guint64 file_bytes;             /* size of the weights file */
  /* private to the loaders */
  const guint8 *bytes;            /* those of storage */
  GBytes *storage, *copies;       /* copies: tensors that do not lie in the file as they are used; NULL for none */
  GHashTable *by_name, *metadata;
} AcuWeights;

/* Loads PATH.param and PATH.bin beside it, given the path of the .param. ACU_ERROR_NOT_FOUND or ACU_ERROR_IO when they can't be read,
 * ACU_ERROR_FORMAT when damaged (naming file and line or offset), ACU_ERROR_UNSUPPORTED for a layer or storage that Acuity does not
 * have, ACU_ERROR_MEMORY. Uses at most twice the files' size plus a little. */
AcuWeights *acu_load_ncnn (const char *param_path, GError **error);
/* Loads a .safetensors file: tensors only, n_records is 0. Tensors of 1 to 4 dimensions in 16-bit, bfloat16 or 32-bit floats. The same errors. */
AcuWeights *acu_load_safetensors (const char *path, GError **error);
/* Loads what PyTorch's torch.save() wrote of a network's state_dict() (.pth, .pt, .ckpt): alone, or in a dictionary as "params_ema" (first), "params", "state_dict" or
 * "model"; "module." or "netG." before all names is left out, and so are whole numbers. Nothing in the file is executed; files of PyTorch before 1.6 and those that hold more than
 * tensors are ACU_ERROR_UNSUPPORTED. 64-bit floats become 32-bit ones. The same errors. Uses at most twice the file's size plus some 50 MB. */
AcuWeights *acu_load_pytorch (const char *path, GError **error);
/* Loads an .onnx file with the layers Conv, ConvTranspose, BatchNormalization, Relu, Sigmoid and Add, of one input; several results become one, their channels one after the
 * other. Its records have the types of ncnn's, and a blob may be read more than once. Convolutions are taken to see sides that their strides divide. The same errors. */
AcuWeights *acu_load_onnx (const char *path, GError **error);
/* Loads a model by its name's ending, or one that is built in by its resource's path. */
AcuWeights *acu_load_weights (const char *path, GError **error);
/* The ending that models' names may have, with its point, if this name has one (".param" of "a.param"); NULL. */
const char *acu_weights_ending (const char *path);
void acu_weights_free (AcuWeights *weights);

/* For the loaders and for makers of new weights: nothing in it yet but the path. */
AcuWeights *acu_weights_new (const char *path);
/* A tensor that is made or saved: its name, shape and numbers. */
typedef struct AcuValues
{
  const char *name;
  guint dimensions;               /* 1 to 4 */
  guint64 shape[4];
  const float *values;            /* the product of shape */
} AcuValues;

guint64 acu_values_count (const AcuValues *values);
/* Weights in memory with copies of n tensors of different names. NULL with ACU_ERROR_MEMORY. */
AcuWeights *acu_weights_from_values (const char *path, const AcuValues *values, guint n, GError **error);

/* Weights between those of a (share 0) and of b (share 1), which are of the same network: every number of the result is (1 - share) of a's and
 * share of b's (network interpolation: Wang, Yu, Wu et al. 2018, ESRGAN, section 3.4). With a's metadata. ACU_ERROR_FORMAT for weights of different
 * networks or with layer lists, ACU_ERROR_MEMORY. */
AcuWeights *acu_weights_interpolate (const AcuWeights *a, const AcuWeights *b, double share, GError **error);

/* Adds a tensor, which it takes; FALSE, and the tensor stays the caller's, when there is one of that name. */
gboolean acu_weights_add (AcuWeights *weights, AcuTensor *tensor);

/* Whether that can be a tensor's name: UTF-8 without control characters, neither empty nor long. */
gboolean acu_weights_is_name (const char *name);

/* A line of text that the file carries about itself (safetensors: "__metadata__"), or NULL. */
const char *acu_weights_metadata (const AcuWeights *weights, const char *key);
/* Adds what `from` says about itself. */
void acu_weights_copy_metadata (AcuWeights *weights, const AcuWeights *from);
guint acu_tensor_element_bytes (AcuTensorType type);

/* The tensor of that name, or NULL. */
const AcuTensor *acu_weights_find (const AcuWeights *weights, const char *name);

/* Converts all of a tensor to floats; dst holds tensor->count. Returns FALSE if a value is not finite. */
gboolean acu_tensor_read (const AcuTensor *tensor, float *dst) G_GNUC_WARN_UNUSED_RESULT;

/* The opposite, for F32 tensors of weights in memory (acu_weights_from_values()). */
void acu_tensor_write (const AcuTensor *tensor, const float *src);

/* All of a tensor as it lies in the file, without a copy: F16 or F32, as tensor->type says, aligned to them. The bytes outlive
 * `weights`; unref them. NULL if a value is not finite, for BF16, or where the processor's byte order is not the file's. */
GBytes *acu_tensor_share (const AcuWeights *weights, const AcuTensor *tensor);
/* Whether all values are finite. */
gboolean acu_tensor_is_finite (const AcuTensor *tensor);

/* Numbered parameters of a record with the default that the format states for them. */
double acu_record_number (const AcuRecord *record, int id, double fallback);
int acu_record_int (const AcuRecord *record, int id, int fallback);
/* The array parameter `id`, or NULL. */
const AcuRecordParam *acu_record_array (const AcuRecord *record, int id);

G_END_DECLS

#endif
