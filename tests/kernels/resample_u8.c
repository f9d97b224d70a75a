/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <stdlib.h>
#include <string.h>

/* Inputs of both passes; the vertical one has its weights from the same place. Buffers count floats: their ends lie up to
 * three bytes behind the last number. */
typedef struct Row
{
  int taps, channels, width, outputs;
  gsize n;
  Buffer src, weights, first, rows[ACU_RESAMPLE_U8_TAPS], horizontal, vertical[ACU_RESAMPLE_OUTPUTS];
} Row;

/* A buffer for so many bytes, which end exactly where it ends. */
static void *
bytes_init (Buffer *buffer, gsize bytes)
{
  buffer_init (buffer, (bytes + 3) / 4, TRUE);
  return (guint8 *) buffer->f + (buffer->n * 4 - bytes);
}

static void *
bytes_of (const Buffer *buffer, gsize bytes)
{
  return (guint8 *) buffer->f + (buffer->n * 4 - bytes);
}

static void
fill_bytes (void *to, gsize bytes, gboolean extreme)
{
  for (gsize i = 0; i < bytes; i++)
    ((guint8 *) to)[i] = (guint8) (extreme ? (g_test_rand_bit () ? 0xff : 0) : g_test_rand_int_range (0, 256));
}

/* Runs whose magnitudes add up to less than 65536, as the contract wants; extreme ones to nearly that. */
static void
fill_weights (gint16 *weights, int width, int taps, gboolean extreme)
{
  int most = MIN (65535 / taps, G_MAXINT16);

  for (int x = 0; x < width; x++)
    for (int k = 0; k < ACU_RESAMPLE_U8_TAPS; k++)
      {
        int weight = extreme ? (g_test_rand_bit () ? most : -most) : g_test_rand_int_range (-most, most + 1);

        weights[x * ACU_RESAMPLE_U8_TAPS + k] = (gint16) (k < taps ? weight : 0);
      }
}

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  return *(const gint32 *) a - *(const gint32 *) b;
}

static gsize
weights_bytes (const Row *row)
{
  return (gsize) MAX (row->width, ACU_RESAMPLE_OUTPUTS) * ACU_RESAMPLE_U8_TAPS * sizeof (gint16);
}

static gsize
src_bytes (const Row *row)
{
  const gint32 *first = bytes_of (&row->first, (gsize) row->width * 4);

  return ((gsize) first[row->width - 1] + row->taps) * row->channels;
}

static void
row_init (Row *row, gboolean extreme)
{
  /* A long row is one to be timed. */
  int more = row->width < 200 ? g_test_rand_int_range (0, 40) : row->width / 2;
  gint32 *first = bytes_init (&row->first, (gsize) row->width * 4);

  row->n = (gsize) row->channels * row->width;
  row->outputs = g_test_rand_int_range (1, ACU_RESAMPLE_OUTPUTS + 1);
  for (int x = 0; x < row->width; x++)
    first[x] = row->width < 200 ? g_test_rand_int_range (0, more + 1) : x * more / row->width;
  qsort (first, row->width, sizeof *first, compare_places);
  fill_bytes (bytes_init (&row->src, src_bytes (row)), src_bytes (row), extreme);
  fill_weights (bytes_init (&row->weights, weights_bytes (row)), MAX (row->width, ACU_RESAMPLE_OUTPUTS), row->taps, extreme);
  for (int k = 0; k < row->taps; k++)
    fill_bytes (bytes_init (&row->rows[k], row->n * 2), row->n * 2, extreme);
  bytes_init (&row->horizontal, row->n * 2);
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    bytes_init (&row->vertical[o], row->n);
}

static void
row_clear (Row *row)
{
  buffer_clear (&row->src, "8-bit source");
  buffer_clear (&row->weights, "8-bit weights");
  buffer_clear (&row->first, "8-bit places");
  for (int k = 0; k < row->taps; k++)
    buffer_clear (&row->rows[k], "8-bit row");
  buffer_clear (&row->horizontal, "8-bit horizontal, c");
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_clear (&row->vertical[o], "8-bit vertical, c");
}

static void
run_horizontal (const AcuKernels *k, const Row *row, gint16 *dst)
{
  k->resample_horizontal_u8 (dst, bytes_of (&row->src, src_bytes (row)), bytes_of (&row->weights, weights_bytes (row)),
                             bytes_of (&row->first, (gsize) row->width * 4), row->taps, row->channels, row->width);
}

static void
run_vertical (const AcuKernels *k, const Row *row, int outputs, const Buffer *vertical)
{
  const gint16 *rows[ACU_RESAMPLE_U8_TAPS + 1];
  guint8 *dst[ACU_RESAMPLE_OUTPUTS];

  for (int i = 0; i < row->taps; i++)
    rows[i] = bytes_of (&row->rows[i], row->n * 2);
  rows[row->taps] = rows[0];
  for (int o = 0; o < outputs; o++)
    dst[o] = bytes_of (&vertical[o], row->n);
  k->resample_vertical_u8 (dst, rows, bytes_of (&row->weights, weights_bytes (row)), row->taps, outputs, row->n);
}

