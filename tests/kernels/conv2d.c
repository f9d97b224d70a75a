/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

#define MAX_KERNEL 5
#define MAX_SLICES 5

/* A convolution with everything it reads. */
typedef struct Case
{
  AcuConv2d conv;
  int width;
  ptrdiff_t dst_step;
  Buffer weights, bias, slope, src[MAX_SLICES * MAX_KERNEL];
  const float *rows[MAX_SLICES * MAX_KERNEL];
  Buffer expected;
  char *what;
} Case;

static int
padded_channels (const AcuConv2d *conv)
{
  return (conv->out_channels + ACU_CONV2D_GROUP - 1) / ACU_CONV2D_GROUP * ACU_CONV2D_GROUP;
}

static int
in_channels (const AcuConv2d *conv)
{
  int channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += conv->slice_channels[s];
  return channels;
}

/* Sets up buffers with random contents for c->conv, c->width and c->dst_step. Returns the weights before packing. */
static float *
case_init (Case *c, Numbers numbers, gboolean slope)
{
  AcuConv2d *conv = &c->conv;
  gboolean at_end = g_test_rand_int_range (0, 4) != 0;
  gsize n = (gsize) conv->out_channels * in_channels (conv) * conv->kernel_width * conv->kernel_height;
  float *plain = g_new (float, n);

  fill_random (plain, n, NUMBERS_ORDINARY);
  buffer_init (&c->weights, acu_conv2d_packed_floats (conv), at_end);
  acu_conv2d_pack (c->weights.f, conv, plain);
  buffer_init (&c->bias, padded_channels (conv), at_end);
  fill_random (c->bias.f, c->bias.n, numbers == NUMBERS_SPECIAL ? NUMBERS_ORDINARY : numbers);
  buffer_init (&c->slope, padded_channels (conv), at_end);
  fill_random (c->slope.f, c->slope.n, NUMBERS_ORDINARY);
  conv->weights = c->weights.f;
  conv->bias = c->bias.f;
  conv->slope = slope ? c->slope.f : NULL;
  for (int i = 0; i < conv->slices * conv->kernel_height; i++)
    {
      int pixels = (c->width - 1) * conv->stride + conv->kernel_width;

      buffer_init (&c->src[i], (gsize) pixels * conv->slice_channels[i / conv->kernel_height], at_end);
      fill_random (c->src[i].f, c->src[i].n, numbers);
      c->rows[i] = c->src[i].f;
    }
  buffer_init (&c->expected, (gsize) (c->width - 1) * c->dst_step + conv->out_channels, at_end);
  c->what = g_strdup_printf ("conv2d %d (%d slices) -> %d, kernel %dx%d, stride %d, width %d, step %td, slope %d, "
                             "numbers %d", in_channels (conv), conv->slices, conv->out_channels, conv->kernel_width,
                             conv->kernel_height, conv->stride, c->width, c->dst_step, slope, numbers);
  return plain;
}

static void
case_clear (Case *c)
{
  buffer_clear (&c->weights, "weights");
  buffer_clear (&c->bias, "bias");
  buffer_clear (&c->slope, "slope");
  buffer_clear (&c->expected, "dst of the reference");
  for (int i = 0; i < c->conv.slices * c->conv.kernel_height; i++)
    buffer_clear (&c->src[i], "source");
  g_free (c->what);
}

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Case *c = data;
  Buffer dst;

  buffer_init (&dst, c->expected.n, g_test_rand_int_range (0, 4) != 0);
  kernels->conv2d (dst.f, c->dst_step, c->rows, &c->conv, c->width);
  /* The gaps between pixels hold the same pattern in both. */
  if (memcmp (dst.f, c->expected.f, dst.n * sizeof (float)))
    assert_same (c->what, isa, c->expected.f, dst.f, dst.n);
  buffer_clear (&dst, c->what);
}

