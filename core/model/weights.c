/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "weights.h"

#include <acuity/size.h>
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
  g_clear_pointer (&weights->tensors, g_ptr_array_unref);
  g_clear_pointer (&weights->storage, g_bytes_unref);
  g_free (weights->path);
  g_free (weights);
}

const AcuTensor *
acu_weights_find (const AcuWeights *weights, const char *name)
{
  return g_hash_table_lookup (weights->by_name, name);
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

gboolean
acu_tensor_is_finite (const AcuTensor *tensor)
{
  guint32 any = 0;

  /* All ones in the exponent: infinite, or no number. No branches, so that it runs as fast as memory is. */
  if (tensor->type == ACU_TENSOR_F16)
    for (guint64 i = 0; i < tensor->count; i++)
      {
        guint16 bits;

        memcpy (&bits, tensor->data + i * sizeof bits, sizeof bits);
        any |= (GUINT16_FROM_LE (bits) & 0x7c00) == 0x7c00;
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
  gsize size = tensor->type == ACU_TENSOR_F16 ? 2 : 4;

  /* Within the file, so nothing overflows. */
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN || GPOINTER_TO_SIZE (tensor->data) % size || !acu_tensor_is_finite (tensor))
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
