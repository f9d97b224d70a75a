/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Writes a new network with random weights, so that tests can open it elsewhere.
 *
 *   create_network ARCHITECTURE SCALE CHANNELS BLOCKS OUT.safetensors
 *
 * 0 for the published numbers. */
#include "create.h"
#include "save_safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main (int argc, char **argv)
{
  AcuArchOptions options = { 0 };
  GError *error = NULL;
  AcuWeights *weights;
  AcuValues *values;
  gboolean ok = FALSE;

  if (argc != 6)
    return 2;
  options = (AcuArchOptions) { argv[1], atoi (argv[2]), atoi (argv[3]), atoi (argv[4]) };
  if ((weights = acu_arch_create (&options, 1, &error)))
    {
      values = g_new0 (AcuValues, weights->tensors->len);
      for (guint i = 0; i < weights->tensors->len; i++)
        {
          const AcuTensor *tensor = g_ptr_array_index (weights->tensors, i);

          /* New weights are aligned floats. */
          values[i] = (AcuValues) { tensor->name, tensor->dimensions, { 0 }, (const float *) (const void *) tensor->data };
          memcpy (values[i].shape, tensor->shape, sizeof tensor->shape);
        }
      ok = acu_save_safetensors (argv[5], values, weights->tensors->len, ACU_TENSOR_F32, NULL, &error);
      g_free (values);
      acu_weights_free (weights);
    }
  if (!ok)
    fprintf (stderr, "create_network: %s\n", error->message);
  return !ok;
}
