/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GIMP 2.10: registration, arguments and run modes. */
#include "comparison.h"
#include "enhance.h"
#include "inspect.h"
#include "presets.h"

#include <glib/gi18n.h>
#include <string.h>

#define FIXED_ARGUMENTS 3

/* AI Enhance changes the layer where it is. */
static gboolean
is_argument (const AcuOption *option, gboolean same_size)
{
  return !same_size || !plugin_option_is_about_image (option);
}

static void
describe_argument (GimpParamDef *argument, const AcuOption *option)
{
  argument->type = option->type == ACU_OPTION_DOUBLE                                   ? GIMP_PDB_FLOAT
                   : option->type == ACU_OPTION_INT || option->type == ACU_OPTION_BOOLEAN ? GIMP_PDB_INT32
                                                                                          : GIMP_PDB_STRING;
  argument->name = (char *) option->key;
  argument->description = (char *) option->help;
}

static void
install_upscale (void)
{
  static GimpParamDef arguments[FIXED_ARGUMENTS + PLUGIN_MAX_OPTIONS] = {
    { GIMP_PDB_INT32, (char *) "run-mode", (char *) N_("The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }") },
    { GIMP_PDB_IMAGE, (char *) "image", (char *) N_("The image to upscale") },
    { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) N_("Not used: the whole image is upscaled") }
  };
  static GimpParamDef results[] = { { GIMP_PDB_IMAGE, (char *) "result-image", (char *) N_("The image that the result is in") } };
  int n = FIXED_ARGUMENTS;

  plugin_for_each_option (option, i)
    describe_argument (&arguments[n++], option);
  gimp_install_procedure (PLUGIN_PROCEDURE, N_("Enlarge the image with a neural network"),
                          N_("Enlarges the whole image: all layers, masks, channels, the selection, guides and paths. "
                             "Text layers become ordinary pixels; indexed images keep their palette."),
                          "Acuity", "Acuity", "2026", N_("_AI Upscale…"), PLUGIN_IMAGE_TYPES, GIMP_PLUGIN, n, 1,
                          arguments, results);
  gimp_plugin_menu_register (PLUGIN_PROCEDURE, PLUGIN_MENU_PATH);
}

static void
install_enhance (void)
{
  static GimpParamDef arguments[FIXED_ARGUMENTS + PLUGIN_MAX_OPTIONS] = {
    { GIMP_PDB_INT32, (char *) "run-mode", (char *) N_("The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }") },
    { GIMP_PDB_IMAGE, (char *) "image", (char *) N_("The image") },
    { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) N_("The layer to enhance") }
  };
  int n = FIXED_ARGUMENTS;

  plugin_for_each_option (option, i)
    if (is_argument (option, TRUE))
      describe_argument (&arguments[n++], option);
  gimp_install_procedure (PLUGIN_ENHANCE, N_("Clean and sharpen a layer with a neural network"),
                          N_("Cleans noise and JPEG blocks away and sharpens detail of what is selected of the layer, at its own size."),
                          "Acuity", "Acuity", "2026", N_("AI E_nhance…"), "RGB*, GRAY*", GIMP_PLUGIN, n, 0, arguments, NULL);
  gimp_plugin_menu_register (PLUGIN_ENHANCE, PLUGIN_MENU_PATH);
}

static void
install_inspect (void)
{
  static GimpParamDef arguments[FIXED_ARGUMENTS + 3] = {
    { GIMP_PDB_INT32, (char *) "run-mode", (char *) N_("The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }") },
    { GIMP_PDB_IMAGE, (char *) "image", (char *) N_("The image to look at") },
    { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) N_("Not used: the active layer is looked at") }
  };
  static GimpParamDef results[] = { { GIMP_PDB_IMAGE, (char *) "sheet", (char *) N_("The new image") } };

  for (int i = 0; i < 3; i++)
    describe_argument (&arguments[FIXED_ARGUMENTS + i], &plugin_inspect_options ()[i]);
  gimp_install_procedure (PLUGIN_INSPECT, PLUGIN_INSPECT_BLURB, PLUGIN_INSPECT_HELP, "Acuity", "Acuity", "2026", PLUGIN_INSPECT_LABEL,
                          PLUGIN_IMAGE_TYPES, GIMP_PLUGIN, G_N_ELEMENTS (arguments), 1, arguments, results);
  gimp_plugin_menu_register (PLUGIN_INSPECT, PLUGIN_MENU_PATH);
}

