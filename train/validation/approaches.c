/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "approaches.h"

#include "arch.h"
#include "half.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>

#define CLASSIC "lanczos3"
/* What a weight may lose when it is written in 16 bits: a part of it, and what is smaller than the smallest numbers. */
#define ROUNDING 1e-3f
#define SMALLEST 1e-7f

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
  gboolean ok = info && (info->classic || acu_model_scale (info, error) > 0)
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

static AcuNet *
load_net (const AcuModelInfo *info, GError **error)
{
  AcuWeights *weights;
  AcuNet *net;

  if (info->classic)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is a classic filter, it has no network."), info->name);
      return NULL;
    }
  weights = acu_load_weights (info->path, error);
  net = weights ? acu_arch_build (weights, error) : NULL;
  acu_weights_free (weights);
  return net;
}

AcuNet *
acu_approach_net (const char *model, char **name, GError **error)
{
  AcuModelInfo *info = acu_model_find (model, 1, error);
  AcuNet *net = info ? load_net (info, error) : NULL;

  *name = net ? name_of (info, model) : NULL;
  acu_model_info_free (info);
  return net;
}

static gsize
n_weights (const AcuLayer *layer)
{
  return layer->weights ? g_bytes_get_size (layer->weights) / (layer->half ? sizeof (guint16) : sizeof (float)) : 0;
}

static float
weight (const AcuLayer *layer, const void *weights, gsize i)
{
  return layer->half ? acu_half_to_float (((const guint16 *) weights)[i]) : ((const float *) weights)[i];
}

static gboolean
same_layer (const AcuLayer *a, const AcuLayer *b)
{
  gsize n = n_weights (a);
  const void *of_a = n ? g_bytes_get_data (a->weights, NULL) : NULL, *of_b;

  if (a->kind != b->kind || a->channels != b->channels || n_weights (b) != n)
    return FALSE;
  of_b = n ? g_bytes_get_data (b->weights, NULL) : NULL;
  for (gsize i = 0; i < n; i++)
    {
      float x = weight (a, of_a, i), y = weight (b, of_b, i);

      if (!(fabsf (x - y) <= ROUNDING * fabsf (x) + SMALLEST))
        return FALSE;
    }
  return TRUE;
}

static gboolean
same_net (const AcuNet *a, const AcuNet *b)
{
  if (a->layers->len != b->layers->len)
    return FALSE;
  for (guint i = 0; i < a->layers->len; i++)
    if (!same_layer (acu_net_layer (a, i), acu_net_layer (b, i)))
      return FALSE;
  return TRUE;
}

/* TRUE for classic filters, which have no network. */
static gboolean
is_another (const AcuApproach *approach, const AcuNet *net, const char *name, GError **error)
{
  AcuModelInfo *info = acu_model_find (approach->model, 1, error);
  AcuNet *own = info && !info->classic ? load_net (info, error) : NULL;
  gboolean classic = info && info->classic, same = own && same_net (net, own), ok = classic || (own && !same);

  if (same)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                 _("The feature distance cannot be measured with the network “%s”: it is being judged itself, as “%s”."), name, approach->name);
  acu_net_unref (own);
  acu_model_info_free (info);
  return ok;
}

gboolean
acu_approaches_may_judge (const GPtrArray *approaches, const AcuNet *net, const char *name, GError **error)
{
  for (guint i = 0; i < approaches->len; i++)
    {
      const AcuApproach *approach = g_ptr_array_index (approaches, i);

      if (approach->model && !is_another (approach, net, name, error))
        return FALSE;
    }
  return TRUE;
}
