/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <gegl-metadata.h>
#include <gegl-metadatahash.h>
#include <gegl-plugin.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CENTIMETRES_AN_INCH 2.54
#define MAX_PADDING 256

static GMutex lock;
static char *last_warning;
static gboolean tiles_lost;

/* Whether that many bytes before that marker can be padding. Bytes before any other marker are a part of a scan that could not be read. */
static gboolean
is_padding (guint64 bytes, guint64 marker)
{
  gboolean in_header = (marker >= 0xe0 && marker <= 0xef) || marker == 0xfe || marker == 0xdb || (marker >= 0xc0 && marker <= 0xc2);

  return bytes <= MAX_PADDING && (in_header || marker == 0xd9);
}

/* What libjpeg says of damage that it has painted over. */
static gboolean
tells_of_damage (const char *said)
{
  static const char corrupt[] = "Corrupt JPEG data: ", premature[] = "Premature end of JPEG file", before[] = "before marker ";
  const char *marker;

  if (g_str_has_prefix (said, premature))
    return TRUE;
  if (!g_str_has_prefix (said, corrupt))
    return FALSE;
  said += strlen (corrupt);
  marker = strstr (said, before);
  /* A colour profile in pieces of which some are missing: the picture itself is whole. */
  if (g_str_has_prefix (said, "bad ICC marker"))
    return FALSE;
  return !marker || !is_padding (g_ascii_strtoull (said, NULL, 10), g_ascii_strtoull (marker + strlen (before), NULL, 16));
}

/* What GEGL says when it cannot write a part of a picture to its swap files or read it again; that part is black then. */
static gboolean
tells_of_lost_tiles (const char *said)
{
  return strstr (said, "tile data") || strstr (said, "tile in buffer") || strstr (said, "swap file");
}

static void
keep_warning (const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
  gboolean lost = tells_of_lost_tiles (message);

  /* libtiff's JPEG decoder tells of damage, and GEGL of lost tiles, by a mere message. */
  if (!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) && !tells_of_damage (message) && !lost)
    return;
  g_mutex_lock (&lock);
  g_free (last_warning);
  last_warning = g_strdup (message);
  tiles_lost |= lost;
  g_mutex_unlock (&lock);
}

void
tool_keep_warnings (void)
{
  g_log_set_default_handler (keep_warning, NULL);
}

char *
tool_take_warning (void)
{
  char *warning;

  g_mutex_lock (&lock);
  warning = last_warning;
  last_warning = NULL;
  g_mutex_unlock (&lock);
  return warning;
}

gboolean
tool_take_lost_tiles (void)
{
  gboolean lost;

  g_mutex_lock (&lock);
  lost = tiles_lost;
  tiles_lost = FALSE;
  g_mutex_unlock (&lock);
  return lost;
}

void
tool_picture_free (ToolPicture *picture)
{
  if (!picture)
    return;
  g_clear_object (&picture->buffer);
  g_free (picture->path);
  g_free (picture);
}

/* The operation that reads this kind of file, by its first bytes and its name. */
static const char *
find_loader (const char *path, const guint8 *head, gsize length)
{
  g_autofree char *type = g_content_type_guess (path, head, length, NULL);
  g_autofree char *mime = type ? g_content_type_get_mime_type (type) : NULL;
  const char *dot = strrchr (path, '.'), *loader = NULL;

  /* GEGL knows its loaders only after something has been asked of its operations. */
  (void) gegl_has_operation ("gegl:load");
  if (mime && !g_str_has_prefix (mime, "text/") && !g_str_equal (mime, "application/octet-stream"))
    loader = gegl_operation_handlers_get_loader (mime);
  if ((!loader || g_str_equal (loader, "gegl:magick-load")) && dot)
    {
      g_autofree char *extension = g_ascii_strdown (dot, -1);
      const char *by_name = gegl_operation_handlers_get_loader (extension);

      if (by_name)
        loader = by_name;
    }
  return loader && !g_str_equal (loader, "gegl:magick-load") ? loader : NULL;
}

/* WebP's loader decodes what there is. The size behind "RIFF" is that of all that follows; the padding byte at the end may be missing. */
static gboolean
webp_is_whole (const guint8 *bytes, gsize length)
{
  return memcmp (bytes, "RIFF", 4) != 0 || memcmp (bytes + 8, "WEBP", 4) != 0
         || (guint64) bytes[4] + (bytes[5] << 8) + (bytes[6] << 16) + ((guint64) bytes[7] << 24) + 8 <= length + 1;
}

