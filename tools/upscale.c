/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity IN… -o OUT: the main job. */
#include "candidates.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define DEFAULT_QUALITY 95

/* A value for each row of the option table; text is NULL and seen FALSE for what was not given. */
typedef struct Value
{
  gboolean seen;
  char *text;
  double number;
} Value;

typedef struct Arguments
{
  Value *values;                  /* by row of acu_options_all() */
  char *output, *list;
  char **inputs;
  int quality;
  gboolean quiet, version, skip_done, report;
} Arguments;

static Value *
value_of (const Arguments *arguments, const char *key)
{
  return &arguments->values[acu_option_find (key) - acu_options_all ()];
}

static gboolean
parse_option (const char *name, const char *text, gpointer data, GError **error)
{
  Arguments *arguments = data;
  gboolean no = g_str_has_prefix (name, "--no-");
  const AcuOption *option = acu_option_find (name + (no ? strlen ("--no-") : strlen ("--")));
  Value *value = &arguments->values[option - acu_options_all ()];

  value->seen = TRUE;
  if (option->type == ACU_OPTION_BOOLEAN)
    {
      value->number = !no;
      return TRUE;
    }
  if (!acu_option_check_text (option, text, &value->number, error))
    return FALSE;
  g_free (value->text);
  value->text = g_strdup (text);
  return TRUE;
}

static GOptionGroup *
make_group (Arguments *arguments)
{
  GOptionGroup *group = g_option_group_new ("job", "", "", arguments, NULL);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (const AcuOption *o = acu_options_all (); o->key; o++)
    {
      GOptionEntry entry = { o->key, 0, 0, G_OPTION_ARG_CALLBACK, parse_option, o->help, o->key };

      if (!(o->use & ACU_OPTION_SHELL))
        continue;
      if (o->type == ACU_OPTION_BOOLEAN)
        {
          g_autofree char *name = g_strconcat ("no-", o->key, NULL);
          GOptionEntry no = { NULL, 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, parse_option,
                              N_("The opposite of the option above."), NULL };

          no.long_name = g_intern_string (name);
          entry.flags |= G_OPTION_FLAG_NO_ARG;
          entry.arg_description = NULL;
          g_array_append_val (entries, entry);
          g_array_append_val (entries, no);
        }
      else
        {
          entry.arg_description = o->type == ACU_OPTION_DOUBLE || o->type == ACU_OPTION_INT ? "N" : "TEXT";
          g_array_append_val (entries, entry);
        }
    }
  g_option_group_add_entries (group, (const GOptionEntry *) entries->data);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  return group;
}

