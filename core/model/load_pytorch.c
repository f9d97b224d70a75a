/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PyTorch's files since 1.6: a zip archive of stored files in one folder. data.pkl describes the tensors; data/KEY is the storage KEY, numbers one after the other, of
 * which a tensor takes those that its offset and strides say. Tensors are used where they lie, but for those whose numbers are not one after the other, or have 64 bits. */
#include "load_pytorch.h"

#include "pickle.h"
#include "read_file.h"
#include "zip.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_PICKLE_BYTES (16 << 20)
/* Dictionaries around the one of tensors. */
#define MAX_NESTING 4
/* What all tensors may have, times the file's size: several may share a storage. */
#define MAX_SHARING 2

/* A storage's numbers. */
typedef struct Storage
{
  const guint8 *data;
  guint64 numbers;
  AcuTensorType type;
  guint bytes;                    /* of a number: 8 where the tensor is to have fewer */
} Storage;

/* A tensor that is to be copied. */
typedef struct Copy
{
  AcuTensor *tensor;
  const guint8 *from;             /* its first number */
  guint bytes;
  guint64 strides[ACU_MAX_DIMENSIONS];
} Copy;

typedef struct Load
{
  AcuWeights *weights;
  const char *name;
  AcuZip *zip;
  char *folder;                   /* in the archive, with its slash */
  AcuPickle *pickle;
  gsize prefix;                   /* bytes that names are too long by */
  GArray *copies;                 /* Copy */
  guint64 total, copied;          /* bytes of tensors */
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

static const guint8 *
find_file (Load *load, const char *name, guint64 *size)
{
  g_autofree char *path = g_strconcat (load->folder, name, NULL);

  return acu_zip_find (load->zip, path, size);
}

static const AcuPickleValue *
value_at (Load *load, guint32 index)
{
  return &load->pickle->values[index];
}

/* The number of an item; FALSE: it is none, or below 0. */
static gboolean
whole_item (Load *load, const AcuPickleValue *value, guint i, guint64 *number)
{
  const AcuPickleValue *item = acu_pickle_item (load->pickle, value, i);

  if (!item || item->kind != ACU_PICKLE_INTEGER || item->number < 0)
    return FALSE;
  *number = (guint64) item->number;
  return TRUE;
}

/* What the numbers of a storage are; FALSE for those that weights are not made of. */
static gboolean
float_type (AcuPickleGlobal global, AcuTensorType *type, guint *bytes)
{
  *bytes = global == ACU_PICKLE_DOUBLE_STORAGE ? 8 : global == ACU_PICKLE_FLOAT_STORAGE ? 4 : 2;
  *type = global == ACU_PICKLE_HALF_STORAGE ? ACU_TENSOR_F16 : global == ACU_PICKLE_BFLOAT16_STORAGE ? ACU_TENSOR_BF16 : ACU_TENSOR_F32;
  return global == ACU_PICKLE_DOUBLE_STORAGE || global == ACU_PICKLE_FLOAT_STORAGE || global == ACU_PICKLE_HALF_STORAGE
         || global == ACU_PICKLE_BFLOAT16_STORAGE;
}

static gboolean
read_storage (Load *load, const char *tensor, const AcuPickleValue *id, Storage *storage)
{
  const AcuPickleValue *key = acu_pickle_item (load->pickle, id, 2);
  g_autofree char *key_text = key && key->kind == ACU_PICKLE_TEXT ? g_strndup (key->text, MIN (key->length, 100)) : NULL;
  g_autofree char *name = key_text ? g_strconcat ("data/", key_text, NULL) : NULL;
  guint64 size = 0, wanted;

  storage->data = name ? find_file (load, name, &size) : NULL;
  if (!storage->data)
    return damaged (load, _("the numbers of the tensor “%s” are not in it"), tensor);
  if (!whole_item (load, id, 4, &storage->numbers) || !acu_size_mul (storage->numbers, storage->bytes, &wanted) || wanted > size)
    return damaged (load, _("the tensor “%s” does not lie inside the file as its shape asks"), tensor);
  return TRUE;
}

static gboolean
read_shape (Load *load, AcuTensor *tensor, const AcuPickleValue *sizes, const AcuPickleValue *strides, guint64 *stride)
{
  guint n = sizes && sizes->kind == ACU_PICKLE_TUPLE ? sizes->count : G_MAXUINT;

  if (n > ACU_MAX_DIMENSIONS || !strides || strides->kind != ACU_PICKLE_TUPLE || strides->count != n)
    return damaged (load, _("the tensor “%s” has no shape of at most %d dimensions"), tensor->name, ACU_MAX_DIMENSIONS);
  /* A single number is a vector of one. */
  tensor->dimensions = MAX (n, 1);
  tensor->shape[0] = stride[0] = tensor->count = 1;
  for (guint i = 0; i < n; i++)
    if (!whole_item (load, sizes, i, &tensor->shape[i]) || tensor->shape[i] == 0 || !whole_item (load, strides, i, &stride[i])
        || !acu_size_mul (tensor->count, tensor->shape[i], &tensor->count))
      return damaged (load, _("the tensor “%s” has an impossible shape"), tensor->name);
  return TRUE;
}

/* Whether all numbers lie inside of the storage. */
static gboolean
is_inside (const Storage *storage, const AcuTensor *tensor, guint64 offset, const guint64 *strides)
{
  guint64 last = offset, way;

  for (guint i = 0; i < tensor->dimensions; i++)
    if (!acu_size_mul (tensor->shape[i] - 1, strides[i], &way) || !acu_size_add (last, way, &last))
      return FALSE;
  return last < storage->numbers;
}

static gboolean
is_contiguous (const AcuTensor *tensor, const guint64 *strides)
{
  guint64 wanted = 1;

  for (guint i = tensor->dimensions; i > 0; i--)
    {
      if (tensor->shape[i - 1] != 1 && strides[i - 1] != wanted)
        return FALSE;
      wanted *= tensor->shape[i - 1];
    }
  return TRUE;
}

/* The tensor's place, or what is to be copied. */
static gboolean
place (Load *load, AcuTensor *tensor, const Storage *storage, guint64 offset, const guint64 *strides)
{
  Copy copy = { tensor, NULL, storage->bytes };
  guint64 bytes;

  if (!is_inside (storage, tensor, offset, strides))
    return damaged (load, _("the tensor “%s” does not lie inside the file as its shape asks"), tensor->name);
  tensor->data = copy.from = storage->data + offset * storage->bytes;
  memcpy (copy.strides, strides, sizeof copy.strides);
  /* Strides of 0 make many of few: neither copies nor packed weights may outgrow the file. */
  if (!acu_size_mul (tensor->count, acu_tensor_element_bytes (tensor->type), &bytes) || !acu_size_add (load->total, bytes, &load->total)
      || load->total > MAX_SHARING * load->weights->file_bytes)
    return damaged (load, _("its tensors have more numbers than are in it"));
  if (storage->bytes == acu_tensor_element_bytes (tensor->type) && is_contiguous (tensor, strides))
    return TRUE;
  load->copied += bytes;
  if (load->copied > load->weights->file_bytes)
    return damaged (load, _("its tensors have more numbers than are in it"));
  g_array_append_val (load->copies, copy);
  return TRUE;
}

static gboolean
read_tensor (Load *load, AcuTensor *tensor, const AcuPickleValue *value, Storage *storage)
{
  guint64 offset, strides[ACU_MAX_DIMENSIONS] = { 0 };

  if (!read_storage (load, tensor->name, acu_pickle_item (load->pickle, value, 0), storage))
    return FALSE;
  tensor->type = storage->type;
  if (!whole_item (load, value, 1, &offset))
    return damaged (load, _("the tensor “%s” is not described"), tensor->name);
  return read_shape (load, tensor, acu_pickle_item (load->pickle, value, 2), acu_pickle_item (load->pickle, value, 3), strides)
         && place (load, tensor, storage, offset, strides);
}

/* Only floats are weights: batch normalisation counts its steps. */
static gboolean
add_tensor (Load *load, const AcuPickleValue *key, const AcuPickleValue *value)
{
  const AcuPickleValue *id = acu_pickle_item (load->pickle, value, 0), *type = acu_pickle_item (load->pickle, id, 1);
  gsize length = key->length - load->prefix;
  g_autofree char *name = NULL;
  Storage storage = { NULL };
  AcuTensor *tensor;

  if (load->weights->tensors->len >= ACU_MAX_TENSORS)
    return damaged (load, _("it has more than %d tensors"), ACU_MAX_TENSORS);
  name = g_strndup (key->text + load->prefix, length);
  if (strlen (name) != length || !acu_weights_is_name (name))
    return damaged (load, _("a tensor has an impossible name"));
  if (!id || id->kind != ACU_PICKLE_STORAGE || !type || type->kind != ACU_PICKLE_GLOBAL)
    return damaged (load, _("the tensor “%s” is not described"), name);
  if (!float_type ((AcuPickleGlobal) type->number, &storage.type, &storage.bytes))
    return TRUE;
  tensor = g_new0 (AcuTensor, 1);
  tensor->name = g_steal_pointer (&name);
  if (read_tensor (load, tensor, value, &storage))
    {
      if (acu_weights_add (load->weights, tensor))
        return TRUE;
      damaged (load, _("there are two tensors “%s”"), tensor->name);
    }
  g_free (tensor->name);
  g_free (tensor);
  return FALSE;
}

/* The dictionary in `dict` under that key, or any one if it is the only thing there (key NULL). */
static const AcuPickleValue *
inner_dict (Load *load, const AcuPickleValue *dict, const char *key)
{
  if (!key && dict->count != 1)
    return NULL;
  for (guint32 i = dict->first; i; i = load->pickle->links[i].next)
    {
      const AcuPickleLink *link = &load->pickle->links[i];
      const AcuPickleValue *value = value_at (load, link->value);

      if (value->kind == ACU_PICKLE_DICT && (!key || acu_pickle_is_text (value_at (load, link->key), key)))
        return value;
    }
  return NULL;
}

/* The dictionary of tensors: the root, or what training programs put around it. */
static const AcuPickleValue *
choose_dict (Load *load)
{
  static const char *const keys[] = { "params_ema", "params-ema", "params", "state_dict", "model_state_dict", "model", "net", NULL };
  const AcuPickleValue *dict = value_at (load, load->pickle->root);

  for (int depth = 0; dict->kind == ACU_PICKLE_DICT && depth < MAX_NESTING; depth++)
    {
      const AcuPickleValue *inner = NULL;

      for (guint i = 0; !inner && i < G_N_ELEMENTS (keys); i++)
        inner = inner_dict (load, dict, keys[i]);
      if (!inner)
        break;
      dict = inner;
    }
  return dict->kind == ACU_PICKLE_DICT ? dict : NULL;
}

/* The next of the dictionary's tensors from link *at on, which moves behind it; FALSE: no more. */
static gboolean
next_tensor (Load *load, guint32 *at, const AcuPickleValue **key, const AcuPickleValue **value)
{
  while (*at)
    {
      const AcuPickleLink *link = &load->pickle->links[*at];

      *at = link->next;
      *key = value_at (load, link->key);
      *value = value_at (load, link->value);
      if ((*key)->kind == ACU_PICKLE_TEXT && (*value)->kind == ACU_PICKLE_TENSOR)
        return TRUE;
    }
  return FALSE;
}

/* Bytes that all tensors' names begin with because the network was part of something. */
static gsize
find_prefix (Load *load, const AcuPickleValue *dict)
{
  static const char *const prefixes[] = { "module.", "netG." };
  gsize prefix = 0;

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize length = strlen (prefixes[i]);
      const AcuPickleValue *key, *value;
      gboolean all = TRUE;

      for (guint32 at = dict->first; all && next_tensor (load, &at, &key, &value);)
        all = key->length > prefix + length && memcmp (key->text + prefix, prefixes[i], length) == 0;
      if (all)
        prefix += length;
    }
  return prefix;
}