static gboolean
output_tells_of_damage (int output)
{
  g_autoptr (GIOChannel) channel = NULL;
  char *line = NULL;
  gboolean found = FALSE;

  if (output < 0 || lseek (output, 0, SEEK_SET) != 0)
    return FALSE;
  channel = g_io_channel_unix_new (output);
  g_io_channel_set_encoding (channel, NULL, NULL);
  while (!found && g_io_channel_read_line (channel, &line, NULL, NULL, NULL) == G_IO_STATUS_NORMAL)
    {
      found = tells_of_damage (line);
      g_free (line);
    }
  return found;
}

/* libjpeg fills a truncated file up with gray and goes on. A whole one has its end marker behind the start of its scan. */
static gboolean
jpeg_is_whole (const guint8 *bytes, gsize length)
{
  gsize at = 2;

  while (at + 4 <= length && bytes[at] == 0xff && bytes[at + 1] != 0xda)
    at += 2 + ((gsize) bytes[at + 2] << 8 | bytes[at + 3]);
  for (at += 2; at + 1 < length; at++)
    if (bytes[at] == 0xff && bytes[at + 1] == 0xd9)
      return TRUE;
  return FALSE;
}

static double
inches (GeglResolutionUnit unit, double resolution)
{
  return unit == GEGL_RESOLUTION_UNIT_DPM ? resolution * CENTIMETRES_AN_INCH / 100
         : unit == GEGL_RESOLUTION_UNIT_DPI ? resolution : 0;
}

/* JFIF's density, for GEGL's loader does not tell it. */
static void
jpeg_resolution (ToolPicture *picture, const guint8 *bytes, gsize length)
{
  double unit = length < 18 || memcmp (bytes + 6, "JFIF", 5) != 0 ? 0
                : bytes[13] == 1 ? 1 : bytes[13] == 2 ? CENTIMETRES_AN_INCH : 0;

  picture->resolution_x = unit * ((bytes[14] << 8) + bytes[15]);
  picture->resolution_y = unit * ((bytes[16] << 8) + bytes[17]);
}

/* libpng, libjpeg and libtiff print to standard error by themselves, into `where` (taken) from here on. Returns what
 * restore_stderr() needs. */
static int
redirect_stderr (int where)
{
  int kept = dup (STDERR_FILENO);

  if (kept >= 0 && where >= 0)
    dup2 (where, STDERR_FILENO);
  if (where >= 0)
    close (where);
  return kept;
}

static int
silence_stderr (void)
{
  return redirect_stderr (g_open ("/dev/null", O_WRONLY | O_CLOEXEC, 0));
}

static void
restore_stderr (int kept)
{
  if (kept < 0)
    return;
  dup2 (kept, STDERR_FILENO);
  close (kept);
}

/* libjpeg's default answer to an error, a full disk among them, is exit(): then this is the last chance to clean up. */
static char *pending_file, *pending_sentence;
static int pending_stderr = -1;

static void
clean_up (void)
{
  if (!pending_sentence)
    return;
  restore_stderr (pending_stderr);
  if (pending_file)
    g_unlink (pending_file);
  tool_complain ("%s", pending_sentence);
}

/* From here until nothing_pending() an exit() removes `file` (may be NULL) and says `sentence`, which is taken. */
static void
set_pending (const char *file, char *sentence, int kept_stderr)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      atexit (clean_up);
      g_once_init_leave (&once, 1);
    }
  pending_file = g_strdup (file);
  pending_sentence = sentence;
  pending_stderr = kept_stderr;
}

static void
nothing_pending (void)
{
  g_clear_pointer (&pending_file, g_free);
  g_clear_pointer (&pending_sentence, g_free);
  restore_stderr (pending_stderr);
  pending_stderr = -1;
}

static char *
cannot_read (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);

  return g_strdup_printf (_("%s cannot be read: %s."), shown, _("it is damaged, incomplete or of a kind that is not supported"));
}

static char *
cannot_write (const char *path)
{
  g_autofree char *shown = g_filename_display_name (path);

  return g_strdup_printf (_("%s cannot be written; the disk may be full."), shown);
}

static gboolean
unreadable (const char *path, const char *why, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s cannot be read: %s."), shown, why);
  return FALSE;
}

