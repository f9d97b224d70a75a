/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:enhance makes a picture better at its own size: a network enlarges it, and the exact way back keeps what is finer than before. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

property_double (clean, _("Clean up"), 0.5)
  description (_("How much noise, blur and JPEG blocks are cleaned away, from 0 (the picture is good: keep everything) to 1."))
  value_range (0.0, 1.0)

property_double (strength, _("Strength"), 1.0)
  description (_("How much of the result there is, from 0 to 1; the rest is the picture as it was."))
  value_range (0.0, 1.0)

property_string (precision, _("Precision"), "fast")
  description (_("Fast calculates networks with 16 bits where no eye can see the difference; exact takes about twice as long."))

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME enhance
#define GEGL_OP_C_SOURCE enhance.c

#include "gegl-op.h"
#include "bridge.h"
#include "whole.h"

/* The picture as it was, and so much of what became of it. */
static void
blend (GeglBuffer *input, GeglBuffer *result, const GeglRectangle *rect, float strength)
{
  const Babl *format = gegl_buffer_get_format (result);
  const Babl *floats = babl_format_with_space ("R'G'B'A float", babl_format_get_space (format));
  g_autofree float *row = g_new (float, (gsize) rect->width * 8);
  float *other = row + (gsize) rect->width * 4;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    {
      const GeglRectangle line = { rect->x, y, rect->width, 1 };

      gegl_buffer_get (input, &line, 1, floats, row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_get (result, &line, 1, floats, other, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) rect->width * 4; i++)
        row[i] += strength * (other[i] - row[i]);
      gegl_buffer_set (result, &line, 0, floats, row, GEGL_AUTO_ROWSTRIDE);
    }
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  const GeglProperties *o = GEGL_PROPERTIES (operation);
  AcuBridgeJob job = {
    .input = input, .rect = acu_whole_input (operation), .size = { .mode = ACU_SIZE_FACTOR, .scale = 1 }, .model = "auto", .device = "auto",
    .precision = o->precision, .strength = 1, .clean = o->clean, .text = "off", .linear_light = TRUE
  };

  if (!acu_whole_process (operation, &job, "acuity:enhance", output, &job.rect))
    return FALSE;
  if (o->strength < 1)
    blend (input, output, &job.rect, (float) o->strength);
  return TRUE;
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class = GEGL_OPERATION_FILTER_CLASS (klass);

  acu_whole_class_init (operation_class);
  filter_class->process = process;

  gegl_operation_class_set_keys (operation_class,
    "name", "acuity:enhance",
    "title", _("AI Enhance"),
    "categories", "enhance",
    "description", _("Clean noise and JPEG blocks away and sharpen detail with a neural network, at the picture's own size."),
    "gimp:menu-path", "<Image>/Filters/Enhance",
    "gimp:menu-label", _("AI E_nhance..."),
    NULL);
}

#endif
