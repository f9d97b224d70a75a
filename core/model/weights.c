/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "weights.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
record_clear (AcuRecord *record)
{
  g_free (record->type);
  g_free (record->name);
  g_free (record->inputs);
  g_free (record->outputs);
  for (guint i = 0; i < record->n_params; i++)
    g_free (record->params[i].values);
  g_free (record->params);
}

static void
tensor_free (gpointer data)
{
  g_free (((AcuTensor *) data)->name);
  g_free (data);
}

AcuWeights *
acu_weights_new (const char *path)
{
  AcuWeights *weights = g_new0 (AcuWeights, 1);

  weights->path = g_strdup (path);
  weights->tensors = g_ptr_array_new_with_free_func (tensor_free);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  weights->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return weights;
}

void
acu_weights_free (AcuWeights *weights)
{
  if (!weights)
    return;
  for (guint i = 0; i < weights->n_records; i++)
    record_clear (&weights->records[i]);
  g_free (weights->records);
  for (guint i = 0; i < weights->n_blobs; i++)
    g_free (weights->blob_names[i]);
  g_free (weights->blob_names);
  g_clear_pointer (&weights->by_name, g_hash_table_unref);
  g_clear_pointer (&weights->metadata, g_hash_table_unref);
  g_clear_pointer (&weights->tensors, g_ptr_array_unref);
  g_clear_pointer (&weights->storage, g_bytes_unref);
  g_clear_pointer (&weights->copies, g_bytes_unref);
  g_free (weights->path);
  g_free (weights);
}

const AcuTensor *
acu_weights_find (const AcuWeights *weights, const char *name)
{
  return g_hash_table_lookup (weights->by_name, name);
}

gboolean
acu_weights_add (AcuWeights *weights, AcuTensor *tensor)
{
  if (g_hash_table_contains (weights->by_name, tensor->name))
    return FALSE;
  g_ptr_array_add (weights->tensors, tensor);
  g_hash_table_insert (weights->by_name, tensor->name, tensor);
  return TRUE;
}

gboolean
acu_weights_is_name (const char *name)
{
  gsize length = strlen (name);

  if (!g_utf8_validate (name, (gssize) length, NULL))
    return FALSE;
  /* Names are shown in messages. */
  for (const char *at = name; *at; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return length > 0 && length <= ACU_MAX_NAME_BYTES;
}

guint64
acu_values_count (const AcuValues *values)
{
  guint64 count = 1;

  for (guint i = 0; i < values->dimensions; i++)
    count *= values->shape[i];
  return count;
}

AcuWeights *
acu_weights_from_values (const char *path, const AcuValues *values, guint n, GError **error)
{
  AcuWeights *weights = acu_weights_new (path);
  guint64 total = 0;
  float *at;

  for (guint i = 0; i < n; i++)
    total += acu_values_count (&values[i]);
  at = acu_try_alloc (total, sizeof (float));
  if (!at)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
      acu_weights_free (weights);
      return NULL;
    }
  weights->storage = g_bytes_new_with_free_func (at, total * sizeof (float), acu_free, at);
  weights->bytes = (const guint8 *) at;
  weights->file_bytes = total * sizeof (float);
  for (guint i = 0; i < n; i++)
    {
      AcuTensor *tensor = g_new0 (AcuTensor, 1);
      guint64 count = acu_values_count (&values[i]);

      tensor->name = g_strdup (values[i].name);
      tensor->type = ACU_TENSOR_F32;
      tensor->dimensions = values[i].dimensions;
      memcpy (tensor->shape, values[i].shape, sizeof tensor->shape);
      tensor->count = count;
      tensor->data = (const guint8 *) at;
      for (guint64 k = 0; k < count; k++)
        {
          guint32 bits;

          /* As in a file. */
          memcpy (&bits, &values[i].values[k], sizeof bits);
          bits = GUINT32_TO_LE (bits);
          memcpy (&at[k], &bits, sizeof bits);
        }
      at += count;
      if (!acu_weights_add (weights, tensor))
        g_assert_not_reached ();
    }
  return weights;
}

void
acu_weights_copy_metadata (AcuWeights *weights, const AcuWeights *from)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, from->metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (weights->metadata, g_strdup (key), g_strdup (value));
}

const char *
acu_weights_metadata (const AcuWeights *weights, const char *key)
{
  return g_hash_table_lookup (weights->metadata, key);
}

