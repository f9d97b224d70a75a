/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What operations do alike that have enlarging_properties.h; included once by each, behind gegl-op.h, which declares GeglProperties. */
#ifndef ACU_GEGL_ENLARGING_H
#define ACU_GEGL_ENLARGING_H

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

/* The job that the properties describe. */
static AcuBridgeJob
enlarging_job (GeglOperation *operation, GeglBuffer *input)
{
  const GeglProperties *o = GEGL_PROPERTIES (operation);

  return (AcuBridgeJob) {
    .input = input, .rect = acu_whole_input (operation), .size = { .mode = ACU_SIZE_FACTOR, .scale = o->scale },
    .model = o->model, .device = o->device, .precision = o->precision, .strength = o->strength, .clean = o->clean, .text = o->text,
    .text_strength = o->text_strength, .faces = o->faces, .face_strength = o->face_strength,
    .seed = o->seed, .steps = o->steps, .consistency = o->consistency, .linear_light = o->linear_light
  };
}

#endif
