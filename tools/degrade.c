/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity degrade: small, worse pictures from good ones, for trying and training networks. */
#include "tool.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct Arguments
{
  char *output, *preset;
  char **inputs, **settings;
  double scale, strength;
  gint64 seed;
  int quality;
  gboolean quiet, list;
} Arguments;

static gboolean
parse_arguments (Arguments *arguments, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output, N_("The file to write, or the folder for several pictures"), "OUT" },
    { "preset", 'p', 0, G_OPTION_ARG_STRING, &arguments->preset, N_("What happens to the picture; --list names all (default: photo)"), "NAME" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &arguments->scale, N_("How many times smaller the picture becomes, 1 to 8 (default: 4)"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &arguments->seed,
      N_("What chance makes of it; the same number gives the same picture, and each further picture takes the next (default: 0)"), "N" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &arguments->strength, N_("From 0, the resize alone, to 1, all of the preset (default: 1)"), "N" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &arguments->settings, N_("Change one number or range of the preset, such as first-sigma=0.2..3"),
      "KEY=VALUE" },
    { "list", 'l', 0, G_OPTION_ARG_NONE, &arguments->list, N_("List the presets, and all numbers of the one chosen"), NULL },
    { "quality", 0, 0, G_OPTION_ARG_INT, &arguments->quality, N_("Quality of JPEG and WebP files, 1 to 100"), "N" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, N_("Show no progress"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->inputs, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("PICTURE… — make small, worse pictures, to try and train networks"));

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return g_option_context_parse (context, &argc, &argv, error);
}

static void
list (const AcuDegradation *recipe)
{
  for (const AcuDegradationPreset *preset = acu_degradation_presets (); preset->name; preset++)
    g_print ("%-8s  %s\n", preset->name, _(preset->label));
  g_print ("\n");
  for (const AcuDegradationField *field = acu_degradation_fields (); field->key; field++)
    {
      g_autofree char *value = acu_degradation_print (recipe, field);

      g_print ("%-26s  %-20s  %s\n", field->key, value, _(field->label));
    }
}

static gboolean
make_recipe (const Arguments *arguments, AcuDegradation *recipe, GError **error)
{
  const AcuDegradationPreset *preset = acu_degradation_preset_find (arguments->preset ? arguments->preset : "photo");

  if (!preset)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is no preset “%s”; “acuity degrade --list” names all."), arguments->preset);
      return FALSE;
    }
  *recipe = preset->recipe;
  for (guint i = 0; arguments->settings && arguments->settings[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (arguments->settings[i], "=", 2);

      if (g_strv_length (parts) != 2)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--set needs KEY=VALUE, not “%s”."), arguments->settings[i]);
          return FALSE;
        }
      if (!acu_degradation_set (recipe, g_strstrip (parts[0]), g_strstrip (parts[1]), error))
        return FALSE;
    }
  acu_degradation_weaken (recipe, arguments->strength);
  return TRUE;
}

/* 8 bits stay 8 bits; everything else is a float, of which the file keeps what it can. */
static GeglBuffer *
degrade (GeglBuffer *buffer, const AcuDegradation *recipe, double scale, guint64 seed, GError **error)
{
  const Babl *own = gegl_buffer_get_format (buffer), *space = babl_format_get_space (own);
  int width = gegl_buffer_get_width (buffer), height = gegl_buffer_get_height (buffer);
  int small_width = acu_degraded_side (width, scale), small_height = acu_degraded_side (height, scale);
  gboolean bytes = babl_format_is_palette (own) || babl_format_get_type (own, 0) == babl_type ("u8");
  float *pixels = tool_picture_pixels (buffer, error), *result = NULL;
  GeglBuffer *degraded = NULL;

  if (pixels)
    result = acu_try_alloc (small_height, 3 * (guint64) small_width * sizeof *result);
  if (pixels && !result)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for degrading the picture."));
  if (result && acu_degrade (recipe, seed, scale, pixels, width, height, result, error))
    {
      degraded = gegl_buffer_new (GEGL_RECTANGLE (0, 0, small_width, small_height),
                                  babl_format_with_space (bytes ? "R'G'B' u8" : "R'G'B' float", space));
      for (int y = 0; y < small_height; y++)
        gegl_buffer_set (degraded, GEGL_RECTANGLE (0, y, small_width, 1), 0, babl_format_with_space ("R'G'B' float", space),
                         result + 3 * (gsize) small_width * y, GEGL_AUTO_ROWSTRIDE);
    }
  acu_free (pixels);
  acu_free (result);
  return degraded;
}

