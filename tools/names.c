/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* More names of files than a command line can hold. */
#include "tool.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

/* What more than that holds are no names. */
#define MOST_BYTES (64 << 20)

static GByteArray *
read_all (const char *from, GError **error)
{
  const char *path = g_str_equal (from, "-") ? "/dev/stdin" : from;
  FILE *file = fopen (path, "re");
  GByteArray *bytes = g_byte_array_new ();
  guint8 part[4096];
  gsize n;

  while (file && bytes->len <= MOST_BYTES && (n = fread (part, 1, sizeof part, file)) > 0)
    g_byte_array_append (bytes, part, (guint) n);
  if (!file || ferror (file) || bytes->len > MOST_BYTES)
    {
      g_autofree char *shown = g_filename_display_name (from);

      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("The names in %s cannot be read: %s."), shown, bytes->len > MOST_BYTES ? _("it is too large") : g_strerror (errno));
      g_clear_pointer (&bytes, g_byte_array_unref);
    }
  if (file)
    fclose (file);
  return bytes;
}

char **
tool_add_names (char **names, const char *from, GError **error)
{
  GByteArray *bytes = read_all (from, error);
  GPtrArray *all = g_ptr_array_new ();
  const char *at, *end;
  char sign;

  for (guint i = 0; names && names[i]; i++)
    g_ptr_array_add (all, names[i]);
  g_free (names);
  if (bytes)
    {
      at = (const char *) bytes->data;
      end = at + bytes->len;
      sign = bytes->len && memchr (at, '\0', bytes->len) ? '\0' : '\n';
      while (at < end)
        {
          const char *stop = memchr (at, sign, (gsize) (end - at));

          if (!stop)
            stop = end;
          if (stop > at)
            g_ptr_array_add (all, g_strndup (at, (gsize) (stop - at)));
          at = stop + 1;
        }
      g_byte_array_unref (bytes);
    }
  g_ptr_array_add (all, NULL);
  if (bytes)
    return (char **) g_ptr_array_free (all, FALSE);
  g_strfreev ((char **) g_ptr_array_free (all, FALSE));
  return NULL;
}
