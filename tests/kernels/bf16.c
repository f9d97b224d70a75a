/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "amx_emulated.h"

#include "checkasm.h"
#include "x86/conv2d_bf16_amx.h"

#include <string.h>

/* Numbers of 16 bits in a buffer. */
static uint16_t *
numbers_init (Buffer *buffer, gsize n)
{
  buffer_init (buffer, (n + 1) / 2, TRUE);
  return (uint16_t *) (void *) buffer->f;
}

static void
test_narrow_by_hand (void)
{
  static const struct
  {
    float from;
    uint16_t to;
  } rows[] = {
    { 1, 0x3f80 }, { -2, 0xc000 }, { 0, 0 }, { -0.0f, 0x8000 }, { INFINITY, 0x7f80 }, { -INFINITY, 0xff80 },
    { 1 + 1 / 256.0f, 0x3f80 },   /* ties: to even */
    { 1 + 3 / 256.0f, 0x3f82 },
    { 1 + 1 / 255.0f, 0x3f81 },
    { 3.4e38f, 0x7f80 },          /* rounds up to infinity */
    { 1e-40f, 0 }, { -1e-40f, 0x8000 },
  };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      uint16_t got;

      c.bf16_narrow (&got, &rows[i].from, 1);
      g_assert_cmphex (got, ==, rows[i].to);
    }
}

typedef struct Layout
{
  int channels, width, step;
  const float *src;
  const AcuKernels *c;
} Layout;

static void
assert_same_numbers (const char *what, const char *isa, const uint16_t *expected, const uint16_t *got, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (expected[i] != got[i])
      {
        g_test_message ("%s, %s: number %zu of %zu is %04x, expected %04x", what, isa, i, n, got[i], expected[i]);
        g_assert_not_reached ();
      }
}

static void
check_layouts (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Layout *l = data;
  const gsize n = (gsize) l->width * l->channels, plane = (gsize) l->width, pairs = (gsize) (l->width + 1) / 2 * 32;
  Buffer expected, got;
  uint16_t *e = numbers_init (&expected, MAX (n, pairs * (l->channels / 16)) + 1), *g = numbers_init (&got, 2 * expected.n);

  memset (e, 0, expected.n * sizeof (float));
  memset (g, 0, got.n * sizeof (float));
  l->c->bf16_narrow (e, l->src, n);
  kernels->bf16_narrow (g, l->src, n);
  assert_same_numbers ("narrow", isa, e, g, n);
  memset (e, 0xff, expected.n * sizeof (float));
  memset (g, 0xff, expected.n * sizeof (float));
  l->c->bf16_pixels (e, l->channels, l->src, ACU_ELEMENT_F16, l->channels, l->width);
  kernels->bf16_pixels (g, l->channels, l->src, ACU_ELEMENT_F16, l->channels, l->width);
  assert_same_numbers ("pixels of 16 bits", isa, e, g, expected.n * 2);
  for (int x = 0; x < l->width; x++)
    for (int k = 0; k < l->channels; k++)
      g_assert_cmphex (e[x * l->channels + k], ==, acu_bf16_from_float (acu_half_to_float (((const uint16_t *) (const void *) l->src)[x * l->channels + k])));
  l->c->bf16_pixels (e, l->channels, l->src, ACU_ELEMENT_F32, l->channels, l->width);
  kernels->bf16_pixels (g, l->channels, l->src, ACU_ELEMENT_F32, l->channels, l->width);
  assert_same_numbers ("pixels", isa, e, g, expected.n * 2);
  memset (e, 0, expected.n * sizeof (float));
  memset (g, 0, expected.n * sizeof (float));
  l->c->bf16_planes (e, (ptrdiff_t) plane, l->src, l->step, l->channels, l->width);
  kernels->bf16_planes (g, (ptrdiff_t) plane, l->src, l->step, l->channels, l->width);
  assert_same_numbers ("planes", isa, e, g, n);
  if (l->channels % 16 == 0)
    {
      l->c->bf16_pairs (e, (ptrdiff_t) pairs, l->src, l->channels, l->width);
      kernels->bf16_pairs (g, (ptrdiff_t) pairs, l->src, l->channels, l->width);
      assert_same_numbers ("pairs", isa, e, g, pairs * (l->channels / 16));
    }
  buffer_clear (&expected, "expected");
  buffer_clear (&got, "got");
}

static void
test_layouts (void)
{
  static const int channels[] = { 1, 3, 16, 17, 48, 64 }, widths[] = { 1, 2, 15, 31, 32, 33, 65 };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (channels); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (widths); k++)
      for (int numbers = 0; numbers < N_NUMBERS; numbers++)
        {
          Layout l = { channels[i], widths[k], channels[i] + g_test_rand_int_range (0, 3) * (channels[i] % 16 != 0), NULL, &c };
          Buffer src;

          buffer_init (&src, MAX ((gsize) l.step * (l.width - 1) + l.channels, (gsize) l.channels * l.width), TRUE);
          fill_random (src.f, src.n, numbers);
          l.src = src.f;
          for_each_level (check_layouts, &l);
          buffer_clear (&src, "source");
        }
}

