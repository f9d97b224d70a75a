/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plugin.h"

#include <glib/gi18n.h>
#include <string.h>

#ifndef ACU_LOCALE_DIR
#error "the build says where translations are installed"
#endif

void
plugin_values_defaults (PluginValues *values)
{
  memset (values, 0, sizeof *values);
  for (int i = 0; i < PLUGIN_MAX_OPTIONS && acu_options_all ()[i].key; i++)
    {
      values->value[i].number = acu_options_all ()[i].default_number;
      plugin_values_set_text (values, i, acu_options_all ()[i].default_text);
    }
}

void
plugin_values_set_text (PluginValues *values, int index, const char *text)
{
  g_strlcpy (values->value[index].text, text ? text : "", PLUGIN_MAX_TEXT);
}

int
plugin_option_index (const char *key)
{
  for (int i = 0; i < PLUGIN_MAX_OPTIONS && acu_options_all ()[i].key; i++)
    if (g_str_equal (acu_options_all ()[i].key, key))
      return i;
  g_error ("There is no option %s", key);
}

double
plugin_values_number (const PluginValues *values, const char *key)
{
  return values->value[plugin_option_index (key)].number;
}

const char *
plugin_values_text (const PluginValues *values, const char *key)
{
  return values->value[plugin_option_index (key)].text;
}

gboolean
plugin_values_check (const PluginValues *values, GError **error)
{
  plugin_for_each_option (option, i)
    {
      const PluginValue *value = &values->value[i];
      gboolean text = option->type == ACU_OPTION_CHOICE || option->type == ACU_OPTION_STRING;

      if (!(text ? acu_option_check_text (option, value->text, NULL, error) : acu_option_check_number (option, value->number, error)))
        return FALSE;
    }
  return TRUE;
}

gboolean
plugin_option_is_size (const AcuOption *option)
{
  static const char *const keys[] = { "size-mode", "scale", "width", "height", "longest", "print-width", "print-height", "resolution", NULL };

  return g_strv_contains (keys, option->key);
}

gboolean
plugin_option_is_about_image (const AcuOption *option)
{
  static const char *const keys[] = { "result", "trust-layer", "candidates", NULL };

  return plugin_option_is_size (option) || g_strv_contains (keys, option->key);
}

gboolean
plugin_values_trust (const PluginValues *values)
{
  return plugin_values_number (values, "faithful") > 0 || plugin_values_number (values, "trust-layer") != 0;
}

void
plugin_values_keep_size (PluginValues *values)
{
  plugin_values_set_text (values, plugin_option_index ("size-mode"), "factor");
  values->value[plugin_option_index ("scale")].number = 1;
}

void
plugin_values_size (const PluginValues *values, AcuSize *size)
{
  /* in the order of AcuSizeMode */
  static const char *const modes[] = { "factor", "pixels", "longest", "print" };
  const char *mode = plugin_values_text (values, "size-mode");

  memset (size, 0, sizeof *size);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (modes[i], mode))
      size->mode = (AcuSizeMode) i;
  size->scale = plugin_values_number (values, "scale");
  size->width = (int) plugin_values_number (values, "width");
  size->height = (int) plugin_values_number (values, "height");
  size->longest = (int) plugin_values_number (values, "longest");
  size->print_width = plugin_values_number (values, "print-width");
  size->print_height = plugin_values_number (values, "print-height");
  size->resolution = plugin_values_number (values, "resolution");
}

double
plugin_values_factor (const PluginValues *values, int width, int height)
{
  AcuSize size;
  int new_width, new_height;

  plugin_values_size (values, &size);
  if (!acu_size_resolve (&size, width, height, &new_width, &new_height, NULL))
    return 2;
  return MAX ((double) new_width / width, (double) new_height / height);
}

char *
plugin_bind_texts (void)
{
  const char *program = gimp_get_progname ();
  char *folder = program ? g_path_get_dirname (program) : g_strdup (".");
  char *locale = g_build_filename (folder, "locale", NULL);

  if (!g_file_test (locale, G_FILE_TEST_IS_DIR))
    {
      g_free (locale);
      locale = g_strdup (ACU_LOCALE_DIR);
    }
  bindtextdomain (GETTEXT_PACKAGE, locale);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_free (folder);
  return locale;
}
