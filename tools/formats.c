/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <gegl-plugin.h>
#include <glib/gi18n.h>
#include <string.h>

/* libpng's own limit on a side is a million, which is ours, too. */
static const ToolFormat formats[] = {
  { (const char *const[]) { "png", NULL }, "gegl:png-save", ACU_MAX_SIDE, TRUE, 0, 0, TOOL_NO_TABLE },
  { (const char *const[]) { "jpg", "jpeg", NULL }, "gegl:jpg-save", 65500, FALSE, 2, 0, TOOL_NO_TABLE },
  { (const char *const[]) { "tif", "tiff", NULL }, "gegl:tiff-save", ACU_MAX_SIDE, TRUE, TOOL_HELD_AS_IT_IS, 0, TOOL_NO_TABLE },
  { (const char *const[]) { "webp", NULL }, "gegl:webp-save", 16383, TRUE, 0, 28, TOOL_TABLE_8_BITS },
  { (const char *const[]) { "exr", NULL }, "gegl:exr-save", ACU_MAX_SIDE, TRUE, 4, 0, TOOL_TABLE_BUT_RGB },
  { (const char *const[]) { "ppm", "pnm", NULL }, "gegl:ppm-save", ACU_MAX_SIDE, FALSE, 0, 11, TOOL_NO_TABLE },
};

const ToolFormat *
tool_format_find (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot && i < G_N_ELEMENTS (formats); i++)
    for (guint k = 0; formats[i].extensions[k]; k++)
      if (g_ascii_strcasecmp (dot + 1, formats[i].extensions[k]) == 0)
        {
          if (gegl_has_operation (formats[i].saver))
            return &formats[i];
          g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("This installation of GEGL cannot write “%s” files."),
                       dot + 1);
          return NULL;
        }
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED,
               _("“%s” does not say what kind of file it is; names end in png, jpg, tif, webp, exr or ppm."), name);
  return NULL;
}
