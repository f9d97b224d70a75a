/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity bench: how quick this machine is. */
#include "bench.h"

#include <glib/gi18n.h>

static gboolean
check_options (const BenchOptions *options, gboolean worker, GError **error)
{
  const AcuOption *threads = acu_option_find ("threads");

  if (options->threads < threads->minimum || options->threads > threads->maximum)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--threads must be from %g to %g."), threads->minimum,
                 threads->maximum);
  else if (worker && (!options->models || options->models[1] || !options->width || !options->height))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--worker needs one model and --size WIDTHxHEIGHT."));
  else
    return TRUE;
  return FALSE;
}

int
tool_bench (int argc, char **argv)
{
  BenchOptions options = { .repeat = 1 };
  gboolean worker = FALSE;
  g_autofree char *size = NULL;
  const GOptionEntry entries[] = {
    { "size", 0, 0, G_OPTION_ARG_STRING, &size, N_("Of the picture that networks enlarge"), "WxH" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_("How many processor threads may be used; 0 uses all."), "N" },
    { "worker", 0, 0, G_OPTION_ARG_NONE, &worker, N_("Be led by a program that compares engines"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("[MODEL…] — measure how quick this machine is"));
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (size && !acu_size_parse_pixels (size, &options.width, &options.height, &error))
      || !check_options (&options, worker, &error))
    {
      tool_complain ("%s", error->message);
      status = TOOL_USAGE;
    }
  else
    status = bench_worker (&options);
  g_strfreev (options.models);
  return status;
}
