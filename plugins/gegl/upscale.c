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
  description (_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1. For models that have weights for it, such as the built-in ones for photographs."))
  value_range (0.0, 1.0)

property_double (strength, _("Strength"), 1.0)
  description (_("How much of the network's result there is, from 0 to 1; the rest is plain bicubic enlargement. Filters ignore it."))
  value_range (0.0, 1.0)

property_string (text, _("Text"), "off")
  description (_("Whether a network for text and logos takes part: where some is found, nowhere, or everywhere. For models that enlarge 2 or 4 times."))

property_double (text_strength, _("Text strength"), 1.0)
  description (_("How much of the network for text is blended in, from 0 to 1."))
  value_range (0.0, 1.0)

property_string (faces, _("Faces"), "off")
  description (_("Whether a network for faces makes the faces that are found, from 10 to 160 pixels wide. Needs the network “faces”, which “acuity models install faces” fetches."))

property_double (face_strength, _("Face strength"), 1.0)
  description (_("How much of the network for faces is blended in, from 0 to 1."))
  value_range (0.0, 1.0)

property_int (seed, _("Seed"), 0)
  description (_("Which of many plausible pictures is made: the same number makes the same one, another number another. For diffusion models; others ignore it."))
  value_range (0, G_MAXINT32)

property_int (steps, _("Steps of diffusion"), 0)
  description (_("In how many steps a diffusion model makes the picture out of noise, from 4 to 15; 0 for the model's own number. Time grows with it."))
  value_range (0, 15)

property_double (consistency, _("Consistency"), 1.0)
  description (_("How far what a diffusion model makes up is held to the original, from 0 to 1: at 1 the result, made small again, is the original."))
  value_range (0.0, 1.0)

property_double (faithful, _("Faithful where unsure"), 0.0)
  description (_("How far the result goes back to plain interpolation where the network's work cannot be trusted, from 0 to 1. Takes three times as long."))
  value_range (0.0, 1.0)

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME upscale
#define GEGL_OP_C_SOURCE upscale.c

#include "gegl-op.h"
#include "bridge.h"
#include "whole.h"

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
  AcuBridgeJob job = {
    .input = input, .rect = acu_whole_input (operation), .size = { .mode = ACU_SIZE_FACTOR, .scale = o->scale },
    .model = o->model, .device = o->device, .precision = o->precision, .strength = o->strength, .clean = o->clean, .text = o->text,
    .text_strength = o->text_strength, .faces = o->faces, .face_strength = o->face_strength,
    .seed = o->seed, .steps = o->steps, .consistency = o->consistency, .faithful = o->faithful, .linear_light = o->linear_light
  };
  GeglRectangle out;

  acu_whole_grow (&job.rect, o->scale, &out);
  return acu_whole_process (operation, &job, "acuity:upscale", output, &out);
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class = GEGL_OPERATION_FILTER_CLASS (klass);

  acu_whole_class_init (operation_class);
  operation_class->get_bounding_box = get_bounding_box;
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
