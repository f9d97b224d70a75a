/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "upscaler_private.h"

#include <acuity/maps.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LEVELS 3
/* Of a map's values, what is darker or brighter than so much of them is cut. */
#define CUT 0.01

static const struct
{
  const char *name, *label;
} levels[LEVELS] = {
  { "edges", N_("Edges") }, { "shapes", N_("Shapes") }, { "features", N_("Features") }
};

const char *
acu_maps_level_name (AcuMapsLevel level)
{
  return levels[level].name;
}

const char *
acu_maps_level_label (AcuMapsLevel level)
{
  return _(levels[level].label);
}

static gboolean
is_convolution (const AcuLayer *layer)
{
  return layer->kind == ACU_LAYER_CONV2D || layer->kind == ACU_LAYER_DECONV2D;
}

/* Numbers of the layers that can be looked at. */
static GArray *
places_of (const AcuNet *net)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < net->layers->len; i++)
    if (acu_layer_is_activation (acu_net_layer (net, i)))
      g_array_append_val (places, i);
  for (guint i = 0; !places->len && i < net->layers->len; i++)
    if (is_convolution (acu_net_layer (net, i)))
      g_array_append_val (places, i);
  return places;
}

static AcuNet *
load (const AcuModelInfo *model, GArray **places, GError **error)
{
  /* Says what is wrong with classic filters and models that are not there. */
  AcuNet *net = acu_model_scale (model, 0, error) ? acu_model_net (model, 0, NULL, 0, error) : NULL;

  *places = net ? places_of (net) : NULL;
  if (!net || (*places)->len)
    return net;
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The model “%s” has no layers that could be looked at."), model->name);
  g_array_unref (*places);
  acu_net_unref (net);
  return NULL;
}

char **
acu_model_places (const AcuModelInfo *model, GError **error)
{
  GArray *places;
  AcuNet *net = load (model, &places, error);
  char **names = net ? g_new0 (char *, places->len + 1) : NULL;

  if (!net)
    return NULL;
  for (guint i = 0; i < places->len; i++)
    names[i] = g_strdup (acu_net_layer (net, g_array_index (places, guint, i))->name);
  g_array_unref (places);
  acu_net_unref (net);
  return names;
}

/* The number of a place among them; -1: there is none of that name. */
static int
find_place (const AcuNet *net, const GArray *places, const char *name)
{
  for (int level = 0; level < LEVELS; level++)
    if (g_str_equal (levels[level].name, name))
      return MAX (1, ((int) places->len * (level + 1) + LEVELS - 1) / LEVELS) - 1;
  for (guint i = 0; i < places->len; i++)
    if (g_str_equal (acu_net_layer (net, g_array_index (places, guint, i))->name, name))
      return (int) i;
  return -1;
}

typedef struct Rows
{
  const float *pixels;
  gsize row;
  AcuMaps *maps;
} Rows;

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  const Rows *r = data;

  memcpy (pixels, r->pixels + y * r->row, rows * r->row * sizeof (float));
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *values, GError **error)
{
  const AcuMaps *maps = ((const Rows *) data)->maps;
  gsize plane = (gsize) maps->width * maps->height, at = (gsize) y * maps->width;

  for (gsize i = at; i < at + (gsize) rows * maps->width; i++)
    for (int c = 0; c < maps->channels; c++, values++)
      {
        if (!isfinite (*values))
          {
            g_set_error (error, ACU_ERROR, ACU_ERROR_OUTPUT, _("The layer “%s” made what is no number of this picture."), maps->place);
            return FALSE;
          }
        maps->values[c * plane + i] = *values;
      }
  return TRUE;
}

static gboolean
run (AcuPlan *plan, AcuMaps *maps, const float *pixels, int width, GError **error)
{
  Rows rows = { pixels, (gsize) width * 3, maps };
  AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, &rows };

  maps->channels = acu_plan_channels (plan);
  maps->width = acu_plan_width (plan);
  maps->height = acu_plan_height (plan);
  maps->values = acu_try_alloc ((guint64) maps->width * maps->height, maps->channels * sizeof (float));
  if (maps->values)
    return acu_plan_run (plan, &callbacks, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for %d maps of %d × %d pixels."), maps->channels,
               maps->width, maps->height);
  return FALSE;
}

