/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity compare: every approach on a person's own picture. */
#include "compare.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define MEGAPIXELS 4.0
#define LEAST_MEGAPIXELS 0.01
#define MOST_MEGAPIXELS 100.0
#define PAGE ".html"

typedef struct Arguments
{
  char *output, *name, *preset, *features, *device, *precision, *memory, *table;
  char **inputs, **models;
  int scale, threads;
  gint64 seed;
  double megapixels;
  gboolean quiet, report, list;
} Arguments;

static gboolean
parse_arguments (Arguments *a, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a->output, N_("Make a page with crops and plots: the folder for it, or a file that ends in .html"), "OUT" },
    { "scale", 0, 0, G_OPTION_ARG_INT, &a->scale, N_("How many times smaller the picture is made and enlarged again, 2 to 8 (default: 4)"), "N" },
    { "models", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &a->models,
      N_("What is compared: names or files, with commas between them; NAME+text and NAME+faces look for those as well (default: usual filters and every "
         "installed model of that scale)"), "NAMES" },
    { "degradation", 'p', 0, G_OPTION_ARG_STRING, &a->preset, N_("How it is made small: a preset of “acuity degrade --list” (default: cubic)"), "NAME" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &a->seed, N_("What chance makes of that (default: 0)"), "N" },
    { "features", 0, 0, G_OPTION_ARG_FILENAME, &a->features,
      N_("The network that judges by its features; it must not have taught what it judges (default: text-mask)"), "MODEL" },
    { "megapixels", 0, 0, G_OPTION_ARG_DOUBLE, &a->megapixels, N_("Of a larger picture, the middle is compared (default: 4)"), "N" },
    { "table", 't', 0, G_OPTION_ARG_FILENAME, &a->table, N_("Write the table to a file as well: .csv, .json, .md or text"), N_("FILE") },
    { "device", 0, 0, G_OPTION_ARG_STRING, &a->device, N_("What computes: auto, cpu, or a name that “acuity devices” prints"), "TEXT" },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &a->precision, N_("fast, as people enlarge (default), or exact"), "TEXT" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &a->threads, N_("How many threads compute (default: one for each processor)"), "N" },
    { "memory", 0, 0, G_OPTION_ARG_STRING, &a->memory, N_("The most memory that may be used, such as 2G; of large pictures, less is compared then"), "TEXT" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &a->name, N_("What the picture is called in the table and the page (default: as its file)"), "TEXT" },
    { "list", 'l', 0, G_OPTION_ARG_NONE, &a->list, N_("Print what would be compared, and end"), NULL },
    { "report", 0, 0, G_OPTION_ARG_NONE, &a->report, N_("Print what goes on in lines for other programs"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &a->quiet, N_("Show no progress"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &a->inputs, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("PICTURE — try out everything that enlarges on a good picture"));

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_description (context,
    _("The picture is made small and enlarged again by every approach; what comes out is compared with the picture: time, PSNR and SSIM of brightness,\n"
      "distance in the features of a network that took no part in training, NIQE, and consistency. “*” marks the best."));
  return g_option_context_parse (context, &argc, &argv, error);
}

/* The names, split at commas. NULL when there are none. */
static char **
split_models (char **given)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; given && given[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (given[i], ",", -1);

      for (guint k = 0; parts[k]; k++)
        if (*g_strstrip (parts[k]))
          g_ptr_array_add (names, g_strdup (parts[k]));
    }
  if (!given)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* --- where the page goes --- */

/* A folder gets a page that is called like the picture. */
static char *
page_path (const Arguments *a)
{
  g_autofree char *own = g_path_get_basename (a->inputs[0]), *name = g_strdelimit (g_strdup (a->name ? a->name : own), G_DIR_SEPARATOR_S, '-'), *file = NULL;

  if (!a->output)
    return NULL;
  if (g_str_has_suffix (a->output, PAGE) && !g_file_test (a->output, G_FILE_TEST_IS_DIR))
    return g_strdup (a->output);
  file = g_strdup_printf ("%s-x%d" PAGE, name, a->scale);
  return g_build_filename (a->output, file, NULL);
}

/* Asked before anything is computed; a folder that is not there yet is made at the end. */
static gboolean
page_can_be_written (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return tool_can_write (g_file_test (folder, G_FILE_TEST_EXISTS) ? path : folder, error);
}

static gboolean
write_page (const Comparison *comparison, const AcuTable *table, const char *path, GError **error)
{
  g_autofree char *text = compare_page (comparison, table, error), *folder = g_path_get_dirname (path), *temporary = NULL;
  g_autofree char *shown = g_filename_display_name (path);

  if (!text)
    return FALSE;
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR) && g_mkdir (folder, 0777) != 0)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), shown, g_strerror (errno));
      return FALSE;
    }
  temporary = tool_temporary_name (path);
  tool_remove_when_killed (temporary);
  if (g_file_set_contents_full (temporary, text, -1, G_FILE_SET_CONTENTS_NONE, 0666, NULL))
    return tool_commit (temporary, path, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written; the disk may be full."), shown);
  g_unlink (temporary);
  tool_remove_when_killed (NULL);
  return FALSE;
}

/* --- all of it --- */

static void
tell_problems (const Comparison *comparison)
{
  g_autofree char *part = compare_part_sentence (comparison);

  if (part && !comparison->options->quiet)
    g_printerr ("%s\n", part);
  for (guint i = 0; i < comparison->approaches->len; i++)
    {
      const CompareApproach *approach = g_ptr_array_index (comparison->approaches, i);

      if (approach->problem)
        tool_complain ("%s: %s", approach->name, approach->problem);
    }
}

