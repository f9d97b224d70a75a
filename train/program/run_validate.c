/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_validate.h"

#include "command.h"
#include "tool.h"
#include "validate.h"

#include <glib/gi18n.h>

#define MOST_SCALE 8
#define MOST_THREADS 256

typedef struct Arguments
{
  int scale, threads;
  char *degradation, *precision, *features, *save, *table;
  char **models, **real;
  gboolean quiet;
} Arguments;

/* "PRESET" or "PRESET,SEED". */
static gboolean
parse_degradation (const char *text, AcuValidationOptions *options, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 2);
  const AcuDegradationPreset *preset = acu_degradation_preset_find (parts[0] ? parts[0] : "");
  g_autoptr (GString) known = g_string_new (NULL);
  guint64 seed = 0;

  if (!preset)
    {
      for (preset = acu_degradation_presets (); preset->name; preset++)
        g_string_append_printf (known, "%s%s", known->len ? ", " : "", preset->name);
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--degradation %s: it is one of %s."), text, known->str);
      return FALSE;
    }
  if (parts[1] && !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT32, &seed, NULL))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--degradation %s: what follows the comma must be a whole number from 0 to %u."), text, G_MAXUINT32);
      return FALSE;
    }
  options->degradation = &preset->recipe;
  options->seed = (guint32) seed;
  return TRUE;
}

/* FALSE when the command makes no sense. */
static gboolean
check (const Arguments *arguments, AcuValidationOptions *options, GError **error)
{
  if (arguments->scale < 1 || arguments->scale > MOST_SCALE)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--scale must be a whole number from 1 to %d."), MOST_SCALE);
  else if (arguments->threads < 0 || arguments->threads > MOST_THREADS)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--threads must be from 0 to %d."), MOST_THREADS);
  else if (!options->n_sets)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Name a folder of pictures; --help tells more."));
  else
    return parse_degradation (arguments->degradation ? arguments->degradation : "cubic", options, error)
           && acu_precision_find (arguments->precision ? arguments->precision : "exact", &options->precision, error);
  return FALSE;
}

/* A signal ends the program at once; only the file that is just being written is completed. */
static gboolean
write_table (const AcuTable *table, const char *path, GError **error)
{
  g_autofree char *text = acu_table_format (table, ACU_TABLE_TEXT);
  gboolean ok;

  g_print ("%s", text);
  tool_poll_signals (TRUE);
  ok = !path || acu_table_write (table, path, error);
  tool_poll_signals (FALSE);
  return ok;
}

static int
validate (const AcuValidationOptions *options, const char *table)
{
  GError *error = NULL;
  AcuValidation *validation;

  tool_catch_signals ();
  gegl_init (NULL, NULL);
  tool_keep_warnings ();
  validation = !table || tool_can_write (table, &error) ? acu_validation_run (options, &error) : NULL;
  if (validation)
    write_table (acu_validation_table (validation), table, &error);
  acu_validation_free (validation);
  gegl_exit ();
  return error ? acu_command_fail (error) : tool_interrupted ();
}

static void
add_sets (GArray *sets, char **folders, gboolean real)
{
  for (guint i = 0; folders && folders[i]; i++)
    {
      AcuValidationSet set = { folders[i], real };

      g_array_append_val (sets, set);
    }
}

static int
run (const Arguments *arguments, char **folders)
{
  g_autoptr (GArray) sets = g_array_new (FALSE, FALSE, sizeof (AcuValidationSet));
  AcuValidationOptions options = {
    .models = (const char *const *) arguments->models, .scale = arguments->scale, .features = arguments->features, .save = arguments->save,
    .threads = arguments->threads ? arguments->threads : MIN ((int) g_get_num_processors (), MOST_THREADS), .quiet = arguments->quiet
  };
  GError *error = NULL;

  add_sets (sets, folders, FALSE);
  add_sets (sets, arguments->real, TRUE);
  options.sets = (const AcuValidationSet *) sets->data;
  options.n_sets = sets->len;
  if (check (arguments, &options, &error))
    return validate (&options, arguments->table);
  acu_command_fail (error);
  return TOOL_USAGE;
}

int
acu_run_validate (int argc, char **argv)
{
  Arguments a = { .scale = 2 };
  const GOptionEntry entries[] = {
    { "scale", 0, 0, G_OPTION_ARG_INT, &a.scale, N_("How many times pictures are enlarged, 1 to 8 (default: 2)"), "N" },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME_ARRAY, &a.models,
      N_("What is compared with bicubic and lanczos3, by name or file; may be given again (default: the built-in model)"), "MODEL" },
    { "degradation", 0, 0, G_OPTION_ARG_STRING, &a.degradation,
      N_("How pictures are made small: a preset of “acuity degrade --list”, and what chance makes of it (default: cubic)"), "PRESET[,SEED]" },
    { "real", 'r', 0, G_OPTION_ARG_FILENAME_ARRAY, &a.real,
      N_("A folder of pictures that are small and bad already; may be given again"), N_("FOLDER") },
    { "features", 0, 0, G_OPTION_ARG_FILENAME, &a.features,
      N_("Compare in the features of this model as well, which must neither be judged nor have taught what is judged"), "MODEL" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &a.precision, N_("exact, as trainings measure (default), or fast, as people enlarge"), "TEXT" },
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &a.save, N_("Keep all results in this folder"), N_("FOLDER") },
    { "table", 0, 0, G_OPTION_ARG_FILENAME, &a.table, N_("Write the table to a file as well: .csv, .md or text"), N_("FILE") },
    { "threads", 0, 0, G_OPTION_ARG_INT, &a.threads, N_("How many threads compute (default: one for each processor)"), "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &a.quiet, N_("Show no progress"), NULL },
    { NULL }
  };
  int status = TOOL_USAGE;

  if (acu_command_parse (&argc, &argv, entries, _("validate FOLDER…"),
                         _("Measures how well models enlarge the pictures of folders, beside bicubic and Lanczos, and prints a table with a row for each folder\n"
                           "and way. The pictures are made small and enlarged again. A folder of text, faces or drawings is a set of its own."), -1))
    status = run (&a, argv + 1);
  g_free (a.degradation);
  g_free (a.precision);
  g_free (a.features);
  g_free (a.save);
  g_free (a.table);
  g_strfreev (a.models);
  g_strfreev (a.real);
  return status;
}
