/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "feature_distance.h"

#include "plan.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TINY 1e-10

struct AcuFeatureDistance
{
  AcuNet *parts[ACU_FEATURE_MOST_DEPTHS];       /* the network up to each depth */
  guint n_parts;
  int channels;                                 /* of pictures */
  char *layers;
};

AcuFeatureDistance *
acu_feature_distance_new (const AcuNet *net, guint depths, GError **error)
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
  distance->channels = channels;
  distance->n_parts = MIN (depths, activations->len);
  for (guint d = 0; d < distance->n_parts; d++)
    {
      guint layer = g_array_index (activations, guint, (guint64) activations->len * (d + 1) / distance->n_parts - 1);

      distance->parts[d] = acu_net_up_to (net, layer);
      g_string_append_printf (names, "%s%s", d ? ", " : "", acu_net_layer (net, layer)->name);
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
    acu_net_unref (distance->parts[d]);
  g_free (distance->layers);
  g_free (distance);
}

const char *
acu_feature_distance_layers (const AcuFeatureDistance *distance)
{
  return distance->layers;
}

/* A run of a part of the network: the first picture's features are kept, the second one's compared with them. */
typedef struct Look
{
  const AcuMetricPicture *picture;
  int border, channels;           /* of the network's pictures */
  float *features;
  int width, depth;               /* of the features */
  gboolean compares;
  double sum;
} Look;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Look *look = data;
  const AcuMetricPicture *picture = look->picture;

  for (int j = 0; j < rows; j++)
    {
      const float *in = picture->pixels + ((gsize) (look->border + y + j) * picture->width + look->border) * picture->channels;

      for (int x = 0; x < picture->width - 2 * look->border; x++)
        for (int c = 0; c < look->channels; c++)
          *pixels++ = CLAMP (in[x * picture->channels + (picture->channels == 1 ? 0 : c)], 0, 1);
    }
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
  float *kept = look->features + (gsize) y * look->width * look->depth;
  gsize n = (gsize) rows * look->width;

  if (!look->compares)
    memcpy (kept, features, n * look->depth * sizeof (float));
  else
    for (int j = 0; j < rows; j++)
      {
        double row = 0;

        /* Row by row, so that bands do not matter. */
        for (int x = 0; x < look->width; x++, kept += look->depth, features += look->depth)
          row += place_distance (kept, features, look->depth);
        look->sum += row;
      }
  return TRUE;
}

static gboolean
measure_part (const AcuFeatureDistance *distance, const AcuNet *net, const AcuMetricPicture *a, const AcuMetricPicture *b, int border,
              int threads, double *value, GError **error)
{
  AcuPlan *plan = acu_plan_new (net, acu_device_find ("cpu", NULL), a->width - 2 * border, a->height - 2 * border, threads, 0, 0,
                                ACU_PRECISION_EXACT, error);
  Look look = { a, border, distance->channels };
  AcuPlanCallbacks callbacks = { read_rows, take_rows, NULL, &look };
  const guint64 factors[] = { plan ? acu_plan_width (plan) : 0, plan ? acu_plan_height (plan) : 0, plan ? acu_plan_channels (plan) : 0 };
  guint64 n;
  gboolean ok;

  if (!plan)
    return FALSE;
  look.width = acu_plan_width (plan);
  look.depth = acu_plan_channels (plan);
  look.features = acu_size_product (factors, G_N_ELEMENTS (factors), &n) ? acu_try_alloc (n, sizeof (float)) : NULL;
  ok = look.features != NULL;
  if (!ok)
    g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to compare the features of pictures of %d × %d pixels."),
                 a->width, a->height);
  ok = ok && acu_plan_run (plan, &callbacks, error);
  look.picture = b;
  look.compares = TRUE;
  ok = ok && acu_plan_run (plan, &callbacks, error);
  if (ok)
    *value = look.sum / ((double) look.width * acu_plan_height (plan));
  acu_free (look.features);
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
