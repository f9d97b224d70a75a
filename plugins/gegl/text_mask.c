/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity:text-mask shows where text is: white on black, as large as its input. */
#include <glib/gi18n-lib.h>

#ifdef GEGL_PROPERTIES

#else

#define GEGL_OP_FILTER
#define GEGL_OP_BUNDLE
#define GEGL_OP_NAME text_mask
#define GEGL_OP_C_SOURCE text_mask.c

#include "gegl-op.h"
#include "whole.h"

#include <acuity/size.h>
#include <acuity/text.h>

static void
prepare (GeglOperation *operation)
{
  gegl_operation_set_format (operation, "input", babl_format ("R'G'B' float"));
  gegl_operation_set_format (operation, "output", babl_format ("Y' float"));
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *result, gint level)
{
  const GeglRectangle rect = acu_whole_input (operation);
  gboolean bounded = !gegl_rectangle_is_empty (&rect) && !gegl_rectangle_is_infinite_plane (&rect);
  float *pixels = bounded ? acu_try_alloc ((guint64) rect.width * (guint64) rect.height, 4 * sizeof (float)) : NULL, *mask;
  GError *error = NULL;
  gboolean done = FALSE;

  if (!bounded)
    g_set_error_literal (&error, ACU_ERROR, ACU_ERROR_SIZE, _("an empty or infinite picture cannot be worked on."));
  else if (!pixels)
    g_set_error_literal (&error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  else
    {
      mask = pixels + (gsize) rect.width * rect.height * 3;
      gegl_buffer_get (input, &rect, 1, babl_format ("R'G'B' float"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      done = acu_text_mask (pixels, rect.width, rect.height, 0, mask, &error);
      if (done)
        gegl_buffer_set (output, &rect, 0, babl_format ("Y' float"), mask, GEGL_AUTO_ROWSTRIDE);
    }
  acu_free (pixels);
  if (!done)
    g_warning ("acuity:text-mask: %s", error->message);
  g_clear_error (&error);
  return done;
}

static void
gegl_op_class_init (GeglOpClass *klass)
{
  GeglOperationClass *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class = GEGL_OPERATION_FILTER_CLASS (klass);

  acu_whole_class_init (operation_class);
  operation_class->prepare = prepare;
  filter_class->process = process;

  gegl_operation_class_set_keys (operation_class,
    "name", "acuity:text-mask",
    "title", _("Text Mask"),
    "categories", "map",
    "description", _("Shows where text and logos are in a picture: white where there are some, black elsewhere."),
    NULL);
}

#endif