static void
case_compare (Case *c, Numbers numbers, gboolean slope)
{
  AcuKernels reference;

  g_free (case_init (c, numbers, slope));
  acu_kernels_init (&reference, 0);
  reference.conv2d (c->expected.f, c->dst_step, c->rows, &c->conv, c->width);
  for_each_level (compare_level, c);
  case_clear (c);
}

static void
test_random (void)
{
  static const int kernels[][2] = { { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 }, { 5, 5 }, { 3, 1 }, { 2, 5 } };

  for (int i = 0; i < 350; i++)
    {
      Case c = { 0 };
      const int *kernel = kernels[i % G_N_ELEMENTS (kernels)];

      c.conv.kernel_width = kernel[0];
      c.conv.kernel_height = kernel[1];
      c.conv.stride = g_test_rand_int_range (1, 3);
      c.conv.slices = i % 3 ? 1 : g_test_rand_int_range (2, MAX_SLICES + 1);
      for (int s = 0; s < c.conv.slices; s++)
        c.conv.slice_channels[s] = g_test_rand_int_range (1, c.conv.slices > 1 ? 20 : 81);
      c.conv.out_channels = g_test_rand_int_range (1, 81);
      c.width = g_test_rand_int_range (1, 41);
      c.dst_step = c.conv.out_channels + (g_test_rand_bit () ? g_test_rand_int_range (1, 100) : 0);
      case_compare (&c, g_test_rand_int_range (0, N_NUMBERS), g_test_rand_bit ());
    }
}

/* Every block shape: all numbers of groups with full and cut last groups, all remainders of pixels. */
static void
test_shapes (void)
{
  for (int out = 1; out <= 144; out += out % 8 == 1 ? 6 : 1)
    for (int width = 1; width <= 26; width++)
      {
        Case c = {
          .conv = { .slices = 1, .slice_channels = { 3 }, .out_channels = out, .kernel_width = 1,
                    .kernel_height = 1, .stride = 1 },
          .width = width, .dst_step = out,
        };

        case_compare (&c, (out + width) % N_NUMBERS, out % 3 != 0);
      }
}

/* The reference against a sum in double that reads the weights before they were packed. */
static void
test_against_double (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 40; i++)
    {
      Case c = {
        .conv = { .slices = 1 + i % 3, .slice_channels = { 1 + i % 4, 5, 2 }, .out_channels = 1 + i,
                  .kernel_width = 1 + i % 4, .kernel_height = 1 + i % 5, .stride = 1 + i % 2 },
        .width = 1 + i % 6, .dst_step = 1 + i + i % 2 * 3,
      };
      const AcuConv2d *conv = &c.conv;
      float *plain = case_init (&c, NUMBERS_ORDINARY, FALSE);

      k.conv2d (c.expected.f, c.dst_step, c.rows, conv, c.width);
      for (int x = 0; x < c.width; x++)
        for (int o = 0; o < conv->out_channels; o++)
          {
            double sum = conv->bias[o];
            const float *w = plain + (gsize) o * in_channels (conv) * conv->kernel_width * conv->kernel_height;

            for (int s = 0; s < conv->slices; s++)
              for (int ic = 0; ic < conv->slice_channels[s]; ic++)
                for (int ky = 0; ky < conv->kernel_height; ky++)
                  for (int kx = 0; kx < conv->kernel_width; kx++)
                    sum += (double) *w++ * c.rows[s * conv->kernel_height + ky][(x * conv->stride + kx)
                                                                                * conv->slice_channels[s] + ic];
            g_assert_cmpfloat_with_epsilon (c.expected.f[x * c.dst_step + o], sum, 2e-5);
          }
      for (int x = 0; x + 1 < c.width; x++)
        for (int o = conv->out_channels; o < c.dst_step; o++)
          g_assert_cmphex (((const guint32 *) (const void *) c.expected.f)[x * c.dst_step + o], ==, 0xa5a5a5a5);
      g_free (plain);
      case_clear (&c);
    }
}