static gboolean
parse_arguments (Arguments *arguments, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output,
      N_("The file to write, or the folder for several pictures"), "OUT" },
    { "files-from", 0, 0, G_OPTION_ARG_FILENAME, &arguments->list,
      N_("Read names of further pictures from a file, or with - from standard input: one a line, or each up to a zero byte"), N_("FILE") },
    { "quality", 0, 0, G_OPTION_ARG_INT, &arguments->quality, N_("Quality of JPEG and WebP files, 1 to 100"), "N" },
    { "skip-done", 0, 0, G_OPTION_ARG_NONE, &arguments->skip_done, N_("Leave out pictures whose result is there already"), NULL },
    { "report", 0, 0, G_OPTION_ARG_NONE, &arguments->report, N_("Print what goes on in lines for other programs"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->quiet, N_("Show no progress"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->version, N_("Show the version and end"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->inputs, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("PICTURE… — enlarge pictures"));

  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_main_group (context, make_group (arguments));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  g_option_context_set_description (context,
    _("Other commands (each has --help):\n"
      "  acuity models                 what enlarges pictures, and what can be had\n"
      "  acuity models install NAME…   fetch networks\n"
      "  acuity inspect MODEL --graph  the layers of a network\n"
      "  acuity compare PICTURE        every approach on a picture of yours, measured and shown\n"
      "  acuity degrade PICTURE…       small, worse pictures, to try and train networks\n"
      "  acuity devices                what can do the computing\n"
      "  acuity bench                  how quick this machine is\n\n"
      "The size is given by one of --scale, --size, --longest or --print; it is twice the picture's without.\n\n"
      "Exit status: 0 if all went well, 1 if a picture could not be enlarged, 2 if the command makes no sense, 128 and the\n"
      "signal's number if a signal ended it."));
  return g_option_context_parse (context, &argc, &argv, error);
}

static gboolean
size_from (const Arguments *arguments, AcuSize *size, GError **error)
{
  static const char *const ways[] = { "scale", "size", "longest", "print" };
  guint given = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    given += value_of (arguments, ways[i])->seen;
  if (given > 1)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                           _("Give the size by only one of --scale, --size, --longest and --print."));
      return FALSE;
    }
  *size = (AcuSize) { .mode = ACU_SIZE_FACTOR, .scale = value_of (arguments, "scale")->number,
                      .resolution = value_of (arguments, "resolution")->number };
  if (value_of (arguments, "size")->seen)
    {
      size->mode = ACU_SIZE_PIXELS;
      return acu_size_parse_pixels (value_of (arguments, "size")->text, &size->width, &size->height, error);
    }
  if (value_of (arguments, "print")->seen)
    {
      size->mode = ACU_SIZE_PRINT;
      return acu_size_parse_print (value_of (arguments, "print")->text, &size->print_width, &size->print_height, error);
    }
  if (value_of (arguments, "longest")->seen)
    {
      size->mode = ACU_SIZE_LONGEST;
      size->longest = (int) value_of (arguments, "longest")->number;
    }
  return TRUE;
}

static gboolean
fits_format (const ToolFormat *format, const AcuUpscaler *upscaler, const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  int width = acu_upscaler_width (upscaler), height = acu_upscaler_height (upscaler);

  if (MAX (width, height) <= format->max_side)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE,
               _("%s would be %d × %d pixels; this kind of file holds at most %d on a side."), shown, width, height,
               format->max_side);
  return FALSE;
}

/* Bytes of all pictures, whether they are there yet or not; 0 if the size makes no sense, which the plan will say. */
static guint64
picture_bytes (const AcuBridgeJob *job, int versions)
{
  guint64 result = (guint64) babl_format_get_bytes_per_pixel (acu_bridge_result_format (job));
  guint64 bytes = (guint64) job->rect.width * job->rect.height * babl_format_get_bytes_per_pixel (gegl_buffer_get_format (job->input));
  int width, height;

  if (!acu_size_resolve (&job->size, job->rect.width, job->rect.height, &width, &height, NULL))
    return 0;
  /* What the result is made plainer with, a map, and a sum of versions with their mean. */
  result *= 1 + (job->faithful > 0) + (versions > 1);
  result += (job->trust || job->faithful > 0 ? sizeof (float) : 0) + (versions > 1 ? 4 * sizeof (float) : 0);
  return bytes + (guint64) width * height * result;
}

/* Rather than refuse a job, GEGL gets by with hardly any memory. */
static AcuUpscaler *
plan_within_limit (AcuBridgeJob *job, int versions, GError **error)
{
  GError *problem = NULL;
  AcuUpscaler *upscaler;

  tool_memory_share (job->memory, FALSE);
  job->beside = tool_memory_beside (picture_bytes (job, versions));
  upscaler = acu_bridge_plan (job, &problem);
  if (upscaler || !job->memory || !g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
    {
      if (problem)
        g_propagate_error (error, problem);
      return upscaler;
    }
  g_error_free (problem);
  tool_memory_share (job->memory, TRUE);
  job->beside = tool_memory_beside (picture_bytes (job, versions));
  return acu_bridge_plan (job, error);
}

/* Memory that the computing has used is free again when the result is written. */
static gboolean
fits_memory (const ToolFormat *format, const AcuBridgeJob *job, const AcuUpscaler *upscaler, const char *path, GError **error)
{
  const Babl *pixels = acu_bridge_result_format (job);
  int width = acu_upscaler_width (upscaler), height = acu_upscaler_height (upscaler);
  g_autofree char *shown = g_filename_display_name (path), *needed = NULL, *limit = NULL;
  guint64 bytes = job->memory ? tool_memory_to_write (format, pixels, width, height, picture_bytes (job, 1)) : 0;

  if (bytes > job->memory)
    {
      tool_memory_share (job->memory, TRUE);
      bytes = tool_memory_to_write (format, pixels, width, height, picture_bytes (job, 1));
    }
  if (bytes <= job->memory)
    return TRUE;
  needed = g_format_size (bytes);
  limit = g_format_size (job->memory);
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY,
               _("Writing %s needs %s of memory, but only %s may be used. A PNG file needs less."), shown, needed, limit);
  return FALSE;
}