/* --- the convolution --- */

typedef struct Case
{
  AcuConv2dBf16 conv;
  int width, height, step, add, rows;     /* rows: of pixels, of each slice */
  ptrdiff_t dst_row;
  const uint16_t **src;
  const float *before;
  gsize n;                        /* floats of the result, gaps included */
  float *expected;
} Case;

static void
run_conv (const Case *k, const char *isa, acu_conv2d_bf16_fn conv)
{
  Buffer dst;

  buffer_init (&dst, k->n, g_test_rand_bit ());
  memcpy (dst.f, k->before, k->n * sizeof (float));
  conv (dst.f, k->step, k->dst_row, k->src, &k->conv, k->width, k->height, k->add);
  assert_same ("conv2d bf16", isa, k->expected, dst.f, k->n);
  buffer_clear (&dst, "conv2d bf16");
}

static void
check_conv (const char *isa, const AcuKernels *kernels, gpointer data)
{
  run_conv (data, isa, kernels->conv2d_bf16);
}

static float
wide (uint16_t number)
{
  uint32_t bits = (uint32_t) number << 16;
  float f;

  memcpy (&f, &bits, sizeof f);
  return f;
}

/* Random numbers on a grid that bfloat16 has. */
static void
fill_numbers (uint16_t *numbers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    numbers[i] = (uint16_t) (0x3f00 + g_test_rand_int_range (0, 256) + 0x8000 * g_test_rand_bit ());
}

static int
in_channels (const AcuConv2dBf16 *conv)
{
  int sum = 0;

  for (int s = 0; s < conv->slices; s++)
    sum += conv->slice_channels[s];
  return sum;
}

/* The reference itself, in double precision. */
static void
assert_near_truth (const Case *k, const float *weights)
{
  const AcuConv2dBf16 *conv = &k->conv;
  int x = g_test_rand_int_range (0, k->width), y = g_test_rand_int_range (0, k->height), o = g_test_rand_int_range (0, conv->out_channels);
  double sum = k->add ? k->before[y * k->dst_row + x * k->step + o] : conv->bias[o];

  weights += (gsize) o * in_channels (conv) * conv->kernel_height * conv->kernel_width;
  for (int s = 0; s < conv->slices; s++)
    for (int i = 0; i < conv->slice_channels[s]; i++)
      for (int v = 0; v < conv->kernel_height; v++)
        for (int u = 0; u < conv->kernel_width; u++)
          sum += wide (k->src[s * k->rows + y * conv->stride + v][(x * conv->stride + u) * conv->slice_channels[s] + i]) * *weights++;
  g_assert_cmpfloat_with_epsilon (k->expected[y * k->dst_row + x * k->step + o], sum, 1e-5 * (1 + fabs (sum)));
}

/* Rows of all slices, each in memory of its own that ends where the last run of the last pixel does. */
static void
make_rows (Case *k, Buffer *buffers)
{
  const AcuConv2dBf16 *conv = &k->conv;

  for (int s = 0; s < conv->slices; s++)
    for (int r = 0; r < k->rows; r++)
      {
        gsize run = (gsize) (conv->kernel_width * conv->slice_channels[s] + ACU_BF16_RUN - 1) / ACU_BF16_RUN * ACU_BF16_RUN;
        gsize n = (gsize) (k->width - 1) * conv->stride * conv->slice_channels[s] + run;
        uint16_t *row = numbers_init (&buffers[s * k->rows + r], n);

        fill_numbers (row, n);
        k->src[s * k->rows + r] = row;
      }
}

