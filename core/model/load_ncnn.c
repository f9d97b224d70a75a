/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* ncnn's text .param and binary .bin (little-endian).
 *
 * .param:  7767517
 *          <layers> <blobs>
 *          <type> <name> <n inputs> <n outputs> <input blobs…> <output blobs…> <id>=<number> … -233<id>=<n>,<number>…
 * .bin:    the layers' weights in the order of the layers:
 *          Convolution, Deconvolution, InnerProduct: tagged weights (parameter 6, or 2, of them), then raw bias if
 *          parameter 5, or 1, is set; PReLU: raw slopes (parameter 0); MemoryData: raw values (0 × 1 × 2)
 *          raw: n 32-bit floats. tagged: 32-bit tag, then for 0 and 0x0002C056 n 32-bit floats, for 0x01306B47 n
 *          16-bit floats and padding to 4 bytes; 0x000D4B38 (8 bits) and tables of 256 floats are refused. */
#include "load_ncnn.h"

#include "ncnn_words.h"
#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAGIC "7767517"
#define TAG_F16 0x01306B47u
#define TAG_F32 0x0002C056u
#define TAG_INT8 0x000D4B38u
#define MAX_PARAM_BYTES (16 << 20)
#define MAX_BIN_BYTES (G_GUINT64_CONSTANT (2) << 30)
/* As many as a graph is built of; with their parameters they take less than the file is allowed to cost. */
#define MAX_LAYERS 10000
#define MAX_BLOBS 100000
#define MAX_NAME_BYTES 1000
#define MAX_CHANNELS 65536

typedef struct Load
{
  AcuWeights *weights;
  const char *param_name, *bin_name;   /* for messages */
  int line;
  GHashTable *blobs;              /* name → index + 1 */
  GHashTable *names;              /* of layers */
  guint8 *blob_read;              /* whether a record reads it already */
  guint next_blob;
  guint64 bin_bytes, at;          /* position in the .bin */
  GError **error;
} Load;

static gboolean
damaged (const Load *load, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s, line %d: %s."), load->param_name, load->line, what);
  return FALSE;
}

static gboolean
unsupported (const Load *load, const AcuRecord *record, const char *what)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s, line %d: layer “%s” (%s): %s."),
               load->param_name, load->line, record->name, record->type, what);
  return FALSE;
}

static gboolean
no_memory (const Load *load)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."),
               load->param_name);
  return FALSE;
}

static gboolean
read_inputs (Load *load, AcuRecord *record, char **words)
{
  record->inputs = g_try_new0 (guint, MAX (record->n_inputs, 1));
  if (!record->inputs)
    return no_memory (load);
  for (guint i = 0; i < record->n_inputs; i++)
    {
      guint blob = GPOINTER_TO_UINT (g_hash_table_lookup (load->blobs, words[i]));

      if (blob == 0)
        return damaged (load, _("it reads a feature map that no earlier layer makes"));
      if (load->blob_read[blob - 1])
        return damaged (load, _("it reads a feature map that another layer reads already"));
      load->blob_read[blob - 1] = 1;
      record->inputs[i] = blob - 1;
    }
  return TRUE;
}

static gboolean
read_outputs (Load *load, AcuRecord *record, char **words)
{
  AcuWeights *weights = load->weights;

  record->outputs = g_try_new0 (guint, MAX (record->n_outputs, 1));
  if (!record->outputs)
    return no_memory (load);
  for (guint i = 0; i < record->n_outputs; i++)
    {
      if (load->next_blob >= weights->n_blobs)
        return damaged (load, _("there are more feature maps than the file says"));
      if (strlen (words[i]) > MAX_NAME_BYTES)
        return damaged (load, _("a name is too long"));
      if (g_hash_table_contains (load->blobs, words[i]))
        return damaged (load, _("it makes a feature map that another layer makes already"));
      record->outputs[i] = load->next_blob;
      weights->blob_names[load->next_blob] = g_strdup (words[i]);
      g_hash_table_insert (load->blobs, weights->blob_names[load->next_blob], GUINT_TO_POINTER (load->next_blob + 1));
      load->next_blob++;
    }
  return TRUE;
}

static gboolean
read_params (Load *load, AcuRecord *record, char **words, guint n)
{
  record->params = g_try_new0 (AcuRecordParam, MAX (n, 1));
  if (!record->params)
    return no_memory (load);
  for (guint i = 0; i < n; i++)
    {
      record->n_params++;
      if (!acu_ncnn_param (words[i], &record->params[i]))
        return damaged (load, _("a parameter is not a number"));
      for (guint k = 0; k < i; k++)
        if (record->params[k].id == record->params[i].id)
          return damaged (load, _("a parameter is given twice"));
    }
  return TRUE;
}

