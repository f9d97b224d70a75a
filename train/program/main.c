/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity-train: trains the network that a run file describes. */
#include "model_file.h"
#include "parallel.h"
#include "run_report.h"
#include "session.h"
#include "tool.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>

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
  /* By a loader's warning a damaged picture is known. */
  tool_keep_warnings ();
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

static const char *program;

/* Options of one command; what is left are its arguments. FALSE when that is all: help was asked for, or something was wrong. */
static gboolean
parse (int *argc, char ***argv, const GOptionEntry *entries, const char *arguments, const char *summary, int wanted)
{
  g_autoptr (GOptionContext) context = g_option_context_new (arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s: %s\n", program, error->message);
      return FALSE;
    }
  if (wanted < 0 || *argc == wanted + 1)
    return TRUE;
  help = g_option_context_get_help (context, TRUE, NULL);
  g_printerr ("%s", help);
  return FALSE;
}

static int
command_train (int argc, char **argv)
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

  if (!parse (&argc, &argv, entries, _("RUN.run"),
              _("Trains the network that a run file describes. Run it again to go on after a stop.\n\n"
                "acuity-train export FOLDER FILE.safetensors   writes a trained model in 16 bits\n"
                "acuity-train report RUN.run   draws its curves, and pictures before and after"), -1))
    return TOOL_USAGE;
  if (keys)
    {
      g_autofree char *text = acu_run_file_describe ();

      g_print ("%s", text);
      return TOOL_OK;
    }
  if (argc != 2)
    {
      g_printerr (_("acuity-train: Name one run file; --help tells more.\n"));
      return TOOL_USAGE;
    }
  return train (argv[1], folder, restart, quiet);
}

/* In 16 bits a model is half as large and loses nothing that can be seen. */
static int
command_export (int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autofree char *path = NULL;
  AcuWeights *weights;
  GError *error = NULL;

  if (!parse (&argc, &argv, entries, _("export FOLDER FILE.safetensors"), _("Writes a trained model in 16 bits."), 2))
    return TOOL_USAGE;
  path = g_build_filename (argv[1], "model.safetensors", NULL);
  weights = acu_load_safetensors (path, &error);
  if (weights)
    acu_model_save (weights, argv[2], ACU_TENSOR_F16, NULL, &error);
  acu_weights_free (weights);
  return error ? fail (error) : TOOL_OK;
}

static int
command_report (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder, N_("The run's folder; the run's name if not given"), N_("FOLDER") },
    { NULL }
  };
  GError *error = NULL;
  AcuRunFile *run;

  if (!parse (&argc, &argv, entries, _("report RUN.run"), _("Draws a run's curves, and pictures before and after, as PNG files in its folder."), 1))
    return TOOL_USAGE;
  run = acu_run_file_load (argv[1], &error);
  if (!run)
    return fail (error);
  gegl_init (NULL, NULL);
  tool_keep_warnings ();
  acu_report_run (run, folder ? folder : run->name, &error);
  acu_run_file_free (run);
  gegl_exit ();
  return error ? fail (error) : TOOL_OK;
}

static int
run (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    int (*run) (int argc, char **argv);
  } commands[] = { { "export", command_export }, { "report", command_report } };

  program = "acuity-train";
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].run (argc - 1, argv + 1);
  return command_train (argc, argv);
}

int
main (int argc, char **argv)
{
  int status;

  tool_find_translations ();
  g_set_prgname ("acuity-train");
  acu_parallel_begin (&argc, &argv);
  status = run (argc, argv);
  acu_parallel_end (status == TOOL_FAILED);
  return status;
}
