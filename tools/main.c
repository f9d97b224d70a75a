/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <glib/gi18n.h>
#include <string.h>

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
} commands[] = {
  { "models", tool_models },
  { "inspect", tool_inspect },
  { "degrade", tool_degrade },
  { "devices", tool_devices },
  { "bench", tool_bench },
  { "compare", tool_compare },
};

int
main (int argc, char **argv)
{
  tool_find_translations ();
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
