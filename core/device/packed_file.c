/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "packed_file.h"

#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAGIC "acuity packed 1\n"
/* Whole pages, whatever their size. */
#define HEADER_BYTES 65536
#define KEY_DIGITS 32
/* As g_mkstemp() makes them. */
#define TEMPORARY ".XXXXXX"
/* The last of a disk is for the user. */
#define LEAVE_FREE (G_GUINT64_CONSTANT (1) << 30)
/* Noting each use would write to the disk all the time. */
#define USE_SECONDS 3600
#define PIECE_BYTES (G_GUINT64_CONSTANT (1) << 20)

typedef struct Header
{
  char magic[16];
  AcuFingerprint key, contents;
  guint64 bytes;
  AcuFingerprint header;          /* of all before it */
} Header;

static char *
folder_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "acuity", "packed", NULL);
}

static char *
file_path (const AcuFingerprint *key)
{
  g_autofree char *folder = folder_path ();

  return g_strdup_printf ("%s%c%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", folder, G_DIR_SEPARATOR, key->words[0],
                          key->words[1]);
}

static Header
make_header (const AcuFingerprint *key, const void *data, guint64 bytes, int threads)
{
  Header header;

  /* With what lies between the members. */
  memset (&header, 0, sizeof header);
  memcpy (header.magic, MAGIC, sizeof header.magic);
  header.key = *key;
  header.bytes = bytes;
  header.contents = acu_fingerprint_shared (data, bytes, threads);
  header.header = acu_fingerprint (&header, offsetof (Header, header));
  return header;
}

/* A plain file of ours that nobody else may write. */
static gboolean
is_ours (const struct stat *info)
{
  return S_ISREG (info->st_mode) && info->st_uid == geteuid () && !(info->st_mode & (S_IWGRP | S_IWOTH));
}

typedef struct Reading
{
  int file;
  char *data;
  guint64 bytes;
  gint failed;                    /* atomic */
} Reading;

static void
read_piece (void *data, int piece, int worker)
{
  Reading *reading = data;
  guint64 at = (guint64) piece * PIECE_BYTES, end = MIN (at + PIECE_BYTES, reading->bytes);

  while (at < end)
    {
      gssize got = pread (reading->file, reading->data + at, end - at, (off_t) (HEADER_BYTES + at));

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          g_atomic_int_set (&reading->failed, TRUE);
          return;
        }
      at += (guint64) got;
    }
}

gboolean
acu_packed_file_read (const AcuFingerprint *key, void *data, guint64 bytes, int threads)
{
  g_autofree char *path = file_path (key);
  int file = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  Reading reading = { file, data, bytes };
  Header header, wanted;
  struct stat info;
  gboolean sound = FALSE;

  if (file < 0)
    return FALSE;
  if (fstat (file, &info) == 0 && is_ours (&info) && (guint64) info.st_size == HEADER_BYTES + bytes
      && pread (file, &header, sizeof header, 0) == sizeof header)
    {
      acu_pool_run ((int) ((bytes + PIECE_BYTES - 1) / PIECE_BYTES), threads, read_piece, &reading);
      if (!reading.failed)
        {
          wanted = make_header (key, data, bytes, threads);
          sound = memcmp (&header, &wanted, sizeof header) == 0;
        }
    }
  if (sound && info.st_mtime + USE_SECONDS < g_get_real_time () / G_USEC_PER_SEC)
    futimens (file, NULL);
  close (file);
  return sound;
}

/* Not flushed to the disk, which takes long: a torn file is noticed. */
static gboolean
write_all (int file, const void *data, guint64 bytes, off_t at)
{
  while (bytes > 0)
    {
      gssize wrote = pwrite (file, data, MIN (bytes, 1 << 30), at);

      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote <= 0)
        return FALSE;
      data = (const char *) data + wrote;
      bytes -= (guint64) wrote;
      at += wrote;
    }
  return TRUE;
}

static gboolean
make_room (const char *folder, guint64 bytes)
{
  struct statvfs disk;
  struct rlimit file;

  acu_packed_file_tidy (ACU_PACKED_FILES_BYTES - bytes);
  /* Writing beyond the limit for files (ulimit -f) would end the process. */
  return statvfs (folder, &disk) == 0 && (guint64) disk.f_bavail * disk.f_frsize >= LEAVE_FREE + bytes
         && getrlimit (RLIMIT_FSIZE, &file) == 0 && (file.rlim_cur == RLIM_INFINITY || file.rlim_cur >= HEADER_BYTES + bytes);
}

void
acu_packed_file_save (const AcuFingerprint *key, const void *data, guint64 bytes, int threads)
{
  g_autofree char *path = file_path (key), *folder = folder_path (), *temporary = g_strconcat (path, TEMPORARY, NULL);
  Header header;
  int file;
  gboolean whole;

  if (bytes > ACU_PACKED_FILES_BYTES / 2 || g_mkdir_with_parents (folder, 0700) != 0 || !make_room (folder, bytes)
      || (file = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600)) < 0)
    return;
  /* As long as this process lives, others see that the file is being written. Without such locks they may remove it, which does no harm. */
  flock (file, LOCK_EX | LOCK_NB);
  header = make_header (key, data, bytes, threads);
  whole = write_all (file, &header, sizeof header, 0) && write_all (file, data, bytes, HEADER_BYTES);
  /* The lock goes with the last look at the file, so it is renamed before. */
  if (!whole || g_rename (temporary, path) != 0)
    g_unlink (temporary);
  close (file);
}

typedef struct Found
{
  char *path;
  guint64 bytes;
  gint64 used;                    /* seconds since 1970 */
} Found;

static void
found_clear (gpointer data)
{
  g_free (((Found *) data)->path);
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Found *) a)->used, y = ((const Found *) b)->used;

  return (y > x) - (y < x);
}

/* Whether the process that was writing a temporary file is no more. */
static gboolean
is_abandoned (const char *path)
{
  int file = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  gboolean abandoned = file >= 0 && flock (file, LOCK_EX | LOCK_NB) == 0;

  if (file >= 0)
    close (file);
  return abandoned;
}

void
acu_packed_file_tidy (guint64 limit)
{
  g_autofree char *folder = folder_path ();
  GDir *listing = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (Found));
  guint64 sum = 0;
  const char *name;

  g_array_set_clear_func (files, found_clear);
  while (listing && (name = g_dir_read_name (listing)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gsize digits = strspn (name, "0123456789abcdef"), length = strlen (name);
      GStatBuf info;
      Found found;

      /* Only what we have made is ours to remove. */
      if (digits != KEY_DIGITS || (length != digits && (name[digits] != '.' || length != digits + strlen (TEMPORARY)))
          || g_lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      if (length != digits)
        {
          if (is_abandoned (path))
            g_unlink (path);
          else
            sum += (guint64) info.st_size;
          continue;
        }
      found = (Found) { g_steal_pointer (&path), (guint64) info.st_size, info.st_mtime };
      g_array_append_val (files, found);
    }
  if (listing)
    g_dir_close (listing);
  g_array_sort (files, newest_first);
  for (guint i = 0; i < files->len; i++)
    {
      const Found *found = &g_array_index (files, Found, i);

      sum += found->bytes;
      if (sum > limit)
        g_unlink (found->path);
    }
}
