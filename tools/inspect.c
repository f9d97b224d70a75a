/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity inspect, acuity devices. */
#include "tool.h"

#include <glib/gi18n.h>

int
tool_inspect (int argc, char **argv)
{
  gboolean graph = FALSE, plan = FALSE;
  g_autofree char *size = NULL;
  int width = 256, height = 256;
  const GOptionEntry entries[] = {
    { "graph", 0, 0, G_OPTION_ARG_NONE, &graph, N_("Print the layers of the network"), NULL },
    { "plan", 0, 0, G_OPTION_ARG_NONE, &plan, N_("Print also how it would be run"), NULL },
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, N_("Of the picture; 256x256 without"), "WxH" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("MODEL — look inside a network"));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  AcuModelInfo *model;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (size && !acu_size_parse_pixels (size, &width, &height, &error)))
    {
      tool_complain ("%s", error->message);
      return TOOL_USAGE;
    }
  if (argc != 2 || !(graph || plan) || !width || !height)
    {
      tool_complain (_("Name one model and what to print: --graph or --plan."));
      return TOOL_USAGE;
    }
  model = acu_model_find (argv[1], 2, &error);
  text = model ? acu_model_print (model, width, height, plan, &error) : NULL;
  acu_model_info_free (model);
  if (!text)
    {
      tool_complain ("%s", error->message);
      return TOOL_FAILED;
    }
  g_print ("%s", text);
  return TOOL_OK;
}

int
tool_devices (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("— list what can do the computing"));
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      tool_complain ("%s", error ? error->message : _("This command takes no names."));
      return TOOL_USAGE;
    }
  g_print (_("cpu   this computer's processor, %u threads\n"), g_get_num_processors ());
  return TOOL_OK;
}