static void
try_conv (Case *k, const AcuKernels *c)
{
  AcuConv2dBf16 *conv = &k->conv;
  gsize count = (gsize) conv->out_channels * in_channels (conv) * conv->kernel_width * conv->kernel_height;
  g_autofree float *weights = g_new (float, count), *bias = g_new (float, (conv->out_channels + 15) / 16 * 16);
  g_autofree float *before = NULL;
  g_autofree uint16_t *narrow = g_new (uint16_t, count);
  g_autofree const uint16_t **src = NULL;
  g_autofree Buffer *rows = NULL;
  Buffer packed;

  k->rows = (k->height - 1) * conv->stride + conv->kernel_height;
  k->src = src = g_new (const uint16_t *, conv->slices * k->rows);
  rows = g_new0 (Buffer, conv->slices * k->rows);
  make_rows (k, rows);
  k->step = conv->out_channels + g_test_rand_int_range (0, 4);
  k->dst_row = (ptrdiff_t) k->width * k->step + g_test_rand_int_range (0, 9);
  k->n = (gsize) ((k->height - 1) * k->dst_row + (k->width - 1) * k->step + conv->out_channels);
  fill_numbers (narrow, count);
  for (gsize i = 0; i < count; i++)
    weights[i] = wide (narrow[i]);
  fill_random (bias, (gsize) (conv->out_channels + 15) / 16 * 16, NUMBERS_ORDINARY);
  before = g_new (float, k->n);
  fill_random (before, k->n, NUMBERS_ORDINARY);
  k->before = before;
  buffer_init (&packed, acu_conv2d_bf16_packed (conv) / 2, FALSE);
  acu_conv2d_bf16_pack ((uint16_t *) (void *) packed.f, conv, weights);
  conv->weights = (uint16_t *) (void *) packed.f;
  conv->bias = bias;
  k->expected = g_memdup2 (before, k->n * sizeof (float));
  c->conv2d_bf16 (k->expected, k->step, k->dst_row, k->src, conv, k->width, k->height, k->add);
  assert_near_truth (k, weights);
  run_conv (k, "amx, emulated", conv2d_bf16);
  for_each_level (check_conv, k);
  g_free (k->expected);
  buffer_clear (&packed, "weights");
  for (int i = 0; i < conv->slices * k->rows; i++)
    buffer_clear (&rows[i], "source");
}

static void
test_conv (void)
{
  static const struct
  {
    int in[3], out, kernel_width, kernel_height, stride, width, height;
  } rows[] = {
    { { 1 }, 1, 1, 1, 1, 1, 1 }, { { 3 }, 16, 3, 3, 1, 48, 5 }, { { 48 }, 48, 3, 3, 1, 48, 3 }, { { 64 }, 3, 3, 3, 1, 17, 3 }, { { 16 }, 33, 1, 1, 1, 32, 2 },
    { { 3 }, 64, 9, 9, 1, 33, 2 }, { { 16 }, 20, 4, 4, 2, 15, 4 }, { { 5 }, 48, 3, 2, 3, 9, 3 }, { { 32 }, 12, 5, 5, 1, 31, 1 },
    { { 64, 32, 32 }, 32, 3, 3, 1, 66, 4 }, { { 16, 48 }, 64, 3, 3, 1, 33, 1 }, { { 7, 1, 32 }, 17, 2, 3, 2, 5, 2 },
  };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (int add = 0; add < 2; add++)
      {
        Case k = { .conv = { .out_channels = rows[i].out, .kernel_width = rows[i].kernel_width, .kernel_height = rows[i].kernel_height,
                             .stride = rows[i].stride },
                   .width = rows[i].width, .height = rows[i].height, .add = add };

        for (; k.conv.slices < 3 && rows[i].in[k.conv.slices]; k.conv.slices++)
          k.conv.slice_channels[k.conv.slices] = rows[i].in[k.conv.slices];
        try_conv (&k, &c);
      }
}

/* Kernels keep their sums: to a unit of the smallest tap that counts, where plain rounding is off by those of the largest. */
static void
test_level (void)
{
  AcuConv2dBf16 conv = { .slices = 1, .slice_channels = { 2 }, .out_channels = 16, .kernel_width = 3, .kernel_height = 3, .stride = 1 };
  float weights[16 * 2 * 9], plain_error = 0, level_error = 0;
  g_autofree uint16_t *plain = g_new0 (uint16_t, acu_conv2d_bf16_packed (&conv)), *level = g_new0 (uint16_t, acu_conv2d_bf16_packed (&conv));

  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    weights[i] = (float) g_test_rand_double_range (-1, 1);
  acu_conv2d_bf16_pack (plain, &conv, weights);
  acu_conv2d_bf16_pack_level (level, &conv, weights);
  for (int o = 0; o < 16; o++)
    for (int c = 0; c < 2; c++)
      {
        float truth = 0, sums[2] = { 0 };

        for (int k = 0; k < 9; k++)
          {
            /* One run a kernel row: [pair][channel][2]. */
            int at = k % 3 * 2 + c;
            gsize place = (gsize) (k / 3) * 512 + (gsize) (at / 2) * 32 + o * 2 + at % 2;

            truth += weights[(o * 2 + c) * 9 + k];
            sums[0] += wide (plain[place]);
            sums[1] += wide (level[place]);
            g_assert_cmpfloat (fabsf (wide (level[place]) - weights[(o * 2 + c) * 9 + k]), <=, 1.0f / 128);
          }
        plain_error += (sums[0] - truth) * (sums[0] - truth);
        level_error += (sums[1] - truth) * (sums[1] - truth);
      }
  g_test_message ("sums are off by %g, plain by %g", sqrt (level_error / 32), sqrt (plain_error / 32));
  g_assert_cmpfloat (level_error, <, plain_error / 25);
}

