/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <stdlib.h>

#define MAX_TAPS 24

/* Inputs of both passes. */
typedef struct Row
{
  int taps, channels, width;
  Buffer src, weights, first, rows[MAX_TAPS];
  const float *row_pointers[MAX_TAPS];
  gsize n;
  Buffer horizontal, vertical[ACU_RESAMPLE_OUTPUTS];
  int outputs;
} Row;

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  return *(const gint32 *) a - *(const gint32 *) b;
}

/* Places that never decrease, with the last possible one among them. */
static void
fill_places (gint32 *first, int width, int most)
{
  for (int x = 0; x < width; x++)
    first[x] = width >= 200 ? x * most / width : x == 0 ? most : g_test_rand_int_range (0, most + 1);
  qsort (first, width, sizeof *first, compare_places);
}

static void
row_init (Row *row, Numbers numbers, gboolean at_end)
{
  int src_width = row->taps + (row->width < 200 ? g_test_rand_int_range (0, 30) : row->width / 2);

  row->n = (gsize) row->channels * row->width;
  buffer_init (&row->src, (gsize) src_width * row->channels, at_end);
  /* The vertical pass has its weights from the same place. */
  row->outputs = g_test_rand_int_range (1, MIN (row->width, ACU_RESAMPLE_OUTPUTS) + 1);
  buffer_init (&row->weights, (gsize) row->width * row->taps, at_end);
  buffer_init (&row->first, row->width, at_end);
  fill_random (row->src.f, row->src.n, numbers);
  fill_random (row->weights.f, row->weights.n, NUMBERS_ORDINARY);
  fill_places ((gint32 *) (void *) row->first.f, row->width, src_width - row->taps);
  for (int k = 0; k < row->taps; k++)
    {
      buffer_init (&row->rows[k], row->n, at_end);
      fill_random (row->rows[k].f, row->n, numbers);
      row->row_pointers[k] = row->rows[k].f;
    }
  buffer_init (&row->horizontal, row->n, at_end);
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_init (&row->vertical[o], row->n, at_end);
}

static void
row_clear (Row *row)
{
  buffer_clear (&row->src, "resample source");
  buffer_clear (&row->weights, "resample weights");
  buffer_clear (&row->first, "resample places");
  for (int k = 0; k < row->taps; k++)
    buffer_clear (&row->rows[k], "resample row");
  buffer_clear (&row->horizontal, "resample horizontal, c");
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_clear (&row->vertical[o], "resample vertical, c");
}

static void
run (const AcuKernels *k, const Row *row, const Buffer *horizontal, const Buffer *vertical)
{
  float *dst[ACU_RESAMPLE_OUTPUTS];

  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    dst[o] = vertical[o].f;
  k->resample_horizontal (horizontal->f, row->src.f, row->weights.f, (const gint32 *) (const void *) row->first.f,
                          row->taps, row->channels, row->width);
  k->resample_vertical (dst, row->row_pointers, row->weights.f, row->taps, row->outputs, row->n);
}

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  char *what = g_strdup_printf ("resample, %d taps, %d channels, width %d, %d outputs", row->taps, row->channels,
                                row->width, row->outputs);
  Buffer horizontal, vertical[ACU_RESAMPLE_OUTPUTS];

  buffer_init (&horizontal, row->n, g_test_rand_bit ());
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_init (&vertical[o], row->n, g_test_rand_bit ());
  run (kernels, row, &horizontal, vertical);
  assert_same (what, isa, row->horizontal.f, horizontal.f, row->n);
  for (int o = 0; o < row->outputs; o++)
    assert_same (what, isa, row->vertical[o].f, vertical[o].f, row->n);
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_clear (&vertical[o], what);
  buffer_clear (&horizontal, what);
  g_free (what);
}

static void
test_random (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 1000; i++)
    {
      Row row = { g_test_rand_int_range (1, MAX_TAPS + 1), g_test_rand_int_range (1, 6),
                  g_test_rand_int_range (1, 121) };

      row_init (&row, i % N_NUMBERS, i % 4 != 0);
      run (&c, &row, &row.horizontal, row.vertical);
      for_each_level (compare_level, &row);
      row_clear (&row);
    }
}

