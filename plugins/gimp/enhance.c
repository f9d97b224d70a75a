/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "enhance.h"
#include "patch.h"

#include <glib/gi18n.h>

#define CLEAN 0.5

void
plugin_enhance_defaults (PluginValues *values)
{
  plugin_values_defaults (values);
  plugin_values_keep_size (values);
  values->value[plugin_option_index ("clean")].number = CLEAN;
}

static gboolean
report (gpointer data, double fraction, double seconds_left)
{
  gimp_progress_update (fraction);
  return TRUE;
}

/* What must be read so that `view` becomes what it would in the whole layer. */
static gboolean
find_part (AcuBridgeJob *job, const GeglRectangle *layer, const GeglRectangle *view, PluginPlace *place, GError **error)
{
  AcuUpscaler *upscaler = acu_bridge_plan (job, error);
  int reach, grid;

  if (!upscaler)
    return FALSE;
  if (!acu_upscaler_reach (upscaler, &reach, &grid))
    {
      reach = MAX (layer->width, layer->height);
      grid = 1;
    }
  else if (job->faithful > 0)
    reach += ACU_TRUST_REACH;
  acu_upscaler_free (upscaler);
  plugin_place (place, layer->width, layer->height, layer->width, layer->height, view, reach, grid);
  return TRUE;
}

static GeglBuffer *
compute (PluginImage image, GeglBuffer *drawable, const GeglRectangle *view, const PluginValues *values, PluginPlace *place, GError **error)
{
  /* the copy shares its tiles, and belongs to this process alone */
  AcuBridgeJob job = { .input = gegl_buffer_dup (drawable), .rect = *gegl_buffer_get_extent (drawable),
                       .size = { .mode = ACU_SIZE_FACTOR, .scale = 1 } };
  AcuUpscaler *upscaler = NULL;
  GeglBuffer *result = NULL;

  plugin_bridge_layer (&job, values, plugin_image_space (image));
  if (find_part (&job, gegl_buffer_get_extent (drawable), view, place, error))
    {
      job.rect = place->part;
      upscaler = acu_bridge_plan (&job, error);
    }
  if (upscaler)
    result = acu_bridge_run (&job, upscaler, report, NULL, error);
  acu_upscaler_free (upscaler);
  g_object_unref (job.input);
  return result;
}

/* GIMP mixes what is in the shadow with the layer, as the selection says. */
static void
commit (PluginItem layer, GeglBuffer *drawable, GeglBuffer *result, const PluginPlace *place)
{
  GeglBuffer *shadow = gimp_drawable_get_shadow_buffer (layer);
  GeglRectangle from = { place->view.x - place->result.x, place->view.y - place->result.y, place->view.width, place->view.height };

  /* Same numbers, GIMP's name for their space: a conversion between the two would change the picture. */
  gegl_buffer_set_format (result, babl_format_with_space (babl_format_get_encoding (gegl_buffer_get_format (result)), gegl_buffer_get_format (drawable)));
  gegl_buffer_copy (result, &from, GEGL_ABYSS_NONE, shadow, &place->view);
  gegl_buffer_flush (shadow);
  g_object_unref (shadow);
  gimp_drawable_merge_shadow (layer, TRUE);
  gimp_drawable_update (layer, place->view.x, place->view.y, place->view.width, place->view.height);
  gimp_displays_flush ();
}

gboolean
plugin_enhance (PluginImage image, PluginItem layer, const PluginValues *values, GError **error)
{
  GeglBuffer *drawable, *result;
  GeglRectangle view, before, after;
  PluginPlace place;
  gboolean done;

  if (!plugin_values_check (values, error))
    return FALSE;
  if (plugin_item_is_group (layer))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("A group of layers cannot be worked on; choose one of its layers."));
      return FALSE;
    }
  /* nothing selected that the layer has */
  if (!gimp_drawable_mask_intersect (layer, &view.x, &view.y, &view.width, &view.height))
    return TRUE;
  plugin_item_rect (layer, &before);
  gimp_progress_init (_("Enhancing"));
  drawable = plugin_item_buffer (layer);
  result = compute (image, drawable, &view, values, &place, error);
  if (result && gimp_item_is_valid (layer))
    plugin_item_rect (layer, &after);
  if (result && (!gimp_item_is_valid (layer) || after.width != before.width || after.height != before.height))
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                           _("The layer was changed meanwhile, so the result no longer fits; nothing was done."));
      g_clear_object (&result);
    }
  gimp_progress_end ();
  done = result != NULL;
  if (done)
    {
      commit (layer, drawable, result, &place);
      g_object_unref (result);
    }
  g_object_unref (drawable);
  return done;
}