AcuMaps *
acu_maps_new (const AcuModelInfo *model, const char *place, const float *pixels, int width, int height, int threads, GError **error)
{
  GArray *places;
  AcuNet *net = load (model, &places, error), *part = NULL;
  AcuMaps *maps = NULL;
  AcuPlan *plan = NULL;
  int number;

  if (!net)
    return NULL;
  number = find_place (net, places, place);
  if (number < 0)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The model “%s” has no layer “%s” to be looked at; “edges”, “shapes” and “features” are in each."),
                 model->name, place);
  else
    {
      part = acu_net_up_to (net, g_array_index (places, guint, number));
      plan = acu_plan_new (part, acu_device_find ("cpu", NULL), width, height, threads ? threads : (int) g_get_num_processors (), 0, 0,
                           ACU_PRECISION_EXACT, error);
    }
  if (plan)
    {
      maps = g_new0 (AcuMaps, 1);
      maps->place = g_strdup (acu_net_layer (net, g_array_index (places, guint, number))->name);
      maps->level = number * LEVELS / (int) places->len;
      if (!run (plan, maps, pixels, width, error))
        g_clear_pointer (&maps, acu_maps_free);
    }
  acu_plan_free (plan);
  acu_net_unref (part);
  acu_net_unref (net);
  g_array_unref (places);
  return maps;
}

void
acu_maps_free (AcuMaps *maps)
{
  if (!maps)
    return;
  acu_free (maps->values);
  g_free (maps->place);
  g_free (maps);
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

static void
draw (const AcuMaps *maps, int channel, float *sorted, guint8 *to, gsize row)
{
  gsize n = (gsize) maps->width * maps->height;
  const float *from = maps->values + channel * n;
  float low, span;

  memcpy (sorted, from, n * sizeof (float));
  qsort (sorted, n, sizeof (float), compare_floats);
  low = sorted[(gsize) (CUT * (double) (n - 1))];
  span = sorted[(gsize) ((1 - CUT) * (double) (n - 1))] - low;
  for (int y = 0; y < maps->height; y++, to += row)
    for (int x = 0; x < maps->width; x++, from++)
      to[x] = span > 0 ? (guint8) (CLAMP ((*from - low) / span, 0, 1) * 255 + 0.5f) : 0;
}

guint8 *
acu_maps_sheet (const AcuMaps *maps, int gap, int *width, int *height, GError **error)
{
  int columns = MAX (1, (int) ceil (sqrt (maps->channels))), rows = (maps->channels + columns - 1) / columns;
  gint64 w = (gint64) columns * (maps->width + gap) + gap, h = (gint64) rows * (maps->height + gap) + gap;
  guint8 *sheet = NULL;
  float *sorted = NULL;

  if (w > ACU_MAX_SIDE || h > ACU_MAX_SIDE)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("A sheet of %d maps of %d × %d pixels would be too large; choose a smaller picture."),
                   maps->channels, maps->width, maps->height);
      return NULL;
    }
  sheet = g_try_malloc ((gsize) w * (gsize) h);
  sorted = acu_try_alloc ((guint64) maps->width * maps->height, sizeof (float));
  if (!sheet || !sorted)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for %d maps of %d × %d pixels."), maps->channels,
                   maps->width, maps->height);
      g_clear_pointer (&sheet, g_free);
    }
  else
    {
      memset (sheet, 255, (gsize) w * (gsize) h);
      for (int c = 0; c < maps->channels; c++)
        draw (maps, c, sorted,
              sheet + (gap + (gsize) (c / columns) * (maps->height + gap)) * (gsize) w + gap + (gsize) (c % columns) * (maps->width + gap),
              (gsize) w);
      *width = (int) w;
      *height = (int) h;
    }
  acu_free (sorted);
  return sheet;
}