static gboolean
read_record (Load *load, char **words, guint n, AcuRecord *record)
{
  record->line = load->line;
  if (n < 4)
    return damaged (load, _("a layer needs a type, a name and its numbers of inputs and outputs"));
  if (strlen (words[0]) > MAX_NAME_BYTES || strlen (words[1]) > MAX_NAME_BYTES)
    return damaged (load, _("a name is too long"));
  record->type = g_strdup (words[0]);
  record->name = g_strdup (words[1]);
  if (!g_utf8_validate (words[0], -1, NULL) || !g_utf8_validate (words[1], -1, NULL))
    return damaged (load, _("a name is not UTF-8"));
  if (!g_hash_table_add (load->names, record->name))
    return damaged (load, _("two layers have the same name"));
  if (!acu_ncnn_count (words[2], ACU_NCNN_MAX_WORDS, &record->n_inputs)
      || !acu_ncnn_count (words[3], ACU_NCNN_MAX_WORDS, &record->n_outputs)
      || record->n_inputs + record->n_outputs > n - 4)
    {
      record->n_inputs = record->n_outputs = 0;
      return damaged (load, _("its numbers of inputs and outputs do not fit the line"));
    }
  return read_inputs (load, record, words + 4) && read_outputs (load, record, words + 4 + record->n_inputs)
         && read_params (load, record, words + 4 + record->n_inputs + record->n_outputs,
                         n - 4 - record->n_inputs - record->n_outputs);
}

static gboolean
read_counts (Load *load, char **words, guint n, guint *layers)
{
  AcuWeights *weights = load->weights;
  guint blobs;

  if (n != 2 || !acu_ncnn_count (words[0], MAX_LAYERS, layers) || !acu_ncnn_count (words[1], MAX_BLOBS, &blobs)
      || *layers == 0 || blobs == 0)
    return damaged (load, _("the numbers of layers and feature maps are missing or out of range"));
  weights->records = g_try_new0 (AcuRecord, *layers);
  weights->blob_names = g_try_new0 (char *, blobs);
  load->blob_read = g_try_new0 (guint8, blobs);
  if (!weights->records || !weights->blob_names || !load->blob_read)
    return no_memory (load);
  weights->n_blobs = blobs;
  return TRUE;
}

static gboolean
read_line (Load *load, char *line, guint *state, guint *layers)
{
  char *words[ACU_NCNN_MAX_WORDS];
  guint n = acu_ncnn_split (line, words);

  if (n == 0 && *state > 0)
    return TRUE;
  if (n > ACU_NCNN_MAX_WORDS)
    return damaged (load, _("the line is too long"));
  if (*state == 0)
    {
      *state = 1;
      return (n == 1 && g_str_equal (words[0], MAGIC)) || damaged (load, _("this is not an ncnn .param file"));
    }
  if (*state == 1)
    {
      *state = 2;
      return read_counts (load, words, n, layers);
    }
  if (load->weights->n_records >= *layers)
    return damaged (load, _("there are more layers than the file says"));
  return read_record (load, words, n, &load->weights->records[load->weights->n_records++]);
}

/* `text` is ours and gets cut into words. */
static gboolean
read_param_text (Load *load, char *text, gsize length)
{
  guint state = 0, layers = 0;

  if (memchr (text, '\0', length))
    return damaged (load, _("this is not an ncnn .param file"));
  for (char *line = text, *next; line; line = next)
    {
      load->line++;
      next = strchr (line, '\n');
      if (next)
        *next++ = '\0';
      if (!read_line (load, line, &state, &layers))
        return FALSE;
    }
  if (state < 2 || load->weights->n_records != layers || load->next_blob != load->weights->n_blobs)
    return damaged (load, _("the file ends before all layers and feature maps were listed"));
  return TRUE;
}

static gboolean
bin_ends (const Load *load, const AcuRecord *record)
{
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s ends within the weights of layer “%s”, at byte %" PRIu64 "."),
               load->bin_name, record->name, load->bin_bytes);
  return FALSE;
}

static gboolean
add_tensor (Load *load, const AcuRecord *record, const char *part, AcuTensorType type, const guint64 *shape,
            guint dimensions, guint64 padding)
{
  AcuTensor *tensor;
  guint64 count, bytes, end;

  if (!acu_size_product (shape, dimensions, &count) || count == 0
      || !acu_size_mul (count, type == ACU_TENSOR_F16 ? 2 : 4, &bytes) || !acu_size_add (bytes, padding - 1, &bytes))
    return unsupported (load, record, _("its weights have an impossible size"));
  bytes = bytes / padding * padding;
  if (!acu_size_add (load->at, bytes, &end) || end > load->bin_bytes)
    return bin_ends (load, record);
  tensor = g_new0 (AcuTensor, 1);
  tensor->name = g_strconcat (record->name, ".", part, NULL);
  tensor->type = type;
  tensor->dimensions = dimensions;
  memcpy (tensor->shape, shape, dimensions * sizeof *shape);
  tensor->count = count;
  tensor->data = load->weights->bytes + load->at;
  load->at = end;
  g_ptr_array_add (load->weights->tensors, tensor);
  g_hash_table_insert (load->weights->by_name, tensor->name, tensor);
  return TRUE;
}