static void
assert_same_bytes (const Row *row, const char *isa, const char *pass, const Buffer *wanted, const Buffer *got)
{
  /* All of both buffers, so that the pattern before the first number counts, too. */
  if (!memcmp (wanted->f, got->f, wanted->n * 4))
    return;
  g_test_message ("8 bits, %s, %s: %d taps, %d channels, width %d", pass, isa, row->taps, row->channels, row->width);
  g_assert_not_reached ();
}

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Row *row = data;
  Buffer horizontal, vertical[ACU_RESAMPLE_OUTPUTS];

  run_horizontal (kernels, row, bytes_init (&horizontal, row->n * 2));
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    bytes_init (&vertical[o], row->n);
  run_vertical (kernels, row, row->outputs, vertical);
  assert_same_bytes (row, isa, "horizontal", &row->horizontal, &horizontal);
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    assert_same_bytes (row, isa, "vertical", &row->vertical[o], &vertical[o]);
  buffer_clear (&horizontal, "8-bit horizontal");
  for (int o = 0; o < ACU_RESAMPLE_OUTPUTS; o++)
    buffer_clear (&vertical[o], "8-bit vertical");
}

static void
test_random (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 1500; i++)
    {
      Row row = { g_test_rand_int_range (1, ACU_RESAMPLE_U8_TAPS + 1), g_test_rand_int_range (1, 5),
                  g_test_rand_int_range (1, 121) };

      row_init (&row, i % 3 == 0);
      run_horizontal (&c, &row, bytes_of (&row.horizontal, row.n * 2));
      run_vertical (&c, &row, row.outputs, row.vertical);
      for_each_level (compare_level, &row);
      row_clear (&row);
    }
}

static void
test_hand_made (void)
{
  const gint32 first[] = { 0, 1, 2 };
  const guint8 src[] = { 0, 255, 100, 255 };
  /* One half each; the second pixel alone; and 2 of what follows less one of what comes before. */
  const gint16 weights[] = { 8192, 8192, 0, 0, 0, 0, 0, 0, 0, 16384, 0, 0, 0, 0, 0, 0, -16384, 32767, 0, 0, 0, 0, 0, 0 };
  const gint16 across[] = { 8160, 6400, 16320 };
  const gint16 above[] = { 64, 16320, -6400 }, below[] = { 128, 16320, 64 }, *const rows[] = { above, below };
  guint8 down[2][3], *const dst[] = { down[0], down[1] };
  AcuKernels c;
  gint16 got[3];

  acu_kernels_init (&c, 0);
  c.resample_horizontal_u8 (got, src, weights, first, 2, 1, 3);
  g_assert_cmpmem (got, sizeof got, across, sizeof across);
  c.resample_vertical_u8 (dst, rows, weights, 2, 2, 3);
  /* 1.5 becomes 2, what is below 0 becomes 0. */
  g_assert_cmpmem (down[0], 3, ((guint8[]) { 2, 255, 0 }), 3);
  g_assert_cmpmem (down[1], 3, ((guint8[]) { 2, 255, 1 }), 3);
}

/* Every length of the part before and behind whole lines. */
static void
compare_stream (const char *isa, const AcuKernels *kernels, gpointer data)
{
  guint8 src[300], dst[400];

  fill_bytes (src, sizeof src, FALSE);
  for (int start = 0; start < 64; start++)
    for (int bytes = 0; bytes <= 300; bytes += 1 + start % 7)
      {
        memset (dst, 0xa5, sizeof dst);
        kernels->stream (dst + 10 + start, src + 300 - bytes, bytes);
        kernels->stream_end ();
        g_assert_cmpmem (dst + 10 + start, bytes, src + 300 - bytes, bytes);
        g_assert_cmpint (dst[9 + start], ==, 0xa5);
        g_assert_cmpint (dst[10 + start + bytes], ==, 0xa5);
      }
}

static void
test_stream (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  compare_stream ("c", &c, NULL);
  for_each_level (compare_stream, NULL);
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

  run_horizontal (b->kernels, &b->row, bytes_of (&b->row.horizontal, b->row.n * 2));
}

static void
bench_vertical (gpointer data)
{
  Bench *b = data;

  run_vertical (b->kernels, &b->row, ACU_RESAMPLE_OUTPUTS, b->row.vertical);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *b = data;

  b->kernels = kernels;
  g_test_message ("resample, 8 bits, %d channels, 6 taps, %s: horizontal %.0f, vertical %.0f Mpixel/s", b->row.channels, isa,
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

      row_init (&bench.row, FALSE);
      bench_level ("c", &c, &bench);
      for_each_level (bench_level, &bench);
      row_clear (&bench.row);
    }
}

void
add_resample_u8_tests (void)
{
  g_test_add_func ("/kernels/resample-u8/hand-made", test_hand_made);
  g_test_add_func ("/kernels/resample-u8/random", test_random);
  g_test_add_func ("/kernels/resample-u8/stream", test_stream);
  g_test_add_func ("/kernels/resample-u8/speed", test_speed);
}
