/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A zip archive ends with its end record, which says where the list of files is: per file a record with its name, sizes and the place of a second header, behind
 * which its bytes lie. Numbers are little-endian; those that do not fit into 32 bits are in further records ("zip64"). Checksums are not looked at: PyTorch can leave
 * them out. */
#include "zip.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define END 0x06054b50
#define END_BYTES 22
#define WIDE_END 0x06064b50
#define WIDE_END_BYTES 56
#define WIDE_PLACE 0x07064b50
#define WIDE_PLACE_BYTES 20
#define RECORD 0x02014b50
#define RECORD_BYTES 46
#define HEADER 0x04034b50
#define HEADER_BYTES 30
#define WIDE_EXTRA 1
#define IN_EXTRA 0xffffffff
#define STORED 0
#define ENCRYPTED 1
#define MAX_COMMENT 65535
#define MAX_FILES 100000

typedef struct File
{
  const char *path;               /* not ended by 0 */
  guint length, flags, method;
  guint64 size, packed, header;
} File;

struct AcuZip
{
  const guint8 *bytes;
  guint64 n;
  File *files;                    /* sorted by path */
  guint n_files;
};

static guint
read16 (const guint8 *at)
{
  return at[0] | (guint) at[1] << 8;
}

static guint32
read32 (const guint8 *at)
{
  return read16 (at) | (guint32) read16 (at + 2) << 16;
}

static guint64
read64 (const guint8 *at)
{
  return read32 (at) | (guint64) read32 (at + 4) << 32;
}

static int
compare_paths (const char *a, gsize a_length, const char *b, gsize b_length)
{
  int order = memcmp (a, b, MIN (a_length, b_length));

  return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const File *first = a, *second = b;

  return compare_paths (first->path, first->length, second->path, second->length);
}

/* Where the end record is, which a comment may follow; FALSE: nowhere. */
static gboolean
find_end (const guint8 *bytes, guint64 n, guint64 *end)
{
  for (guint64 behind = END_BYTES; behind <= MIN (n, END_BYTES + MAX_COMMENT); behind++)
    if (read32 (bytes + n - behind) == END && read16 (bytes + n - behind + 20) == behind - END_BYTES)
      {
        *end = n - behind;
        return TRUE;
      }
  return FALSE;
}

/* Number of files, and size and place of their list, inside the archive. */
static gboolean
find_list (const guint8 *bytes, guint64 n, guint64 *files, guint64 *size, guint64 *place)
{
  guint64 end, wide;

  if (!find_end (bytes, n, &end))
    return FALSE;
  *files = read16 (bytes + end + 10);
  *size = read32 (bytes + end + 12);
  *place = read32 (bytes + end + 16);
  if (end >= WIDE_PLACE_BYTES && read32 (bytes + end - WIDE_PLACE_BYTES) == WIDE_PLACE)
    {
      wide = read64 (bytes + end - WIDE_PLACE_BYTES + 8);
      if (end < WIDE_END_BYTES || wide > end - WIDE_END_BYTES || read32 (bytes + wide) != WIDE_END)
        return FALSE;
      *files = read64 (bytes + wide + 32);
      *size = read64 (bytes + wide + 40);
      *place = read64 (bytes + wide + 48);
    }
  return *place <= n && *size <= n - *place && *files <= *size / RECORD_BYTES;
}

/* Numbers of 64 bits, of those that are marked to be there, in this order. */
static gboolean
read_extra (const guint8 *extra, guint left, File *file)
{
  guint64 *const numbers[] = { &file->size, &file->packed, &file->header };

  while (left >= 4)
    {
      guint id = read16 (extra), size = read16 (extra + 2);

      extra += 4;
      left -= 4;
      if (size > left)
        return FALSE;
      for (guint i = 0, used = 0; id == WIDE_EXTRA && i < G_N_ELEMENTS (numbers); i++)
        if (*numbers[i] == IN_EXTRA)
          {
            if (size - used < 8)
              return FALSE;
            *numbers[i] = read64 (extra + used);
            used += 8;
          }
      extra += size;
      left -= size;
    }
  return TRUE;
}

