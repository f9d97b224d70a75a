/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "compare.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TEXT "+text"
#define FACES "+faces"

static const char *const usual_filters[] = { "nearest", "linear", "cubic", "mitchell", "lanczos3" };

static void
approach_free (gpointer data)
{
  CompareApproach *approach = data;

  g_free (approach->name);
  g_free (approach->label);
  g_free (approach->model);
  g_free (approach->problem);
  g_free (approach);
}

static gboolean
add (GPtrArray *approaches, const AcuModelInfo *info, const char *suffix, GError **error)
{
  CompareApproach *approach = g_new0 (CompareApproach, 1);
  const char *label = info->label && *info->label ? _(info->label) : info->name;

  approach->name = g_strconcat (info->name, suffix, NULL);
  approach->label = g_str_equal (suffix, TEXT) ? g_strdup_printf (_("%s, text looked for"), label)
                    : g_str_equal (suffix, FACES) ? g_strdup_printf (_("%s, faces looked for"), label) : g_strdup (label);
  approach->model = g_strdup (info->path ? info->path : info->name);
  approach->text = g_str_equal (suffix, TEXT) ? ACU_TEXT_AUTO : ACU_TEXT_OFF;
  approach->faces = g_str_equal (suffix, FACES) ? ACU_FACES_AUTO : ACU_FACES_OFF;
  for (int m = 0; m < COMPARE_MEASURES; m++)
    approach->values[m] = NAN;
  for (guint i = 0; i < approaches->len; i++)
    if (g_str_equal (((CompareApproach *) g_ptr_array_index (approaches, i))->name, approach->name))
      {
        g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” would be compared with itself: it is there twice."), approach->name);
        approach_free (approach);
        return FALSE;
      }
  g_ptr_array_add (approaches, approach);
  return TRUE;
}

static gboolean
add_named (GPtrArray *approaches, const char *name, int scale, int threads, GError **error)
{
  const char *suffix = g_str_has_suffix (name, TEXT) ? TEXT : g_str_has_suffix (name, FACES) ? FACES : "";
  g_autofree char *model = g_strndup (name, strlen (name) - strlen (suffix));
  AcuModelInfo *info = acu_model_find (model, scale, error);
  gboolean done = info && (info->classic || acu_model_scale (info, threads, error) > 0);

  if (done && info->classic && *suffix)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s”: text and faces are looked for with networks only."), name);
      done = FALSE;
    }
  done = done && add (approaches, info, suffix, error);
  acu_model_info_free (info);
  return done;
}

static gboolean
have_faces (void)
{
  g_autoptr (GPtrArray) helpers = acu_models_helpers (NULL);

  for (guint i = 0; helpers && i < helpers->len; i++)
    if (g_str_equal (((AcuModelInfo *) helpers->pdata[i])->name, "faces"))
      return ((AcuModelInfo *) helpers->pdata[i])->path != NULL;
  return FALSE;
}

/* The usual filters, by the list's labels. */
static gboolean
add_filters (GPtrArray *approaches, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (usual_filters); i++)
    if (!add_named (approaches, usual_filters[i], 1, 0, error))
      return FALSE;
  return TRUE;
}

/* The built-in network, and the same with what looks for text and faces, where it has networks for them. */
static gboolean
add_automatic (GPtrArray *approaches, const AcuModelInfo *automatic, GError **error)
{
  g_autofree char *text = g_strdup_printf ("text-x%d", automatic->scale);
  AcuModelInfo *of_text = acu_model_find (text, automatic->scale, NULL);
  gboolean with_text = of_text != NULL;

  acu_model_info_free (of_text);
  return add (approaches, automatic, "", error) && (!with_text || add (approaches, automatic, TEXT, error))
         && (!with_text || !have_faces () || add (approaches, automatic, FACES, error));
}

static gboolean
add_installed (GPtrArray *approaches, int scale, int threads, GError **error)
{
  g_autoptr (GPtrArray) models = acu_models_list (error);
  AcuModelInfo *automatic = models ? acu_model_find ("auto", scale, error) : NULL;
  gboolean ok = automatic && add_automatic (approaches, automatic, error);

  for (guint i = 0; ok && i < models->len; i++)
    {
      const AcuModelInfo *info = g_ptr_array_index (models, i);
      int own;

      if (info->classic || !info->path || g_str_equal (info->name, automatic->name) || (info->scale && info->scale != scale))
        continue;
      /* A file that is no network, or none for pictures, is nothing to compare. */
      own = info->scale ? info->scale : acu_model_scale (info, threads, NULL);
      ok = own != scale || add (approaches, info, "", error);
    }
  acu_model_info_free (automatic);
  return ok;
}

GPtrArray *
compare_approaches_new (const char *const *models, int scale, int threads, GError **error)
{
  g_autoptr (GPtrArray) approaches = g_ptr_array_new_with_free_func (approach_free);

  for (guint i = 0; models && models[i]; i++)
    if (!add_named (approaches, models[i], scale, threads, error))
      return NULL;
  if (!models && (!add_filters (approaches, error) || !add_installed (approaches, scale, threads, error)))
    return NULL;
  return g_steal_pointer (&approaches);
}
