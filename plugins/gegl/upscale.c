/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:upscale enlarges its input; the output's bounds grow with it. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

property_string (model, _("Model"), "auto")
  description (_("What enlarges the picture: the name of a model, or \"auto\" for the built-in one."))

property_double (scale, _("Factor"), 2.0)
  description (_("How many times larger the picture becomes; fractions such as 1.5 are fine."))
  value_range (1.0, 16.0)
  ui_range (1.0, 8.0)

property_boolean (linear_light, _("Resample in linear light"), TRUE)
  description (_("Mixes colours the way light does when the result is brought to its exact size."))

property_string (device, _("Device"), "auto")
  description (_("What does the computing."))

property_string (precision, _("Precision"), "fast")
  description (_("Fast calculates networks with 16 bits where no eye can see the difference; exact takes about twice as long."))

property_double (clean, _("Clean up"), 0.0)
  description (_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1. Built-in models for photographs only."))
  value_range (0.0, 1.0)

property_string (text, _("Text"), "off")
  description (_("Whether a network for text and logos takes part: where some is found, nowhere, or everywhere. For models that enlarge 2 or 4 times."))

property_double (text_strength, _("Text strength"), 1.0)
  description (_("How much of the network for text is blended in, from 0 to 1."))
  value_range (0.0, 1.0)

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME upscale
#define GEGL_OP_C_SOURCE upscale.c

#include "gegl-op.h"
#include "bridge.h"

#include <math.h>

/* Where the result of a picture that covers `in` lies; empty and infinite pictures stay as they are. */
static gboolean
grow (const GeglProperties *o, const GeglRectangle *in, GeglRectangle *out)
{
  AcuSize size = { .mode = ACU_SIZE_FACTOR, .scale = o->scale };

  *out = *in;
  if (gegl_rectangle_is_empty (in) || gegl_rectangle_is_infinite_plane (in)
      || !acu_size_resolve (&size, in->width, in->height, &out->width, &out->height, NULL))
    return FALSE;
  out->x = (int) floor (in->x * o->scale + 0.5);
  out->y = (int) floor (in->y * o->scale + 0.5);
  return TRUE;
}

static GeglRectangle
input_rectangle (GeglOperation *operation)
{
  const GeglRectangle *in = gegl_operation_source_get_bounding_box (operation, "input");

  return in ? *in : (GeglRectangle) { 0 };
}

static AcuBridgeJob
make_job (GeglOperation *operation, GeglBuffer *input)
{
  const GeglProperties *o = GEGL_PROPERTIES (operation);
  gint threads = 0;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  return (AcuBridgeJob) {
    .input = input, .rect = input_rectangle (operation), .size = { .mode = ACU_SIZE_FACTOR, .scale = o->scale },
    .model = o->model, .device = o->device, .precision = o->precision, .clean = o->clean, .text = o->text, .text_strength = o->text_strength, .threads = threads, .linear_light = o->linear_light
  };
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
get_bounding_box (GeglOperation *operation)
{
  GeglRectangle in = input_rectangle (operation), out;

  grow (GEGL_PROPERTIES (operation), &in, &out);
  return out;
}

/* A network sees far; and nothing is gained by asking for a part. */
static GeglRectangle
get_required_for_output (GeglOperation *operation, const gchar *pad, const GeglRectangle *roi)
{
  return input_rectangle (operation);
}

static GeglRectangle
get_invalidated_by_change (GeglOperation *operation, const gchar *pad, const GeglRectangle *roi)
{
  return get_bounding_box (operation);
}

static GeglRectangle
get_cached_region (GeglOperation *operation, const GeglRectangle *roi)
{
  return get_bounding_box (operation);
}

static gboolean
tell_progress (void *data, double fraction, double seconds_left)
{
  gegl_operation_progress (data, fraction, (gchar *) "");
  return TRUE;
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  AcuBridgeJob job = make_job (operation, input);
  GeglRectangle out;
  GError *error = NULL;
  AcuUpscaler *upscaler;
  GeglBuffer *done = NULL;

  if (!grow (GEGL_PROPERTIES (operation), &job.rect, &out))
    {
      g_warning ("acuity:upscale: %s", _("an empty or infinite picture cannot be enlarged."));
      return FALSE;
    }
  upscaler = acu_bridge_plan (&job, &error);
  if (upscaler)
    done = acu_bridge_run (&job, upscaler, tell_progress, operation, &error);
  if (done)
    {
      /* The same tiles in another place, not another copy of them. */
      gegl_buffer_copy (done, NULL, GEGL_ABYSS_NONE, output, GEGL_RECTANGLE (out.x, out.y, out.width, out.height));
      g_object_unref (done);
    }
  else
    {
      /* GEGL has no errors to return: the result stays empty and the reason is printed. */
      g_warning ("acuity:upscale: %s", error->message);
      g_clear_error (&error);
    }
  acu_upscaler_free (upscaler);
  return done != NULL;
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class = GEGL_OPERATION_FILTER_CLASS (klass);

  operation_class->prepare = prepare;
  operation_class->get_bounding_box = get_bounding_box;
  operation_class->get_required_for_output = get_required_for_output;
  operation_class->get_invalidated_by_change = get_invalidated_by_change;
  operation_class->get_cached_region = get_cached_region;
  operation_class->cache_policy = GEGL_CACHE_POLICY_ALWAYS;
  operation_class->threaded = FALSE;
  operation_class->want_in_place = FALSE;
  operation_class->opencl_support = FALSE;
  filter_class->process = process;

  /* No "license" key: GEGL hides operations whose licence is not one of the GPL's that it knows; LGPL suits them all. */
  gegl_operation_class_set_keys (operation_class,
    "name", "acuity:upscale",
    "title", _("AI Upscale"),
    "categories", "transform:enhance",
    "description", _("Enlarge a picture with a neural network, or with an exact classic filter."),
    NULL);
}

#endif