typedef struct Hand
{
  AcuConv2d conv;
  const float *weights;           /* as PyTorch has them */
  float bias[ACU_CONV2D_GROUP], slope[ACU_CONV2D_GROUP];
  const float *rows[8];
  int width;
  float expected[8];
} Hand;

static const float count9[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static const float ones[] = { 1, 1, 1, 1, 1, 1 };
static const float big[] = { 16777216.0f, 1.0f, -16777216.0f };
static const float plus_a_bit[] = { 1.000244140625f };      /* 1 + 2^-12 */

static const Hand hands[] = {
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 3, .kernel_height = 3, .stride = 1 },
    count9, { 0.5f }, { 1 }, { count9, count9 + 3, count9 + 6 }, 1, { 285.5f } },
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 3, .kernel_height = 3, .stride = 1 },
    count9, { -300 }, { 0.5f }, { count9, count9 + 3, count9 + 6 }, 1, { -7.5f } },
  /* Pixels (1 2) (3 4) (5 6), outputs a + 2 b and 3 a + 4 b. */
  { { .slices = 1, .slice_channels = { 2 }, .out_channels = 2, .kernel_width = 1, .kernel_height = 1, .stride = 1 },
    count9, { 0, 10 }, { 1, 1 }, { count9 }, 3, { 5, 21, 11, 35, 17, 49 } },
  /* The same as two slices of one channel: pixels (1 4) (2 5) (3 6). */
  { { .slices = 2, .slice_channels = { 1, 1 }, .out_channels = 2, .kernel_width = 1, .kernel_height = 1, .stride = 1 },
    count9, { 0, 10 }, { 1, 1 }, { count9, count9 + 3 }, 3, { 9, 29, 12, 36, 15, 43 } },
  /* Every second pixel: 1 + 2·2, 3 + 2·4, 5 + 2·6. */
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 2, .kernel_height = 1, .stride = 2 },
    count9, { 0 }, { 1 }, { count9 }, 3, { 5, 11, 17 } },
  /* Fused: (1 + 2^-12)² - 1 keeps its last bit. */
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 1, .kernel_height = 1, .stride = 1 },
    plus_a_bit, { -1 }, { 1 }, { plus_a_bit }, 1, { 0x1.0008p-11f } },
  /* In order: 2^24 swallows the 1 before it is taken away again; along channels, columns, rows and slices. */
  { { .slices = 1, .slice_channels = { 3 }, .out_channels = 1, .kernel_width = 1, .kernel_height = 1, .stride = 1 },
    ones, { 0 }, { 1 }, { big }, 1, { 0 } },
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 3, .kernel_height = 1, .stride = 1 },
    ones, { 0 }, { 1 }, { big }, 1, { 0 } },
  { { .slices = 1, .slice_channels = { 1 }, .out_channels = 1, .kernel_width = 1, .kernel_height = 3, .stride = 1 },
    ones, { 0 }, { 1 }, { big, big + 1, big + 2 }, 1, { 0 } },
  { { .slices = 3, .slice_channels = { 1, 1, 1 }, .out_channels = 1, .kernel_width = 1, .kernel_height = 1,
      .stride = 1 },
    ones, { 0 }, { 1 }, { big, big + 1, big + 2 }, 1, { 0 } },
  /* The bias comes first. */
  { { .slices = 1, .slice_channels = { 2 }, .out_channels = 1, .kernel_width = 1, .kernel_height = 1, .stride = 1 },
    ones, { 16777216 }, { 1 }, { big + 1 }, 1, { 0 } },
};

static void
test_hand_made (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (hands); i++)
    {
      AcuConv2d conv = hands[i].conv;
      float packed[16 * 16], got[8];

      g_assert_cmpuint (acu_conv2d_packed_floats (&conv), <=, G_N_ELEMENTS (packed));
      acu_conv2d_pack (packed, &conv, hands[i].weights);
      conv.weights = packed;
      conv.bias = hands[i].bias;
      conv.slope = hands[i].slope;
      k.conv2d (got, conv.out_channels, hands[i].rows, &conv, hands[i].width);
      assert_same ("hand-made", "c", hands[i].expected, got, (gsize) hands[i].width * conv.out_channels);
    }
}

