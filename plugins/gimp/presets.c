/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define FILE_NAME "acuity-upscale.presets"
#define PRESET "preset "          /* and a number: a name may have any letter, which that of a group may not */
#define NAME "name"

/* What comes with the plug-in: of each, options and their values. */
static const struct
{
  const char *name;
  const char *options;
} built_in[] = {
  { N_("Good photograph"), "model=auto clean=0 strength=1 text=off faces=off" },
  { N_("Photograph with noise or JPEG blocks"), "model=auto clean=0.6 strength=1 text=off faces=off" },
  { N_("Photograph with letters in it"), "model=auto clean=0 strength=1 text=auto text-strength=1 faces=off" },
  { N_("Page or logo"), "model=auto clean=0 strength=1 text=everywhere text-strength=1 faces=off" },
  { N_("Pixel art"), "model=nearest clean=0 strength=1 text=off faces=off" }
};

static char *
file_path (void)
{
  return g_build_filename (gimp_directory (), FILE_NAME, NULL);
}

/* `damaged` (may be NULL): whether there is a file that holds something else. */
static GKeyFile *
load_file (gboolean *damaged)
{
  GKeyFile *file = g_key_file_new ();
  char *path = file_path ();
  GError *error = NULL;
  gboolean loaded = g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);

  if (damaged)
    *damaged = !loaded && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_free (path);
  return file;
}

/* What a person may want to mend is kept beside it under a name that is free. */
static gboolean
put_aside (const char *path, GError **error)
{
  char *aside = g_strconcat (path, ".damaged", NULL);
  gboolean moved;

  for (int i = 2; g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%d", path, i);
    }
  moved = g_rename (path, aside) == 0;
  if (moved)
    g_message (_("The file with your presets could not be read, and a new one was begun. The old one is kept as %s."), aside);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be read, and is not replaced: %s."), path, g_strerror (errno));
  g_free (aside);
  return moved;
}

static gboolean
save_file (GKeyFile *file, gboolean damaged, GError **error)
{
  char *path = file_path (), *text = g_key_file_to_data (file, NULL, NULL);
  gboolean saved = (!damaged || put_aside (path, error)) && g_file_set_contents (path, text, -1, error);

  g_free (text);
  g_free (path);
  return saved;
}

static gboolean
is_text (const AcuOption *option)
{
  return option->type == ACU_OPTION_CHOICE || option->type == ACU_OPTION_STRING;
}

/* A value that the option cannot have is left out. */
static void
set_value (PluginValues *values, int index, const char *text)
{
  const AcuOption *option = &acu_options_all ()[index];
  double number;

  if (!acu_option_check_text (option, text, &number, NULL))
    return;
  if (is_text (option))
    plugin_values_set_text (values, index, text);
  else
    values->value[index].number = number;
}

static void
read_group (GKeyFile *file, const char *group, PluginValues *values)
{
  plugin_values_defaults (values);
  plugin_for_each_option (option, i)
    {
      char *text = g_key_file_get_string (file, group, option->key, NULL);

      if (text)
        set_value (values, i, text);
      g_free (text);
    }
}

static void
write_group (GKeyFile *file, const char *group, const PluginValues *values)
{
  plugin_for_each_option (option, i)
    if (is_text (option))
      g_key_file_set_string (file, group, option->key, values->value[i].text);
    else
      g_key_file_set_double (file, group, option->key, values->value[i].number);
}

static int
find_built_in (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    if (g_str_equal (_(built_in[i].name), name))
      return (int) i;
  return -1;
}

/* The group of a user's preset; NULL: there is none of that name. */
static char *
find_group (GKeyFile *file, const char *name)
{
  char **groups = g_key_file_get_groups (file, NULL), *found = NULL;

  for (int i = 0; groups[i] && !found; i++)
    {
      char *own = g_str_has_prefix (groups[i], PRESET) ? g_key_file_get_string (file, groups[i], NAME, NULL) : NULL;

      if (g_strcmp0 (own, name) == 0)
        found = g_strdup (groups[i]);
      g_free (own);
    }
  g_strfreev (groups);
  return found;
}

char **
plugin_presets_names (int *own)
{
  GKeyFile *file = load_file (NULL);
  char **groups = g_key_file_get_groups (file, NULL);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    g_ptr_array_add (names, g_strdup (_(built_in[i].name)));
  *own = (int) names->len;
  for (int i = 0; groups[i]; i++)
    {
      char *name = g_str_has_prefix (groups[i], PRESET) ? g_key_file_get_string (file, groups[i], NAME, NULL) : NULL;

      if (name)
        g_ptr_array_add (names, name);
    }
  g_ptr_array_add (names, NULL);
  g_strfreev (groups);
  g_key_file_free (file);
  return (char **) g_ptr_array_free (names, FALSE);
}

static void
set_built_in (int number, PluginValues *values)
{
  char **options = g_strsplit (built_in[number].options, " ", -1);

  for (int i = 0; options[i]; i++)
    {
      char *sign = strchr (options[i], '=');

      *sign = '\0';
      set_value (values, plugin_option_index (options[i]), sign + 1);
    }
  g_strfreev (options);
}

gboolean
plugin_presets_load (const char *name, PluginValues *values)
{
  GKeyFile *file = load_file (NULL);
  char *group = find_group (file, name);
  int number = find_built_in (name);

  if (number >= 0)
    set_built_in (number, values);
  else if (group)
    read_group (file, group, values);
  g_key_file_free (file);
  g_free (group);
  return number >= 0 || group;
}

gboolean
plugin_presets_save (const char *name, const PluginValues *values, GError **error)
{
  GKeyFile *file;
  char *group;
  gboolean damaged, saved;

  if (!name[0] || find_built_in (name) >= 0)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, name[0] ? _("This name belongs to a preset that comes with Acuity; choose another one.")
                                                                        : _("A preset needs a name."));
      return FALSE;
    }
  file = load_file (&damaged);
  group = find_group (file, name);
  for (int i = 1; !group; i++)
    {
      group = g_strdup_printf (PRESET "%d", i);
      if (g_key_file_has_group (file, group))
        g_clear_pointer (&group, g_free);
    }
  g_key_file_set_string (file, group, NAME, name);
  write_group (file, group, values);
  saved = save_file (file, damaged, error);
  g_free (group);
  g_key_file_free (file);
  return saved;
}

gboolean
plugin_presets_delete (const char *name, GError **error)
{
  gboolean damaged, saved = TRUE;
  GKeyFile *file = load_file (&damaged);
  char *group = find_group (file, name);

  if (group)
    {
      g_key_file_remove_group (file, group, NULL);
      saved = save_file (file, damaged, error);
    }
  g_free (group);
  g_key_file_free (file);
  return saved;
}

gboolean
plugin_last_load (const char *procedure, PluginValues *values)
{
  GKeyFile *file = load_file (NULL);
  gboolean found = g_key_file_has_group (file, procedure);

  if (found)
    read_group (file, procedure, values);
  g_key_file_free (file);
  return found;
}

void
plugin_last_save (const char *procedure, const PluginValues *values)
{
  gboolean damaged;
  GKeyFile *file = load_file (&damaged);

  write_group (file, procedure, values);
  save_file (file, damaged, NULL);
  g_key_file_free (file);
}
