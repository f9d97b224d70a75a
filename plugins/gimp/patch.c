/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "patch.h"

#include <glib/gi18n.h>
#include <math.h>

/* A shift by so much of a pixel of the result cannot be seen. */
#define SHIFT 0.03

double
plugin_layer_oversize (PluginImage image)
{
  GeglBuffer *buffer;
  PluginItem layer;
  double oversize;

  if (!plugin_image_layer (image, &layer))
    return 1;
  buffer = plugin_item_buffer (layer);
  oversize = acu_bridge_oversize (buffer, gegl_buffer_get_extent (buffer));
  g_object_unref (buffer);
  return oversize;
}

PluginPatch *
plugin_patch_new (PluginImage image, PluginItem layer, const PluginValues *values, const GeglRectangle *source,
                  const GeglRectangle *scaled, const GeglRectangle *view, int margin, int grid)
{
  PluginPatch *patch = g_new0 (PluginPatch, 1);
  GeglBuffer *drawable = plugin_item_buffer (layer);
  const Babl *own = gegl_buffer_get_format (drawable), *fixed = acu_bridge_fixed_format (own);
  const GeglRectangle *part = &patch->place.part;
  gsize bytes;
  void *pixels;

  patch->values = *values;
  patch->layer = *source;
  patch->scaled = *scaled;
  patch->space = plugin_image_space (image);
  plugin_place (&patch->place, source->width, source->height, scaled->width, scaled->height, view, margin, grid);
  /* A copy, not shared tiles: those may be asked of GIMP later, from another thread. */
  patch->input = gegl_buffer_new (GEGL_RECTANGLE (0, 0, part->width, part->height), fixed);
  bytes = (gsize) part->width * babl_format_get_bytes_per_pixel (own);
  pixels = g_malloc (bytes);
  for (int y = 0; y < part->height; y++)
    {
      gegl_buffer_get (drawable, GEGL_RECTANGLE (part->x, part->y + y, part->width, 1), 1, own, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_set (patch->input, GEGL_RECTANGLE (0, y, part->width, 1), 0, fixed, pixels, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (pixels);
  g_object_unref (drawable);
  return patch;
}

void
plugin_patch_free (PluginPatch *patch)
{
  if (!patch)
    return;
  g_clear_pointer (&patch->after, cairo_surface_destroy);
  g_clear_pointer (&patch->before, cairo_surface_destroy);
  g_clear_error (&patch->error);
  g_clear_object (&patch->input);
  g_free (patch);
}

void
plugin_patch_cancel (PluginPatch *patch)
{
  g_atomic_int_set (&patch->cancelled, TRUE);
}

static gboolean
go_on (gpointer data, double fraction, double seconds_left)
{
  PluginPatch *patch = data;

  g_atomic_int_set (&patch->thousandths, (int) (fraction * 1000));
  return !g_atomic_int_get (&patch->cancelled);
}

/* The view as the screen shows it. Of an image with a palette, in that palette. */
static cairo_surface_t *
to_surface (const PluginPatch *patch, GeglBuffer *result)
{
  const PluginPlace *place = &patch->place;
  const Babl *own = gegl_buffer_get_format (patch->input);
  GeglRectangle rect = { place->view.x - place->result.x, place->view.y - place->result.y, place->view.width, place->view.height };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, rect.width, rect.height);
  GeglBuffer *shown = g_object_ref (result);

  if (babl_format_is_palette (own))
    {
      g_object_unref (shown);
      shown = gegl_buffer_new (gegl_buffer_get_extent (result), own);
      gegl_buffer_copy (result, NULL, GEGL_ABYSS_NONE, shown, NULL);
    }
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      gegl_buffer_get (shown, &rect, 1, babl_format ("cairo-ARGB32"), cairo_image_surface_get_data (surface),
                       cairo_image_surface_get_stride (surface), GEGL_ABYSS_NONE);
      cairo_surface_mark_dirty (surface);
    }
  g_object_unref (shown);
  return surface;
}

static cairo_surface_t *
run (PluginPatch *patch, const AcuBridgeJob *job, gboolean ask, GError **error)
{
  AcuUpscaler *upscaler = acu_bridge_plan (job, error);
  cairo_surface_t *surface = NULL;
  GeglBuffer *result;

  if (!upscaler)
    return NULL;
  if (ask)
    {
      patch->whole = !acu_upscaler_reach (upscaler, &patch->reach, &patch->grid);
      patch->reach += job->faithful > 0 ? ACU_TRUST_REACH : 0;
    }
  result = acu_bridge_run (job, upscaler, go_on, patch, error);
  acu_upscaler_free (upscaler);
  if (result)
    {
      if (ask && patch->measure)
        acu_bridge_measure (job, result, &patch->measures);
      surface = to_surface (patch, result);
      g_object_unref (result);
    }
  return surface;
}

void
plugin_patch_run (PluginPatch *patch)
{
  const PluginPlace *place = &patch->place;
  AcuBridgeJob job = { .input = patch->input, .rect = { 0, 0, place->part.width, place->part.height }, .left = place->part.x, .top = place->part.y };
  AcuModelInfo *model = NULL;
  const char *name = plugin_values_text (&patch->values, "model");
  AcuBridgeJob plain;

  plugin_bridge_layer (&job, &patch->values, patch->space);
  job.size = (AcuSize) { .mode = ACU_SIZE_PIXELS, .width = place->result.width, .height = place->result.height };
  plain = job;
  plain.model = "cubic";
  plain.text = "off";
  plain.faces = "off";
  plain.strength = 1;
  plain.clean = plain.faithful = 0;
  patch->before = run (patch, &plain, FALSE, &patch->error);
  /* What "auto" means depends on the whole layer's size, of which this part's may differ by a rounding. */
  if (patch->before && !g_atomic_int_get (&patch->cancelled)
      && (model = acu_model_find (name, MAX ((double) patch->scaled.width / patch->layer.width, (double) patch->scaled.height / patch->layer.height), &patch->error)))
    {
      job.model = g_str_equal (name, "auto") ? model->name : name;
      patch->after = run (patch, &job, TRUE, &patch->error);
    }
  acu_model_info_free (model);
}

gboolean
plugin_patch_is_complete (const PluginPatch *patch)
{
  const GeglRectangle *part = &patch->place.part, *view = &patch->place.view;
  double x = (double) patch->layer.width / patch->scaled.width, y = (double) patch->layer.height / patch->scaled.height;
  gboolean all = part->width == patch->layer.width && part->height == patch->layer.height;

  if (all || patch->whole)
    return all;
  return (part->x == 0 || part->x <= view->x * x - patch->reach) && (part->y == 0 || part->y <= view->y * y - patch->reach)
         && part->x % patch->grid == 0 && part->y % patch->grid == 0
         && (part->x + part->width == patch->layer.width || part->x + part->width >= (view->x + view->width) * x + patch->reach)
         && (part->y + part->height == patch->layer.height || part->y + part->height >= (view->y + view->height) * y + patch->reach);
}

static gboolean
is_near (int at, int length, int scaled, int result)
{
  return fabs ((double) at * scaled / length - result) <= SHIFT;
}

gboolean
plugin_patch_is_exact (const PluginPatch *patch)
{
  const GeglRectangle *part = &patch->place.part, *result = &patch->place.result, *layer = &patch->layer, *scaled = &patch->scaled;

  return plugin_patch_is_complete (patch) && is_near (part->x, layer->width, scaled->width, result->x)
         && is_near (part->y, layer->height, scaled->height, result->y)
         && is_near (part->x + part->width, layer->width, scaled->width, result->x + result->width)
         && is_near (part->y + part->height, layer->height, scaled->height, result->y + result->height);
}
