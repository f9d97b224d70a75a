/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:upscale enlarges its input; the output's bounds grow with it. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

#include "enlarging_properties.h"

property_double (faithful, _("Faithful where unsure"), 0.0)
  description (_("How far the result goes back to plain interpolation where the network's work cannot be trusted, from 0 to 1. Takes three times as long."))
  value_range (0.0, 1.0)

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME upscale
#define GEGL_OP_C_SOURCE upscale.c

#include "gegl-op.h"
#include "enlarging.h"

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  AcuBridgeJob job = enlarging_job (operation, input);
  const GeglRectangle out = get_bounding_box (operation);

  job.faithful = GEGL_PROPERTIES (operation)->faithful;
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
