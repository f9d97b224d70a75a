/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Fingerprints of large memory at the speed at which it can be read: to notice damage and to tell contents apart. Not for
 * secrets: whoever wants to can make two contents with the same fingerprint. */
#ifndef ACU_FINGERPRINT_H
#define ACU_FINGERPRINT_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct AcuFingerprint
{
  guint64 words[2];
} AcuFingerprint;

/* Of `bytes` bytes, which need no alignment; the same on every processor of the same byte order. A change within any eight bytes always
 * changes it, any other change all but always. Thread-safe. */
AcuFingerprint acu_fingerprint (const void *data, gsize bytes);

/* The same purpose, but another number: shared out to that many threads. */
AcuFingerprint acu_fingerprint_shared (const void *data, gsize bytes, int threads);

static inline gboolean
acu_fingerprint_equal (const AcuFingerprint *a, const AcuFingerprint *b)
{
  return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

G_END_DECLS

#endif
