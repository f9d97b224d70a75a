/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "weights.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
same_shape (const AcuTensor *a, const AcuTensor *b)
{
  return b && a->dimensions == b->dimensions && !memcmp (a->shape, b->shape, a->dimensions * sizeof *a->shape);
}

/* The tensor's numbers between both; acu_free(). */
static float *
between (const AcuTensor *a, const AcuTensor *b, float share, GError **error)
{
  float *values = acu_try_alloc (a->count, sizeof (float)), *other = acu_try_alloc (a->count, sizeof (float));

  if (!values || !other)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  else if (!acu_tensor_read (a, values) || !acu_tensor_read (b, other))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("The tensor “%s” has values that are no numbers."), a->name);
  else
    {
      for (guint64 i = 0; i < a->count; i++)
        values[i] = (1 - share) * values[i] + share * other[i];
      acu_free (other);
      return values;
    }
  acu_free (values);
  acu_free (other);
  return NULL;
}

AcuWeights *
acu_weights_interpolate (const AcuWeights *a, const AcuWeights *b, double share, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (AcuValues));
  AcuWeights *weights = NULL;

  for (guint i = 0; i < a->tensors->len; i++)
    {
      const AcuTensor *tensor = a->tensors->pdata[i], *other = acu_weights_find (b, tensor->name);
      AcuValues values = { .name = tensor->name, .dimensions = tensor->dimensions };

      if (a->n_records || b->n_records || !same_shape (tensor, other) || a->tensors->len != b->tensors->len)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s and %s are not weights of the same network (tensor “%s”)."), a->path, b->path,
                       tensor->name);
          goto out;
        }
      memcpy (values.shape, tensor->shape, sizeof values.shape);
      if (!(values.values = between (tensor, other, (float) share, error)))
        goto out;
      g_array_append_val (list, values);
    }
  weights = acu_weights_from_values (a->path, (const AcuValues *) (void *) list->data, list->len, error);
  if (weights)
    acu_weights_copy_metadata (weights, a);

out:
  for (guint i = 0; i < list->len; i++)
    acu_free ((float *) g_array_index (list, AcuValues, i).values);
  return weights;
}
