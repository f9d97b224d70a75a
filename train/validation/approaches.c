/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "approaches.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>

#define CLASSIC "lanczos3"

char *
acu_folder_name (const char *name)
{
  return g_strdelimit (g_strdup (name), G_DIR_SEPARATOR_S, '-');
}

static void
approach_free (gpointer data)
{
  AcuApproach *approach = data;

  g_free (approach->name);
  g_free (approach->model);
  g_free (approach);
}

static gboolean
add (GPtrArray *approaches, const char *name, const char *model, GError **error)
{
  g_autofree char *folder = acu_folder_name (name);
  AcuApproach *approach;

  for (guint i = 0; i < approaches->len; i++)
    {
      g_autofree char *other = acu_folder_name (((AcuApproach *) g_ptr_array_index (approaches, i))->name);

      if (g_str_equal (folder, other))
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” would be compared with itself: it is there twice."), name);
          return FALSE;
        }
    }
  approach = g_new0 (AcuApproach, 1);
  approach->name = g_strdup (name);
  approach->model = g_strdup (model);
  g_ptr_array_add (approaches, approach);
  return TRUE;
}

/* Files of two runs have the same name, but other paths. */
static char *
name_of (const AcuModelInfo *info, const char *given)
{
  return info->path && g_str_equal (info->path, given) ? g_filename_display_name (given) : g_strdup (info->name);
}

static gboolean
add_model (GPtrArray *approaches, const char *model, int scale, GError **error)
{
  AcuModelInfo *info = acu_model_find (model, scale, error);
  g_autofree char *name = info ? name_of (info, model) : NULL;
  gboolean ok = info && (info->classic || acu_model_scale (info, 0, error) > 0)
                && add (approaches, name, info->path ? info->path : info->name, error);

  acu_model_info_free (info);
  return ok;
}

GPtrArray *
acu_approaches_new (const char *const *models, int scale, GError **error)
{
  static const char *const built_in[] = { "auto", NULL };
  g_autoptr (GPtrArray) approaches = g_ptr_array_new_with_free_func (approach_free);

  if (!add (approaches, "bicubic", NULL, error) || !add (approaches, CLASSIC, CLASSIC, error))
    return NULL;
  if (!models || !models[0])
    models = built_in;
  for (guint i = 0; models[i]; i++)
    if (!add_model (approaches, models[i], scale, error))
      return NULL;
  return g_steal_pointer (&approaches);
}

AcuFeatureDistance *
acu_approach_features (const char *model, guint depths, char **name, GError **error)
{
  AcuModelInfo *info;
  AcuFeatureDistance *features = acu_feature_distance_find (model, &info, error) ? acu_feature_distance_open (info, depths, error) : NULL;

  *name = !features ? NULL : info ? name_of (info, model) : g_strdup (model);
  acu_model_info_free (info);
  return features;
}

static gboolean
is_another (const AcuApproach *approach, const AcuFeatureDistance *features, const char *name, GError **error)
{
  AcuModelInfo *info = acu_model_find (approach->model, 1, error);
  gboolean same = FALSE, ok = info && acu_feature_distance_is_of (features, info, &same, error);

  if (same)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                 _("The feature distance cannot be measured with the network “%s”: it is being judged itself, as “%s”."), name, approach->name);
  acu_model_info_free (info);
  return ok && !same;
}

gboolean
acu_approaches_may_judge (const GPtrArray *approaches, const AcuFeatureDistance *features, const char *name, GError **error)
{
  for (guint i = 0; i < approaches->len; i++)
    {
      const AcuApproach *approach = g_ptr_array_index (approaches, i);

      if (approach->model && !is_another (approach, features, name, error))
        return FALSE;
    }
  return TRUE;
}