/* Reads a record of at most `left` bytes; *length gets its length. */
static gboolean
read_record (const guint8 *at, guint64 left, File *file, guint64 *length)
{
  guint extra;

  if (left < RECORD_BYTES || read32 (at) != RECORD)
    return FALSE;
  file->flags = read16 (at + 8);
  file->method = read16 (at + 10);
  file->packed = read32 (at + 20);
  file->size = read32 (at + 24);
  file->length = read16 (at + 28);
  extra = read16 (at + 30);
  file->header = read32 (at + 42);
  file->path = (const char *) at + RECORD_BYTES;
  *length = (guint64) RECORD_BYTES + file->length + extra + read16 (at + 32);
  return *length <= left && read_extra (at + RECORD_BYTES + file->length, extra, file);
}

AcuZip *
acu_zip_open (const guint8 *bytes, guint64 n, const char **problem)
{
  guint64 files, size, place, length = 0;
  AcuZip *zip;

  *problem = _("it has no list of what is in it, as when the end of a file is missing");
  if (!find_list (bytes, n, &files, &size, &place))
    return NULL;
  *problem = _("its list of what is in it cannot be read");
  if (files > MAX_FILES)
    return NULL;
  zip = g_new0 (AcuZip, 1);
  zip->bytes = bytes;
  zip->n = n;
  zip->files = acu_try_alloc (files, sizeof (File));
  if (!zip->files)
    *problem = NULL;
  for (; zip->files && zip->n_files < files; place += length, size -= length)
    if (!read_record (bytes + place, size, &zip->files[zip->n_files++], &length))
      goto damaged;
  if (!zip->files)
    goto damaged;
  qsort (zip->files, zip->n_files, sizeof (File), compare_files);
  for (guint i = 1; i < zip->n_files; i++)
    if (compare_files (&zip->files[i - 1], &zip->files[i]) == 0)
      goto damaged;
  return zip;

damaged:
  acu_zip_free (zip);
  return NULL;
}

void
acu_zip_free (AcuZip *zip)
{
  if (!zip)
    return;
  acu_free (zip->files);
  g_free (zip);
}

char *
acu_zip_folder_of (const AcuZip *zip, const char *name)
{
  const File *found = NULL;
  gsize length = strlen (name);

  for (guint i = 0; i < zip->n_files; i++)
    {
      const File *file = &zip->files[i];
      const char *slash = memchr (file->path, '/', file->length);

      if (!slash || (gsize) (file->path + file->length - slash - 1) != length || memcmp (slash + 1, name, length) != 0)
        continue;
      if (found)
        return NULL;
      found = file;
    }
  return found && !memchr (found->path, 0, found->length) ? g_strndup (found->path, found->length - length) : NULL;
}

const guint8 *
acu_zip_find (const AcuZip *zip, const char *path, guint64 *size)
{
  File wanted = { path, (guint) strlen (path) };
  const File *file = bsearch (&wanted, zip->files, zip->n_files, sizeof (File), compare_files);
  const guint8 *header;
  guint64 before;

  if (!file || file->method != STORED || file->flags & ENCRYPTED || file->packed != file->size || zip->n < HEADER_BYTES
      || file->header > zip->n - HEADER_BYTES)
    return NULL;
  header = zip->bytes + file->header;
  before = file->header + HEADER_BYTES + read16 (header + 26) + read16 (header + 28);
  if (read32 (header) != HEADER || before > zip->n || file->size > zip->n - before || read16 (header + 26) != file->length
      || memcmp (header + HEADER_BYTES, file->path, file->length) != 0)
    return NULL;
  *size = file->size;
  return zip->bytes + before;
}
