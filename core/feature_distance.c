/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "feature_distance.h"

#include "arch.h"
#include "plan.h"
#include "same_net.h"
#include "upscaler_private.h"
#include "weights.h"

#include <acuity/acuity.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define TINY 1e-10
/* What finds faces is used to samples of 8 bits. */
#define DETECTOR_WHITE 255

struct AcuFeatureDistance
{
  AcuNet *net;
  AcuNet *parts[ACU_FEATURE_MOST_DEPTHS];       /* for each depth: the network as far as that, for both pictures beside one another */
  guint n_parts;
  int channels;                                 /* of a picture */
  guint64 memory, beside;                       /* that may be taken, and what of it is the caller's */
  char *layers;
};

/* A picture of its own out of the channels of both, from `first` on. */
static gboolean
append_half (AcuNet *pair, const AcuNet *part, int channels, int first, float white, const char *suffix, guint *result)
{
  float *taken = g_new0 (float, 2 * channels * channels);
  g_autofree char *name = g_strconcat ("picture", suffix, NULL);
  const guint both = 0;
  guint picture;
  AcuLayer *layer = acu_net_add (pair, ACU_LAYER_CONV2D, name, &both, 1, &picture);
  gboolean ok;

  for (int c = 0; c < channels; c++)
    taken[c * 2 * channels + first + c] = white;
  layer->channels = channels;
  layer->weights = g_bytes_new_take (taken, (gsize) (2 * channels * channels) * sizeof (float));
  ok = acu_net_append (pair, part, picture, suffix);
  *result = pair->layers->len - 1;
  return ok;
}

/* Both pictures side by side as channels of one: then their features come row by row at the same time, and none has to be kept. */
static AcuNet *
pair_of (const AcuNet *net, guint layer, int channels, float white)
{
  AcuNet *part = acu_net_up_to (net, layer), *pair = acu_net_new (net->name);
  guint results[2];
  gboolean ok;

  pair->architecture = g_strdup (net->architecture);
  pair->scale = net->scale;
  acu_net_add (pair, ACU_LAYER_INPUT, "pictures", NULL, 0, NULL)->channels = 2 * channels;
  ok = append_half (pair, part, channels, 0, white, " (a)", &results[0])
       && append_half (pair, part, channels, channels, white, " (b)", &results[1]);
  if (ok)
    acu_net_add (pair, ACU_LAYER_CONCAT, "features", results, 2, NULL)->channels = 2 * acu_net_layer (net, layer)->channels;
  else
    g_clear_pointer (&pair, acu_net_unref);
  acu_net_unref (part);
  return pair;
}

AcuFeatureDistance *
acu_feature_distance_new (const AcuNet *net, guint depths, float white, GError **error)
{
  g_autoptr (GArray) activations = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GString) names = g_string_new (NULL);
  AcuFeatureDistance *distance;
  int channels = acu_net_layer (net, 0)->channels;

  for (guint i = 0; i < net->layers->len; i++)
    if (acu_layer_is_activation (acu_net_layer (net, i)))
      g_array_append_val (activations, i);
  if (depths < 1 || depths > ACU_FEATURE_MOST_DEPTHS)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Features can be compared at 1 to %d depths, not at %u."), ACU_FEATURE_MOST_DEPTHS,
                   depths);
      return NULL;
    }
  if (activations->len < 1 || (channels != 1 && channels != 3))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: this network has no features of pictures to compare."), net->name);
      return NULL;
    }
  distance = g_new0 (AcuFeatureDistance, 1);
  distance->net = acu_net_ref ((AcuNet *) net);
  distance->channels = channels;
  distance->n_parts = MIN (depths, activations->len);
  for (guint d = 0; d < distance->n_parts; d++)
    {
      guint layer = g_array_index (activations, guint, (guint64) activations->len * (d + 1) / distance->n_parts - 1);

      distance->parts[d] = pair_of (net, layer, channels, white);
      g_string_append_printf (names, "%s%s", d ? ", " : "", acu_net_layer (net, layer)->name);
      if (!distance->parts[d])
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: this network has no features of pictures to compare."), net->name);
          acu_feature_distance_free (distance);
          return NULL;
        }
    }
  distance->layers = g_strdup (names->str);
  return distance;
}

void
acu_feature_distance_free (AcuFeatureDistance *distance)
{
  if (!distance)
    return;
  for (guint d = 0; d < distance->n_parts; d++)
    if (distance->parts[d])
      acu_net_unref (distance->parts[d]);
  acu_net_unref (distance->net);
  g_free (distance->layers);
  g_free (distance);
}

const char *
acu_feature_distance_layers (const AcuFeatureDistance *distance)
{
  return distance->layers;
}

void
acu_feature_distance_limit (AcuFeatureDistance *distance, guint64 memory, guint64 beside)
{
  distance->memory = memory;
  distance->beside = beside;
}

static AcuPlan *
plan_part (const AcuFeatureDistance *distance, const AcuNet *net, int width, int height, int threads, GError **error)
{
  return acu_plan_new_beside (net, acu_device_find ("cpu", NULL), width, height, threads, distance->memory, distance->beside, 0, ACU_PRECISION_EXACT, error);
}

gboolean
acu_feature_distance_fits (const AcuFeatureDistance *distance, int width, int height, int border, int threads, GError **error)
{
  for (guint d = 0; d < distance->n_parts; d++)
    {
      AcuPlan *plan = plan_part (distance, distance->parts[d], width - 2 * border, height - 2 * border, threads, error);

      if (!plan)
        return FALSE;
      acu_plan_free (plan);
    }
  return TRUE;
}

