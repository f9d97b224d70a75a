/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparison.h"
#include "piece.h"
#include "program.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the picture, so many pixels are copied at a time. */
#define BAND 65536

static const AcuOption options[] = {
  { "models", N_("_Models"), N_("What is compared: names with commas between them; nothing for all that enlarge so many times."), ACU_OPTION_STRING, .default_text = "" },
  { "scale", N_("_Factor"), N_("How many times smaller the picture is made and enlarged again."), ACU_OPTION_INT, .minimum = PLUGIN_COMPARISON_LEAST,
    .maximum = PLUGIN_COMPARISON_MOST, .default_number = 4 },
  { "page", N_("_Page"), N_("The file that the page is written to; it ends in “.html”."), ACU_OPTION_STRING, .default_text = "" },
  { NULL }
};

const AcuOption *
plugin_comparison_options (void)
{
  return options;
}

void
plugin_comparison_defaults (PluginComparison *comparison)
{
  memset (comparison, 0, sizeof *comparison);
  comparison->scale = (int) options[1].default_number;
}

char *
plugin_comparison_name (PluginImage image)
{
  char *name = plugin_image_name (image), *dot = strrchr (name, '.');

  if (dot && dot > name)
    *dot = '\0';
  return g_strdelimit (name, G_DIR_SEPARATOR_S, '-');
}

char **
plugin_comparison_list (int scale, GError **error)
{
  g_autofree char *program = plugin_program_find (error), *number = g_strdup_printf ("%d", scale), *lines = NULL, *complaint = NULL;
  char *command[] = { program, (char *) "compare", (char *) "--list", (char *) "--scale", number, NULL };
  int status;

  if (!program || !g_spawn_sync (NULL, command, NULL, G_SPAWN_DEFAULT, NULL, NULL, &lines, &complaint, &status, error))
    return NULL;
  if (status == 0)
    return g_strsplit (g_strchomp (lines), "\n", -1);
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, g_strchomp (complaint));
  return NULL;
}

/* --- the picture for the program --- */

static gboolean
is_bytes (const Babl *format)
{
  return babl_format_is_palette (format) || babl_format_get_type (format, 0) == babl_type ("u8");
}

/* The space that a layer's pixels are really in; of gray ones, that of colours, for the copy has colours. */
static const Babl *
space_of (PluginImage image, const Babl *own)
{
  const Babl *space = plugin_image_space (image);

  if (!space)
    space = babl_format_get_space (own);
  return babl_space_is_gray (space) ? babl_space ("sRGB") : space;
}