static gboolean
add_tagged (Load *load, const AcuRecord *record, const guint64 *shape)
{
  guint32 tag;

  if (load->bin_bytes - load->at < sizeof tag)
    return bin_ends (load, record);
  memcpy (&tag, load->weights->bytes + load->at, sizeof tag);
  tag = GUINT32_FROM_LE (tag);
  load->at += sizeof tag;
  if (tag == TAG_F16)
    return add_tensor (load, record, "weight", ACU_TENSOR_F16, shape, 4, 4);
  if (tag == 0 || tag == TAG_F32)
    return add_tensor (load, record, "weight", ACU_TENSOR_F32, shape, 4, 4);
  return unsupported (load, record, tag == TAG_INT8 ? _("its weights are stored in 8 bits")
                                                    : _("its weights are stored in an unknown way"));
}

/* A whole number parameter within a range, or FALSE. */
static gboolean
whole (const AcuRecord *record, int id, double fallback, double low, double high, guint64 *value)
{
  double number = acu_record_number (record, id, fallback);

  if (!(number >= low && number <= high) || number != floor (number))
    return FALSE;
  *value = (guint64) number;
  return TRUE;
}

static gboolean
weights_convolution (Load *load, const AcuRecord *r)
{
  guint64 out, kw, kh, size, flag, unused, shape[4];

  if (!whole (r, 0, 0, 1, MAX_CHANNELS, &out) || !whole (r, 1, 0, 1, 31, &kw) || !whole (r, 11, kw, 1, 31, &kh)
      || !whole (r, 3, 1, 1, 16, &unused) || !whole (r, 4, 0, 0, 64, &unused) || !whole (r, 14, 0, 0, 64, &unused)
      || !whole (r, 15, 0, 0, 64, &unused) || !whole (r, 16, 0, 0, 64, &unused)
      || !whole (r, 6, 0, 1, 1e9, &size) || !whole (r, 5, 0, 0, 1, &flag) || size % (out * kw * kh)
      || size / (out * kw * kh) > MAX_CHANNELS)
    return unsupported (load, r, _("its numbers are out of range or do not fit together"));
  /* ncnn stores transposed convolutions with the output channel first, too. */
  shape[0] = out;
  shape[1] = size / (out * kw * kh);
  shape[2] = kh;
  shape[3] = kw;
  return add_tagged (load, r, shape) && (!flag || add_tensor (load, r, "bias", ACU_TENSOR_F32, &out, 1, 4));
}

static gboolean
weights_inner_product (Load *load, const AcuRecord *r)
{
  guint64 out, size, flag, shape[4] = { 1, 1, 1, 1 };

  if (!whole (r, 0, 0, 1, MAX_CHANNELS, &out) || !whole (r, 2, 0, 1, 1e9, &size) || !whole (r, 1, 0, 0, 1, &flag)
      || size % out || size / out > MAX_CHANNELS)
    return unsupported (load, r, _("its numbers are out of range or do not fit together"));
  shape[0] = out;
  shape[1] = size / out;
  return add_tagged (load, r, shape) && (!flag || add_tensor (load, r, "bias", ACU_TENSOR_F32, &out, 1, 4));
}

static gboolean
weights_prelu (Load *load, const AcuRecord *r)
{
  guint64 slopes;

  if (!whole (r, 0, 0, 1, MAX_CHANNELS, &slopes))
    return unsupported (load, r, _("its numbers are out of range or do not fit together"));
  return add_tensor (load, r, "slope", ACU_TENSOR_F32, &slopes, 1, 4);
}

static gboolean
weights_memory_data (Load *load, const AcuRecord *r)
{
  guint64 w, h, c, shape[3];

  if (!whole (r, 0, 0, 1, MAX_CHANNELS, &w) || !whole (r, 1, 0, 0, MAX_CHANNELS, &h)
      || !whole (r, 2, 0, 0, MAX_CHANNELS, &c))
    return unsupported (load, r, _("its numbers are out of range or do not fit together"));
  shape[0] = MAX (c, 1);
  shape[1] = MAX (h, 1);
  shape[2] = w;
  return add_tensor (load, r, "data", ACU_TENSOR_F32, shape, 3, 4);
}

