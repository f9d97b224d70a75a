/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_pages.h"

#include "command.h"
#include "logos.h"
#include "pages.h"
#include "pictures.h"
#include "read_file.h"
#include "tool.h"

#include <glib/gi18n.h>
#include <string.h>

/* Photographs straight from a camera are soft at 100 %. No more than so many of them are kept in memory. */
#define PHOTOS_SHRUNK 2
#define PHOTOS_LEAST 64
#define PHOTOS_MOST 100
#define LIST_BYTES (1 << 20)

typedef struct Arguments
{
  char *folder, *size, *photos, *logos, *fonts, *fonts_left_out, *kinds, *letters, *colours;
  gint64 count, seed;
  gboolean quiet;
} Arguments;

typedef struct Progress
{
  ToolProgress bar;
  gint64 started;
  guint count;
} Progress;

static gboolean
show (void *data, guint done)
{
  Progress *progress = data;
  double seconds = 1e-6 * (double) (g_get_monotonic_time () - progress->started);

  return tool_progress (&progress->bar, (double) done / progress->count, done ? seconds / done * (progress->count - done) : -1);
}

/* What is left of a list without blanks, comments and empty places; NULL when that is nothing. */
static GStrv
clean_list (const char *text, const char *separators)
{
  g_auto (GStrv) parts = g_strsplit_set (text, separators, -1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i]; i++)
    {
      char *comment = strchr (parts[i], '#');

      if (comment)
        *comment = '\0';
      g_strstrip (parts[i]);
      if (*parts[i])
        g_ptr_array_add (names, g_strdup (parts[i]));
    }
  if (!names->len)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* Names separated by commas, or the file that has one in each line. */
static GStrv
parse_list (const char *option, const char *text, GError **error)
{
  g_autofree char *shown = g_filename_display_name (text);
  guint64 bytes;
  guint8 *read = NULL;
  GStrv names = NULL;

  if (g_file_test (text, G_FILE_TEST_EXISTS) && !(read = acu_read_file (text, LIST_BYTES, &bytes, error)))
    return NULL;
  if (!g_utf8_validate (read ? (const char *) read : text, read ? (gssize) bytes : -1, NULL))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: %s is not text in UTF-8."), option, shown);
  else if (!(names = read ? clean_list ((const char *) read, "\r\n") : clean_list (text, ",")))
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s: %s names nothing."), option, shown);
  acu_free (read);
  return names;
}

/* "24..60", or one number. */
static gboolean
parse_letters (const char *text, AcuPagesOptions *options, GError **error)
{
  g_auto (GStrv) parts = text ? g_strsplit (text, "..", 2) : NULL;
  char *end = NULL, *last = NULL;

  if (!text)
    return TRUE;
  options->letters_least = options->letters_most = parts[0] ? g_ascii_strtod (parts[0], &end) : 0;
  if (parts[0] && parts[1])
    options->letters_most = g_ascii_strtod (parts[1], &last);
  if (end && end != parts[0] && !*end && (!last || (last != parts[1] && !*last)) && options->letters_least >= ACU_LETTERS_LEAST && options->letters_most <= ACU_LETTERS_MOST
      && options->letters_least <= options->letters_most)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--letters must be a number of pixels from %g to %g, or two such as 24..60."), ACU_LETTERS_LEAST,
               ACU_LETTERS_MOST);
  return FALSE;
}

static gboolean
parse_colours (const char *text, AcuPagesOptions *options, GError **error)
{
  g_auto (GStrv) names = text ? clean_list (text, ",") : NULL;

  if (names)
    return (options->schemes = acu_pages_schemes ((const char *const *) names, error)) != 0;
  if (text)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--colours names nothing; --help lists them."));
  return !text;
}

static gboolean
check (const Arguments *arguments, AcuPagesOptions *options, GError **error)
{
  options->width = 640;
  options->height = 480;
  if (!arguments->folder)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("Name the folder for the pages by --output; --help tells more."));
  else if (arguments->count < 1 || arguments->count > ACU_PAGES_MOST)
    g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--count must be a whole number from 1 to %d."), ACU_PAGES_MOST);
  else if (arguments->seed < 0)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--seed must be a whole number of 0 or more."));
  else if (arguments->kinds && !options->kinds)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--kind names nothing; --help lists the kinds of pages."));
  else if (!arguments->size || acu_size_parse_pixels (arguments->size, &options->width, &options->height, error))
    {
      if (MIN (options->width, options->height) >= ACU_PAGE_LEAST && MAX (options->width, options->height) <= ACU_PAGE_MOST)
        return TRUE;
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("--size %s: both sides of a page must be from %d to %d pixels."), arguments->size,
                   ACU_PAGE_LEAST, ACU_PAGE_MOST);
    }
  return FALSE;
}

