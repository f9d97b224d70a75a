/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <locale.h>

/* Without any locale, as in cron jobs and containers, “×” would become “?”; whatever shows texts today knows UTF-8. */
static void
set_locale (void)
{
  const char *characters = setlocale (LC_ALL, "") ? setlocale (LC_CTYPE, NULL) : NULL;

  if (!characters || g_str_equal (characters, "C") || g_str_equal (characters, "POSIX"))
    setlocale (LC_CTYPE, "C.UTF-8");
}

/* The catalogue beside an executable that was installed anywhere, else where it was meant to go. */
void
tool_find_translations (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *locales = bin ? g_build_filename (bin, "..", "share", "locale", NULL) : NULL;

  set_locale ();
  bindtextdomain (GETTEXT_PACKAGE, locales && g_file_test (locales, G_FILE_TEST_IS_DIR) ? locales : ACU_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