/* What GEGL's swap files could not take is black. Other warnings do no harm to the picture. */
static GeglBuffer *
compute (const AcuBridgeJob *job, AcuUpscaler *upscaler, const char *shown, AcuProgress progress, void *data, GError **error)
{
  GeglBuffer *result;

  tool_poll_signals (TRUE);
  result = acu_bridge_run (job, upscaler, progress, data, error);
  tool_poll_signals (FALSE);
  /* A signal that came with the last rows: nothing has asked since. */
  if (result && tool_interrupted ())
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Cancelled."));
      g_clear_object (&result);
    }
  else if (result && tool_take_lost_tiles ())
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO,
                   _("%s: the result could not be kept; the disk with GEGL's swap files may be full."), shown);
      g_clear_object (&result);
    }
  return result;
}

/* The file for the trust map of the picture that goes to `output`: in the folder that --trust names where there are several. */
static char *
trust_path (const Arguments *arguments, const char *output)
{
  const char *path = value_of (arguments, "trust")->text;
  g_autofree char *name = g_path_get_basename (output), *file = NULL;
  char *dot = strrchr (name, '.');

  if (!path || !*path)
    return NULL;
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  if (dot)
    *dot = '\0';
  file = g_strconcat (name, "-trust.png", NULL);
  return g_build_filename (path, file, NULL);
}

/* In 8 bits; the map is released. */
static gboolean
save_trust (GeglBuffer *map, const char *path, const ToolFormat *format, int quality, GError **error)
{
  GeglBuffer *bytes = gegl_buffer_new (gegl_buffer_get_extent (map), babl_format ("Y' u8"));

  gegl_buffer_copy (map, NULL, GEGL_ABYSS_NONE, bytes, NULL);
  g_object_unref (map);
  return tool_picture_save (NULL, bytes, path, format, quality, error);
}

/* A result that is there counts as done, so its map comes first, and goes where the result does not follow. Both are released. */
static gboolean
save_with_trust (const ToolPicture *picture, GeglBuffer *result, const char *output, const ToolFormat *format, GeglBuffer *map, const char *trust,
                 const ToolFormat *trust_format, int quality, GError **error)
{
  gboolean done;

  if (!save_trust (map, trust, trust_format, quality, error))
    {
      g_object_unref (result);
      return FALSE;
    }
  tool_remove_also_when_killed (trust);
  done = tool_picture_save (picture, result, output, format, quality, error);
  tool_remove_also_when_killed (NULL);
  if (!done)
    g_unlink (trust);
  return done;
}

/* What must not be expected of the result, before it is computed. */
static void
tell_limits (const Arguments *arguments, const AcuBridgeJob *job, const AcuUpscaler *upscaler, const char *shown)
{
  double factor = MAX ((double) acu_upscaler_width (upscaler) / job->rect.width, (double) acu_upscaler_height (upscaler) / job->rect.height);
  g_autofree char *text = NULL;

  if (arguments->quiet || arguments->report)
    return;
  /* Within a limit, memory is for the result. */
  text = acu_limits_text (factor, job->memory ? 1 : acu_bridge_oversize (job->input, &job->rect));
  if (text)
    g_printerr ("%s: %s\n", shown, text);
}