/* --- the gradient --- */

typedef struct GradientCase
{
  AcuGradientBf16 gradient;
  ptrdiff_t group_floats;
  gsize n;
  const float *before;
  float *expected;
} GradientCase;

static void
run_gradient (const GradientCase *k, const char *isa, acu_conv2d_gradient_bf16_fn function)
{
  Buffer sums;

  buffer_init (&sums, k->n, g_test_rand_bit ());
  memcpy (sums.f, k->before, k->n * sizeof (float));
  function (sums.f, k->group_floats, &k->gradient);
  assert_same ("conv2d gradient bf16", isa, k->expected, sums.f, k->n);
  buffer_clear (&sums, "conv2d gradient bf16");
}

static void
check_gradient (const char *isa, const AcuKernels *kernels, gpointer data)
{
  run_gradient (data, isa, kernels->conv2d_gradient_bf16);
}

static void
test_gradient_by_hand (void)
{
  uint16_t planes[40] = { 0x3f80, 0x4000, 0x4040 }, pairs[2 * 16 * 16] = { 0 };  /* 1, 2, 3 */
  float sums[2 * 16] = { 0 };
  AcuGradientBf16 gradient = { planes, pairs, 0, 0, 1, 1, 2, 1, 0, 32 };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  pairs[2 * 5] = 0x4000;          /* channel 5: 2 at pixel 0, 4 at pixel 1 */
  pairs[2 * 5 + 1] = 0x4080;
  sums[5] = 100;
  c.conv2d_gradient_bf16 (sums, 0, &gradient);
  g_assert_cmpfloat (sums[5], ==, 100 + 1 * 2 + 2 * 4);
  g_assert_cmpfloat (sums[16 + 5], ==, 2 * 2 + 3 * 4);
  g_assert_cmpfloat (sums[4], ==, 0);
}

static void
try_gradient (GradientCase *k, const AcuKernels *c)
{
  AcuGradientBf16 *g = &k->gradient;
  gsize plane_numbers = (gsize) g->pixels + (g->kernel_height - 1) * g->pitch + g->kernel_width - 1;
  g_autofree float *before = NULL;
  Buffer planes, pairs;
  uint16_t *p, *q;

  g->plane = (ptrdiff_t) plane_numbers + g_test_rand_int_range (0, 9);
  g->group = (ptrdiff_t) g->pixels * 16 + 32 * g_test_rand_int_range (0, 2);
  k->group_floats = (ptrdiff_t) g->kernel_width * g->kernel_height * g->channels * 16 + 16 * g_test_rand_int_range (0, 2);
  k->n = (gsize) k->group_floats * g->groups;
  p = numbers_init (&planes, (gsize) g->plane * (g->channels - 1) + plane_numbers);
  q = numbers_init (&pairs, (gsize) g->group * g->groups);
  fill_numbers (p, (gsize) g->plane * (g->channels - 1) + plane_numbers);
  fill_numbers (q, (gsize) g->group * g->groups);
  g->planes = p;
  g->pairs = q;
  before = g_new (float, k->n);
  fill_random (before, k->n, NUMBERS_ORDINARY);
  k->before = before;
  k->expected = g_memdup2 (before, k->n * sizeof (float));
  c->conv2d_gradient_bf16 (k->expected, k->group_floats, g);
  run_gradient (k, "amx, emulated", conv2d_gradient_bf16);
  for_each_level (check_gradient, k);
  g_free (k->expected);
  buffer_clear (&planes, "planes");
  buffer_clear (&pairs, "pairs");
}

static void
test_gradient (void)
{
  static const AcuGradientBf16 rows[] = {
    { .channels = 1, .groups = 1, .kernel_width = 1, .kernel_height = 1, .pitch = 2, .pixels = 32 },
    { .channels = 48, .groups = 3, .kernel_width = 3, .kernel_height = 3, .pitch = 50, .pixels = 320 },
    { .channels = 27, .groups = 2, .kernel_width = 1, .kernel_height = 9, .pitch = 20, .pixels = 288 },
    { .channels = 20, .groups = 1, .kernel_width = 5, .kernel_height = 2, .pitch = 7, .pixels = 64 },
  };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GradientCase k = { .gradient = rows[i] };

      try_gradient (&k, &c);
    }
}

void
add_bf16_tests (void)
{
  g_test_add_func ("/kernels/bf16/narrow", test_narrow_by_hand);
  g_test_add_func ("/kernels/bf16/layouts", test_layouts);
  g_test_add_func ("/kernels/bf16/conv2d", test_conv);
  g_test_add_func ("/kernels/bf16/level", test_level);
  g_test_add_func ("/kernels/bf16/gradient-by-hand", test_gradient_by_hand);
  g_test_add_func ("/kernels/bf16/gradient", test_gradient);
}
