/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "fingerprint.h"

#include "pool.h"

#include <string.h>

/* The accumulation of XXH3 (Collet 2019): per 64-bit lane a product of its halves, and the number itself onto the neighbour, which makes
 * sure that no change is lost in a product with zero. Multiplications of 32 bits are what vector units have. */
#define LANES 8
#define STRIPE (LANES * sizeof (guint64))
/* Stripes between two scrambles. */
#define BLOCK 16
#define PRIME_32 0x9e3779b1u
#define PRIME_A G_GUINT64_CONSTANT (0x9e3779b185ebca87)
#define PRIME_B G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f)
#define CHUNK (1 << 20)

/* Digits of π. */
static const guint64 secret[LANES] = {
  G_GUINT64_CONSTANT (0x243f6a8885a308d3), G_GUINT64_CONSTANT (0x13198a2e03707344), G_GUINT64_CONSTANT (0xa4093822299f31d0),
  G_GUINT64_CONSTANT (0x082efa98ec4e6c89), G_GUINT64_CONSTANT (0x452821e638d01377), G_GUINT64_CONSTANT (0xbe5466cf34e90c6c),
  G_GUINT64_CONSTANT (0xc0ac29b7c97c50dd), G_GUINT64_CONSTANT (0x3f84d5b5b5470917)
};

static inline void
add_stripe (guint64 *sums, const guint8 *data, guint64 number)
{
  guint64 words[LANES];

  memcpy (words, data, sizeof words);
  for (int i = 0; i < LANES; i++)
    {
      /* The number of the stripe in its block: stripes that change places are noticed. */
      guint64 keyed = words[i] ^ (secret[i] + number * PRIME_A);

      sums[i] += words[i ^ 1] + (keyed & 0xffffffff) * (keyed >> 32);
    }
}

/* One to one, so that nothing is lost. */
static inline void
scramble (guint64 *sums)
{
  for (int i = 0; i < LANES; i++)
    sums[i] = (sums[i] ^ sums[i] >> 47 ^ secret[i]) * PRIME_32;
}

static guint64
mix (guint64 v)
{
  v = (v ^ v >> 33) * PRIME_B;
  v = (v ^ v >> 29) * PRIME_A;
  return v ^ v >> 32;
}

AcuFingerprint
acu_fingerprint (const void *data, gsize bytes)
{
  const guint8 *at = data;
  guint64 sums[LANES];
  guint8 rest[STRIPE] = { 0 };
  gsize stripes = bytes / STRIPE;
  AcuFingerprint result = { { bytes * PRIME_A, ~(guint64) bytes * PRIME_B } };

  memcpy (sums, secret, sizeof sums);
  for (gsize s = 0; s < stripes; at += STRIPE)
    {
      add_stripe (sums, at, s % BLOCK);
      if (++s % BLOCK == 0)
        scramble (sums);
    }
  if (bytes % STRIPE)
    memcpy (rest, at, bytes % STRIPE);
  add_stripe (sums, rest, BLOCK);
  for (int i = 0; i < LANES; i++)
    {
      result.words[0] = mix (result.words[0] ^ sums[i]) + secret[i];
      result.words[1] = mix (result.words[1] + sums[i]) ^ secret[LANES - 1 - i];
    }
  return result;
}

typedef struct Sharing
{
  const guint8 *data;
  gsize bytes;
  AcuFingerprint *parts;
} Sharing;

static void
take_chunk (void *data, int task, int worker)
{
  const Sharing *sharing = data;
  gsize from = (gsize) task * CHUNK;

  sharing->parts[task] = acu_fingerprint (sharing->data + from, MIN (CHUNK, sharing->bytes - from));
}

AcuFingerprint
acu_fingerprint_shared (const void *data, gsize bytes, int threads)
{
  gsize chunks = bytes / CHUNK + 1;
  /* At most 16 bytes for each mebibyte that is in memory already. */
  g_autofree AcuFingerprint *parts = g_new0 (AcuFingerprint, chunks);
  Sharing sharing = { data, bytes, parts };

  acu_pool_run ((int) chunks, threads, take_chunk, &sharing);
  return acu_fingerprint (parts, chunks * sizeof *parts);
}
