/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity-train: trains the network that a run file describes. */
#include "command.h"
#include "model_file.h"
#include "parallel.h"
#include "run_pages.h"
#include "run_report.h"
#include "run_validate.h"
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
train (const char *path, const char *folder, gboolean restart, gboolean quiet)
{
  GError *error = NULL;
  AcuRunFile *run = acu_run_file_load (path, &error);
  AcuSessionOptions options = { folder, restart, quiet, asked_to_stop };
  g_autofree char *beside = NULL;
  gboolean ok;

  if (!run)
    return acu_command_fail (error);
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
      acu_command_fail (error);
      return tool_interrupted ();
    }
  return acu_command_fail (error);
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

  if (!acu_command_parse (&argc, &argv, entries, _("RUN.run"),
              _("Trains the network that a run file describes. Run it again to go on after a stop.\n\n"
                "acuity-train export FOLDER FILE.safetensors   writes a trained model in 16 bits\n"
                "acuity-train report RUN.run   draws its curves, and pictures before and after\n"
                "acuity-train validate FOLDER…   measures models on folders of pictures, beside bicubic and Lanczos\n"
                "acuity-train pages -o FOLDER   draws pages of made-up text to learn from"), -1))
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

  if (!acu_command_parse (&argc, &argv, entries, _("export FOLDER FILE.safetensors"), _("Writes a trained model in 16 bits."), 2))
    return TOOL_USAGE;
  path = g_build_filename (argv[1], "model.safetensors", NULL);
  weights = acu_load_safetensors (path, &error);
  if (weights)
    acu_model_save (weights, argv[2], ACU_TENSOR_F16, NULL, &error);
  acu_weights_free (weights);
  return error ? acu_command_fail (error) : TOOL_OK;
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

  if (!acu_command_parse (&argc, &argv, entries, _("report RUN.run"), _("Draws a run's curves, and pictures before and after, as PNG files in its folder."), 1))
    return TOOL_USAGE;
  run = acu_run_file_load (argv[1], &error);
  if (!run)
    return acu_command_fail (error);
  gegl_init (NULL, NULL);
  tool_keep_warnings ();
  acu_report_run (run, folder ? folder : run->name, &error);
  acu_run_file_free (run);
  gegl_exit ();
  return error ? acu_command_fail (error) : TOOL_OK;
}

static int
run (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    int (*run) (int argc, char **argv);
  } commands[] = { { "export", command_export }, { "report", command_report }, { "validate", acu_run_validate }, { "pages", acu_run_pages } };

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