static gboolean
weights_scale (Load *load, const AcuRecord *r)
{
  return acu_record_int (r, 0, 0) == -233 || unsupported (load, r, _("only scaling by a second input is supported"));
}

static gboolean
weights_none (Load *load, const AcuRecord *r)
{
  return TRUE;
}

static const struct
{
  const char *type;
  gboolean (*read) (Load *load, const AcuRecord *record);
} types[] = {
  { "Input", weights_none }, { "Convolution", weights_convolution }, { "Deconvolution", weights_convolution },
  { "InnerProduct", weights_inner_product }, { "PReLU", weights_prelu }, { "ReLU", weights_none },
  { "Sigmoid", weights_none }, { "Swish", weights_none }, { "Eltwise", weights_none }, { "BinaryOp", weights_none },
  { "Concat", weights_none }, { "Split", weights_none }, { "Crop", weights_none }, { "Interp", weights_none },
  { "PixelShuffle", weights_none }, { "Pooling", weights_none }, { "Scale", weights_scale },
  { "MemoryData", weights_memory_data },
};

static gboolean
read_weights (Load *load)
{
  for (guint i = 0; i < load->weights->n_records; i++)
    {
      const AcuRecord *record = &load->weights->records[i];
      guint type = 0;

      load->line = record->line;
      while (type < G_N_ELEMENTS (types) && !g_str_equal (types[type].type, record->type))
        type++;
      if (type == G_N_ELEMENTS (types))
        return unsupported (load, record, _("Acuity does not have this kind of layer"));
      if (!types[type].read (load, record))
        return FALSE;
    }
  if (load->at == load->bin_bytes)
    return TRUE;
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_FORMAT,
               _("%s has %" PRIu64 " bytes more than its layers need."), load->bin_name,
               load->bin_bytes - load->at);
  return FALSE;
}

static AcuWeights *
load_taking (char *param, gsize param_bytes, guint8 *bin, guint64 bin_bytes, const char *path, GError **error)
{
  AcuWeights *weights = acu_weights_new (path);
  g_autofree char *param_name = g_path_get_basename (path);
  g_autofree char *stem = g_str_has_suffix (param_name, ".param") ? g_strndup (param_name, strlen (param_name) - 6)
                                                                  : g_strdup (param_name);
  g_autofree char *bin_name = g_strconcat (stem, ".bin", NULL);
  Load load = { weights, param_name, bin_name, .bin_bytes = bin_bytes, .error = error };
  gboolean ok;

  weights->storage = g_bytes_new_with_free_func (bin, bin_bytes, acu_free, bin);
  weights->bytes = bin;
  weights->file_bytes = bin_bytes;
  load.blobs = g_hash_table_new (g_str_hash, g_str_equal);
  load.names = g_hash_table_new (g_str_hash, g_str_equal);
  ok = read_param_text (&load, param, param_bytes) && read_weights (&load);
  g_hash_table_unref (load.blobs);
  g_hash_table_unref (load.names);
  g_free (load.blob_read);
  acu_free (param);
  if (ok)
    return weights;
  acu_weights_free (weights);
  return NULL;
}

AcuWeights *
acu_load_ncnn_bytes (const char *param, gsize param_bytes, const guint8 *bin, gsize bin_bytes, const char *name,
                     GError **error)
{
  char *text = acu_try_alloc ((guint64) param_bytes + 1, 1);
  guint8 *copy = acu_try_alloc (bin_bytes, 1);

  if (!text || !copy)
    {
      acu_free (text);
      acu_free (copy);
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), name);
      return NULL;
    }
  if (param_bytes)
    memcpy (text, param, param_bytes);
  text[param_bytes] = '\0';
  if (bin_bytes)
    memcpy (copy, bin, bin_bytes);
  return load_taking (text, param_bytes, copy, bin_bytes, name, error);
}

AcuWeights *
acu_load_ncnn (const char *param_path, GError **error)
{
  g_autofree char *stem = NULL, *bin_path = NULL;
  guint64 param_bytes, bin_bytes;
  guint8 *param, *bin;

  if (!g_str_has_suffix (param_path, ".param"))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("“%s” does not end in .param."), param_path);
      return NULL;
    }
  stem = g_strndup (param_path, strlen (param_path) - strlen (".param"));
  bin_path = g_strconcat (stem, ".bin", NULL);
  param = acu_read_file (param_path, MAX_PARAM_BYTES, &param_bytes, error);
  if (!param)
    return NULL;
  bin = acu_read_file (bin_path, MAX_BIN_BYTES, &bin_bytes, error);
  if (!bin)
    {
      acu_free (param);
      return NULL;
    }
  return load_taking ((char *) param, param_bytes, bin, bin_bytes, param_path, error);
}
