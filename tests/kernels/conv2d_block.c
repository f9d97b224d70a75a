/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "amx_emulated.h"

#include "checkasm.h"
#include "vec_c.h"
#include "x86/conv2d_block_amx.h"

#include <string.h>

#define WINDOW ACU_BLOCK_WINDOW_ROWS

typedef struct Case
{
  AcuConv2dBlock conv;
  int columns, above, rows, with_residual;
  int in;                         /* all input channels */
  AcuBlock block;                 /* dst: of the reference */
  gsize row_bytes;                /* of the result */
  float *weights;
} Case;

static int
conv2d_block_emulated (const AcuBlock *block, const AcuConv2dBlock *conv, void *scratch)
{
  return conv2d_block (block, conv, scratch, acu_finish_c);
}

static int
run (const Case *k, const AcuBlock *block, acu_conv2d_block_fn function)
{
  Buffer scratch;
  int fits;

  buffer_init (&scratch, (acu_conv2d_block_scratch (&k->conv) + 63) / 64 * 16, TRUE);
  fits = function (block, &k->conv, scratch.f);
  buffer_clear (&scratch, "scratch");
  return fits;
}

/* Every row of the result lies in memory of its own; rows that nobody wants have none. */
static void
compare (const Case *k, const char *isa, acu_conv2d_block_fn function, int expected_fits)
{
  AcuBlock block = k->block;
  Buffer rows[ACU_BLOCK_ROWS];
  int fits;

  memset (block.dst, 0, sizeof block.dst);
  for (int y = k->above; y < k->rows; y++)
    {
      buffer_init (&rows[y], (k->row_bytes + 3) / sizeof (float), g_test_rand_bit ());
      block.dst[y] = rows[y].f;
    }
  fits = run (k, &block, function);
  g_assert_cmpint (fits, ==, expected_fits);
  for (int y = k->above; y < k->rows; y++)
    {
      if (!fits)
        continue;
      if (memcmp (k->block.dst[y], rows[y].f, k->row_bytes) != 0)
        g_error ("conv2d block, %s: %d channels to %d, %d columns, row %d differs", isa, k->in, k->conv.finish.channels, k->columns, y);
    }
  for (int y = k->above; y < k->rows; y++)
    buffer_clear (&rows[y], "conv2d block");
}

typedef struct Expected
{
  const Case *k;
  int fits;
} Expected;

static void
check (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Expected *e = data;

  compare (e->k, isa, kernels->conv2d_block, e->fits);
}

static double
source_number (const Case *k, int s, int row, gsize at)
{
  const void *src = k->block.src[s * WINDOW + row];

  return k->conv.slice_elements[s] == ACU_ELEMENT_F16 ? acu_half_to_float (((const guint16 *) src)[at]) : ((const float *) src)[at];
}

/* The reference itself, before it is finished, in double precision. */
static void
assert_near_truth (const Case *k, double largest)
{
  const AcuConv2dBlock *conv = &k->conv;
  int x = g_test_rand_int_range (0, k->columns), y = g_test_rand_int_range (k->above, k->rows), o = g_test_rand_int_range (0, conv->finish.channels);
  const float *weights = k->weights + (gsize) o * k->in * 9;
  double sum = conv->bias[o], most = 0, got;

  for (int s = 0; s < conv->slices; s++)
    for (int c = 0; c < conv->slice_channels[s]; c++)
      for (int tap = 0; tap < 9; tap++, weights++)
        {
          sum += *weights * source_number (k, s, y + tap / 3, (gsize) (x + tap % 3) * conv->slice_channels[s] + c);
          most = MAX (most, fabs (*weights));
        }
  if (conv->finish.activation == ACU_WINOGRAD_SLOPE && sum < 0)
    sum *= conv->finish.slope[o];
  got = conv->finish.element == ACU_ELEMENT_F16 ? acu_half_to_float (((const guint16 *) k->block.dst[y])[x * conv->finish.channels + o])
                                                 : ((const float *) k->block.dst[y])[x * conv->finish.channels + o];
  /* Low bytes' products, half a unit of each number, and a 16-bit float's rounding. */
  g_assert_cmpfloat_with_epsilon (got, sum, most * largest * 6e-5 * sqrt (9.0 * k->in) + fabs (sum) * 1e-3 + 1e-6);
}