/* The number at `from`, as the tensor has it, which may have fewer bits. */
static void
copy_number (guint8 *to, const guint8 *from, const Copy *copy)
{
  guint64 bits;
  guint32 narrow_bits;
  double wide;
  float narrow;

  if (copy->bytes != 8)
    {
      memcpy (to, from, copy->bytes);
      return;
    }
  memcpy (&bits, from, sizeof bits);
  bits = GUINT64_FROM_LE (bits);
  memcpy (&wide, &bits, sizeof wide);
  narrow = (float) wide;
  memcpy (&narrow_bits, &narrow, sizeof narrow_bits);
  narrow_bits = GUINT32_TO_LE (narrow_bits);
  memcpy (to, &narrow_bits, sizeof narrow_bits);
}

static guint8 *
copy_tensor (guint8 *to, const Copy *copy)
{
  guint64 shape[ACU_MAX_DIMENSIONS] = { 1, 1, 1, 1 };
  gsize size = acu_tensor_element_bytes (copy->tensor->type);

  memcpy (shape, copy->tensor->shape, copy->tensor->dimensions * sizeof *shape);
  copy->tensor->data = to;
  for (guint64 a = 0; a < shape[0]; a++)
    for (guint64 b = 0; b < shape[1]; b++)
      for (guint64 c = 0; c < shape[2]; c++)
        for (guint64 d = 0; d < shape[3]; d++, to += size)
          copy_number (to, copy->from + copy->bytes * (a * copy->strides[0] + b * copy->strides[1] + c * copy->strides[2] + d * copy->strides[3]), copy);
  return to;
}