static void
install_comparison (void)
{
  static GimpParamDef arguments[FIXED_ARGUMENTS + 3] = {
    { GIMP_PDB_INT32, (char *) "run-mode", (char *) N_("The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }") },
    { GIMP_PDB_IMAGE, (char *) "image", (char *) N_("The image to try it on") },
    { GIMP_PDB_DRAWABLE, (char *) "drawable", (char *) N_("Not used: the active layer is taken") }
  };
  static GimpParamDef results[] = { { GIMP_PDB_STRING, (char *) "page-file", (char *) N_("The page that was made") } };

  for (int i = 0; i < 3; i++)
    describe_argument (&arguments[FIXED_ARGUMENTS + i], &plugin_comparison_options ()[i]);
  gimp_install_procedure (PLUGIN_COMPARISON, PLUGIN_COMPARISON_BLURB, PLUGIN_COMPARISON_HELP, "Acuity", "Acuity", "2026", PLUGIN_COMPARISON_LABEL,
                          PLUGIN_IMAGE_TYPES, GIMP_PLUGIN, G_N_ELEMENTS (arguments), 1, arguments, results);
  gimp_plugin_menu_register (PLUGIN_COMPARISON, PLUGIN_MENU_PATH);
}

static void
query (void)
{
  char *locale = plugin_bind_texts ();

  gimp_plugin_domain_register (GETTEXT_PACKAGE, locale);
  install_upscale ();
  install_enhance ();
  install_inspect ();
  install_comparison ();
  g_free (locale);
}

/* With `same_size`, without those that say how large the result is to be. */
static gboolean
read_arguments (PluginValues *values, gboolean same_size, int n, const GimpParam *arguments, GError **error)
{
  int next = FIXED_ARGUMENTS;
  int wanted = FIXED_ARGUMENTS;

  plugin_for_each_option (option, i)
    wanted += is_argument (option, same_size);
  if (n != wanted)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), same_size ? PLUGIN_ENHANCE : PLUGIN_PROCEDURE,
                   wanted, n);
      return FALSE;
    }
  plugin_for_each_option (option, i)
    {
      const GimpParam *argument = &arguments[next];

      if (!is_argument (option, same_size))
        continue;
      next++;
      if (argument->type == GIMP_PDB_FLOAT)
        values->value[i].number = argument->data.d_float;
      else if (argument->type == GIMP_PDB_INT32)
        values->value[i].number = argument->data.d_int32;
      else
        plugin_values_set_text (values, i, argument->data.d_string);
    }
  return TRUE;
}

/* The two below return TRUE when all went well, FALSE without an error when the person does not want it. */

/* AI Upscale, or with `same_size` AI Enhance. */
static gboolean
run_main (gboolean same_size, GimpRunMode mode, PluginImage image, int n, const GimpParam *arguments, PluginImage *result, GError **error)
{
  static PluginValues values;
  const char *procedure = same_size ? PLUGIN_ENHANCE : PLUGIN_PROCEDURE;

  if (same_size)
    plugin_enhance_defaults (&values);
  else
    plugin_values_defaults (&values);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    plugin_last_load (procedure, &values);
  else if (!read_arguments (&values, same_size, n, arguments, error))
    return FALSE;
  if (mode == GIMP_RUN_INTERACTIVE && !plugin_dialog_run (image, same_size, &values))
    return FALSE;
  if (!(same_size ? plugin_enhance (image, arguments[2].data.d_drawable, &values, error) : plugin_upscale (image, &values, result, error)))
    return FALSE;
  if (mode != GIMP_RUN_NONINTERACTIVE && !same_size && *result != image)
    gimp_display_new (*result);
  if (mode == GIMP_RUN_INTERACTIVE)
    plugin_last_save (procedure, &values);
  return TRUE;
}