/* `numbers`: what the source is like. */
static void
try_case (Case *k, const AcuKernels *c, Numbers numbers)
{
  AcuConv2dBlock *conv = &k->conv;
  const int out = conv->finish.channels;
  Buffer source[3 * WINDOW], residual[ACU_BLOCK_ROWS], packed, factor;
  g_autofree float *bias = g_new (float, out), *slope = g_new (float, out);
  Expected expected = { k };

  k->in = 0;
  for (int s = 0; s < conv->slices; s++)
    {
      k->in += conv->slice_channels[s];
      for (int r = 0; r < WINDOW; r++)
        {
          Buffer *row = &source[s * WINDOW + r];

          buffer_init_elements (row, (gsize) (k->columns + 2) * conv->slice_channels[s], conv->slice_elements[s], numbers);
          k->block.src[s * WINDOW + r] = row->f;
        }
    }
  k->weights = g_new (float, (gsize) out * k->in * 9);
  fill_random (k->weights, (gsize) out * k->in * 9, NUMBERS_ORDINARY);
  /* One channel of nothing. */
  memset (k->weights, 0, (gsize) k->in * 9 * sizeof (float));
  fill_random (bias, out, NUMBERS_ORDINARY);
  fill_random (slope, out, NUMBERS_ORDINARY);
  buffer_init (&packed, acu_conv2d_block_weights (conv) / sizeof (float), FALSE);
  buffer_init (&factor, out, TRUE);
  acu_conv2d_block_pack (packed.f, factor.f, conv, k->weights);
  conv->weights = packed.f;
  conv->factor = factor.f;
  conv->bias = bias;
  conv->finish.slope = slope;
  k->block.above = k->above;
  k->block.rows = k->rows;
  k->block.columns = k->columns;
  k->row_bytes = (gsize) k->columns * out * element_bytes (conv->finish.element);
  for (int y = k->above; y < k->rows; y++)
    {
      k->block.dst[y] = g_malloc (k->row_bytes);
      if (!k->with_residual)
        continue;
      buffer_init_elements (&residual[y], (gsize) k->columns * out, conv->finish.residual_element, NUMBERS_ORDINARY);
      k->block.residual[y] = residual[y].f;
    }
  expected.fits = run (k, &k->block, c->conv2d_block);
  if (numbers == NUMBERS_ORDINARY)
    g_assert_true (expected.fits);
  if (numbers == NUMBERS_SPECIAL)
    g_assert_false (expected.fits);
  if (numbers == NUMBERS_ORDINARY && !k->with_residual && conv->finish.element != ACU_ELEMENT_BF16 && conv->finish.activation <= ACU_WINOGRAD_SLOPE)
    for (int i = 0; i < 20; i++)
      assert_near_truth (k, 1);
  compare (k, "amx, emulated", conv2d_block_emulated, expected.fits);
  for_each_level (check, &expected);
  for (int i = 0; i < conv->slices * WINDOW; i++)
    buffer_clear (&source[i], "source");
  for (int y = k->above; y < k->rows; y++)
    {
      g_free (k->block.dst[y]);
      if (k->with_residual)
        buffer_clear (&residual[y], "residual");
    }
  buffer_clear (&packed, "weights");
  buffer_clear (&factor, "factors");
  g_free (k->weights);
}

static void
test_conv (void)
{
  static const struct
  {
    int in[3], out, columns, above, rows;
    AcuElement from, to;
    AcuWinogradActivation activation;
    int residual;
  } rows[] = {
    { { 16 }, 16, 1, 0, 8, ACU_ELEMENT_F32, ACU_ELEMENT_F32, ACU_WINOGRAD_LINEAR, 0 },
    { { 64 }, 64, 32, 0, 8, ACU_ELEMENT_F16, ACU_ELEMENT_F16, ACU_WINOGRAD_SLOPE, 0 },
    { { 48 }, 48, 17, 3, 8, ACU_ELEMENT_F16, ACU_ELEMENT_F16, ACU_WINOGRAD_LINEAR, 0 },
    { { 48 }, 16, 31, 0, 1, ACU_ELEMENT_F32, ACU_ELEMENT_F16, ACU_WINOGRAD_SIGMOID, 0 },
    { { 32, 16 }, 32, 16, 1, 2, ACU_ELEMENT_F16, ACU_ELEMENT_F32, ACU_WINOGRAD_SLOPE, 1 },
    { { 64, 32, 16 }, 16, 15, 2, 7, ACU_ELEMENT_F16, ACU_ELEMENT_F16, ACU_WINOGRAD_SWISH, 0 },
    { { 80 }, 32, 2, 7, 8, ACU_ELEMENT_F32, ACU_ELEMENT_F16, ACU_WINOGRAD_GATE, 1 },
    { { 16, 128 }, 16, 32, 0, 3, ACU_ELEMENT_F16, ACU_ELEMENT_BF16, ACU_WINOGRAD_LINEAR, 0 },
  };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int numbers = 0; numbers < N_NUMBERS; numbers++)
      {
        Case k = { .conv = { .finish = { .channels = rows[i].out, .element = rows[i].to, .residual_element = rows[i].from, .activation = rows[i].activation,
                                         .scale = { 0.5f, 1.5f }, .gate = { 1, -0.5f } } },
                   .columns = rows[i].columns, .above = rows[i].above, .rows = rows[i].rows, .with_residual = rows[i].residual };

        for (; k.conv.slices < 3 && rows[i].in[k.conv.slices]; k.conv.slices++)
          {
            k.conv.slice_channels[k.conv.slices] = rows[i].in[k.conv.slices];
            k.conv.slice_elements[k.conv.slices] = rows[i].from;
          }
        try_case (&k, &c, numbers);
      }
}

