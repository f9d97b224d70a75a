/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <string.h>

typedef struct Row
{
  Buffer src, decoded, encoded;
} Row;

/* In place, as the resampler does it; the reference was not. */
static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  gboolean at_end = g_test_rand_bit ();
  Buffer got;

  buffer_init (&got, row->src.n, at_end);
  memcpy (got.f, row->src.f, got.n * sizeof (float));
  kernels->srgb_decode (got.f, got.f, got.n);
  assert_same ("srgb decode", isa, row->decoded.f, got.f, got.n);
  memcpy (got.f, row->src.f, got.n * sizeof (float));
  kernels->srgb_encode (got.f, got.f, got.n);
  assert_same ("srgb encode", isa, row->encoded.f, got.f, got.n);
  buffer_clear (&got, "srgb");
}

static void
row_init (Row *row, const AcuKernels *c, gsize n, Numbers numbers)
{
  buffer_init (&row->src, n, TRUE);
  buffer_init (&row->decoded, n, TRUE);
  buffer_init (&row->encoded, n, TRUE);
  fill_random (row->src.f, n, numbers);
  c->srgb_decode (row->decoded.f, row->src.f, n);
  c->srgb_encode (row->encoded.f, row->src.f, n);
}

static void
row_clear (Row *row)
{
  buffer_clear (&row->src, "srgb source");
  buffer_clear (&row->decoded, "srgb decode, c");
  buffer_clear (&row->encoded, "srgb encode, c");
}

static void
test_random (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 1000; i++)
    {
      Row row;

      row_init (&row, &c, g_test_rand_int_range (1, 400), i % N_NUMBERS);
      for_each_level (compare_level, &row);
      row_clear (&row);
    }
}

typedef struct Bench
{
  const AcuKernels *kernels;
  Row row;
} Bench;

static void
bench_decode (gpointer data)
{
  Bench *b = data;

  b->kernels->srgb_decode (b->row.decoded.f, b->row.src.f, b->row.src.n);
}

static void
bench_encode (gpointer data)
{
  Bench *b = data;

  b->kernels->srgb_encode (b->row.encoded.f, b->row.src.f, b->row.src.n);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *b = data;

  b->kernels = kernels;
  g_test_message ("srgb, %s: decode %.0f, encode %.0f million numbers a second", isa, b->row.src.n / best_seconds (bench_decode, b) * 1e-6,
                  b->row.src.n / best_seconds (bench_encode, b) * 1e-6);
}

static void
test_speed (void)
{
  Bench bench;
  AcuKernels c;

  acu_kernels_init (&c, 0);
  row_init (&bench.row, &c, 3000, NUMBERS_ORDINARY);
  bench_level ("c", &c, &bench);
  for_each_level (bench_level, &bench);
  row_clear (&bench.row);
}

void
add_srgb_tests (void)
{
  g_test_add_func ("/kernels/srgb/random", test_random);
  g_test_add_func ("/kernels/srgb/speed", test_speed);
}