static gboolean
run_one (const Arguments *arguments, const AcuSize *size, guint64 memory, guint index, const char *output, const char *trust, GHashTable *written, GError **error)
{
  const char *input = arguments->inputs[index];
  const ToolFormat *format = tool_format_find (output, error), *trust_format = format && trust ? tool_format_find (trust, error) : format;
  g_autofree char *name = g_path_get_basename (input), *shown = g_filename_display_name (name);
  ToolProgress progress = { shown, arguments->quiet, FALSE, arguments->report, index };
  ToolPicture *picture;
  AcuBridgeJob job = {
    .size = *size, .model = value_of (arguments, "model")->text, .device = value_of (arguments, "device")->text,
    .precision = value_of (arguments, "precision")->text, .strength = value_of (arguments, "strength")->number, .clean = value_of (arguments, "clean")->number,
    .text = value_of (arguments, "text")->text, .text_strength = value_of (arguments, "text-strength")->number,
    .faces = value_of (arguments, "faces")->text, .face_strength = value_of (arguments, "face-strength")->number,
    .seed = (int) value_of (arguments, "seed")->number, .steps = (int) value_of (arguments, "steps")->number,
    .consistency = value_of (arguments, "consistency")->number,
    .faithful = value_of (arguments, "faithful")->number, .threads = (int) value_of (arguments, "threads")->number, .memory = memory,
    .linear_light = value_of (arguments, "linear-light")->number != 0
  };
  ToolVersions versions = { .job = &job, .output = output, .format = format, .written = written, .n = (int) value_of (arguments, "candidates")->number, .quality = arguments->quality,
                            .quiet = arguments->quiet || arguments->report, .compute = compute, .progress = &progress };
  AcuUpscaler *upscaler = NULL;
  GeglBuffer *result = NULL, *map = NULL;
  gboolean done = FALSE;

  tool_take_lost_tiles ();
  tool_memory_share (memory, FALSE);
  picture = trust_format && tool_can_write (output, error) && (!trust || tool_can_write (trust, error)) ? tool_picture_load (input, error) : NULL;
  if (!picture)
    return FALSE;
  job.input = picture->buffer;
  job.trust = trust ? &map : NULL;
  job.rect = *gegl_buffer_get_extent (picture->buffer);
  versions.picture = picture;
  upscaler = plan_within_limit (&job, versions.n, error);
  if (upscaler && fits_format (format, upscaler, output, error) && (!trust || fits_format (trust_format, upscaler, trust, error))
      && fits_memory (format, &job, upscaler, output, error))
    {
      tell_limits (arguments, &job, upscaler, shown);
      if (size->mode == ACU_SIZE_PRINT)
        picture->resolution_x = picture->resolution_y = size->resolution;
      if (!format->alpha && babl_format_has_alpha (acu_bridge_result_format (&job)) && !arguments->quiet)
        g_printerr (_("%s: this kind of file has no transparency; the picture is put on white.\n"), shown);
      if (versions.n < 2)
        result = compute (&job, upscaler, shown, tool_progress, &progress, error);
      else
        {
          /* Each plans anew, and they need not have memory beside this one's. */
          g_clear_pointer (&upscaler, acu_upscaler_free);
          done = tool_versions_make (&versions, error);
        }
    }
  tool_progress_end (&progress);
  acu_upscaler_free (upscaler);
  if (result && trust)
    done = save_with_trust (picture, result, output, format, g_steal_pointer (&map), trust, trust_format, arguments->quality, error);
  else if (result)
    done = tool_picture_save (picture, result, output, format, arguments->quality, error);
  g_clear_object (&map);
  tool_picture_free (picture);
  return done;
}

/* Of several pictures, the one it is about is named, which what is wrong with a size does not do. */
static void
complain_of (const char *what, const char *name)
{
  g_autofree char *shown = name ? g_filename_display_name (name) : NULL;

  if (shown && !strstr (what, shown))
    tool_complain ("%s: %s", shown, what);
  else
    tool_complain ("%s", what);
}

