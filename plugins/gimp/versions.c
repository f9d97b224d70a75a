/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Further versions of a layer, and their mean, as hidden layers of the result. */
#include "job_private.h"

#include <glib/gi18n.h>

static void
version_free (gpointer data)
{
  PluginVersion *version = data;

  g_clear_object (&version->result);
  g_free (version->name);
  g_free (version);
}

/* Named by what made it, and by how it measures. */
static void
add (PluginPart *part, const AcuBridgeJob *bridge, const char *label, GeglBuffer *result)
{
  PluginVersion *version = g_new (PluginVersion, 1);
  AcuBridgeMeasures measures;
  char *text;

  acu_bridge_measure (bridge, result, &measures);
  text = acu_bridge_measures_text (&measures);
  version->name = g_strdup_printf ("%s. %s", label, text);
  version->result = g_object_ref (result);
  g_ptr_array_add (part->versions, version);
  g_free (text);
}

gboolean
plugin_versions_compute (PluginPart *part, const AcuBridgeJob *bridge, int n, PluginVersionRun run, gpointer data, GError **error)
{
  double factor = MAX ((double) part->scaled.width / part->source.width, (double) part->scaled.height / part->source.height);
  GPtrArray *list = acu_candidates_list (bridge->model, factor, bridge->strength, bridge->seed, n, error);
  GeglBuffer *sum = NULL, *mean;
  gboolean done = list != NULL;

  part->versions = g_ptr_array_new_with_free_func (version_free);
  if (done)
    acu_bridge_add (&sum, part->result);
  for (guint i = 1; done && i < list->len; i++)
    {
      const AcuCandidate *candidate = g_ptr_array_index (list, i);
      AcuBridgeJob job = *bridge;
      GeglBuffer *result;

      acu_bridge_take_candidate (&job, candidate);
      job.trust = NULL;
      result = run (data, &job, error);
      done = result != NULL;
      if (done)
        {
          acu_bridge_add (&sum, result);
          add (part, bridge, candidate->label, result);
          g_object_unref (result);
        }
    }
  if (done)
    {
      mean = acu_bridge_mean (sum, (int) list->len, part->result);
      add (part, bridge, _("the mean of all, the safe one"), mean);
      g_object_unref (mean);
    }
  g_clear_object (&sum);
  if (list)
    g_ptr_array_unref (list);
  return done;
}