/* The vertical pass past the caches, rows beginning anywhere, but equally far from where lines do. */
static void
compare_stream (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  Buffer got[ACU_RESAMPLE_OUTPUTS];
  float *dst[ACU_RESAMPLE_OUTPUTS];
  gboolean at_end = g_test_rand_bit ();

  if (!kernels->resample_vertical_stream)
    return;
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    {
      buffer_init (&got[o], row->n, at_end);
      dst[o] = got[o].f;
    }
  kernels->resample_vertical_stream (dst, row->row_pointers, row->weights.f, row->taps, row->outputs, row->n);
  kernels->stream_end ();
  for (int o = 0; o < row->outputs; o++)
    assert_same ("resample vertical, streamed", isa, row->vertical[o].f, got[o].f, row->n);
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_clear (&got[o], "resample vertical, streamed");
}

static void
test_stream (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 500; i++)
    {
      Row row = { g_test_rand_int_range (1, MAX_TAPS + 1), g_test_rand_int_range (1, 5), g_test_rand_int_range (1, 121) };

      row_init (&row, i % N_NUMBERS, i % 4 != 0);
      run (&c, &row, &row.horizontal, row.vertical);
      for_each_level (compare_stream, &row);
      row_clear (&row);
    }
}

/* Enlarging beside the general pass with the same weights again and again. */
typedef struct Enlarged
{
  int taps, channels, factor, count, shift[ACU_RESAMPLE_FACTOR];
  Buffer src, weights, wanted;
} Enlarged;

static void
enlarged_init (Enlarged *e, Numbers numbers)
{
  int width = e->count * e->factor, turn = g_test_rand_int_range (1, e->factor + 1);
  gint32 *first = g_new (gint32, width);
  float *weights = g_new (float, width * e->taps);
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int p = 0; p < e->factor; p++)
    e->shift[p] = p >= turn;
  buffer_init (&e->src, (gsize) (e->count + e->taps - 1 + e->shift[e->factor - 1]) * e->channels, g_test_rand_int_range (0, 4));
  buffer_init (&e->weights, e->factor * e->taps, TRUE);
  buffer_init (&e->wanted, width * e->channels, TRUE);
  fill_random (e->src.f, e->src.n, numbers);
  fill_random (e->weights.f, e->weights.n, NUMBERS_ORDINARY);
  for (int x = 0; x < width; x++)
    {
      first[x] = x / e->factor + e->shift[x % e->factor];
      for (int k = 0; k < e->taps; k++)
        weights[x * e->taps + k] = e->weights.f[x % e->factor * e->taps + k];
    }
  c.resample_horizontal (e->wanted.f, e->src.f, weights, first, e->taps, e->channels, width);
  g_free (first);
  g_free (weights);
}

static void
compare_enlarged (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Enlarged *e = data;
  Buffer got;

  if (!kernels->resample_enlarge)
    return;
  buffer_init (&got, e->wanted.n, g_test_rand_bit ());
  kernels->resample_enlarge (got.f, e->src.f, e->weights.f, e->shift, e->taps, e->channels, e->factor, e->count);
  assert_same ("resample, enlarging", isa, e->wanted.f, got.f, got.n);
  buffer_clear (&got, "resample, enlarging");
}

static void
test_enlarge (void)
{
  for (int i = 0; i < 3000; i++)
    {
      Enlarged e = { g_test_rand_int_range (1, 10), i % 4 + 1, i / 4 % (ACU_RESAMPLE_FACTOR - 1) + 2, g_test_rand_int_range (1, 60) };

      enlarged_init (&e, i % N_NUMBERS);
      for_each_level (compare_enlarged, &e);
      buffer_clear (&e.src, "enlarging, source");
      buffer_clear (&e.weights, "enlarging, weights");
      buffer_clear (&e.wanted, "enlarging, wanted");
    }
}

