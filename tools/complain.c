/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <stdarg.h>
#include <string.h>

void
tool_complain (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;
  /* "acuity models" complains as "acuity". */
  g_autofree char *program = g_strndup (g_get_prgname (), strcspn (g_get_prgname (), " "));

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("%s: %s\n", program, text);
}
