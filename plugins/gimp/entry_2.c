/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GIMP 2.10: registration, arguments and run modes. */
#include "dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#define FIXED_ARGUMENTS 3

static void
query (void)
{
  static GimpParamDef arguments[FIXED_ARGUMENTS + PLUGIN_MAX_OPTIONS] = {
    { GIMP_PDB_INT32, (char *) "run-mode", (char *) N_("The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }") },
    { GIMP_PDB_IMAGE, (char *) "image", (char *) N_("The image to upscale") },
    { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) N_("Not used: the whole image is upscaled") }
  };
  int n = FIXED_ARGUMENTS;
  char *locale = plugin_bind_texts ();

  plugin_for_each_option (option, i)
    {
      GimpParamDef *argument = &arguments[n++];

      argument->type = option->type == ACU_OPTION_DOUBLE                                   ? GIMP_PDB_FLOAT
                       : option->type == ACU_OPTION_INT || option->type == ACU_OPTION_BOOLEAN ? GIMP_PDB_INT32
                                                                                              : GIMP_PDB_STRING;
      argument->name = (char *) option->key;
      argument->description = (char *) option->help;
    }
  gimp_plugin_domain_register (GETTEXT_PACKAGE, locale);
  gimp_install_procedure (PLUGIN_PROCEDURE, N_("Enlarge the image with a neural network"),
                          N_("Enlarges the whole image: all layers, masks, channels, the selection, guides and paths. "
                             "Text layers become ordinary pixels; indexed images keep their palette."),
                          "Acuity", "Acuity", "2026", N_("_AI Upscale…"), PLUGIN_IMAGE_TYPES, GIMP_PLUGIN, n, 0,
                          arguments, NULL);
  gimp_plugin_menu_register (PLUGIN_PROCEDURE, PLUGIN_MENU_PATH);
  g_free (locale);
}

static void
recall (PluginValues *values)
{
  PluginValues kept;

  if (gimp_get_data_size (PLUGIN_PROCEDURE) == (int) sizeof kept && gimp_get_data (PLUGIN_PROCEDURE, &kept)
      && kept.bytes == sizeof kept)
    *values = kept;
}

static gboolean
read_arguments (PluginValues *values, int n, const GimpParam *arguments, GError **error)
{
  int next = FIXED_ARGUMENTS;
  int wanted = FIXED_ARGUMENTS;

  plugin_for_each_option (option, i)
    wanted += option != NULL;
  if (n != wanted)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), PLUGIN_PROCEDURE, wanted,
                   n);
      return FALSE;
    }
  plugin_for_each_option (option, i)
    {
      const GimpParam *argument = &arguments[next++];

      if (argument->type == GIMP_PDB_FLOAT)
        values->value[i].number = argument->data.d_float;
      else if (argument->type == GIMP_PDB_INT32)
        values->value[i].number = argument->data.d_int32;
      else
        plugin_values_set_text (values, i, argument->data.d_string);
    }
  return TRUE;
}

static void
run (const gchar *name, gint n_arguments, const GimpParam *arguments, gint *n_results, GimpParam **results)
{
  static GimpParam result[2];
  static PluginValues values;
  GimpRunMode mode = (GimpRunMode) arguments[0].data.d_int32;
  PluginImage image = arguments[1].data.d_image;
  GError *error = NULL;
  gboolean go = TRUE;

  g_free (plugin_bind_texts ());
  gegl_init (NULL, NULL);
  *n_results = 1;
  *results = result;
  result[0].type = GIMP_PDB_STATUS;
  result[0].data.d_status = GIMP_PDB_SUCCESS;

  plugin_values_defaults (&values);
  if (mode == GIMP_RUN_NONINTERACTIVE)
    go = read_arguments (&values, n_arguments, arguments, &error);
  else
    recall (&values);
  if (mode == GIMP_RUN_INTERACTIVE)
    {
      go = plugin_dialog_run (image, &values);
      if (!go)
        result[0].data.d_status = GIMP_PDB_CANCEL;
    }
  if (go && plugin_upscale (image, &values, &error) && mode == GIMP_RUN_INTERACTIVE)
    gimp_set_data (PLUGIN_PROCEDURE, &values, sizeof values);
  if (error)
    {
      *n_results = 2;
      result[0].data.d_status = GIMP_PDB_EXECUTION_ERROR;
      result[1].type = GIMP_PDB_STRING;
      result[1].data.d_string = g_strdup (error->message);
      g_error_free (error);
    }
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
