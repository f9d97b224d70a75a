/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions to a few channels. */
#include "checkasm.h"

#include <math.h>
#include <string.h>

#define MOST_ROWS 15

typedef struct Case
{
  AcuConv2d conv;
  int width;
  ptrdiff_t dst_step;
  float *plain;
  Buffer weights, bias, slope, src[MOST_ROWS], expected;
  const float *rows[MOST_ROWS];
} Case;

static int
in_channels (const AcuConv2d *conv)
{
  int channels = 0;

  for (int s = 0; s < conv->slices; s++)
    channels += conv->slice_channels[s];
  return channels;
}

static void
case_init (Case *c, Numbers numbers)
{
  AcuConv2d *conv = &c->conv;
  gsize n;

  *c = (Case) { .width = g_test_rand_int_range (1, 30) };
  conv->slices = g_test_rand_int_range (1, 4);
  for (int s = 0; s < conv->slices; s++)
    conv->slice_channels[s] = 16 * g_test_rand_int_range (1, 5);
  conv->out_channels = g_test_rand_int_range (1, ACU_CONV2D_FEW + 1);
  conv->kernel_width = g_test_rand_int_range (1, 6);
  conv->kernel_height = g_test_rand_int_range (1, 6);
  conv->stride = g_test_rand_int_range (1, 3);
  c->dst_step = conv->out_channels + g_test_rand_int_range (0, 3);
  n = (gsize) conv->out_channels * in_channels (conv) * conv->kernel_width * conv->kernel_height;
  c->plain = g_new (float, n);
  fill_random (c->plain, n, NUMBERS_ORDINARY);
  g_assert_cmpuint (acu_conv2d_few_floats (conv), ==, n);
  buffer_init (&c->weights, n, TRUE);
  acu_conv2d_few_pack (c->weights.f, conv, c->plain);
  buffer_init (&c->bias, ACU_CONV2D_GROUP, TRUE);
  fill_random (c->bias.f, c->bias.n, NUMBERS_ORDINARY);
  buffer_init (&c->slope, ACU_CONV2D_GROUP, TRUE);
  fill_random (c->slope.f, c->slope.n, NUMBERS_ORDINARY);
  conv->weights = c->weights.f;
  conv->bias = c->bias.f;
  conv->slope = g_test_rand_bit () ? c->slope.f : NULL;
  for (int i = 0; i < conv->slices * conv->kernel_height; i++)
    {
      int pixels = (c->width - 1) * conv->stride + conv->kernel_width;

      buffer_init (&c->src[i], (gsize) pixels * conv->slice_channels[i / conv->kernel_height], g_test_rand_bit ());
      fill_random (c->src[i].f, c->src[i].n, numbers);
      c->rows[i] = c->src[i].f;
    }
  buffer_init (&c->expected, (gsize) (c->width - 1) * c->dst_step + conv->out_channels, TRUE);
}

static void
case_clear (Case *c)
{
  for (int i = 0; i < c->conv.slices * c->conv.kernel_height; i++)
    buffer_clear (&c->src[i], "few: source");
  buffer_clear (&c->weights, "few: weights");
  buffer_clear (&c->bias, "few: bias");
  buffer_clear (&c->slope, "few: slope");
  buffer_clear (&c->expected, "few: C");
  g_free (c->plain);
}

/* With the weights before they were packed; *most: of the magnitudes of what is added. */
static double
direct (const Case *c, int x, int out, double *most)
{
  const AcuConv2d *conv = &c->conv;
  const float *w = c->plain + (gsize) out * in_channels (conv) * conv->kernel_width * conv->kernel_height;
  double v = conv->bias[out];

  *most = fabs (v);
  for (int s = 0; s < conv->slices; s++)
    for (int channel = 0; channel < conv->slice_channels[s]; channel++)
      for (int ky = 0; ky < conv->kernel_height; ky++)
        for (int kx = 0; kx < conv->kernel_width; kx++)
          {
            double product = (double) *w++ * c->rows[s * conv->kernel_height + ky][(x * conv->stride + kx) * conv->slice_channels[s] + channel];

            v += product;
            *most += fabs (product);
          }
  return conv->slope && v < 0 ? v * conv->slope[out] : v;
}

static void
test_against_double (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 20; i++)
    {
      Case c;

      case_init (&c, NUMBERS_ORDINARY);
      k.conv2d_few (c.expected.f, c.dst_step, c.rows, &c.conv, c.width);
      for (int x = 0; x < c.width; x++)
        for (int out = 0; out < c.conv.out_channels; out++)
          {
            double most, truth = direct (&c, x, out, &most);

            g_assert_cmpfloat_with_epsilon (c.expected.f[x * c.dst_step + out], truth, 1e-6 * most);
          }
      case_clear (&c);
    }
}

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Case *c = data;
  Buffer dst;

  buffer_init (&dst, c->expected.n, g_test_rand_bit ());
  kernels->conv2d_few (dst.f, c->dst_step, c->rows, &c->conv, c->width);
  /* The gaps between pixels hold the same pattern in both. */
  if (memcmp (dst.f, c->expected.f, dst.n * sizeof (float)))
    assert_same ("few", isa, c->expected.f, dst.f, dst.n);
  buffer_clear (&dst, "few");
}

static void
test_levels (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 80; i++)
    {
      Case c;

      case_init (&c, i % N_NUMBERS);
      k.conv2d_few (c.expected.f, c.dst_step, c.rows, &c.conv, c.width);
      for_each_level (compare_level, &c);
      case_clear (&c);
    }
}

void
add_few_tests (void)
{
  g_test_add_func ("/kernels/few/double", test_against_double);
  g_test_add_func ("/kernels/few/levels", test_levels);
}
