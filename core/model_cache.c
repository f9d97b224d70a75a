/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "upscaler_private.h"

#include "arch.h"
#include "catalogue.h"
#include "coarse.h"
#include "detector.h"
#include "predict.h"
#include "weights.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/* Dialogs plan the same model again and again: one net is kept, found by path and by what tells a changed file. */
static GMutex lock;
static AcuNet *kept;
static char *kept_path;
static GStatBuf kept_stat, kept_clean_stat;
static double kept_clean;
static AcuSampling kept_sampling;

static gboolean
same_file (const GStatBuf *a, const GStatBuf *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtime == b->st_mtime
         && a->st_ctime == b->st_ctime;
}

static AcuWeights *
load (const AcuModelInfo *model, double clean, GError **error)
{
  AcuWeights *faithful = clean < 1 ? acu_load_weights (model->path, error) : NULL, *cleaning = NULL, *both = NULL;

  if (clean == 0 || (clean < 1 && !faithful))
    return faithful;
  cleaning = acu_load_weights (model->clean_path, error);
  if (clean == 1)
    return cleaning;
  if (cleaning)
    both = acu_weights_interpolate (faithful, cleaning, clean, error);
  acu_weights_free (faithful);
  acu_weights_free (cleaning);
  return both;
}

/* Other networks are the same however they are sampled. */
static gboolean
same_sampling (const AcuNet *net, const AcuSampling *a, const AcuSampling *b)
{
  return !acu_net_is_random (net) || (a->steps == b->steps && a->consistency == b->consistency);
}

/* That of a diffusion network is asked once, however many ways it is sampled in: it takes seconds. */
static void
choose_coarse (AcuNet *net, const AcuWeights *weights, int threads)
{
  const AcuDevice *cpu = acu_device_find ("cpu", NULL);
  AcuNet *usual = acu_net_is_random (net) ? acu_arch_build (weights, NULL) : NULL;

  if (usual)
    {
      acu_net_choose_coarse (usual, cpu, threads);
      acu_net_copy_coarse (net, usual);
      acu_net_unref (usual);
    }
  else
    acu_net_choose_coarse (net, cpu, threads);
}

AcuNet *
acu_model_net (const AcuModelInfo *model, double clean, const AcuSampling *sampling, int threads, GError **error)
{
  const AcuSampling usual = { 0, 1 };
  GStatBuf now = { 0 }, clean_now = { 0 };
  AcuWeights *weights;
  AcuNet *net = NULL;

  if (!sampling)
    sampling = &usual;
  if (clean > 0 && !model->clean_path)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The model “%s” cannot be told how much to clean."), model->name);
      return NULL;
    }
  g_stat (model->path, &now);
  if (clean > 0)
    g_stat (model->clean_path, &clean_now);
  g_mutex_lock (&lock);
  if (kept && g_str_equal (kept_path, model->path) && kept_clean == clean && same_sampling (kept, &kept_sampling, sampling) && same_file (&kept_stat, &now)
      && same_file (&kept_clean_stat, &clean_now))
    {
      net = acu_net_ref (kept);
      g_mutex_unlock (&lock);
      return net;
    }
  g_mutex_unlock (&lock);

  weights = load (model, clean, error);
  if (!weights)
    return NULL;
  net = acu_arch_build_sampled (weights, sampling, error);
  if (net)
    {
      net = acu_net_fold (net);
      choose_coarse (net, weights, threads);
    }
  acu_weights_free (weights);
  if (!net)
    return NULL;

  g_mutex_lock (&lock);
  acu_net_unref (kept);
  g_free (kept_path);
  kept = acu_net_ref (net);
  kept_path = g_strdup (model->path);
  kept_stat = now;
  kept_clean_stat = clean_now;
  kept_clean = clean;
  kept_sampling = *sampling;
  g_mutex_unlock (&lock);
  return net;
}

AcuNet *
acu_helper_net (const char *file, int threads, GError **error)
{
  g_autofree char *path = g_strconcat (ACU_RESOURCE_PREFIX "/org/acuity/", file, NULL);
  AcuWeights *weights = acu_load_weights (path, error);
  AcuNet *net = weights ? acu_arch_build (weights, error) : NULL;

  acu_weights_free (weights);
  if (net && threads >= 0)
    acu_net_choose_coarse (net, acu_device_find ("cpu", NULL), threads);
  return net;
}

AcuNet *
acu_detector_net (GError **error)
{
  g_autofree char *path = acu_catalogue_helper ("faces", error);
  AcuWeights *weights = path ? acu_load_onnx (path, error) : NULL;
  AcuNet *net = weights ? acu_detector_build (weights, error) : NULL;

  acu_weights_free (weights);
  return net;
}

AcuNet *
acu_model_net_of (const AcuModelInfo *model, int threads, GError **error)
{
  if (!model->classic && model->path)
    return acu_model_net (model, 0, NULL, threads, error);
  if (model->classic)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is a classic filter, it has no network."), model->name);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The model “%s” is not installed."), model->name);
  return NULL;
}

int
acu_model_scale (const AcuModelInfo *model, int threads, GError **error)
{
  AcuNet *net = acu_model_net_of (model, threads, error);
  int scale = net ? net->scale : 0;

  if (net)
    acu_net_unref (net);
  return scale;
}

char *
acu_model_print (const AcuModelInfo *model, int width, int height, gboolean plan, GError **error)
{
  AcuNet *net = acu_model_net_of (model, 0, error);
  char *text;

  if (!net)
    return NULL;
  text = acu_net_print (net, width, height, error);
  if (text && plan)
    {
      const AcuDevice *device = acu_device_find ("auto", error);
      AcuPlan *made = device ? acu_plan_new (net, device, width, height, g_get_num_processors (), 0, 0, ACU_PRECISION_FAST, error) : NULL;
      g_autofree char *graph = text;
      g_autofree char *stages = made ? acu_plan_print (made) : NULL;

      text = stages ? g_strconcat (graph, "\n", stages, NULL) : NULL;
      acu_plan_free (made);
    }
  acu_net_unref (net);
  return text;
}
