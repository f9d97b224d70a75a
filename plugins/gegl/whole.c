/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "whole.h"

#include <glib/gi18n-lib.h>
#include <math.h>

GeglRectangle
acu_whole_input (GeglOperation *operation)
{
  const GeglRectangle *in = gegl_operation_source_get_bounding_box (operation, "input");

  return in ? *in : (GeglRectangle) { 0 };
}

void
acu_whole_grow (const GeglRectangle *in, double scale, GeglRectangle *out)
{
  AcuSize size = { .mode = ACU_SIZE_FACTOR, .scale = scale };

  *out = *in;
  if (gegl_rectangle_is_empty (in) || gegl_rectangle_is_infinite_plane (in)
      || !acu_size_resolve (&size, in->width, in->height, &out->width, &out->height, NULL))
    return;
  out->x = (int) floor (in->x * scale + 0.5);
  out->y = (int) floor (in->y * scale + 0.5);
}

static void
prepare (GeglOperation *operation)
{
  const Babl *format = gegl_operation_get_source_format (operation, "input");
  const Babl *result = format ? acu_bridge_result_format_of (format, NULL) : babl_format ("RGBA float");

  gegl_operation_set_format (operation, "input", format ? format : result);
  gegl_operation_set_format (operation, "output", result);
}

static GeglRectangle
get_required_for_output (GeglOperation *operation, const gchar *pad, const GeglRectangle *roi)
{
  return acu_whole_input (operation);
}

static GeglRectangle
get_invalidated_by_change (GeglOperation *operation, const gchar *pad, const GeglRectangle *roi)
{
  return gegl_operation_get_bounding_box (operation);
}

static GeglRectangle
get_cached_region (GeglOperation *operation, const GeglRectangle *roi)
{
  return gegl_operation_get_bounding_box (operation);
}

void
acu_whole_class_init (GeglOperationClass *klass)
{
  klass->prepare = prepare;
  klass->get_bounding_box = acu_whole_input;
  klass->get_required_for_output = get_required_for_output;
  klass->get_invalidated_by_change = get_invalidated_by_change;
  klass->get_cached_region = get_cached_region;
  klass->cache_policy = GEGL_CACHE_POLICY_ALWAYS;
  klass->threaded = FALSE;
  klass->want_in_place = FALSE;
  klass->opencl_support = FALSE;
}

static gboolean
tell_progress (void *data, double fraction, double seconds_left)
{
  gegl_operation_progress (data, fraction, (gchar *) "");
  return TRUE;
}

gboolean
acu_whole_process (GeglOperation *operation, AcuBridgeJob *job, const char *name, GeglBuffer *output, const GeglRectangle *place)
{
  GError *error = NULL;
  AcuUpscaler *upscaler = NULL;
  GeglBuffer *done = NULL;

  if (gegl_rectangle_is_empty (&job->rect) || gegl_rectangle_is_infinite_plane (&job->rect))
    g_set_error_literal (&error, ACU_ERROR, ACU_ERROR_SIZE, _("an empty or infinite picture cannot be worked on."));
  else
    {
      g_object_get (gegl_config (), "threads", &job->threads, NULL);
      upscaler = acu_bridge_plan (job, &error);
    }
  if (upscaler)
    done = acu_bridge_run (job, upscaler, tell_progress, operation, &error);
  if (done && job->trust)
    {
      g_object_unref (done);
      done = g_steal_pointer (job->trust);
    }
  if (done)
    {
      /* The same tiles in another place, not another copy of them. */
      gegl_buffer_copy (done, NULL, GEGL_ABYSS_NONE, output, place);
      g_object_unref (done);
    }
  else
    {
      g_warning ("%s: %s", name, error->message);
      g_clear_error (&error);
    }
  acu_upscaler_free (upscaler);
  return done != NULL;
}
