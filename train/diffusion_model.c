/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "diffusion_model.h"

#include "compact.h"
#include "create.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Crops that the spread is measured on: so many batches of so many. */
#define BATCHES 16
#define BATCH 16
/* Some colour there must be. */
#define MOST_LIKENESS 0.999

/* Tensors as AcuValues whose memory lives in lists. */
typedef struct Parts
{
  GArray *values;
  GPtrArray *names, *numbers;
} Parts;

static gboolean
add_tensors (Parts *parts, const AcuWeights *from, const char *prefix, const char *only, GError **error)
{
  for (guint i = 0; i < from->tensors->len; i++)
    {
      const AcuTensor *tensor = g_ptr_array_index (from->tensors, i);
      AcuValues values = { .dimensions = tensor->dimensions };
      float *numbers;

      if (!g_str_has_prefix (tensor->name, only))
        continue;
      if (!(numbers = acu_try_alloc (tensor->count, sizeof (float))))
        {
          g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
          return FALSE;
        }
      g_ptr_array_add (parts->numbers, numbers);
      if (!acu_tensor_read (tensor, numbers))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: the tensor “%s” has values that are no numbers."), from->path, tensor->name);
          return FALSE;
        }
      g_ptr_array_add (parts->names, g_strconcat (prefix, tensor->name, NULL));
      values.name = g_ptr_array_index (parts->names, parts->names->len - 1);
      values.values = numbers;
      memcpy (values.shape, tensor->shape, sizeof values.shape);
      g_array_append_val (parts->values, values);
    }
  return TRUE;
}

/* A frozen network and how much it enlarges; NULL. */
static AcuWeights *
load_frozen (const AcuRunFile *run, const char *path, const char *key, int *scale, GError **error)
{
  AcuWeights *weights = acu_load_weights (path, error);

  if (!weights)
    return NULL;
  *scale = acu_compact_scale (weights, "");
  if (*scale > 0 && acu_weights_find (weights, "body.1.weight"))
    return weights;
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [diffusion] %s: %s is no compact network with slopes (PReLU)."), run->path, key, path);
  acu_weights_free (weights);
  return NULL;
}

static void
set_text (AcuWeights *weights, const char *key, char *text)
{
  g_hash_table_replace (weights->metadata, g_strdup (key), text);
}

static char *
number_text (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", number));
}

static AcuWeights *
put_together (const AcuRunFile *run, const AcuWeights *first, int first_scale, const AcuWeights *before, GError **error)
{
  AcuArchOptions options = { run->architecture, first_scale, run->channels, run->blocks };
  AcuWeights *created = acu_arch_create (&options, (guint64) run->seed, error), *weights = NULL;
  Parts parts = { g_array_new (FALSE, FALSE, sizeof (AcuValues)), g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (acu_free) };

  if (created && add_tensors (&parts, first, "first.", "", error) && (!before || add_tensors (&parts, before, "before.", "", error))
      && add_tensors (&parts, created, "", "step.", error))
    weights = acu_weights_from_values (created->path, (const AcuValues *) (void *) parts.values->data, parts.values->len, error);
  if (weights)
    {
      acu_weights_copy_metadata (weights, created);
      set_text (weights, "scale", g_strdup_printf ("%d", run->scale));
      set_text (weights, "kappa", number_text (run->kappa));
      set_text (weights, "sampling_steps", g_strdup_printf ("%d", run->sampling_steps));
    }
  acu_weights_free (created);
  g_array_unref (parts.values);
  g_ptr_array_unref (parts.names);
  g_ptr_array_unref (parts.numbers);
  return weights;
}

AcuWeights *
acu_diffusion_model_new (const AcuRunFile *run, GError **error)
{
  int first_scale = 1, before_scale = 1;
  AcuWeights *first = load_frozen (run, run->first_model, "first", &first_scale, error), *before = NULL, *weights = NULL;

  if (first && run->before_model && !(before = load_frozen (run, run->before_model, "before", &before_scale, error)))
    g_clear_pointer (&first, acu_weights_free);
  if (first && first_scale * before_scale != run->scale)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [diffusion] its networks enlarge %d times, but [network] scale is %d."), run->path,
                 first_scale * before_scale, run->scale);
  else if (first)
    weights = put_together (run, first, first_scale, before, error);
  acu_weights_free (first);
  acu_weights_free (before);
  return weights;
}

/* The sums of acu_forward_missing() over crops, as means. */
static gboolean
measure (const AcuTrainDiffusion *diffusion, const AcuBatchOptions *options, double *sums, GError **error)
{
  AcuBatches *batches = acu_batches_new (options, 0, error);
  AcuForward *forward = batches ? acu_forward_new (diffusion, options->side, error) : NULL;
  gsize small = (gsize) options->side * options->side * 3, large = small * options->scale * options->scale;
  gboolean ok = forward != NULL;

  sums[0] = sums[1] = 0;
  for (int i = 0; ok && i < BATCHES; i++)
    {
      const AcuBatch *batch = acu_batches_next (batches, error);

      for (int k = 0; batch && k < batch->count; k++)
        acu_forward_missing (forward, batch->small + k * small, batch->large + k * large, sums);
      ok = batch != NULL;
    }
  acu_batches_free (batches);
  acu_forward_free (forward);
  sums[0] /= BATCHES * BATCH;
  sums[1] /= BATCHES * BATCH;
  return ok;
}

gboolean
acu_diffusion_model_measure (AcuWeights *weights, AcuTrainDiffusion *diffusion, const AcuRunFile *run, const AcuBatchOptions *batch, GError **error)
{
  AcuBatchOptions options = *batch;
  double sums[2], spread = run->spread, likeness = run->likeness;

  options.size = BATCH;
  options.first = 0;
  options.every = 1;
  if (spread == 0)
    {
      if (!measure (diffusion, &options, sums, error))
        return FALSE;
      spread = sqrt (sums[0]);
      likeness = sums[0] > 0 ? CLAMP (sums[1] / sums[0], 0, MOST_LIKENESS) : 0;
    }
  set_text (weights, "spread", number_text (spread));
  set_text (weights, "likeness", number_text (likeness));
  /* As whoever reads the file will understand it. */
  return acu_diffusion_read (weights, &diffusion->numbers, error);
}