static gboolean
make (const Arguments *arguments, AcuPagesOptions *options, GError **error)
{
  const char *const folders[] = { arguments->photos, NULL };
  AcuPictureFolders photos = { .folders = folders, .shrink = PHOTOS_SHRUNK, .least_side = PHOTOS_LEAST, .most = PHOTOS_MOST };
  g_autoptr (GPtrArray) pictures = arguments->photos ? acu_train_pictures_load (&photos, error) : NULL, logos = NULL;
  Progress progress = { { arguments->folder, arguments->quiet, FALSE }, g_get_monotonic_time (), (guint) arguments->count };
  gboolean ok;

  if ((arguments->photos && !pictures) || (arguments->logos && !(logos = acu_logos_load (arguments->logos, error))))
    return FALSE;
  options->photos = pictures;
  options->logos = logos;
  options->progress = show;
  options->data = &progress;
  /* A page that has been begun is completed. */
  tool_poll_signals (TRUE);
  ok = acu_pages_make (options, error);
  if (ok)
    show (&progress, options->count);
  tool_progress_end (&progress.bar);
  return ok;
}

static int
run (const Arguments *arguments)
{
  g_auto (GStrv) kinds = arguments->kinds ? clean_list (arguments->kinds, ",") : NULL, fonts = NULL, left_out = NULL;
  AcuPagesOptions options = { .folder = arguments->folder, .count = (guint) arguments->count, .seed = (guint64) arguments->seed,
                              .kinds = (const char *const *) kinds };
  GError *error = NULL;

  if (!check (arguments, &options, &error) || !parse_letters (arguments->letters, &options, &error) || !parse_colours (arguments->colours, &options, &error)
      || (arguments->fonts && !(fonts = parse_list ("--only-fonts", arguments->fonts, &error)))
      || (arguments->fonts_left_out && !(left_out = parse_list ("--fonts-left-out", arguments->fonts_left_out, &error))))
    {
      acu_command_fail (error);
      return TOOL_USAGE;
    }
  options.fonts = (const char *const *) fonts;
  options.fonts_left_out = (const char *const *) left_out;
  gegl_init (NULL, NULL);
  /* By a loader's warning a damaged picture is known. */
  tool_keep_warnings ();
  tool_catch_signals ();
  if (make (arguments, &options, &error) && !arguments->quiet)
    g_print (_("%u pages in %s\n"), options.count, arguments->folder);
  gegl_exit ();
  if (!error)
    return TOOL_OK;
  acu_command_fail (error);
  return tool_interrupted () ? tool_interrupted () : TOOL_FAILED;
}

int
acu_run_pages (int argc, char **argv)
{
  Arguments a = { .count = 100, .seed = 1 };
  g_autofree char *kinds = acu_pages_describe_kinds (), *kinds_help = g_strdup_printf (_("Only pages of these kinds, separated by commas: %s"), kinds);
  g_autofree char *colours = acu_pages_describe_schemes (), *colours_help = g_strdup_printf (_("Only pages in these colours, separated by commas: %s"), colours);
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &a.folder, N_("Folder for the pages; those of the same names are replaced"), N_("FOLDER") },
    { "count", 0, 0, G_OPTION_ARG_INT64, &a.count, N_("How many pages (default: 100)"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &a.seed, N_("What chance makes of them (default: 1); the same seed gives the same pages where the fonts are the same"), "N" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &a.size, N_("Width and height in pixels (default: 640x480)"), "WxH" },
    { "photos", 0, 0, G_OPTION_ARG_FILENAME, &a.photos, N_("A folder of photographs that text is put over"), N_("FOLDER") },
    { "logos", 0, 0, G_OPTION_ARG_FILENAME, &a.logos, N_("A folder of logos as SVG files"), N_("FOLDER") },
    { "only-fonts", 0, 0, G_OPTION_ARG_FILENAME, &a.fonts, N_("Only these families of fonts, separated by commas, or a file with one in each line"), N_("LIST") },
    { "fonts-left-out", 0, 0, G_OPTION_ARG_FILENAME, &a.fonts_left_out, N_("All families of fonts but these, written likewise"), N_("LIST") },
    { "kind", 0, 0, G_OPTION_ARG_STRING, &a.kinds, kinds_help, N_("LIST") },
    { "colours", 0, 0, G_OPTION_ARG_STRING, &a.colours, colours_help, N_("LIST") },
    { "letters", 0, 0, G_OPTION_ARG_STRING, &a.letters, N_("Height of ordinary letters (an em) in pixels, such as 24..60"), N_("LEAST..MOST") },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &a.quiet, N_("Say nothing but errors"), NULL },
    { NULL }
  };
  int status = TOOL_USAGE;

  if (acu_command_parse (&argc, &argv, entries, _("pages -o FOLDER"),
                         _("Draws pages of made-up text in this machine's fonts as PNG files, and masks of where the text is, for networks to learn from."), 0))
    status = run (&a);
  g_free (a.folder);
  g_free (a.size);
  g_free (a.photos);
  g_free (a.logos);
  g_free (a.fonts);
  g_free (a.fonts_left_out);
  g_free (a.kinds);
  g_free (a.colours);
  g_free (a.letters);
  return status;
}
