/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "png.h"

#include <acuity/error.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define COMPRESSION 9
#define PAETH 4

/* CRC-32 as PNG wants it (ISO 3309). */
static guint32
checksum (const guint8 *bytes, gsize n)
{
  guint32 sum = 0xffffffff;

  for (gsize i = 0; i < n; i++)
    {
      sum ^= bytes[i];
      for (int bit = 0; bit < 8; bit++)
        sum = sum & 1 ? 0xedb88320 ^ (sum >> 1) : sum >> 1;
    }
  return ~sum;
}

static void
append_number (GByteArray *file, guint32 number)
{
  guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (file, (const guint8 *) &big, sizeof big);
}

static void
append_chunk (GByteArray *file, const char *name, const guint8 *bytes, gsize n)
{
  guint start;

  append_number (file, (guint32) n);
  start = file->len;
  g_byte_array_append (file, (const guint8 *) name, 4);
  if (n)
    g_byte_array_append (file, bytes, (guint) n);
  append_number (file, checksum (file->data + start, n + 4));
}

static int
paeth (int left, int above, int corner)
{
  int guess = left + above - corner, a = ABS (guess - left), b = ABS (guess - above), c = ABS (guess - corner);

  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/* Each row behind the number of its filter. */
static guint8 *
filter_rows (const guint8 *pixels, int width, int height)
{
  gsize row = (gsize) width * 3;
  guint8 *rows = g_try_malloc ((row + 1) * height), *out = rows;

  for (int y = 0; rows && y < height; y++)
    {
      const guint8 *here = pixels + y * row, *above = here - row;

      *out++ = PAETH;
      for (gsize i = 0; i < row; i++)
        *out++ = (guint8) (here[i] - paeth (i < 3 ? 0 : here[i - 3], y ? above[i] : 0, i < 3 || !y ? 0 : above[i - 3]));
    }
  return rows;
}

static GBytes *
compress (guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, COMPRESSION);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (compressor));
  gboolean ok = g_output_stream_write_all (stream, bytes, n, NULL, NULL, error) && g_output_stream_close (stream, NULL, error);

  g_free (bytes);
  return ok ? g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory)) : NULL;
}

GBytes *
tool_png_new (const guint8 *pixels, int width, int height, GError **error)
{
  static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' }, perceptual = 0;
  guint32 sides[2] = { GUINT32_TO_BE ((guint32) width), GUINT32_TO_BE ((guint32) height) };
  guint8 header[13] = { [8] = 8, [9] = 2 };     /* 8 bits of red, green and blue */
  guint8 *rows = filter_rows (pixels, width, height);
  GByteArray *file;
  GBytes *data;

  if (!rows)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture."));
      return NULL;
    }
  if (!(data = compress (rows, ((gsize) width * 3 + 1) * height, error)))
    return NULL;
  memcpy (header, sides, sizeof sides);
  file = g_byte_array_new ();
  g_byte_array_append (file, signature, sizeof signature);
  append_chunk (file, "IHDR", header, sizeof header);
  append_chunk (file, "sRGB", &perceptual, 1);
  append_chunk (file, "IDAT", g_bytes_get_data (data, NULL), g_bytes_get_size (data));
  append_chunk (file, "IEND", NULL, 0);
  g_bytes_unref (data);
  return g_byte_array_free_to_bytes (file);
}

char *
tool_png_address (const guint8 *pixels, int width, int height, GError **error)
{
  GBytes *file = tool_png_new (pixels, width, height, error);
  g_autofree char *text = file ? g_base64_encode (g_bytes_get_data (file, NULL), g_bytes_get_size (file)) : NULL;

  if (file)
    g_bytes_unref (file);
  return text ? g_strconcat ("data:image/png;base64,", text, NULL) : NULL;
}
