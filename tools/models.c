/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity models: what there is and what can be had. */
#include "tool.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

static void
pad (const char *text, int columns)
{
  int length = (int) g_utf8_strlen (text, -1);

  g_print ("%s%*s", text, MAX (columns - length, 0) + 2, "");
}

/* Everything that can be listed and installed. */
GPtrArray *
tool_models_all (GError **error)
{
  g_autoptr (GPtrArray) helpers = acu_models_helpers (error);
  GPtrArray *models = helpers ? acu_models_list (error) : NULL;

  for (guint i = 0; models && i < helpers->len; i++)
    g_ptr_array_add (models, acu_model_info_copy (helpers->pdata[i]));
  return models;
}

static int
print_table (const GPtrArray *models)
{
  int widest = 4;

  for (guint i = 0; i < models->len; i++)
    widest = MAX (widest, (int) g_utf8_strlen (((AcuModelInfo *) models->pdata[i])->name, -1));
  pad (_("Name"), widest);
  pad (_("Installed"), 9);
  pad (_("Architecture"), 16);
  pad (_("Scale"), 5);
  pad (_("Size"), 8);
  pad (_("Licence"), 17);
  g_print ("%s\n", _("What it is"));
  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *m = models->pdata[i];
      g_autofree char *size = m->bytes ? g_format_size (m->bytes) : g_strdup ("–");
      g_autofree char *scale = m->scale ? g_strdup_printf ("%d×", m->scale) : g_strdup (m->classic ? _("any") : m->helper ? "–" : "?");

      pad (m->name, widest);
      pad (m->built_in ? _("built in") : m->path || m->classic ? _("yes") : _("no"), 9);
      pad (m->architecture, 16);
      pad (scale, 5);
      pad (size, 8);
      pad (m->licence, 17);
      g_print ("%s\n", _(m->label));
    }
  return TOOL_OK;
}

static void
put_text (JsonBuilder *builder, const char *key, const char *text)
{
  json_builder_set_member_name (builder, key);
  if (text)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static int
print_json (const GPtrArray *models)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *m = models->pdata[i];

      json_builder_begin_object (builder);
      put_text (builder, "name", m->name);
      put_text (builder, "label", m->label);
      put_text (builder, "description", m->description);
      put_text (builder, "architecture", m->architecture);
      put_text (builder, "licence", m->licence);
      put_text (builder, "path", m->path);
      json_builder_set_member_name (builder, "installed");
      json_builder_add_boolean_value (builder, m->path || m->classic);
      json_builder_set_member_name (builder, "scale");
      json_builder_add_int_value (builder, m->scale);
      json_builder_set_member_name (builder, "bytes");
      json_builder_add_int_value (builder, m->bytes);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  g_print ("%s\n", text);
  return TOOL_OK;
}

int
tool_models (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Print everything that is known, as JSON"), NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  if (argc > 1 && g_str_equal (argv[1], "install"))
    return tool_install (argc - 1, argv + 1);
  context = g_option_context_new (_("— list what enlarges pictures; “models install NAME…” fetches networks"));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      tool_complain ("%s", error ? error->message : _("This command takes no names; “acuity models install NAME…” does."));
      return TOOL_USAGE;
    }
  models = tool_models_all (&error);
  if (!models)
    {
      tool_complain ("%s", error->message);
      return TOOL_FAILED;
    }
  return json ? print_json (models) : print_table (models);
}