/* A copy in encoded RGB. */
static GeglBuffer *
copy_piece (PluginImage image, PluginItem layer)
{
  GeglBuffer *buffer = plugin_item_buffer (layer), *copy;
  const Babl *own = gegl_buffer_get_format (buffer), *space = space_of (image, own);
  const char *between = babl_format_has_alpha (own) ? "R'G'B'A float" : "R'G'B' float";
  const char *kept = babl_format_has_alpha (own) ? (is_bytes (own) ? "R'G'B'A u8" : "R'G'B'A u16") : is_bytes (own) ? "R'G'B' u8" : "R'G'B' u16";
  GeglRectangle piece;
  int rows;
  float *pixels;

  plugin_piece_of (image, layer, &piece);
  rows = MAX (1, BAND / piece.width);
  pixels = g_new (float, (gsize) rows * piece.width * 4);
  copy = gegl_buffer_new (GEGL_RECTANGLE (0, 0, piece.width, piece.height), babl_format_with_space (kept, space));
  for (int y = 0; y < piece.height; y += rows)
    {
      int n = MIN (rows, piece.height - y);

      gegl_buffer_get (buffer, GEGL_RECTANGLE (piece.x, piece.y + y, piece.width, n), 1, babl_format_with_space (between, babl_format_get_space (own)), pixels,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      gegl_buffer_set (copy, GEGL_RECTANGLE (0, y, piece.width, n), 0, babl_format_with_space (between, space), pixels, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (pixels);
  g_object_unref (buffer);
  return copy;
}

/* A PNG file in memory, so that nothing is left behind whatever happens. -1 with an error. */
static int
write_picture (PluginImage image, PluginItem layer, GError **error)
{
  int file = memfd_create ("picture", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", file);
  GeglBuffer *copy = copy_piece (image, layer);
  GeglNode *graph = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", copy, NULL);
  GeglNode *save = gegl_node_new_child (graph, "operation", "gegl:png-save", "path", path, "compression", 1, "bitdepth",
                                        is_bytes (gegl_buffer_get_format (copy)) ? 8 : 16, NULL);

  gegl_node_link (source, save);
  if (file >= 0)
    gegl_node_process (save);
  g_object_unref (graph);
  g_object_unref (copy);
  if (file >= 0 && lseek (file, 0, SEEK_END) > 0)
    return file;
  if (file >= 0)
    close (file);
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
  return -1;
}

/* --- the program --- */

/* Where the page goes when nobody says. NULL with an error. */
static char *
page_in_cache (PluginImage image, int scale, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "acuity", "compare", NULL), *name = plugin_comparison_name (image);
  g_autofree char *file = g_strdup_printf ("%s-x%d.html", name, scale);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return g_build_filename (folder, file, NULL);
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be made: %s."), folder, g_strerror (errno));
  return NULL;
}

static GPid
start (const PluginComparison *comparison, const char *name, const char *page, int picture, int *output, GError **error)
{
  g_autofree char *program = plugin_program_find (error), *scale = g_strdup_printf ("%d", comparison->scale);
  /* The picture is its standard input. */
  const char *words[] = { program, "compare", "/dev/stdin", "--name", name, "--scale", scale, "-o", page, "--report", comparison->models[0] ? "--models" : NULL,
                          comparison->models, NULL };
  GPid pid = 0;

  if (!program
      || !g_spawn_async_with_pipes_and_fds (NULL, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, plugin_program_end_with_us, NULL, picture,
                                            -1, -1, NULL, NULL, 0, &pid, NULL, output, NULL, error))
    return 0;
  return pid;
}

/* "WHAT⇥INDEX⇥TEXT", as tools/tool.h has it, until the program ends. TRUE when it has made the page. */
static gboolean
follow (FILE *lines, GError **error)
{
  g_autofree char *problem = NULL;
  gboolean done = FALSE;
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, lines) >= 0)
    {
      g_auto (GStrv) words = g_strsplit (g_strchomp (line), "\t", 3);

      if (g_strv_length (words) < 3)
        continue;
      if (g_str_equal (words[0], "progress"))
        gimp_progress_update (CLAMP (g_ascii_strtod (words[2], NULL), 0, 1));
      else if (g_str_equal (words[0], "doing"))
        gimp_progress_set_text_printf (_("Comparing: %s"), words[2]);
      else if (g_str_equal (words[0], "failed"))
        problem = (g_free (problem), g_strdup (words[2]));
      done |= g_str_equal (words[0], "done");
    }
  free (line);
  if (!done)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, problem ? problem : _("The program “acuity” ended unexpectedly."));
  return done;
}

static gboolean
compare (const PluginComparison *comparison, const char *name, const char *page, int picture, GError **error)
{
  int output;
  GPid pid = start (comparison, name, page, picture, &output, error);
  FILE *lines = pid ? fdopen (output, "r") : NULL;
  gboolean done = lines && follow (lines, error);

  if (lines)
    fclose (lines);
  while (pid && waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return done;
}

static void
open_page (const char *page)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *address = g_filename_to_uri (page, NULL, NULL);

  if (!address || !g_app_info_launch_default_for_uri (address, NULL, &problem))
    {
      g_autofree char *shown = g_filename_display_name (page);

      g_message (_("The page is here, but nothing could be found to open it: %s"), shown);
    }
}

gboolean
plugin_comparison_run (PluginImage image, const PluginComparison *comparison, gboolean show, char **page, GError **error)
{
  g_autofree char *name = plugin_comparison_name (image), *path = NULL, *full = NULL;
  PluginItem layer;
  int picture = -1;
  gboolean done;

  if (!acu_option_check_number (&options[1], comparison->scale, error))
    return FALSE;
  path = comparison->page[0] ? g_filename_from_utf8 (comparison->page, -1, NULL, NULL, error) : page_in_cache (image, comparison->scale, error);
  if (!path)
    return FALSE;
  full = g_canonicalize_filename (path, NULL);
  gimp_progress_init (_("Comparing models"));
  if (!g_str_has_suffix (full, ".html"))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The name of the page must end in “.html”."));
  else if (!plugin_image_layer (image, &layer))
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no layer to look at."));
  else
    picture = write_picture (image, layer, error);
  done = picture >= 0 && compare (comparison, name, full, picture, error);
  if (picture >= 0)
    close (picture);
  gimp_progress_end ();
  if (done && show)
    open_page (full);
  if (done)
    *page = g_filename_display_name (full);
  return done;
}
