/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "keep.h"

#include "approaches.h"
#include "tool.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct AcuResultsKeeper
{
  char *folder;
  GHashTable *written;
};

/* Makes a folder that can be written to. */
static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0 && g_access (folder, W_OK) == 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be made: %s."), folder, g_strerror (errno));
  return FALSE;
}

AcuResultsKeeper *
acu_results_keeper_new (const char *folder, GError **error)
{
  AcuResultsKeeper *keeper;

  if (!make_folder (folder, error))
    return NULL;
  keeper = g_new0 (AcuResultsKeeper, 1);
  keeper->folder = g_strdup (folder);
  keeper->written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return keeper;
}

void
acu_results_keeper_free (AcuResultsKeeper *keeper)
{
  if (!keeper)
    return;
  g_hash_table_unref (keeper->written);
  g_free (keeper->folder);
  g_free (keeper);
}

static GeglBuffer *
buffer_of (const float *pixels, int width, int height)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), babl_format ("R'G'B' u16"));

  for (int y = 0; y < height; y++)
    gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, width, 1), 0, babl_format ("R'G'B' float"), pixels + (gsize) y * width * 3, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

gboolean
acu_results_keep (AcuResultsKeeper *keeper, const char *from, const char *set, const char *approach, const char *name, const float *pixels,
                  int width, int height, GError **error)
{
  g_autofree char *set_folder = acu_folder_name (set), *folder_name = acu_folder_name (approach);
  g_autofree char *folder = g_build_filename (keeper->folder, set_folder, folder_name, NULL), *input = g_build_filename (from, name, NULL);
  g_autofree char *file = g_str_has_suffix (name, ".png") ? g_strdup (name) : g_strconcat (name, ".png", NULL);
  g_autofree char *output = g_build_filename (folder, file, NULL);
  const ToolPicture source = { input };
  const ToolFormat *format = tool_format_find (output, error);

  if (!format || !make_folder (folder, error) || !tool_output_is_free (input, output, keeper->written, error))
    return FALSE;
  tool_take_lost_tiles ();
  return tool_picture_save (&source, buffer_of (pixels, width, height), output, format, 100, error);
}