static gboolean
run_inspect (GimpRunMode mode, PluginImage image, int n, const GimpParam *arguments, PluginImage *sheet, GError **error)
{
  static PluginInspection inspection, kept;

  plugin_inspect_defaults (&inspection);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    {
      if (gimp_get_data_size (PLUGIN_INSPECT) == (int) sizeof kept && gimp_get_data (PLUGIN_INSPECT, &kept))
        inspection = kept;
    }
  else if (n == FIXED_ARGUMENTS + 3)
    {
      g_strlcpy (inspection.model, arguments[3].data.d_string ? arguments[3].data.d_string : "", sizeof inspection.model);
      g_strlcpy (inspection.place, arguments[4].data.d_string ? arguments[4].data.d_string : "", sizeof inspection.place);
      inspection.side = arguments[5].data.d_int32;
    }
  else
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), PLUGIN_INSPECT, FIXED_ARGUMENTS + 3, n);
      return FALSE;
    }
  if (mode == GIMP_RUN_INTERACTIVE)
    gimp_ui_init (PLUGIN_BINARY, FALSE);
  if (mode == GIMP_RUN_INTERACTIVE && !plugin_inspect_ask (image, &inspection))
    return FALSE;
  if (!acu_option_check_number (&plugin_inspect_options ()[2], inspection.side, error)
      || !plugin_inspect (image, &inspection, mode != GIMP_RUN_NONINTERACTIVE, sheet, error))
    return FALSE;
  if (mode == GIMP_RUN_INTERACTIVE)
    gimp_set_data (PLUGIN_INSPECT, &inspection, sizeof inspection);
  return TRUE;
}

static gboolean
run_comparison (GimpRunMode mode, PluginImage image, int n, const GimpParam *arguments, char **page, GError **error)
{
  static PluginComparison comparison, kept;

  plugin_comparison_defaults (&comparison);
  if (mode != GIMP_RUN_NONINTERACTIVE)
    {
      if (gimp_get_data_size (PLUGIN_COMPARISON) == (int) sizeof kept && gimp_get_data (PLUGIN_COMPARISON, &kept))
        comparison = kept;
    }
  else if (n == FIXED_ARGUMENTS + 3)
    {
      g_strlcpy (comparison.models, arguments[3].data.d_string ? arguments[3].data.d_string : "", sizeof comparison.models);
      comparison.scale = arguments[4].data.d_int32;
      g_strlcpy (comparison.page, arguments[5].data.d_string ? arguments[5].data.d_string : "", sizeof comparison.page);
    }
  else
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s takes %d arguments, not %d."), PLUGIN_COMPARISON, FIXED_ARGUMENTS + 3, n);
      return FALSE;
    }
  if (mode == GIMP_RUN_INTERACTIVE)
    gimp_ui_init (PLUGIN_BINARY, FALSE);
  if (mode == GIMP_RUN_INTERACTIVE && !plugin_comparison_ask (image, &comparison))
    return FALSE;
  if (!plugin_comparison_run (image, &comparison, mode != GIMP_RUN_NONINTERACTIVE, page, error))
    return FALSE;
  if (mode == GIMP_RUN_INTERACTIVE)
    gimp_set_data (PLUGIN_COMPARISON, &comparison, sizeof comparison);
  return TRUE;
}

static void
run (const gchar *name, gint n_arguments, const GimpParam *arguments, gint *n_results, GimpParam **results)
{
  static GimpParam result[2];
  GimpRunMode mode = (GimpRunMode) arguments[0].data.d_int32;
  PluginImage image = arguments[1].data.d_image, made = -1;
  char *page = NULL;
  GError *error = NULL;
  gboolean done;

  g_free (plugin_bind_texts ());
  gegl_init (NULL, NULL);
  *n_results = 1;
  *results = result;
  if (g_str_equal (name, PLUGIN_INSPECT))
    done = run_inspect (mode, image, n_arguments, arguments, &made, &error);
  else if (g_str_equal (name, PLUGIN_COMPARISON))
    done = run_comparison (mode, image, n_arguments, arguments, &page, &error);
  else
    done = run_main (g_str_equal (name, PLUGIN_ENHANCE), mode, image, n_arguments, arguments, &made, &error);
  result[0].type = GIMP_PDB_STATUS;
  result[0].data.d_status = done ? GIMP_PDB_SUCCESS : error ? GIMP_PDB_EXECUTION_ERROR : GIMP_PDB_CANCEL;
  if (made != -1)
    {
      *n_results = 2;
      result[1].type = GIMP_PDB_IMAGE;
      result[1].data.d_image = made;
    }
  if (page)
    {
      *n_results = 2;
      result[1].type = GIMP_PDB_STRING;
      result[1].data.d_string = page;
    }
  if (error)
    {
      *n_results = 2;
      result[1].type = GIMP_PDB_STRING;
      result[1].data.d_string = g_strdup (error->message);
      g_error_free (error);
    }
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