static gboolean
has_failed (const Comparison *comparison)
{
  for (guint i = 0; i < comparison->approaches->len; i++)
    if (((CompareApproach *) g_ptr_array_index (comparison->approaches, i))->problem)
      return TRUE;
  return FALSE;
}

/* FALSE when something could not be written. */
static gboolean
show (const Arguments *a, const Comparison *comparison, const char *page, GError **error)
{
  AcuTable *table = compare_table_new (comparison);
  g_autofree char *text = acu_table_format (table, ACU_TABLE_TEXT), *shown = page ? g_filename_display_name (page) : NULL;
  gboolean ok = (!a->table || acu_table_write (table, a->table, error)) && (!page || write_page (comparison, table, page, error));

  if (!a->report)
    g_print ("%s", text);
  if (ok && page && a->report)
    tool_report ("done", 0, page);
  else if (ok && page)
    g_print (_("Page: %s\n"), shown);
  compare_table_free (table);
  return ok;
}

static int
compare (const Arguments *a, const CompareOptions *options)
{
  g_autofree char *page = page_path (a);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean ready = (!page || (page_can_be_written (page, &error) && tool_output_is_free (options->path, page, written, &error)))
                   && (!a->table || (tool_can_write (a->table, &error) && tool_output_is_free (options->path, a->table, written, &error)));
  Comparison *comparison = ready ? compare_run (options, &error) : NULL;
  int status = TOOL_OK;

  if (comparison)
    {
      tell_problems (comparison);
      show (a, comparison, page, &error);
    }
  if (error)
    tool_complain ("%s", error->message);
  if (error || has_failed (comparison))
    status = TOOL_FAILED;
  if (error && a->report)
    tool_report ("failed", 0, error->message);
  compare_free (comparison);
  return status;
}

/* A line "NAME⇥LABEL" for each approach. */
static int
list (const CompareOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) approaches = compare_approaches_new (options->models, options->scale, options->threads, &error);

  for (guint i = 0; approaches && i < approaches->len; i++)
    {
      const CompareApproach *approach = g_ptr_array_index (approaches, i);

      g_print ("%s\t%s\n", approach->name, approach->label);
    }
  if (error)
    tool_complain ("%s", error->message);
  return error ? TOOL_FAILED : TOOL_OK;
}

/* NULL, or what is wrong with the numbers. */
static const char *
complaint (const Arguments *a)
{
  if (!a->list && (!a->inputs || a->inputs[1]))
    return _("Name one picture; “acuity compare --help” shows how.");
  if (a->scale < COMPARE_LEAST_SCALE || a->scale > COMPARE_MOST_SCALE)
    return _("--scale must be a whole number from 2 to 8.");
  if (!(a->megapixels >= LEAST_MEGAPIXELS && a->megapixels <= MOST_MEGAPIXELS))
    return _("--megapixels must be a number from 0.01 to 100.");
  if (a->threads < 0 || a->threads > 256)
    return _("--threads must be from 0 to 256.");
  return NULL;
}

static gboolean
make_options (const Arguments *a, char **models, CompareOptions *options, GError **error)
{
  const char *name = a->preset ? a->preset : "cubic";
  const AcuDegradationPreset *preset = acu_degradation_preset_find (name);

  *options = (CompareOptions) { .models = (const char *const *) models, .scale = a->scale, .preset = name, .seed = (guint64) a->seed, .features = a->features,
                                .device = a->device ? a->device : "auto", .threads = a->threads, .megapixels = a->megapixels, .quiet = a->quiet || a->report,
                                .report = a->report };
  if (!preset)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is no preset “%s”; “acuity degrade --list” names all."), name);
  else if (models && !models[0])
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is nothing to compare: no approach is named."));
  else if (complaint (a))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, complaint (a));
  else if ((!a->memory || acu_size_parse_bytes (a->memory, &options->memory, error)) && acu_precision_find (a->precision, &options->precision, error))
    {
      options->recipe = &preset->recipe;
      options->path = a->inputs ? a->inputs[0] : NULL;
      options->name = a->name;
      return TRUE;
    }
  return FALSE;
}

int
tool_compare (int argc, char **argv)
{
  Arguments a = { .scale = 4, .megapixels = MEGAPIXELS };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) models = NULL;
  CompareOptions options;
  int status = TOOL_USAGE;

  if (parse_arguments (&a, argc, argv, &error))
    models = split_models (a.models);
  if (error || !make_options (&a, models, &options, &error))
    {
      tool_complain ("%s", error->message);
      if (a.report)
        tool_report ("failed", 0, error->message);
    }
  else if (a.list)
    status = list (&options);
  else
    {
      /* Nothing is polled: a signal ends the program at once, and what is being written is removed. */
      tool_catch_signals ();
      g_setenv ("BABL_INHIBIT_CACHE", "1", FALSE);
      gegl_init (NULL, NULL);
      tool_keep_warnings ();
      status = compare (&a, &options);
      gegl_exit ();
    }
  g_free (a.output);
  g_free (a.name);
  g_free (a.preset);
  g_free (a.features);
  g_free (a.device);
  g_free (a.precision);
  g_free (a.memory);
  g_free (a.table);
  g_strfreev (a.inputs);
  g_strfreev (a.models);
  return status;
}