static void
test_pack (void)
{
  /* 17 outputs of 2 + 1 channels, 1 × 2 taps; weight = output * 100 + channel * 10 + column */
  const AcuConv2d conv = { .slices = 2, .slice_channels = { 2, 1 }, .out_channels = 17, .kernel_width = 2,
                           .kernel_height = 1 };
  static const int order[6][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 }, { 2, 0 }, { 2, 1 } };
  float plain[17 * 3 * 2];
  Buffer packed;

  for (int o = 0; o < 17; o++)
    for (int c = 0; c < 3; c++)
      for (int x = 0; x < 2; x++)
        plain[(o * 3 + c) * 2 + x] = o * 100 + c * 10 + x;
  g_assert_cmpuint (acu_conv2d_packed_floats (&conv), ==, 2 * 6 * 16);
  buffer_init (&packed, 2 * 6 * 16, TRUE);
  acu_conv2d_pack (packed.f, &conv, plain);
  for (int o = 0; o < 32; o++)
    for (int tap = 0; tap < 6; tap++)
      g_assert_cmpfloat (packed.f[(o / 16 * 6 + tap) * 16 + o % 16], ==,
                         o < 17 ? o * 100 + order[tap][0] * 10 + order[tap][1] : 0);
  buffer_clear (&packed, "packed weights");
}

typedef struct Bench
{
  Case *c;
  const AcuKernels *kernels;
  GString *line;
} Bench;

static void
bench_work (gpointer data)
{
  Bench *bench = data;
  Case *c = bench->c;

  bench->kernels->conv2d (c->expected.f, c->dst_step, c->rows, &c->conv, c->width);
}

static void
bench_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Bench *bench = data;
  const AcuConv2d *conv = &bench->c->conv;
  double flop = 2.0 * in_channels (conv) * conv->out_channels * conv->kernel_width * conv->kernel_height
                * bench->c->width;

  bench->kernels = kernels;
  g_string_append_printf (bench->line, "  %s %.1f", isa, flop / best_seconds (bench_work, bench) * 1e-9);
}

static void
test_speed (void)
{
  static const int rows[][4] = { { 64, 64, 3, 64 }, { 64, 48, 3, 64 }, { 64, 32, 3, 64 }, { 48, 48, 3, 61 },
                                 { 64, 3, 3, 64 }, { 3, 64, 3, 64 }, { 64, 64, 1, 64 } };
  AcuKernels reference;

  acu_kernels_init (&reference, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Case c = {
        .conv = { .slices = 1, .slice_channels = { rows[i][0] }, .out_channels = rows[i][1],
                  .kernel_width = rows[i][2], .kernel_height = rows[i][2], .stride = 1 },
        .width = rows[i][3], .dst_step = rows[i][1],
      };
      Bench bench = { .c = &c, .line = g_string_new (NULL) };

      g_free (case_init (&c, NUMBERS_ORDINARY, TRUE));
      bench_level ("c", &reference, &bench);
      for_each_level (bench_level, &bench);
      g_test_message ("conv2d %d -> %d, %dx%d, width %d, GFLOP/s:%s", rows[i][0], rows[i][1], rows[i][2], rows[i][2],
                      rows[i][3], bench.line->str);
      g_string_free (bench.line, TRUE);
      case_clear (&c);
    }
}

void
add_conv2d_tests (void)
{
  g_test_add_func ("/kernels/conv2d/hand-made", test_hand_made);
  g_test_add_func ("/kernels/conv2d/pack", test_pack);
  g_test_add_func ("/kernels/conv2d/against-double", test_against_double);
  g_test_add_func ("/kernels/conv2d/shapes", test_shapes);
  g_test_add_func ("/kernels/conv2d/random", test_random);
  g_test_add_func ("/kernels/conv2d/speed", test_speed);
}
