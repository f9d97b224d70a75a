/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GIMP 3: registration, arguments and run modes. */
#include "comparison.h"
#include "inspect.h"

#include <glib/gi18n.h>

#define PLUGIN_TYPE_ACUITY (plugin_acuity_get_type ())
G_DECLARE_FINAL_TYPE (PluginAcuity, plugin_acuity, PLUGIN, ACUITY, GimpPlugIn)

struct _PluginAcuity
{
  GimpPlugIn parent;
};

G_DEFINE_TYPE (PluginAcuity, plugin_acuity, GIMP_TYPE_PLUG_IN)

void
plugin_values_from_config (PluginValues *values, GimpProcedureConfig *config)
{
  plugin_values_defaults (values);
  plugin_for_each_option (option, i)
    {
      int whole = 0;
      char *text = NULL;

      switch (option->type)
        {
        case ACU_OPTION_DOUBLE:
          g_object_get (config, option->key, &values->value[i].number, NULL);
          break;
        case ACU_OPTION_INT:
        case ACU_OPTION_BOOLEAN:
          g_object_get (config, option->key, &whole, NULL);
          values->value[i].number = whole;
          break;
        case ACU_OPTION_CHOICE:
        case ACU_OPTION_STRING:
          g_object_get (config, option->key, &text, NULL);
          plugin_values_set_text (values, i, text);
          g_free (text);
          break;
        }
    }
}

