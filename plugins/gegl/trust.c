/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:trust enlarges its input as acuity:upscale does, and shows how far the result can be trusted. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

property_string (model, _("Model"), "auto")
  description (_("What enlarges the picture: the name of a model, or \"auto\" for the built-in one."))

property_double (scale, _("Factor"), 2.0)
  description (_("How many times larger the picture becomes; fractions such as 1.5 are fine."))
  value_range (1.0, 16.0)
  ui_range (1.0, 8.0)

property_string (device, _("Device"), "auto")
  description (_("What does the computing."))

property_double (clean, _("Clean up"), 0.0)
  description (_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1. For models that have weights for it, such as the built-in ones for photographs."))
  value_range (0.0, 1.0)

property_double (strength, _("Strength"), 1.0)
  description (_("How much of the network's result there is, from 0 to 1; the rest is plain bicubic enlargement. Filters ignore it."))
  value_range (0.0, 1.0)

property_int (seed, _("Seed"), 0)
  description (_("Which of many plausible pictures is made: the same number makes the same one, another number another. For diffusion models; others ignore it."))
  value_range (0, G_MAXINT32)

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME trust
#define GEGL_OP_C_SOURCE trust.c

#include "gegl-op.h"
#include "bridge.h"
#include "whole.h"

static void
prepare (GeglOperation *operation)
{
  const Babl *format = gegl_operation_get_source_format (operation, "input");

  gegl_operation_set_format (operation, "input", format ? format : babl_format ("RGBA float"));
  gegl_operation_set_format (operation, "output", babl_format ("Y' float"));
}

static GeglRectangle
get_bounding_box (GeglOperation *operation)
{
  const GeglRectangle in = acu_whole_input (operation);
  GeglRectangle out;

  acu_whole_grow (&in, GEGL_PROPERTIES (operation)->scale, &out);
  return out;
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  const GeglProperties *o = GEGL_PROPERTIES (operation);
  GeglBuffer *map = NULL;
  AcuBridgeJob job = {
    .input = input, .rect = acu_whole_input (operation), .size = { .mode = ACU_SIZE_FACTOR, .scale = o->scale }, .model = o->model, .device = o->device,
    .strength = o->strength, .clean = o->clean, .text = "off", .faces = "off", .seed = o->seed, .consistency = 1, .linear_light = TRUE, .trust = &map
  };
  GeglRectangle out;

  acu_whole_grow (&job.rect, o->scale, &out);
  return acu_whole_process (operation, &job, "acuity:trust", output, &out);
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class = GEGL_OPERATION_FILTER_CLASS (klass);

  acu_whole_class_init (operation_class);
  operation_class->prepare = prepare;
  operation_class->get_bounding_box = get_bounding_box;
  filter_class->process = process;

  gegl_operation_class_set_keys (operation_class,
    "name", "acuity:trust",
    "title", _("Trust Map"),
    "categories", "map",
    "description", _("Shows how far a picture can be trusted that acuity:upscale makes with the same properties: black is sure, white is made up."),
    NULL);
}

#endif