static gboolean
make_copies (Load *load)
{
  guint8 *at;

  if (!load->copied)
    return TRUE;
  if (!(at = acu_try_alloc (load->copied, 1)))
    {
      g_set_error (load->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), load->name);
      return FALSE;
    }
  load->weights->copies = g_bytes_new_with_free_func (at, load->copied, acu_free, at);
  for (guint i = 0; i < load->copies->len; i++)
    at = copy_tensor (at, &g_array_index (load->copies, Copy, i));
  return TRUE;
}

static gboolean
read_tensors (Load *load)
{
  const AcuPickleValue *dict = choose_dict (load), *key, *value;

  if (dict)
    {
      load->prefix = find_prefix (load, dict);
      for (guint32 at = dict->first; next_tensor (load, &at, &key, &value);)
        if (!add_tensor (load, key, value))
          return FALSE;
    }
  if (load->weights->tensors->len)
    return make_copies (load);
  g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s holds no tensors by name, as a network's state_dict() does."), load->name);
  return FALSE;
}

/* Before zip archives came, there was a pickle of this number, then pickles and tensors one after the other. */
static gboolean
is_old (const guint8 *bytes, guint64 n)
{
  static const guint8 start[] = { 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };

  return n >= sizeof start && memcmp (bytes, start, sizeof start) == 0;
}

