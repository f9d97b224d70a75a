/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity bench: how quick this machine is. */
#include "bench.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MEGA 1e6

static void
pad (const char *text, int columns)
{
  g_print ("%s%*s", text, MAX (columns - (int) g_utf8_strlen (text, -1), 0) + 2, "");
}

/* Two digits that mean something, whatever the size. */
static char *
format_time (double seconds)
{
  return seconds < 60 ? g_strdup_printf (_("%.*f s"), seconds < 1 ? 3 : seconds < 10 ? 2 : 1, seconds)
                      : acu_format_seconds (seconds);
}

static void
print_heading (const BenchOptions *options, int widest)
{
  pad (_("Model"), widest);
  pad (_("1 megapixel takes"), 17);
  pad (_("Megapixels/s"), 12);
  pad (_("Memory"), 9);
  g_print ("%s\n", _("Measured"));
}

static void
print_row (const BenchFigures *f, int widest)
{
  g_autofree char *time = format_time (f->megapixel_seconds), *measured = format_time (f->seconds);
  g_autofree char *memory = g_format_size (f->megapixel_memory), *rise = g_format_size (f->rise);
  g_autofree char *planned = g_format_size (f->planned);
  g_autofree char *rate = g_strdup_printf (f->megapixel_seconds > 0.1 ? "%.3f" : "%.1f", 1 / f->megapixel_seconds);

  pad (f->name, widest);
  pad (time, 17);
  pad (rate, 12);
  pad (memory, 9);
  /* Translators: a picture's size, how many times it is enlarged, how long that took, and memory. */
  g_print (_("%d × %d, %d×: %s, %s of memory (%s planned)\n"), f->width, f->height, f->scale, measured, rise, planned);
  fflush (stdout);
}

static void
put_number (JsonBuilder *builder, const char *key, double number)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_double_value (builder, number);
}

static void
put_whole (JsonBuilder *builder, const char *key, guint64 number)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, (gint64) number);
}

static void
add_json (JsonBuilder *builder, const BenchOptions *options, const BenchFigures *f)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "model");
  json_builder_add_string_value (builder, f->name);
  put_whole (builder, "width", f->width);
  put_whole (builder, "height", f->height);
  put_whole (builder, "scale", f->scale);
  put_whole (builder, "threads", options->threads ? options->threads : (int) g_get_num_processors ());
  json_builder_set_member_name (builder, "precision");
  json_builder_add_string_value (builder, options->precision == ACU_PRECISION_EXACT ? "exact" : "fast");
  put_number (builder, "seconds", f->seconds);
  put_number (builder, "megapixel_seconds", f->megapixel_seconds);
  put_number (builder, "megapixels_per_second", 1 / f->megapixel_seconds);
  put_whole (builder, "megapixel_memory", f->megapixel_memory);
  put_whole (builder, "planned_memory", f->planned);
  put_whole (builder, "measured_memory", f->rise);
  json_builder_end_object (builder);
}

static void
print_json (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  g_print ("%s\n", text);
}

/* Names or paths of everything that is there. */
static GStrv
installed (GError **error)
{
  GPtrArray *models = acu_models_list (error), *names;

  if (!models)
    return NULL;
  names = g_ptr_array_new ();
  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *model = models->pdata[i];

      if (model->path || model->classic)
        g_ptr_array_add (names, g_strdup (model->name));
    }
  g_ptr_array_add (names, NULL);
  g_ptr_array_unref (models);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

static int
measure_all (const BenchOptions *options, const GStrv names)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  int status = TOOL_OK, widest = 5;

  for (guint i = 0; names[i]; i++)
    widest = MAX (widest, (int) g_utf8_strlen (names[i], -1));
  json_builder_begin_array (builder);
  if (!options->json)
    print_heading (options, widest);
  fflush (stdout);
  for (guint i = 0; names[i] && !tool_interrupted (); i++)
    {
      BenchFigures figures = { .scale = 0 };
      GError *error = NULL;
      gboolean done = bench_model (options, names[i], &figures, &error);

      if (!options->quiet)
        g_printerr ("\r\033[K");
      if (done && options->json)
        add_json (builder, options, &figures);
      else if (done)
        print_row (&figures, widest);
      else
        {
          if (!tool_interrupted ())
            tool_complain ("%s", error->message);
          g_clear_error (&error);
          status = TOOL_FAILED;
        }
    }
  json_builder_end_array (builder);
  if (options->json)
    print_json (builder);
  else
    g_print (_("\nOne megapixel of input becomes as large as the network makes it; classic filters double its sides.\n"
               "Threads: %d, precision: %s.\n"),
             options->threads ? options->threads : (int) g_get_num_processors (),
             options->precision == ACU_PRECISION_EXACT ? _("exact") : _("fast"));
  return tool_interrupted () ? tool_interrupted () : status;
}

static int
measure_models (BenchOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = options->models ? g_strdupv (options->models) : installed (&error);

  if (!names)
    {
      tool_complain ("%s", error->message);
      return TOOL_FAILED;
    }
  options->quiet = !isatty (STDERR_FILENO);
  tool_catch_signals ();
  return measure_all (options, names);
}

static gboolean
check_options (BenchOptions *options, gboolean worker, const char *size, const char *precision, GError **error)
{
  if (!acu_option_check_number (acu_option_find ("threads"), options->threads, error)
      || (options->device && !acu_option_check_text (acu_option_find ("device"), options->device, NULL, error))
      || !acu_precision_find (precision, &options->precision, error))
    return FALSE;
  if (options->repeat < 1 || options->repeat > 1000)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--repeat must be from 1 to 1000."));
  else if (worker && (!options->models || options->models[1] || !options->width || !options->height))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--worker needs one model and --size WIDTHxHEIGHT."));
  else if (size && (!options->width || !options->height))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--size needs both numbers, such as 640x480."));
  else
    return TRUE;
  return FALSE;
}

int
tool_bench (int argc, char **argv)
{
  BenchOptions options = { .repeat = 1 };
  gboolean worker = FALSE;
  g_autofree char *size = NULL, *precision = NULL;
  const GOptionEntry entries[] = {
    { "size", 0, 0, G_OPTION_ARG_STRING, &size,
      N_("Of the picture that is enlarged; without, one that takes a second or two"), "WxH" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, N_("How many processor threads may be used; 0 uses all."), "N" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &options.device, N_("What computes: a name that “acuity devices” prints; without, the fastest"), N_("NAME") },
    { "precision", 0, 0, G_OPTION_ARG_STRING, &precision, N_("Of networks: fast or exact"), "TEXT" },
    { "repeat", 0, 0, G_OPTION_ARG_INT, &options.repeat, N_("Measure so many times; the median counts"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print the figures as JSON"), NULL },
    { "worker", 0, 0, G_OPTION_ARG_NONE, &worker, N_("Be led by a program that compares engines"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.models, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("[MODEL…] — measure how quick this machine is"));
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || (size && !acu_size_parse_pixels (size, &options.width, &options.height, &error))
      || !check_options (&options, worker, size, precision, &error))
    {
      tool_complain ("%s", error->message);
      status = TOOL_USAGE;
    }
  else
    status = worker ? bench_worker (&options) : measure_models (&options);
  g_free (options.device);
  g_strfreev (options.models);
  return status;
}
