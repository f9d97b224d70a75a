/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <acuity/candidates.h>

#include <acuity/error.h>
#include <acuity/model.h>
#include <acuity/resample.h>
#include <glib/gi18n-lib.h>
#include <math.h>

static void
candidate_free (gpointer data)
{
  AcuCandidate *candidate = data;

  g_free (candidate->model);
  g_free (candidate->label);
  g_free (candidate);
}

/* Takes `label`. */
static void
add (GPtrArray *list, const char *model, double strength, int seed, char *label)
{
  AcuCandidate *candidate = g_new (AcuCandidate, 1);

  *candidate = (AcuCandidate) { g_strdup (model), strength, seed, label };
  g_ptr_array_add (list, candidate);
}

static char *
strength_label (const char *name, double strength)
{
  /* Translators: a model's name, and a number from 0 to 1. */
  return g_strdup_printf (_("%s, strength %.2f"), name, strength);
}

static void
add_seeds (GPtrArray *list, const char *model, const char *name, double strength, int seed, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      int own = seed <= G_MAXINT32 - (int) i ? seed + (int) i : (int) i;

      add (list, model, strength, own, g_strdup_printf (_("%s, seed %d"), name, own));
    }
}

static void
add_filters (GPtrArray *list, const char *model, guint n)
{
  for (const AcuFilter *filter = acu_filters_all (); filter->name && list->len < n; filter++)
    if (!g_str_equal (filter->name, model) && !g_str_equal (filter->name, "area"))
      add (list, filter->name, 1, 0, g_strdup (filter->name));
}

/* Those for text and faces are made for a part of a picture. */
static gboolean
is_for_all (const AcuModelInfo *info)
{
  return !info->helper && !info->classic && !(info->built_in && (g_str_has_prefix (info->name, "text-") || g_str_has_prefix (info->name, "face-")));
}

/* The networks that a job of this factor would take. */
static gboolean
add_networks (GPtrArray *list, const AcuModelInfo *own, double factor, double strength, int seed, guint n, GError **error)
{
  g_autoptr (GPtrArray) models = acu_models_list (error);
  int scale = own->scale > 1 ? own->scale : MAX (2, (int) ceil (factor));

  if (!models)
    return FALSE;
  for (guint i = 0; i < models->len && list->len < n; i++)
    {
      const AcuModelInfo *info = g_ptr_array_index (models, i);

      if (info->path && is_for_all (info) && info->scale == scale && !g_str_equal (info->name, own->name))
        add (list, info->name, strength, seed, g_strdup (info->name));
    }
  return TRUE;
}

/* Weaker ones, at equal distances down to nothing. Where these would be the same to two digits, which is what labels and GIMP's fields have, stronger ones, up to all. */
static void
add_strengths (GPtrArray *list, const char *model, const char *name, double strength, int seed, guint n)
{
  guint missing = n > list->len ? n - list->len : 0;
  gboolean weaker = strength >= 0.02 * (missing + 1);

  for (guint i = 1; i <= missing; i++)
    {
      double other = weaker ? strength * (1 - (double) i / (missing + 1)) : strength + (1 - strength) * i / missing;

      other = round (100 * other) / 100;
      add (list, model, other, seed, strength_label (name, other));
    }
}

static gboolean
may_differ (const AcuModelInfo *own, double strength)
{
  return own->classic || strength > 0;
}

gboolean
acu_candidates_differ (const char *model, double factor, double strength)
{
  AcuModelInfo *own = acu_model_find (model ? model : "auto", factor, NULL);
  gboolean differ = !own || may_differ (own, strength);

  acu_model_info_free (own);
  return differ;
}

const char *
acu_candidates_same_text (void)
{
  return _("With a strength of 0, all versions would be the same: that of bicubic interpolation.");
}

GPtrArray *
acu_candidates_list (const char *model, double factor, double strength, int seed, int n, GError **error)
{
  AcuModelInfo *own;
  GPtrArray *list;
  const char *found;
  gboolean done = TRUE;

  if (n < 1 || n > ACU_MAX_CANDIDATES || seed < 0 || !(strength >= 0 && strength <= 1))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There can be 1 to %d versions, not %d."), ACU_MAX_CANDIDATES, n);
      return NULL;
    }
  own = acu_model_find (model ? model : "auto", factor, error);
  if (own && n > 1 && !may_differ (own, strength))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, acu_candidates_same_text ());
      g_clear_pointer (&own, acu_model_info_free);
    }
  if (!own)
    return NULL;
  list = g_ptr_array_new_with_free_func (candidate_free);
  /* Of the user's own files, the path is what finds them again. */
  found = model && !g_str_equal (model, "auto") && *model ? model : own->name;
  if (own->diffuses)
    add_seeds (list, found, own->name, strength, seed, (guint) n);
  else
    add (list, found, strength, seed, strength < 1 && !own->classic ? strength_label (own->name, strength) : g_strdup (own->name));
  if (own->classic)
    add_filters (list, own->name, (guint) n);
  else if (list->len < (guint) n)
    {
      done = add_networks (list, own, factor, strength, seed, (guint) n, error);
      add_strengths (list, found, own->name, strength, seed, (guint) n);
    }
  acu_model_info_free (own);
  if (!done)
    g_clear_pointer (&list, g_ptr_array_unref);
  return list;
}
