/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Packed weights in files of the user's cache folder ($XDG_CACHE_HOME/acuity/packed), so that the next start need not pack them.
 *
 * A file is named after its key, which is made of everything that its contents follow from: another network, precision or way of
 * packing has another key. Files are not trusted: one that is cut, damaged, or that others own or may write is as good as absent.
 * They appear in one step, so any number of processes may use and write them at the same time. Without a folder that can be written, or
 * without room on its disk, everything works, only slower. */
#ifndef ACU_PACKED_FILE_H
#define ACU_PACKED_FILE_H

#include "fingerprint.h"

G_BEGIN_DECLS

/* Reads what this key's file holds, on that many threads; FALSE, and `data` is anything, unless the file is whole and of that many bytes. It is
 * copied rather than mapped: a mapped file that somebody cuts short ends the process. Thread-safe. */
gboolean acu_packed_file_read (const AcuFingerprint *key, void *data, guint64 bytes, int threads);

/* Writes this key's file, unless the disk has little room, and before that removes the files not used for the longest time where all of
 * them together would be larger than ACU_PACKED_FILES_BYTES, and what processes that are no more have left half written. Never fails, never says
 * anything. Thread-safe. */
void acu_packed_file_save (const AcuFingerprint *key, const void *data, guint64 bytes, int threads);
#define ACU_PACKED_FILES_BYTES (G_GUINT64_CONSTANT (2) << 30)

/* The same with a limit of one's own. For tests. */
void acu_packed_file_tidy (guint64 limit);

G_END_DECLS

#endif
