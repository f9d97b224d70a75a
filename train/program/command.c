/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "command.h"

#include "tool.h"

int
acu_command_fail (GError *error)
{
  g_printerr ("acuity-train: %s\n", error->message);
  g_error_free (error);
  return TOOL_FAILED;
}

gboolean
acu_command_parse (int *argc, char ***argv, const GOptionEntry *entries, const char *arguments, const char *summary, int wanted)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("acuity-train: %s\n", error->message);
      return FALSE;
    }
  if (wanted < 0 || *argc == wanted + 1)
    return TRUE;
  help = g_option_context_get_help (context, TRUE, NULL);
  g_printerr ("%s", help);
  return FALSE;
}