static gboolean
read_archive (Load *load, const guint8 *bytes, guint64 n)
{
  const char *problem;
  const guint8 *pickle, *order;
  guint64 size, order_size;

  if (!(load->zip = acu_zip_open (bytes, n, &problem)))
    {
      if (problem)
        return damaged (load, "%s", problem);
      g_set_error (load->error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), load->name);
      return FALSE;
    }
  load->folder = acu_zip_folder_of (load->zip, "data.pkl");
  pickle = load->folder ? find_file (load, "data.pkl", &size) : NULL;
  if (!pickle || size > MAX_PICKLE_BYTES)
    return damaged (load, _("it has no description of tensors that can be read (“data.pkl”)"));
  order = find_file (load, "byteorder", &order_size);
  if (order && (order_size != strlen ("little") || memcmp (order, "little", order_size) != 0))
    {
      g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s was written on a computer with another order of bytes, which is not read."), load->name);
      return FALSE;
    }
  load->pickle = acu_pickle_read (pickle, size, load->name, load->error);
  return load->pickle && read_tensors (load);
}

static gboolean
read_file (Load *load, const guint8 *bytes, guint64 n)
{
  if (is_old (bytes, n))
    {
      g_set_error (load->error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
                   _("%s is in the format of PyTorch before 1.6, which is not read; convert it with a newer one: "
                     "torch.save(torch.load(\"old.pth\", map_location=\"cpu\"), \"new.pth\")."), load->name);
      return FALSE;
    }
  if (n < 4 || memcmp (bytes, "PK\3\4", 4) != 0)
    return damaged (load, _("it does not begin as PyTorch's files do"));
  return read_archive (load, bytes, n);
}

/* Takes `bytes`. */
static AcuWeights *
load_taking (guint8 *bytes, guint64 n, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  Load load = { acu_weights_new (path), name, .copies = g_array_new (FALSE, FALSE, sizeof (Copy)), .error = error };

  load.weights->storage = g_bytes_new_with_free_func (bytes, n, acu_free, bytes);
  load.weights->bytes = bytes;
  load.weights->file_bytes = n;
  if (!read_file (&load, bytes, n))
    g_clear_pointer (&load.weights, acu_weights_free);
  acu_pickle_free (load.pickle);
  acu_zip_free (load.zip);
  g_free (load.folder);
  g_array_unref (load.copies);
  return load.weights;
}

AcuWeights *
acu_load_pytorch_bytes (const guint8 *bytes, gsize n, const char *name, GError **error)
{
  guint8 *copy = acu_read_bytes (bytes, n, name, error);

  return copy ? load_taking (copy, n, name, error) : NULL;
}

AcuWeights *
acu_load_pytorch (const char *path, GError **error)
{
  guint64 n;
  guint8 *bytes = acu_read_file (path, ACU_MAX_MODEL_BYTES, &n, error);

  return bytes ? load_taking (bytes, n, path, error) : NULL;
}