/* Decodes a file with one of GEGL's loaders; their warnings are errors here. */
static GeglBuffer *
decode (const char *path, const char *loader, GeglMetadataStore *metadata, GError **error)
{
  GeglNode *graph = gegl_node_new ();
  GeglNode *load = gegl_node_new_child (graph, "operation", loader, "path", path, NULL);
  GeglNode *sink;
  GeglBuffer *buffer = NULL;
  GeglRectangle box;
  g_autofree char *warning = NULL, *sentence = cannot_read (path);
  int output = memfd_create ("output", MFD_CLOEXEC);
  gboolean damaged;

  set_pending (NULL, cannot_read (path), output >= 0 ? redirect_stderr (fcntl (output, F_DUPFD_CLOEXEC, 0)) : silence_stderr ());
  if (metadata && gegl_node_find_property (load, "metadata"))
    gegl_node_set (load, "metadata", metadata, NULL);
  g_free (tool_take_warning ());
  sink = gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &buffer, "format", NULL, NULL);
  gegl_node_link (load, sink);
  box = gegl_node_get_bounding_box (load);
  if (box.width > 0 && box.height > 0 && box.width <= ACU_MAX_SIDE && box.height <= ACU_MAX_SIDE)
    gegl_node_process (sink);
  g_object_unref (graph);
  nothing_pending ();
  damaged = output_tells_of_damage (output);
  if (output >= 0)
    close (output);
  warning = tool_take_warning ();
  if (buffer && !warning && !damaged && box.width == gegl_buffer_get_width (buffer) && box.height == gegl_buffer_get_height (buffer))
    return buffer;
  g_clear_object (&buffer);
  /* What GEGL says is meant for its programmers. */
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_FORMAT, sentence);
  return NULL;
}

ToolPicture *
tool_picture_load (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autofree char *shown = g_filename_display_name (path);
  ToolPicture *picture;
  GeglMetadataStore *metadata;
  const char *loader;
  const guint8 *bytes;
  gsize length;
  gboolean jpeg;
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s cannot be opened: %s."), shown,
                   errno && g_access (path, F_OK) != 0 ? g_strerror (errno) : _("it is not a file"));
      return NULL;
    }
  if (!(file = g_mapped_file_new (path, FALSE, NULL)))
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be opened: %s."), shown, g_strerror (errno));
      return NULL;
    }
  bytes = (const guint8 *) g_mapped_file_get_contents (file);
  length = g_mapped_file_get_length (file);
  loader = length ? find_loader (path, bytes, MIN (length, 4096)) : NULL;
  jpeg = length > 20 && bytes[0] == 0xff && bytes[1] == 0xd8;
  if (!loader || (jpeg && !jpeg_is_whole (bytes, length)) || (length > 20 && !webp_is_whole (bytes, length)))
    {
      unreadable (path, !length ? _("it is empty") : loader ? _("its end is missing")
                                                            : _("it is not a picture of a kind that is supported"), error);
      return NULL;
    }
  if (!tool_memory_fits_file (loader, length, shown, error))
    return NULL;
  picture = g_new0 (ToolPicture, 1);
  picture->path = g_strdup (path);
  if (jpeg)
    jpeg_resolution (picture, bytes, length);
  metadata = gegl_metadata_hash_new ();
  /* A new one claims 300 pixels an inch. */
  gegl_metadata_store_set_resolution_unit (metadata, GEGL_RESOLUTION_UNIT_NONE);
  picture->buffer = decode (path, loader, metadata, error);
  if (picture->resolution_x <= 0)
    {
      picture->resolution_x = inches (gegl_metadata_store_get_resolution_unit (metadata),
                                      gegl_metadata_store_get_resolution_x (metadata));
      picture->resolution_y = inches (gegl_metadata_store_get_resolution_unit (metadata),
                                      gegl_metadata_store_get_resolution_y (metadata));
    }
  if (picture->resolution_x <= 0 || picture->resolution_y <= 0)
    picture->resolution_x = picture->resolution_y = tool_metadata_resolution (path);
  g_object_unref (metadata);
  if (picture->buffer)
    return picture;
  tool_picture_free (picture);
  return NULL;
}

/* Bits a channel of the file: 8, 16 or 32; *is_float for float and half. */
static int
depth_of (GeglBuffer *buffer, gboolean *is_float)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  const char *type = babl_get_name (babl_format_get_type (format, 0));

  *is_float = strstr (type, "float") || strstr (type, "half") || strstr (type, "double");
  return babl_format_is_palette (format) || strstr (type, "u8") ? 8 : strstr (type, "u16") || strstr (type, "half") ? 16 : 32;
}

static void
configure_saver (GeglNode *save, const ToolFormat *format, GeglBuffer *buffer, int quality, const ToolPicture *source)
{
  gboolean is_float, is_gray = babl_format_get_n_components (gegl_buffer_get_format (buffer)) <= 2;
  int depth = depth_of (buffer, &is_float);

  if (g_str_equal (format->saver, "gegl:png-save"))
    gegl_node_set (save, "bitdepth", depth == 8 ? 8 : 16, "compression", 6, NULL);
  else if (g_str_equal (format->saver, "gegl:jpg-save"))
    gegl_node_set (save, "quality", quality, "grayscale", is_gray, NULL);
  else if (g_str_equal (format->saver, "gegl:webp-save"))
    gegl_node_set (save, "quality", quality, NULL);
  if (gegl_node_find_property (save, "metadata") && source && source->resolution_x > 0 && source->resolution_y > 0)
    {
      GeglMetadataStore *metadata = gegl_metadata_hash_new ();

      gegl_metadata_store_set_resolution_unit (metadata, GEGL_RESOLUTION_UNIT_DPI);
      gegl_metadata_store_set_resolution_x (metadata, source->resolution_x);
      gegl_metadata_store_set_resolution_y (metadata, source->resolution_y);
      gegl_node_set (save, "metadata", metadata, NULL);
      g_object_unref (metadata);
    }
}

