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

/* What this key's file holds if it is whole and of that many bytes, checked on that many threads; or NULL. Read-only, aligned to 64;
 * until acu_packed_file_unmap(). The memory is the system's page cache: it is given back where others need it. Thread-safe. */
const void *acu_packed_file_map (const AcuFingerprint *key, guint64 bytes, int threads);
/* Undoes it; NULL is allowed. */
void acu_packed_file_unmap (const void *data, guint64 bytes);

/* Writes this key's file, unless the disk has little room, and removes the files not used for the longest time where all of them together
 * are larger than ACU_PACKED_FILES_BYTES. Never fails, never says anything. Thread-safe. */
void acu_packed_file_save (const AcuFingerprint *key, const void *data, guint64 bytes, int threads);
#define ACU_PACKED_FILES_BYTES (G_GUINT64_CONSTANT (2) << 30)

/* The same with a limit of one's own. For tests. */
void acu_packed_file_tidy (guint64 limit);

G_END_DECLS

#endif