static AcuNet *
load (const AcuModelInfo *model, GError **error)
{
  AcuWeights *weights = NULL;
  AcuNet *net;

  if (!model)
    return acu_helper_net (ACU_FEATURE_JUDGE ".safetensors", -1, error);
  if (model->helper)
    return acu_detector_net (error);
  if (model->classic)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("“%s” is a classic filter, it has no network."), model->name);
  else if (!model->path)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The model “%s” is not installed."), model->name);
  else
    weights = acu_load_weights (model->path, error);
  net = weights ? acu_arch_build (weights, error) : NULL;
  acu_weights_free (weights);
  return net;
}

gboolean
acu_feature_distance_find (const char *name, AcuModelInfo **model, GError **error)
{
  g_autoptr (GPtrArray) helpers = acu_models_helpers (NULL);

  *model = NULL;
  if (g_str_equal (name, ACU_FEATURE_JUDGE))
    return TRUE;
  for (guint i = 0; helpers && i < helpers->len; i++)
    if (g_str_equal (((AcuModelInfo *) g_ptr_array_index (helpers, i))->name, name))
      *model = acu_model_info_copy (g_ptr_array_index (helpers, i));
  if (!*model)
    *model = acu_model_find (name, 1, error);
  return *model != NULL;
}

AcuFeatureDistance *
acu_feature_distance_open (const AcuModelInfo *model, guint depths, GError **error)
{
  AcuNet *net = load (model, error);
  AcuFeatureDistance *distance = net ? acu_feature_distance_new (net, depths, model && model->helper ? DETECTOR_WHITE : 1, error) : NULL;

  if (net)
    acu_net_unref (net);
  return distance;
}

gboolean
acu_feature_distance_is_of (const AcuFeatureDistance *distance, const AcuModelInfo *model, gboolean *same, GError **error)
{
  AcuNet *net;

  *same = FALSE;
  if (model->classic)
    return TRUE;
  if (!(net = load (model, error)))
    return FALSE;
  *same = acu_net_is_same (distance->net, net);
  acu_net_unref (net);
  return TRUE;
}

/* A run of a part of the network over both pictures. */
typedef struct Look
{
  const AcuMetricPicture *pictures[2];
  int border, channels;           /* of each of the network's pictures */
  int width, depth;               /* of the features of one of them */
  double sum;
} Look;

static void
read_row (const Look *look, const AcuMetricPicture *picture, int y, float *pixels)
{
  const float *in = picture->pixels + ((gsize) (look->border + y) * picture->width + look->border) * picture->channels;

  for (int x = 0; x < picture->width - 2 * look->border; x++)
    for (int c = 0; c < look->channels; c++)
      pixels[2 * x * look->channels + c] = CLAMP (in[x * picture->channels + (picture->channels == 1 ? 0 : c)], 0, 1);
}

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Look *look = data;
  gsize row = (gsize) (look->pictures[0]->width - 2 * look->border) * 2 * look->channels;

  for (int j = 0; j < rows; j++)
    for (int i = 0; i < 2; i++)
      read_row (look, look->pictures[i], y + j, pixels + j * row + i * look->channels);
  return TRUE;
}

static double
place_distance (const float *a, const float *b, int depth)
{
  double aa = 0, bb = 0, sum = 0;

  for (int c = 0; c < depth; c++)
    {
      aa += (double) a[c] * a[c];
      bb += (double) b[c] * b[c];
    }
  aa = 1 / (sqrt (aa) + TINY);
  bb = 1 / (sqrt (bb) + TINY);
  for (int c = 0; c < depth; c++)
    sum += (a[c] * aa - b[c] * bb) * (a[c] * aa - b[c] * bb);
  return sum;
}

static gboolean
take_rows (void *data, int y, int rows, const float *features, GError **error)
{
  Look *look = data;

  for (int j = 0; j < rows; j++)
    {
      double row = 0;

      /* Row by row, so that bands do not matter. */
      for (int x = 0; x < look->width; x++, features += 2 * look->depth)
        row += place_distance (features, features + look->depth, look->depth);
      look->sum += row;
    }
  return TRUE;
}

static gboolean
measure_part (const AcuFeatureDistance *distance, const AcuNet *net, const AcuMetricPicture *a, const AcuMetricPicture *b, int border,
              int threads, double *value, GError **error)
{
  AcuPlan *plan = plan_part (distance, net, a->width - 2 * border, a->height - 2 * border, threads, error);
  Look look = { { a, b }, border, distance->channels };
  AcuPlanCallbacks callbacks = { read_rows, take_rows, NULL, &look };
  gboolean ok;

  if (!plan)
    return FALSE;
  look.width = acu_plan_width (plan);
  look.depth = acu_plan_channels (plan) / 2;
  ok = acu_plan_run (plan, &callbacks, error);
  if (ok)
    *value = look.sum / ((double) look.width * acu_plan_height (plan));
  acu_plan_free (plan);
  return ok;
}

gboolean
acu_feature_distance_measure (const AcuFeatureDistance *distance, const AcuMetricPicture *a, const AcuMetricPicture *b, int border,
                              int threads, double *value, GError **error)
{
  double psnr, sum = 0;

  /* The same rules for sizes and numbers. */
  if (!acu_measure_psnr_rgb (a, b, border, &psnr, error))
    return FALSE;
  if (distance->channels == 1 && a->channels != 1)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("This network compares gray pictures only."));
      return FALSE;
    }
  if (isnan (psnr))
    {
      *value = NAN;
      return TRUE;
    }
  for (guint d = 0; d < distance->n_parts; d++)
    {
      double part;

      if (!measure_part (distance, distance->parts[d], a, b, border, threads, &part, error))
        return FALSE;
      sum += part;
    }
  *value = sum / distance->n_parts;
  return TRUE;
}