static int
run_all (const Arguments *arguments, const AcuSize *size, guint64 memory)
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
      GError *error = NULL;
      g_autofree char *name = g_path_get_basename (arguments->inputs[i]);
      g_autofree char *output = folder ? g_build_filename (arguments->output, name, NULL) : g_strdup (arguments->output), *trust = trust_path (arguments, output);
      gboolean free = folder ? tool_output_is_free (arguments->inputs[i], output, written, &error) : g_hash_table_add (written, g_strdup (output));

      gboolean skip = free && arguments->skip_done && g_file_test (output, G_FILE_TEST_EXISTS);

      if (skip || (free && (!trust || tool_output_is_free (arguments->inputs[i], trust, written, &error)) && run_one (arguments, size, memory, i, output, trust, written, &error)))
        {
          if (arguments->report)
            tool_report (skip ? "skipped" : "done", i, "");
          continue;
        }
      if (arguments->report)
        tool_report ("failed", i, error->message);
      if (!g_error_matches (error, ACU_ERROR, ACU_ERROR_CANCELLED))
        complain_of (error->message, n > 1 ? name : NULL);
      g_clear_error (&error);
      status = TOOL_FAILED;
    }
  return tool_interrupted () ? tool_interrupted () : status;
}

static Value *
default_values (void)
{
  guint n = 0;
  Value *values;

  while (acu_options_all ()[n].key)
    n++;
  values = g_new0 (Value, n);
  for (guint i = 0; i < n; i++)
    {
      values[i].text = g_strdup (acu_options_all ()[i].default_text);
      values[i].number = acu_options_all ()[i].default_number;
    }
  return values;
}

static int
check_and_run (Arguments *arguments)
{
  GError *error = NULL;
  AcuSize size;
  guint64 memory = 0;
  const char *limit = value_of (arguments, "memory")->text;
  int status;

  if (arguments->list && !(arguments->inputs = tool_add_names (arguments->inputs, arguments->list, &error)))
    {
      tool_complain ("%s", error->message);
      g_clear_error (&error);
      return TOOL_FAILED;
    }
  if (!arguments->inputs || !arguments->inputs[0] || !arguments->output)
    {
      tool_complain (_("Name a picture and, with -o, the file to write; “acuity --help” shows how."));
      return TOOL_USAGE;
    }
  if (arguments->quality < 1 || arguments->quality > 100)
    {
      tool_complain (_("--quality must be from 1 to 100."));
      return TOOL_USAGE;
    }
  if (!size_from (arguments, &size, &error) || (limit && *limit && !acu_size_parse_bytes (limit, &memory, &error)))
    {
      tool_complain ("%s", error->message);
      g_clear_error (&error);
      return TOOL_USAGE;
    }
  if (value_of (arguments, "candidates")->number > 1 && value_of (arguments, "trust")->text)
    {
      tool_complain (_("A trust map is of one result: leave out --trust or --candidates."));
      return TOOL_USAGE;
    }
  tool_catch_signals ();
  /* For conversions that other programs have used, babl would fill a table of 256 MB at once, whether they are wanted or not. */
  g_setenv ("BABL_INHIBIT_CACHE", "1", FALSE);
  gegl_init (NULL, NULL);
  tool_keep_warnings ();
  status = run_all (arguments, &size, memory);
  gegl_exit ();
  return status;
}

int
tool_upscale (int argc, char **argv)
{
  Arguments arguments = { .values = default_values (), .quality = DEFAULT_QUALITY };
  GError *error = NULL;
  int status;

  if (!parse_arguments (&arguments, argc, argv, &error))
    {
      tool_complain ("%s", error->message);
      g_error_free (error);
      status = TOOL_USAGE;
    }
  else if (arguments.version)
    {
      g_print ("acuity %s\n", ACU_VERSION);
      status = TOOL_OK;
    }
  else
    status = check_and_run (&arguments);
  for (guint i = 0; acu_options_all ()[i].key; i++)
    g_free (arguments.values[i].text);
  g_free (arguments.values);
  g_free (arguments.output);
  g_free (arguments.list);
  g_strfreev (arguments.inputs);
  return status;
}
