/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts what a job has computed where it is wanted. */
#include "job_private.h"

#include <glib/gi18n.h>

static void
write_pixels (PluginItem item, GeglBuffer *result)
{
  GeglBuffer *drawable = plugin_item_buffer (item);
  const Babl *format = gegl_buffer_get_format (drawable);
  const GeglRectangle rect = *gegl_buffer_get_extent (result);

  /* Same numbers, GIMP's name for their space: a conversion between the two would change the picture. */
  gegl_buffer_set_format (result, babl_format_with_space (babl_format_get_encoding (gegl_buffer_get_format (result)), format));
  gegl_buffer_copy (result, &rect, GEGL_ABYSS_NONE, drawable, &rect);
  gegl_buffer_flush (drawable);
  plugin_item_update (item, rect.width, rect.height);
  g_object_unref (drawable);
}

/* Hidden layers above all others that show where the layers can be trusted. */
static void
add_trust (PluginImage image, GArray *parts)
{
  for (guint i = parts->len; i-- > 0;)
    {
      const PluginPart *part = &g_array_index (parts, PluginPart, i);
      GeglBuffer *drawable;
      PluginItem layer;
      char *name, *own;

      if (!part->trust)
        continue;
      own = gimp_item_get_name (part->item);
      /* Translators: the name of a layer that shows how far another one, whose name is put in, can be trusted. */
      name = g_strdup_printf (_("Trust map of %s"), own);
      layer = plugin_layer_new_hidden (image, name, &part->scaled);
      drawable = plugin_item_buffer (layer);
      gegl_buffer_copy (part->trust, NULL, GEGL_ABYSS_NONE, drawable, NULL);
      gegl_buffer_flush (drawable);
      plugin_item_update (layer, part->scaled.width, part->scaled.height);
      g_object_unref (drawable);
      g_free (name);
      g_free (own);
    }
}

/* Hidden layers above all others with the other versions. */
static void
add_versions (PluginImage image, GArray *parts)
{
  for (guint i = parts->len; i-- > 0;)
    {
      const PluginPart *part = &g_array_index (parts, PluginPart, i);

      for (guint k = part->versions ? part->versions->len : 0; k-- > 0;)
        {
          PluginVersion *version = g_ptr_array_index (part->versions, k);
          PluginItem layer = plugin_layer_new_like (image, part->item, &part->scaled);

          gimp_item_set_name (layer, version->name);
          gimp_item_set_visible (layer, FALSE);
          write_pixels (layer, version->result);
        }
    }
}

static gboolean
complain_of_size (GError **error)
{
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_SIZE,
                       _("GIMP made a layer of another size than expected, so the result does not fit; Undo brings the image back."));
  return FALSE;
}

/* Lets GIMP scale job->image, with all that belongs to it, and writes the results over what it made. */
static gboolean
scale_image (PluginJob *job, GError **error)
{
  gboolean scaled;

  gimp_context_push ();
  gimp_context_set_interpolation (GIMP_INTERPOLATION_NONE);
  scaled = gimp_image_scale (job->image, job->width, job->height);
  gimp_context_pop ();
  if (!scaled)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("GIMP could not enlarge the image to %d × %d pixels."), job->width, job->height);
      return FALSE;
    }
  if (!plugin_job_parts_fit (job, TRUE))
    return complain_of_size (error);
  for (guint i = 0; i < job->parts->len; i++)
    {
      const PluginPart *part = &g_array_index (job->parts, PluginPart, i);

      write_pixels (part->item, part->result);
    }
  add_versions (job->image, job->parts);
  add_trust (job->image, job->parts);
  if (job->size.mode == ACU_SIZE_PRINT)
    gimp_image_set_resolution (job->image, job->size.resolution, job->size.resolution);
  return TRUE;
}

static gboolean
into_this_image (PluginJob *job, GError **error)
{
  gboolean done;

  gimp_image_undo_group_start (job->image);
  done = scale_image (job, error);
  gimp_image_undo_group_end (job->image);
  return done;
}

/* The same for a copy: its layers have the same order, and get this image's results. */
static gboolean
into_new_image (PluginJob *job, PluginImage *result, GError **error)
{
  PluginJob copy = *job;
  gboolean done;

  copy.image = gimp_image_duplicate (job->image);
  copy.parts = plugin_job_new_parts ();
  plugin_job_collect_layers (&copy);
  plugin_job_collect_channels (&copy);
  gimp_image_undo_disable (copy.image);
  for (guint i = 0; i < copy.parts->len && copy.parts->len == job->parts->len; i++)
    {
      PluginPart *part = &g_array_index (copy.parts, PluginPart, i);

      part->result = g_steal_pointer (&g_array_index (job->parts, PluginPart, i).result);
      part->trust = g_steal_pointer (&g_array_index (job->parts, PluginPart, i).trust);
      part->versions = g_steal_pointer (&g_array_index (job->parts, PluginPart, i).versions);
    }
  done = copy.parts->len == job->parts->len ? scale_image (&copy, error) : complain_of_size (error);
  gimp_image_undo_enable (copy.image);
  g_array_unref (copy.parts);
  if (done)
    *result = copy.image;
  else
    gimp_image_delete (copy.image);
  return done;
}

/* Above all others, from the lowest on, so that they keep their order. A layer's mask comes just before it in the list. */
static gboolean
into_new_layers (PluginJob *job, GError **error)
{
  gimp_image_undo_group_start (job->image);
  for (guint i = job->parts->len; i-- > 0;)
    {
      const PluginPart *part = &g_array_index (job->parts, PluginPart, i), *mask = i > 0 ? part - 1 : NULL;
      PluginItem layer, own_mask, new_mask;

      if (part->coverage)
        continue;
      layer = plugin_layer_new_like (job->image, part->item, &part->scaled);
      write_pixels (layer, part->result);
      if (plugin_item_mask (part->item, &own_mask) && mask && mask->item == own_mask)
        {
          new_mask = plugin_layer_add_mask (layer);
          write_pixels (new_mask, mask->result);
        }
    }
  add_versions (job->image, job->parts);
  add_trust (job->image, job->parts);
  gimp_image_undo_group_end (job->image);
  return TRUE;
}

/* GIMP has no way to change a whole image at once: what kills the plug-in in here leaves a step that Undo takes back. */
static gboolean
commit (PluginJob *job, PluginImage *result, GError **error)
{
  const char *where = plugin_values_text (job->values, "result");
  gboolean done;

  /* Takes the Cancel button, which would kill, away. */
  gimp_progress_end ();
  if (!plugin_job_check_unchanged (job, error))
    return FALSE;
  *result = job->image;
  done = g_str_equal (where, "new")      ? into_new_image (job, result, error)
         : g_str_equal (where, "layers") ? into_new_layers (job, error)
                                         : into_this_image (job, error);
  gimp_displays_flush ();
  return done;
}

gboolean
plugin_upscale (PluginImage image, const PluginValues *values, PluginImage *result, GError **error)
{
  PluginJob *job = plugin_job_new (image, values, FALSE, error);
  gboolean done = job && plugin_job_compute (job, error) && commit (job, result, error);

  plugin_job_free (job);
  return done;
}