/* The reference against the formula, over more than one of its blocks; volatile keeps products and sums apart. */
static void
test_by_definition (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int channels = 1; channels <= 4; channels++)
    {
      Row row = { 3, channels, 201 };

      row_init (&row, NUMBERS_ORDINARY, TRUE);
      run (&c, &row, &row.horizontal, row.vertical);
      for (gsize i = 0; i < row.n; i++)
        {
          gsize x = i / channels;
          gint32 place = ((const gint32 *) (const void *) row.first.f)[x];
          volatile float h = row.weights.f[x * 3] * row.src.f[place * channels + i % channels];
          volatile float v = row.weights.f[0] * row.rows[0].f[i], product;

          for (int k = 1; k < 3; k++)
            {
              product = row.weights.f[x * 3 + k] * row.src.f[(place + k) * channels + i % channels];
              h = h + product;
              product = row.weights.f[k] * row.rows[k].f[i];
              v = v + product;
            }
          g_assert_true (same_float (h, row.horizontal.f[i]));
          g_assert_true (same_float (v, row.vertical[0].f[i]));
        }
      row_clear (&row);
    }
}

static void
test_hand_made (void)
{
  /* Pixels (1 10) (2 20) (4 40) (8 80). */
  static const float src[] = { 1, 10, 2, 20, 4, 40, 8, 80 };
  static const float weights[] = { 0.5f, 0.5f, 1, 0, -1, 2 };
  static const gint32 first[] = { 0, 2, 2 };
  static const float horizontal[] = { 1.5f, 15, 4, 40, 12, 120 }, vertical[] = { 2.5f, 25, 1, 10 };
  static const float *const rows[] = { src, src + 4 };
  AcuKernels c;
  float got[6], *const dst[] = { got, got + 2 };

  acu_kernels_init (&c, 0);
  c.resample_horizontal (got, src, weights, first, 2, 2, 3);
  assert_same ("resample horizontal", "c", horizontal, got, 6);
  c.resample_vertical (dst, rows, weights, 2, 2, 2);
  assert_same ("resample vertical", "c", vertical, got, 4);
}

typedef struct Bench
{
  const AcuKernels *kernels;
  Row row;
} Bench;

static void
bench_horizontal (gpointer data)
{
  Bench *b = data;

  b->kernels->resample_horizontal (b->row.horizontal.f, b->row.src.f, b->row.weights.f,
                                   (const gint32 *) (const void *) b->row.first.f, b->row.taps, b->row.channels,
                                   b->row.width);
}

static void
bench_vertical (gpointer data)
{
  Bench *b = data;
  float *dst[ACU_RESAMPLE_OUTPUTS];

  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    dst[o] = b->row.vertical[o].f;
  b->kernels->resample_vertical (dst, b->row.row_pointers, b->row.weights.f, b->row.taps, ACU_RESAMPLE_OUTPUTS, b->row.n);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *b = data;

  b->kernels = kernels;
  g_test_message ("resample, %d channels, 6 taps, %s: horizontal %.0f, vertical %.0f Mpixel/s", b->row.channels, isa,
                  b->row.width / best_seconds (bench_horizontal, b) * 1e-6,
                  ACU_RESAMPLE_OUTPUTS * b->row.width / best_seconds (bench_vertical, b) * 1e-6);
}

static void
test_speed (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1)
    {
      Bench bench = { .row = { 6, channels, 1000 } };

      row_init (&bench.row, NUMBERS_ORDINARY, TRUE);
      bench_level ("c", &c, &bench);
      for_each_level (bench_level, &bench);
      row_clear (&bench.row);
    }
}

void
add_resample_tests (void)
{
  g_test_add_func ("/kernels/resample/hand-made", test_hand_made);
  g_test_add_func ("/kernels/resample/by-definition", test_by_definition);
  g_test_add_func ("/kernels/resample/random", test_random);
  g_test_add_func ("/kernels/resample/stream", test_stream);
  g_test_add_func ("/kernels/resample/enlarge", test_enlarge);
  g_test_add_func ("/kernels/resample/speed", test_speed);
}