guint
acu_tensor_element_bytes (AcuTensorType type)
{
  return type == ACU_TENSOR_F32 ? 4 : 2;
}

/* IEEE 754 binary16 to binary32, denormals included. */
static float
half_to_float (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 1023;
  guint32 bits;
  float value;

  if (exponent == 0)
    {
      value = ldexpf ((float) mantissa, -24);
      return sign ? -value : value;
    }
  bits = sign | (exponent == 31 ? 255u << 23 : (exponent + 112) << 23) | mantissa << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

gboolean
acu_tensor_read (const AcuTensor *tensor, float *dst)
{
  gboolean finite = TRUE;

  for (guint64 i = 0; i < tensor->count; i++)
    {
      if (tensor->type == ACU_TENSOR_F16)
        {
          guint16 half;

          memcpy (&half, tensor->data + i * sizeof half, sizeof half);
          dst[i] = half_to_float (GUINT16_FROM_LE (half));
        }
      else if (tensor->type == ACU_TENSOR_BF16)
        {
          guint16 upper;
          guint32 bits;

          memcpy (&upper, tensor->data + i * sizeof upper, sizeof upper);
          bits = (guint32) GUINT16_FROM_LE (upper) << 16;
          memcpy (&dst[i], &bits, sizeof bits);
        }
      else
        {
          guint32 bits;

          memcpy (&bits, tensor->data + i * sizeof bits, sizeof bits);
          bits = GUINT32_FROM_LE (bits);
          memcpy (&dst[i], &bits, sizeof bits);
        }
      finite &= isfinite (dst[i]) != 0;
    }
  return finite;
}

void
acu_tensor_write (const AcuTensor *tensor, const float *src)
{
  for (guint64 i = 0; i < tensor->count; i++)
    {
      guint32 bits;

      memcpy (&bits, src + i, sizeof bits);
      bits = GUINT32_TO_LE (bits);
      memcpy ((guint8 *) tensor->data + i * sizeof bits, &bits, sizeof bits);
    }
}

gboolean
acu_tensor_is_finite (const AcuTensor *tensor)
{
  guint32 any = 0;

  /* All ones in the exponent: infinite, or no number. No branches, so that it runs as fast as memory is. */
  if (tensor->type != ACU_TENSOR_F32)
    {
      const guint16 exponent = tensor->type == ACU_TENSOR_F16 ? 0x7c00 : 0x7f80;

      for (guint64 i = 0; i < tensor->count; i++)
        {
          guint16 bits;

          memcpy (&bits, tensor->data + i * sizeof bits, sizeof bits);
          any |= (GUINT16_FROM_LE (bits) & exponent) == exponent;
        }
    }
  else
    for (guint64 i = 0; i < tensor->count; i++)
      {
        guint32 bits;

        memcpy (&bits, tensor->data + i * sizeof bits, sizeof bits);
        any |= (GUINT32_FROM_LE (bits) & 0x7f800000) == 0x7f800000;
      }
  return !any;
}

GBytes *
acu_tensor_share (const AcuWeights *weights, const AcuTensor *tensor)
{
  gsize size = acu_tensor_element_bytes (tensor->type);

  /* A copy that its loader made. */
  if (tensor->data < weights->bytes || tensor->data >= weights->bytes + g_bytes_get_size (weights->storage))
    return NULL;
  /* Within the file, so nothing overflows. */
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN || tensor->type == ACU_TENSOR_BF16 || GPOINTER_TO_SIZE (tensor->data) % size || !acu_tensor_is_finite (tensor))
    return NULL;
  return g_bytes_new_from_bytes (weights->storage, (gsize) (tensor->data - weights->bytes), tensor->count * size);
}

static const AcuRecordParam *
find_param (const AcuRecord *record, int id, gboolean is_array)
{
  for (guint i = 0; i < record->n_params; i++)
    if (record->params[i].id == id && record->params[i].is_array == is_array)
      return &record->params[i];
  return NULL;
}

double
acu_record_number (const AcuRecord *record, int id, double fallback)
{
  const AcuRecordParam *param = find_param (record, id, FALSE);

  return param ? param->values[0] : fallback;
}

int
acu_record_int (const AcuRecord *record, int id, int fallback)
{
  double value = acu_record_number (record, id, fallback);

  return (int) CLAMP (value, G_MININT, G_MAXINT);
}

const AcuRecordParam *
acu_record_array (const AcuRecord *record, int id)
{
  return find_param (record, id, TRUE);
}