/* One slice in plain numbers, a row of which is any row of the source. */
static void
run_plain (Case *k, const float *source, const float *weights, void *result, acu_conv2d_block_fn function, int *fits)
{
  const AcuConv2dBlock *conv = &k->conv;
  float factor[16], bias[16] = { 0 };
  Buffer packed;

  buffer_init (&packed, acu_conv2d_block_weights (conv) / sizeof (float), FALSE);
  acu_conv2d_block_pack (packed.f, factor, conv, weights);
  k->conv.weights = packed.f;
  k->conv.factor = factor;
  k->conv.bias = bias;
  k->block = (AcuBlock) { .above = k->above, .rows = k->rows, .columns = k->columns };
  for (int r = 0; r < WINDOW; r++)
    k->block.src[r] = source + (gsize) r * (k->columns + 2) * conv->slice_channels[0];
  for (int y = k->above; y < k->rows; y++)
    k->block.dst[y] = (char *) result + (gsize) y * k->columns * 16 * element_bytes (conv->finish.element);
  *fits = run (k, &k->block, function);
  buffer_clear (&packed, "weights");
}

/* Where every number and weight is the largest, sums are as large as they can be: exact all the same. */
static void
test_saturated (void)
{
  const int in = ACU_BLOCK_MOST_CHANNELS;
  Case k = { .conv = { .slices = 1, .slice_channels = { in }, .slice_elements = { ACU_ELEMENT_F32 }, .finish = { .channels = 16, .element = ACU_ELEMENT_F32 } },
             .columns = 1, .rows = 1 };
  g_autofree float *source = g_new (float, WINDOW * 3 * in), *weights = g_new (float, 16 * in * 9);
  float result[16];
  AcuKernels c;
  int fits;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < WINDOW * 3 * in; i++)
    source[i] = 3;
  for (int i = 0; i < 16 * in * 9; i++)
    weights[i] = i < 8 * in * 9 ? 2 : -2;
  for (int i = 0; i < 2; i++)
    {
      run_plain (&k, source, weights, result, i ? conv2d_block_emulated : c.conv2d_block, &fits);
      g_assert_true (fits);
      for (int o = 0; o < 16; o++)
        g_assert_cmpfloat_with_epsilon (result[o], (o < 8 ? 1 : -1) * 3 * 2 * in * 9, 6e-5 * 3 * 2 * in * 9);
    }
}

static void
check_plain (const char *isa, const AcuKernels *kernels, gpointer data)
{
  *(acu_conv2d_block_fn *) data = kernels->conv2d_block;
}

/* What the rows that nobody wants would be does not matter. */
static void
test_rows_beside (void)
{
  static const int rows[][2] = { { 0, 7 }, { 3, 8 }, { 3, 6 } };
  enum { IN = 16 };
  float source[WINDOW * 3 * IN], weights[16 * IN * 9];
  guint16 result[8 * 16];
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int i = 0; i < 16 * IN * 9; i++)
    weights[i] = i % 9 == 4;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int beyond = 0; beyond < 2; beyond++)
      {
        Case k = { .conv = { .slices = 1, .slice_channels = { IN }, .slice_elements = { ACU_ELEMENT_F32 }, .finish = { .channels = 16, .element = ACU_ELEMENT_F16 } },
                   .columns = 1, .above = rows[i][0], .rows = rows[i][1] };
        acu_conv2d_block_fn functions[] = { c.conv2d_block, conv2d_block_emulated, NULL };
        int fits;

        for (int n = 0; n < WINDOW * 3 * IN; n++)
          {
            const int y = n / (3 * IN) - 1;

            source[n] = y < k.above - beyond || y >= k.rows + beyond ? 60000 : 1000;
          }
        for_each_level (check_plain, &functions[2]);
        for (gsize f = 0; f < G_N_ELEMENTS (functions); f++)
          {
            run_plain (&k, source, weights, result, functions[f], &fits);
            g_assert_true (fits);
            for (int n = k.above * 16; n < k.rows * 16; n++)
              g_assert_cmpfloat_with_epsilon (acu_half_to_float (result[n]), 1000 * IN, 60000 * IN * 6e-5);
          }
      }
}

