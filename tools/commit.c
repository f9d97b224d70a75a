/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

char *
tool_temporary_name (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  const char *dot = strrchr (name, '.');

  for (;;)
    {
      g_autofree char *file = g_strdup_printf (".acuity-%08x%s", g_random_int (), dot ? dot : "");
      char *temporary = g_build_filename (folder, file, NULL);

      if (!g_file_test (temporary, G_FILE_TEST_EXISTS))
        return temporary;
      g_free (temporary);
    }
}

static gboolean
sync_path (const char *path, int flags)
{
  int file = g_open (path, flags | O_CLOEXEC, 0);
  gboolean done = file >= 0 && fsync (file) == 0;

  return (file < 0 || close (file) == 0) && done;
}

gboolean
tool_commit (const char *temporary, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *shown = g_filename_display_name (path);

  if (!sync_path (temporary, O_RDONLY) || g_rename (temporary, path) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), shown, g_strerror (errno));
      g_unlink (temporary);
      tool_remove_when_killed (NULL);
      return FALSE;
    }
  tool_remove_when_killed (NULL);
  /* Not every file system can do this to a folder; the file itself is safe by now. */
  sync_path (folder, O_RDONLY | O_DIRECTORY);
  return TRUE;
}

gboolean
tool_can_write (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path), *shown = g_filename_display_name (path);

  if (g_file_test (folder, G_FILE_TEST_IS_DIR) && g_access (folder, W_OK) == 0 && !g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: its folder is missing or must not be changed."),
               shown);
  return FALSE;
}

gboolean
tool_output_is_free (const char *input, const char *output, GHashTable *written, GError **error)
{
  g_autofree char *shown = g_filename_display_name (output);
  GStatBuf from, to;

  if (!g_hash_table_add (written, g_strdup (output)))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s would be written twice; the second picture is left out."), shown);
  else if (g_stat (input, &from) == 0 && g_stat (output, &to) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                 _("%s is the picture itself; choose another name or folder, so that it is not overwritten."), shown);
  else
    return TRUE;
  return FALSE;
}