void
plugin_values_to_config (const PluginValues *values, GimpProcedureConfig *config)
{
  g_object_freeze_notify (G_OBJECT (config));
  plugin_for_each_option (option, i)
    switch (option->type)
      {
      case ACU_OPTION_DOUBLE:
        g_object_set (config, option->key, values->value[i].number, NULL);
        break;
      case ACU_OPTION_INT:
      case ACU_OPTION_BOOLEAN:
        g_object_set (config, option->key, (int) values->value[i].number, NULL);
        break;
      case ACU_OPTION_CHOICE:
      case ACU_OPTION_STRING:
        g_object_set (config, option->key, values->value[i].text, NULL);
        break;
      }
  g_object_thaw_notify (G_OBJECT (config));
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  static PluginValues values;
  GError *error = NULL;
  PluginImage result = NULL;
  GimpValueArray *results;

  gegl_init (NULL, NULL);
  if (mode == GIMP_RUN_INTERACTIVE && !plugin_dialog_run (image, procedure, config))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
  plugin_values_from_config (&values, config);
  if (!plugin_upscale (image, &values, &result, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  if (mode != GIMP_RUN_NONINTERACTIVE && result != image)
    gimp_display_new (result);
  results = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_IMAGE (results, 1, result);
  return results;
}

static void
take_text (GimpProcedureConfig *config, const char *key, char *text)
{
  char *value = NULL;

  g_object_get (config, key, &value, NULL);
  g_strlcpy (text, value ? value : "", PLUGIN_MAX_TEXT);
  g_free (value);
}

static GimpValueArray *
run_inspect (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables, GimpProcedureConfig *config, gpointer data)
{
  static PluginInspection inspection;
  GError *error = NULL;
  PluginImage sheet = NULL;
  GimpValueArray *results;

  gegl_init (NULL, NULL);
  take_text (config, "model", inspection.model);
  take_text (config, "place", inspection.place);
  g_object_get (config, "side", &inspection.side, NULL);
  if (mode == GIMP_RUN_INTERACTIVE)
    {
      gimp_ui_init (PLUGIN_BINARY);
      if (!plugin_inspect_ask (image, &inspection))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
      g_object_set (config, "model", inspection.model, "place", inspection.place, "side", inspection.side, NULL);
    }
  if (!plugin_inspect (image, &inspection, mode != GIMP_RUN_NONINTERACTIVE, &sheet, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  results = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_IMAGE (results, 1, sheet);
  return results;
}

static GimpValueArray *
run_comparison (GimpProcedure *procedure, GimpRunMode mode, GimpImage *image, GimpDrawable **drawables, GimpProcedureConfig *config, gpointer data)
{
  static PluginComparison comparison;
  GError *error = NULL;
  char *page = NULL;
  GimpValueArray *results;

  gegl_init (NULL, NULL);
  take_text (config, "models", comparison.models);
  take_text (config, "page", comparison.page);
  g_object_get (config, "scale", &comparison.scale, NULL);
  if (mode == GIMP_RUN_INTERACTIVE)
    {
      gimp_ui_init (PLUGIN_BINARY);
      if (!plugin_comparison_ask (image, &comparison))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
      g_object_set (config, "models", comparison.models, "page", comparison.page, "scale", comparison.scale, NULL);
    }
  if (!plugin_comparison_run (image, &comparison, mode != GIMP_RUN_NONINTERACTIVE, &page, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_EXECUTION_ERROR, error);
  results = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_TAKE_STRING (results, 1, page);
  return results;
}

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  GList *names = NULL;

  names = g_list_append (names, g_strdup (PLUGIN_PROCEDURE));
  names = g_list_append (names, g_strdup (PLUGIN_INSPECT));
  return g_list_append (names, g_strdup (PLUGIN_COMPARISON));
}

static void
add_argument (GimpProcedure *procedure, const AcuOption *option)
{
  const char *label = _(option->label);
  const char *help = _(option->help);
  GimpChoice *choice;

  /* A list that is not complete, such as that of graphics cards, is any text for GIMP: it would refuse what it does not know. */
  switch (option->prefix ? ACU_OPTION_STRING : option->type)
    {
    case ACU_OPTION_DOUBLE:
      gimp_procedure_add_double_argument (procedure, option->key, label, help, option->minimum, option->maximum,
                                          option->default_number, G_PARAM_READWRITE);
      break;
    case ACU_OPTION_INT:
      gimp_procedure_add_int_argument (procedure, option->key, label, help, (int) option->minimum,
                                       (int) option->maximum, (int) option->default_number, G_PARAM_READWRITE);
      break;
    case ACU_OPTION_BOOLEAN:
      gimp_procedure_add_boolean_argument (procedure, option->key, label, help, option->default_number != 0,
                                           G_PARAM_READWRITE);
      break;
    case ACU_OPTION_STRING:
      gimp_procedure_add_string_argument (procedure, option->key, label, help, option->default_text,
                                          G_PARAM_READWRITE);
      break;
    case ACU_OPTION_CHOICE:
      choice = gimp_choice_new ();
      for (int i = 0; option->choices[i].name; i++)
        gimp_choice_add (choice, option->choices[i].name, i, _(option->choices[i].label), NULL);
      gimp_procedure_add_choice_argument (procedure, option->key, label, help, choice, option->default_text,
                                          G_PARAM_READWRITE);
      break;
    }
}

/* What needs a layer with pixels and opens a window of its own. */
static GimpProcedure *
create_layer_procedure (GimpPlugIn *plug_in, const char *name, GimpRunImageFunc run_it, const char *label, const char *blurb, const char *help,
                        const AcuOption *options)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run_it, NULL, NULL);

  gimp_procedure_set_image_types (procedure, PLUGIN_IMAGE_TYPES);
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE | GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _(label));
  gimp_procedure_add_menu_path (procedure, PLUGIN_MENU_PATH);
  gimp_procedure_set_documentation (procedure, _(blurb), _(help), name);
  gimp_procedure_set_attribution (procedure, "Acuity", "Acuity", "2026");
  for (const AcuOption *option = options; option->key; option++)
    add_argument (procedure, option);
  return procedure;
}

static GimpProcedure *
create_inspect (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = create_layer_procedure (plug_in, PLUGIN_INSPECT, run_inspect, PLUGIN_INSPECT_LABEL, PLUGIN_INSPECT_BLURB, PLUGIN_INSPECT_HELP,
                                                     plugin_inspect_options ());

  gimp_procedure_add_image_return_value (procedure, "sheet", _("Sheet"), _("The new image"), FALSE, G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
create_comparison (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = create_layer_procedure (plug_in, PLUGIN_COMPARISON, run_comparison, PLUGIN_COMPARISON_LABEL, PLUGIN_COMPARISON_BLURB,
                                                     PLUGIN_COMPARISON_HELP, plugin_comparison_options ());

  gimp_procedure_add_string_return_value (procedure, "page-file", _("Page"), _("The page that was made"), NULL, G_PARAM_READWRITE);
  return procedure;
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  GimpProcedure *procedure;

  if (g_str_equal (name, PLUGIN_INSPECT))
    return create_inspect (plug_in);
  if (g_str_equal (name, PLUGIN_COMPARISON))
    return create_comparison (plug_in);
  if (!g_str_equal (name, PLUGIN_PROCEDURE))
    return NULL;
  procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
  gimp_procedure_set_image_types (procedure, PLUGIN_IMAGE_TYPES);
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE
                                                    | GIMP_PROCEDURE_SENSITIVE_DRAWABLES
                                                    | GIMP_PROCEDURE_SENSITIVE_NO_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _("_AI Upscale…"));
  gimp_procedure_add_menu_path (procedure, PLUGIN_MENU_PATH);
  gimp_procedure_set_documentation (procedure, _("Enlarge the image with a neural network"),
                                    _("Enlarges the whole image: all layers, masks, channels, the selection, guides "
                                      "and paths. Text layers become ordinary pixels; indexed images keep their "
                                      "palette."),
                                    name);
  gimp_procedure_set_attribution (procedure, "Acuity", "Acuity", "2026");
  plugin_for_each_option (option, i)
    add_argument (procedure, option);
  gimp_procedure_add_image_return_value (procedure, "result-image", _("Result"), _("The image that the result is in"), FALSE, G_PARAM_READWRITE);
  return procedure;
}

/* FALSE: the texts are bound by plugin_bind_texts(), which also finds a catalogue that is not beside the program. */
static gboolean
set_i18n (GimpPlugIn *plug_in, const gchar *name, gchar **domain, gchar **folder)
{
  g_free (plugin_bind_texts ());
  return FALSE;
}

static void
plugin_acuity_class_init (PluginAcuityClass *class)
{
  GimpPlugInClass *plug_in = GIMP_PLUG_IN_CLASS (class);

  plug_in->query_procedures = query_procedures;
  plug_in->create_procedure = create_procedure;
  plug_in->set_i18n = set_i18n;
}

static void
plugin_acuity_init (PluginAcuity *plug_in)
{
}

GIMP_MAIN (PLUGIN_TYPE_ACUITY)
