/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "model_file.h"

#include "create.h"
#include "save_safetensors.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <string.h>

/* All tensors as floats; those in memory are already. */
static AcuValues
values_of (const AcuTensor *tensor, const float *numbers)
{
  AcuValues values = { tensor->name, tensor->dimensions, { 0 }, numbers };

  memcpy (values.shape, tensor->shape, sizeof values.shape);
  return values;
}

static float *
read_numbers (const AcuTensor *tensor, GError **error)
{
  float *numbers = acu_try_alloc (tensor->count, sizeof (float));

  if (!numbers)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  else if (!acu_tensor_read (tensor, numbers))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("The tensor “%s” has values that are no numbers."), tensor->name);
      g_clear_pointer (&numbers, acu_free);
    }
  return numbers;
}

AcuWeights *
acu_model_weights (const AcuTrainNet *net, const float *values, const AcuWeights *original, GError **error)
{
  guint n = original->tensors->len;
  g_autofree AcuValues *all = g_new0 (AcuValues, n);
  g_autoptr (GPtrArray) memory = g_ptr_array_new_with_free_func (acu_free);
  AcuWeights *weights;
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < n; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (original->tensors, i);
      const AcuParameter *parameter = acu_train_net_find (net, tensor->name);
      float *numbers = parameter ? NULL : read_numbers (tensor, error);

      if (!parameter && !numbers)
        return NULL;
      if (numbers)
        g_ptr_array_add (memory, numbers);
      all[i] = values_of (tensor, parameter ? values + parameter->first : numbers);
    }
  weights = acu_weights_from_values (original->path, all, n, error);
  if (!weights)
    return NULL;
  g_hash_table_iter_init (&iter, original->metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (weights->metadata, g_strdup (key), g_strdup (value));
  if (!acu_arch_finish (weights, error))
    g_clear_pointer (&weights, acu_weights_free);
  return weights;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

gboolean
acu_model_save (const AcuWeights *weights, const char *path, AcuTensorType type, const char *const *metadata, GError **error)
{
  guint n = weights->tensors->len;
  g_autofree AcuValues *all = g_new0 (AcuValues, n);
  g_autoptr (GPtrArray) memory = g_ptr_array_new_with_free_func (acu_free), texts = g_ptr_array_new ();
  GList *keys = g_list_sort (g_hash_table_get_keys (weights->metadata), compare_texts);

  for (GList *key = keys; key; key = key->next)
    {
      g_ptr_array_add (texts, key->data);
      g_ptr_array_add (texts, g_hash_table_lookup (weights->metadata, key->data));
    }
  g_list_free (keys);
  for (; metadata && *metadata; metadata++)
    g_ptr_array_add (texts, (gpointer) *metadata);
  g_ptr_array_add (texts, NULL);
  for (guint i = 0; i < n; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);
      float *numbers = read_numbers (tensor, error);

      if (!numbers)
        return FALSE;
      g_ptr_array_add (memory, numbers);
      all[i] = values_of (tensor, numbers);
    }
  return acu_save_safetensors (path, all, n, type, (const char *const *) texts->pdata, error);
}

int
acu_model_copy_tensors (const AcuWeights *to, const AcuWeights *from, GError **error)
{
  int copied = 0;

  for (guint i = 0; i < to->tensors->len; i++)
    {
      AcuTensor *tensor = g_ptr_array_index (to->tensors, i);
      const AcuTensor *source = acu_weights_find (from, tensor->name);
      float *numbers;

      if (!source || source->dimensions != tensor->dimensions || memcmp (source->shape, tensor->shape, sizeof source->shape) != 0)
        continue;
      if (!(numbers = read_numbers (source, error)))
        return -1;
      acu_tensor_write (tensor, numbers);
      acu_free (numbers);
      copied++;
    }
  return copied;
}
