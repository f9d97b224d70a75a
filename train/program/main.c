/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity-train: trains the network that a run file describes. */
#include "parallel.h"
#include "session.h"
#include "tool.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <locale.h>

static gboolean
asked_to_stop (void)
{
  return tool_interrupted () != 0;
}

static int
fail (GError *error)
{
  g_printerr ("acuity-train: %s\n", error->message);
  g_error_free (error);
  return TOOL_FAILED;
}

static int
train (const char *path, const char *folder, gboolean restart, gboolean quiet)
{
  GError *error = NULL;
  AcuRunFile *run = acu_run_file_load (path, &error);
  AcuSessionOptions options = { folder, restart, quiet, asked_to_stop };
  g_autofree char *beside = NULL;
  gboolean ok;

  if (!run)
    return fail (error);
  options.quiet |= acu_parallel_rank () > 0;
  options.folder = folder ? folder : (beside = g_strdup (run->name));
  gegl_init (NULL, NULL);
  tool_catch_signals ();
  tool_poll_signals (TRUE);
  ok = acu_session_run (run, &options, &error);
  acu_run_file_free (run);
  gegl_exit ();
  if (ok)
    return TOOL_OK;
  if (g_error_matches (error, ACU_ERROR, ACU_ERROR_CANCELLED))
    {
      fail (error);
      return tool_interrupted ();
    }
  return fail (error);
}

static int
run (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  gboolean restart = FALSE, quiet = FALSE, keys = FALSE;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, N_("Folder for the model, the log and checkpoints; the run's name if not given"), N_("FOLDER") },
    { "restart", 0, 0, G_OPTION_ARG_NONE, &restart, N_("Begin anew, whatever checkpoint there is"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, N_("Say nothing but errors"), NULL },
    { "keys", 0, 0, G_OPTION_ARG_NONE, &keys, N_("List what a run file may say"), NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  context = g_option_context_new (_("RUN.run"));
  g_option_context_set_summary (context, _("Trains the network that a run file describes. Run it again to go on after a stop."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("acuity-train: %s\n", error->message);
      return TOOL_USAGE;
    }
  if (keys)
    {
      g_autofree char *text = acu_run_file_describe ();

      g_print ("%s", text);
      return TOOL_OK;
    }
  if (argc != 2)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

      g_printerr ("%s", help);
      return TOOL_USAGE;
    }
  return train (argv[1], folder, restart, quiet);
}

int
main (int argc, char **argv)
{
  int status;

  setlocale (LC_ALL, "");
  tool_find_translations ();
  g_set_prgname ("acuity-train");
  acu_parallel_begin (&argc, &argv);
  status = run (argc, argv);
  acu_parallel_end (status == TOOL_FAILED);
  return status;
}
