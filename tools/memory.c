/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What --memory has to hold beside the computing. The figures are measured: peaks of whole commands, docs/SPEED.md. */
#include "tool.h"

#include <glib/gi18n.h>
#include <string.h>

/* The program with its libraries. */
#define BASE_BYTES (G_GUINT64_CONSTANT (56) << 20)
/* babl's table for conversions of whole numbers, and the one with which it finds out whether that is quick. */
#define TABLE_BYTES (G_GUINT64_CONSTANT (370) * 1000 * 1000)
/* One in so many bytes may be GEGL's tiles; with fewer than the least, it would do nothing but swap. */
#define PICTURES_SHARE 5
#define LEAST_TILES (G_GUINT64_CONSTANT (4) << 20)
/* Putting a picture with transparency on white is done in floats of red, green, blue and alpha. */
#define FLATTENED_PIXEL 16

/* A tile takes up to a third more than its pixels. */
static guint64
with_gaps (guint64 tiles)
{
  return tiles / 3 * 4 + 3;
}

static guint64 limit, tiles;

void
tool_memory_share (guint64 memory, gboolean scarce)
{
  limit = memory;
  tiles = scarce ? LEAST_TILES : MAX (memory / PICTURES_SHARE, LEAST_TILES);
  if (memory)
    g_object_set (gegl_config (), "tile-cache-size", tiles, NULL);
}

guint64
tool_memory_beside (guint64 pictures)
{
  return limit ? BASE_BYTES + with_gaps (MIN (pictures, tiles)) : 0;
}

gboolean
tool_memory_fits_file (const char *loader, guint64 bytes, const char *shown, GError **error)
{
  /* Others read row by row, or what they hold is not known beforehand. */
  guint64 needed = g_str_equal (loader, "gegl:ppm-load") ? BASE_BYTES + with_gaps (tiles) + bytes : 0;
  g_autofree char *needs = g_format_size (needed), *allowed = g_format_size (limit);

  if (!limit || needed <= limit)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY,
               _("Reading %s needs %s of memory, but only %s may be used. A PNG file needs less."), shown, needs, allowed);
  return FALSE;
}

/* What the saver holds, without the pictures that it is given. */
static guint64
held (const ToolFormat *format, const Babl *pixels, guint64 count)
{
  const char *type = babl_get_name (babl_format_get_type (pixels, 0));
  int channels = babl_format_get_n_components (pixels);
  gboolean alpha = babl_format_has_alpha (pixels), u8 = strstr (type, "u8") != NULL, whole = u8 || strstr (type, "u16");
  gboolean flattened = alpha && !format->alpha;
  guint64 bytes = format->held_sample == TOOL_HELD_AS_IT_IS ? (guint64) babl_format_get_bytes_per_pixel (pixels)
                                                            : (guint64) (format->held_sample * channels + format->held_pixel);

  if (flattened)
    bytes += FLATTENED_PIXEL;
  /* Sides are at most ACU_MAX_SIDE, so this is far below 2^64. */
  bytes *= count;
  /* There and back. */
  if (whole && flattened)
    bytes += 2 * TABLE_BYTES;
  else if (whole && ((format->table == TOOL_TABLE_8_BITS && u8) || (format->table == TOOL_TABLE_BUT_RGB && (alpha || channels < 3))))
    bytes += TABLE_BYTES;
  return bytes;
}

guint64
tool_memory_to_write (const ToolFormat *format, const Babl *pixels, int width, int height, guint64 pictures)
{
  return tool_memory_beside (pictures) + held (format, pixels, (guint64) width * (guint64) height);
}