static gboolean
run_one (const Arguments *arguments, const AcuDegradation *recipe, const char *input, const char *output, guint64 seed, GError **error)
{
  const ToolFormat *format = tool_format_find (output, error);
  g_autofree char *shown = g_filename_display_name (output);
  ToolPicture *picture;
  GeglBuffer *result;
  gboolean done = FALSE;

  if (!format || !tool_can_write (output, error))
    return FALSE;
  tool_take_lost_tiles ();
  picture = tool_picture_load (input, error);
  if (!picture)
    return FALSE;
  result = degrade (picture->buffer, recipe, arguments->scale, seed, error);
  if (result && MAX (gegl_buffer_get_width (result), gegl_buffer_get_height (result)) > format->max_side)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%s would be %d × %d pixels; this kind of file holds at most %d on a side."), shown,
                   gegl_buffer_get_width (result), gegl_buffer_get_height (result), format->max_side);
      g_clear_object (&result);
    }
  if (result)
    done = tool_picture_save (picture, result, output, format, arguments->quality, error);
  tool_picture_free (picture);
  return done;
}

static int
run_all (const Arguments *arguments, const AcuDegradation *recipe)
{
  guint n = g_strv_length (arguments->inputs);
  gboolean folder = g_file_test (arguments->output, G_FILE_TEST_IS_DIR);
  g_autoptr (GHashTable) written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  int status = TOOL_OK;

  if (n > 1 && !folder)
    {
      tool_complain (_("Several pictures need a folder to go to, and “%s” is none."), arguments->output);
      return TOOL_FAILED;
    }
  for (guint i = 0; i < n && !tool_interrupted (); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_path_get_basename (arguments->inputs[i]), *shown = g_filename_display_name (name);
      g_autofree char *output = folder ? g_build_filename (arguments->output, name, NULL) : g_strdup (arguments->output);
      ToolProgress progress = { shown, arguments->quiet || n == 1 };

      tool_progress (&progress, (double) i / n, -1);
      if (!tool_output_is_free (arguments->inputs[i], output, written, &error)
          || !run_one (arguments, recipe, arguments->inputs[i], output, (guint64) arguments->seed + i, &error))
        {
          tool_progress_end (&progress);
          tool_complain ("%s", error->message);
          status = TOOL_FAILED;
        }
      tool_progress_end (&progress);
    }
  return tool_interrupted () ? tool_interrupted () : status;
}

/* NULL, or what is wrong with the numbers. */
static const char *
complaint (const Arguments *arguments)
{
  if (!(arguments->scale >= 1 && arguments->scale <= 8))
    return _("--scale must be a number from 1 to 8.");
  if (!(arguments->strength >= 0 && arguments->strength <= 1))
    return _("--strength must be a number from 0 to 1.");
  if (arguments->quality < 1 || arguments->quality > 100)
    return _("--quality must be from 1 to 100.");
  if (!arguments->list && (!arguments->inputs || !arguments->output))
    return _("Name a picture and, with -o, the file to write; “acuity degrade --help” shows how.");
  return NULL;
}

static int
check_and_run (const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;
  AcuDegradation recipe;
  int status;

  if (complaint (arguments) || !make_recipe (arguments, &recipe, &error))
    {
      tool_complain ("%s", error ? error->message : complaint (arguments));
      return TOOL_USAGE;
    }
  if (arguments->list)
    {
      list (&recipe);
      return TOOL_OK;
    }
  tool_catch_signals ();
  gegl_init (NULL, NULL);
  tool_keep_warnings ();
  status = run_all (arguments, &recipe);
  gegl_exit ();
  return status;
}

int
tool_degrade (int argc, char **argv)
{
  Arguments arguments = { .scale = 4, .strength = 1, .quality = 95 };
  g_autoptr (GError) error = NULL;
  int status = TOOL_USAGE;

  if (parse_arguments (&arguments, argc, argv, &error))
    status = check_and_run (&arguments);
  else
    tool_complain ("%s", error->message);
  g_free (arguments.output);
  g_free (arguments.preset);
  g_strfreev (arguments.inputs);
  g_strfreev (arguments.settings);
  return status;
}
