/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
} commands[] = {
  { "models", tool_models },
  { "inspect", tool_inspect },
  { "devices", tool_devices },
  { "bench", tool_bench },
};

void
tool_complain (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("acuity: %s\n", text);
}

/* The catalogue beside an executable that was installed anywhere, else where it was meant to go. */
static void
find_translations (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *bin = program ? g_path_get_dirname (program) : NULL;
  g_autofree char *locales = bin ? g_build_filename (bin, "..", "share", "locale", NULL) : NULL;

  bindtextdomain (GETTEXT_PACKAGE, locales && g_file_test (locales, G_FILE_TEST_IS_DIR) ? locales : ACU_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* Without any locale, as in cron jobs and containers, “×” would become “?”; whatever shows texts today knows UTF-8. */
static void
set_locale (void)
{
  const char *characters = setlocale (LC_ALL, "") ? setlocale (LC_CTYPE, NULL) : NULL;

  if (!characters || g_str_equal (characters, "C") || g_str_equal (characters, "POSIX"))
    setlocale (LC_CTYPE, "C.UTF-8");
}

int
main (int argc, char **argv)
{
  set_locale ();
  find_translations ();
  if (argc > 1)
    for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
      if (g_str_equal (argv[1], commands[i].name))
        {
          g_autofree char *shown = g_strdup_printf ("acuity %s", commands[i].name);

          g_set_prgname (shown);
          argv[1] = shown;
          return commands[i].run (argc - 1, argv + 1);
        }
  g_set_prgname ("acuity");
  return tool_upscale (argc, argv);
}
