/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkpoint.h"

#include "save_safetensors.h"

#include <acuity/acuity.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <glib/gstdio.h>
#include <string.h>

#define NEWEST "checkpoint.safetensors"
#define BEFORE "checkpoint-before.safetensors"
#define VECTORS 4

static const char *const vector_names[VECTORS] = { "values", "first", "second", "average" };

static float *
vector_of (const AcuCheckpointPart *part, guint k)
{
  float *const vectors[VECTORS] = { part->values, part->optimiser->first, part->optimiser->second, part->optimiser->average };

  return vectors[k];
}

gboolean
acu_checkpoint_save (const char *folder, const AcuCheckpointPart *parts, guint n, gint64 step, const char *fingerprint, GError **error)
{
  g_autofree char *newest = g_build_filename (folder, NEWEST, NULL), *before = g_build_filename (folder, BEFORE, NULL);
  g_autofree char *fresh = g_strconcat (newest, ".new", NULL), *number = g_strdup_printf ("%" PRId64, step);
  const char *const metadata[] = { "step", number, "run", fingerprint, NULL };
  g_autofree AcuValues *values = g_new0 (AcuValues, (gsize) n * VECTORS);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n * VECTORS; i++)
    {
      const AcuCheckpointPart *part = &parts[i / VECTORS];

      g_ptr_array_add (names, g_strconcat (part->name, ".", vector_names[i % VECTORS], NULL));
      values[i] = (AcuValues) { g_ptr_array_index (names, i), 1, { part->optimiser->n }, vector_of (part, i % VECTORS) };
    }
  if (!acu_save_safetensors (fresh, values, n * VECTORS, ACU_TENSOR_F32, metadata, error))
    return FALSE;
  /* Between the two, there is one whole checkpoint under the older name. */
  if ((g_rename (newest, before) != 0 && errno != ENOENT) || g_rename (fresh, newest) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), newest, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

static gboolean
copy_out (const AcuWeights *weights, const AcuCheckpointPart *parts, guint n, const char *path, GError **error)
{
  for (guint i = 0; i < n * VECTORS; i++)
    {
      const AcuCheckpointPart *part = &parts[i / VECTORS];
      g_autofree char *name = g_strconcat (part->name, ".", vector_names[i % VECTORS], NULL);
      const AcuTensor *tensor = acu_weights_find (weights, name);

      if (!tensor || tensor->count != part->optimiser->n || !acu_tensor_read (tensor, vector_of (part, i % VECTORS)))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is damaged, or of another network: “%s” does not fit."), path, name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
load_one (const char *path, const AcuCheckpointPart *parts, guint n, gint64 *step, const char *fingerprint, GError **error)
{
  AcuWeights *weights = acu_load_safetensors (path, error);
  const char *number, *run;
  gboolean ok = FALSE;

  if (!weights)
    return FALSE;
  number = acu_weights_metadata (weights, "step");
  run = acu_weights_metadata (weights, "run");
  if (!number || !g_ascii_string_to_signed (number, 10, 0, G_MAXINT64, step, NULL) || !run)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is no checkpoint."), path);
  else if (!g_str_equal (run, fingerprint))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT,
                 _("%s is of a run whose file, pictures, guides, number of processes or processor have changed since, or of an older acuity-train; start again with --restart, or change them back."), path);
  else
    ok = copy_out (weights, parts, n, path, error);
  acu_weights_free (weights);
  for (guint i = 0; ok && i < n; i++)
    parts[i].optimiser->step = *step;
  return ok;
}

gboolean
acu_checkpoint_load (const char *folder, const AcuCheckpointPart *parts, guint n, gint64 *step, const char *fingerprint, GError **error)
{
  g_autofree char *newest = g_build_filename (folder, NEWEST, NULL), *before = g_build_filename (folder, BEFORE, NULL);
  const char *const paths[] = { newest, before };
  g_autoptr (GError) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) problem = NULL;

      if (!g_file_test (paths[i], G_FILE_TEST_EXISTS))
        continue;
      if (load_one (paths[i], parts, n, step, fingerprint, &problem))
        return TRUE;
      if (!first)
        first = g_steal_pointer (&problem);
    }
  *step = -1;
  if (!first)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

gboolean
acu_checkpoint_remove (const char *folder, GError **error)
{
  /* The older one first: it serves where the newest is not. */
  static const char *const names[] = { BEFORE, NEWEST };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_unlink (path) == 0 || errno == ENOENT)
        continue;
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}