static gboolean
encode (const ToolPicture *source, GeglBuffer *buffer, const char *path, const char *temporary, const ToolFormat *format,
        int quality)
{
  GeglNode *graph = gegl_node_new ();
  GeglNode *from = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode *save = gegl_node_new_child (graph, "operation", format->saver, "path", temporary, NULL);

  set_pending (temporary, cannot_write (path), silence_stderr ());
  if (!format->alpha && babl_format_has_alpha (gegl_buffer_get_format (buffer)))
    {
      /* Over white, as on paper. */
      GeglColor *white = gegl_color_new ("white");
      GeglNode *paper = gegl_node_new_child (graph, "operation", "gegl:color", "value", white, NULL);
      GeglNode *over = gegl_node_new_child (graph, "operation", "svg:src-over", NULL);

      gegl_node_link (paper, over);
#ifdef HAVE_GEGL_NODE_CONNECT
      gegl_node_connect (from, "output", over, "aux");
#else
      gegl_node_connect_to (from, "output", over, "aux");
#endif
      gegl_node_link_many (over, gegl_node_new_child (graph, "operation", "gegl:crop", "width",
                                                      (double) gegl_buffer_get_width (buffer), "height",
                                                      (double) gegl_buffer_get_height (buffer), NULL), save, NULL);
      g_object_unref (white);
    }
  else
    gegl_node_link (from, save);
  configure_saver (save, format, buffer, quality, source);
  gegl_node_process (save);
  g_object_unref (graph);
  nothing_pending ();
  return g_file_test (temporary, G_FILE_TEST_IS_REGULAR);
}

/* A full disk shows here, if nowhere else. */
static gboolean
read_back (const char *path, int width, int height)
{
  ToolPicture *written = tool_picture_load (path, NULL);
  gboolean same = written && gegl_buffer_get_width (written->buffer) == width
                  && gegl_buffer_get_height (written->buffer) == height;

  tool_picture_free (written);
  return same;
}

gboolean
tool_picture_save (const ToolPicture *source, GeglBuffer *buffer, const char *path, const ToolFormat *format, int quality,
                   GError **error)
{
  g_autofree char *temporary = tool_temporary_name (path), *warning = NULL;
  int width = gegl_buffer_get_width (buffer), height = gegl_buffer_get_height (buffer);
  gboolean written;

  g_free (tool_take_warning ());
  tool_remove_when_killed (temporary);
  written = encode (source, buffer, path, temporary, format, quality);
  /* Two of them would be the most memory that the whole job takes. */
  g_object_unref (buffer);
  warning = tool_take_warning ();
  if (!written || warning || tool_take_lost_tiles ()
      || (source && !tool_metadata_copy (source->path, temporary, width, height, source->resolution_x, error))
      || !read_back (temporary, width, height))
    {
      if (error && !*error)
        {
          g_autofree char *sentence = cannot_write (path);

          g_set_error_literal (error, ACU_ERROR, ACU_ERROR_IO, sentence);
        }
      g_unlink (temporary);
      tool_remove_when_killed (NULL);
      return FALSE;
    }
  return tool_commit (temporary, path, error);
}

float *
tool_picture_pixels (GeglBuffer *buffer, GError **error)
{
  int width = gegl_buffer_get_width (buffer), height = gegl_buffer_get_height (buffer);
  const Babl *format = babl_format_with_space ("R'G'B'A float", babl_format_get_space (gegl_buffer_get_format (buffer)));
  float *pixels = acu_try_alloc (height, 3 * (guint64) width * sizeof *pixels), *row = acu_try_alloc (width, 4 * sizeof *row);

  if (!pixels || !row)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
      g_clear_pointer (&pixels, acu_free);
      height = 0;
    }
  for (int y = 0; y < height; y++)
    {
      float *to = pixels + 3 * (gsize) width * y;

      gegl_buffer_get (buffer, GEGL_RECTANGLE (gegl_buffer_get_x (buffer), gegl_buffer_get_y (buffer) + y, width, 1), 1, format, row,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (int x = 0; x < width; x++)
        for (int c = 0; c < 3; c++)
          to[3 * x + c] = 1 + (row[4 * x + c] - 1) * CLAMP (row[4 * x + 3], 0, 1);
    }
  acu_free (row);
  return pixels;
}
