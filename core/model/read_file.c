/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "read_file.h"

#include <acuity/error.h>
#include <acuity/size.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

guint8 *
acu_read_file (const char *path, guint64 max, guint64 *bytes, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  /* Not waiting: a pipe that nobody writes to would be waited for before it can be seen to be one. */
  int descriptor = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  FILE *file = descriptor >= 0 ? fdopen (descriptor, "rb") : NULL;
  struct stat info;
  guint8 *memory;

  if (!file || fstat (fileno (file), &info) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s cannot be opened: %s."), shown, g_strerror (errno));
      if (file)
        fclose (file);
      else if (descriptor >= 0)
        close (descriptor);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || (guint64) info.st_size > max)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is not a file of at most %" PRIu64 " MB."), shown,
                   max >> 20);
      fclose (file);
      return NULL;
    }
  memory = acu_try_alloc ((guint64) info.st_size + 1, 1);
  if (!memory)
    g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), shown);
  else if (fread (memory, 1, info.st_size, file) != (size_t) info.st_size)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be read."), shown);
      g_clear_pointer (&memory, acu_free);
    }
  fclose (file);
  if (!memory)
    return NULL;
  memory[info.st_size] = 0;
  *bytes = info.st_size;
  return memory;
}

guint8 *
acu_read_bytes (const guint8 *bytes, gsize n, const char *name, GError **error)
{
  guint8 *copy = acu_try_alloc (n, 1);

  if (!copy)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to load %s."), name);
      return NULL;
    }
  if (n)
    memcpy (copy, bytes, n);
  return copy;
}