typedef struct Bench
{
  Case *k;
  acu_conv2d_block_fn function;
  void *scratch;
  GString *line;
} Bench;

static void
work (gpointer data)
{
  const Bench *bench = data;

  bench->function (&bench->k->block, &bench->k->conv, bench->scratch);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *bench = data;
  const AcuConv2dBlock *conv = &bench->k->conv;

  if (!kernels->block_quick)
    return;
  bench->function = kernels->conv2d_block;
  g_string_append_printf (bench->line, " %s %.0f", isa, 18e-9 * ACU_BLOCK_ROWS * ACU_BLOCK_COLUMNS * bench->k->in * conv->finish.channels / best_seconds (work, bench));
}

static void
test_speed (void)
{
  static const int shapes[][2] = { { 64, 64 }, { 48, 48 }, { 64, 32 }, { 32, 32 }, { 96, 32 }, { 160, 32 }, { 192, 64 }, { 128, 128 } };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const int in = shapes[i][0], out = shapes[i][1];
      Case k = { .conv = { .slices = 1, .slice_channels = { in }, .slice_elements = { ACU_ELEMENT_F16 },
                           .finish = { .channels = out, .element = ACU_ELEMENT_F16, .activation = ACU_WINOGRAD_SLOPE } },
                 .in = in };
      Bench bench = { .k = &k, .line = g_string_new (NULL) };
      g_autofree float *weights = g_new (float, 9 * in * out), *vectors = g_new0 (float, 3 * out);
      g_autofree guint16 *rows = g_new0 (guint16, (gsize) (ACU_BLOCK_WINDOW_ROWS * ACU_BLOCK_WINDOW_COLUMNS * in + ACU_BLOCK_ROWS * ACU_BLOCK_COLUMNS * out));
      Buffer packed, scratch;

      fill_random (weights, 9 * in * out, NUMBERS_ORDINARY);
      for (int n = 0; n < ACU_BLOCK_WINDOW_ROWS * ACU_BLOCK_WINDOW_COLUMNS * in; n++)
        rows[n] = acu_half_from_float ((float) g_test_rand_double_range (-1, 1));
      buffer_init (&packed, acu_conv2d_block_weights (&k.conv) / sizeof (float), FALSE);
      buffer_init (&scratch, (acu_conv2d_block_scratch (&k.conv) + 63) / 64 * 16, FALSE);
      acu_conv2d_block_pack (packed.f, vectors, &k.conv, weights);
      k.conv.weights = packed.f;
      k.conv.factor = vectors;
      k.conv.bias = vectors + out;
      k.conv.finish.slope = vectors + 2 * out;
      k.block.rows = ACU_BLOCK_ROWS;
      k.block.columns = ACU_BLOCK_COLUMNS;
      for (int r = 0; r < ACU_BLOCK_WINDOW_ROWS; r++)
        k.block.src[r] = rows + r * ACU_BLOCK_WINDOW_COLUMNS * in;
      for (int r = 0; r < ACU_BLOCK_ROWS; r++)
        k.block.dst[r] = rows + ACU_BLOCK_WINDOW_ROWS * ACU_BLOCK_WINDOW_COLUMNS * in + r * ACU_BLOCK_COLUMNS * out;
      bench.scratch = scratch.f;
      for_each_level (bench_level, &bench);
      g_test_message ("block %d -> %d, GFLOP/s:%s", in, out, bench.line->len ? bench.line->str : " nowhere quick");
      g_string_free (bench.line, TRUE);
      buffer_clear (&packed, "weights");
      buffer_clear (&scratch, "scratch");
    }
}

void
add_conv2d_block_tests (void)
{
  g_test_add_func ("/kernels/conv2d-block/conv2d", test_conv);
  g_test_add_func ("/kernels/conv2d-block/saturated", test_saturated);
  g_test_add_func ("/kernels/conv2d-block/rows-beside", test_rows_beside);
  g_test_add_func ("/kernels/conv2d-block/speed", test_speed);
}
