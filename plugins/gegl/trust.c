/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:trust enlarges its input as acuity:upscale does, and shows how far the result can be trusted. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

#include "enlarging_properties.h"

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME trust
#define GEGL_OP_C_SOURCE trust.c

#include "gegl-op.h"
#include "enlarging.h"

static void
prepare (GeglOperation *operation)
{
  const Babl *format = gegl_operation_get_source_format (operation, "input");

  gegl_operation_set_format (operation, "input", format ? format : babl_format ("RGBA float"));
  gegl_operation_set_format (operation, "output", babl_format ("Y' float"));
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  AcuBridgeJob job = enlarging_job (operation, input);
  const GeglRectangle out = get_bounding_box (operation);
  GeglBuffer *map = NULL;

  job.trust = &map;
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
