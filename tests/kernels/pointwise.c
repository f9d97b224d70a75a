/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

typedef struct Case
{
  AcuPointwise conv;
  int windows, numbers;           /* numbers of a window */
  gboolean adds;
  Buffer src[ACU_POINTWISE_MAX_RUNS], residual, expected, got, factor, bias, slope;
  Buffer weights[2], scratch[2];  /* by AcuI16Order */
  const void *rows[ACU_POINTWISE_MAX_RUNS];
  float *plain;
} Case;

/* For kernels that read weights of that order. */
static void
set_order (Case *c, AcuI16Order order)
{
  c->conv.order = order;
  c->conv.weights = c->weights[order].f;
}

static void
pack (Case *c)
{
  for (int order = 0; order < 2; order++)
    {
      set_order (c, order);
      acu_pointwise_pack (c->weights[order].f, c->factor.f, &c->conv, c->plain);
    }
  set_order (c, ACU_I16_PAIRS);
}

static void
case_init (Case *c, Numbers numbers)
{
  AcuPointwise *conv = &c->conv;
  gsize padded = (conv->out_channels + 15) / 16 * 16, n = (gsize) c->windows * conv->out_channels;

  for (int r = 0; r < conv->runs; r++)
    {
      c->numbers += conv->run_numbers[r];
      buffer_init_elements (&c->src[r], (gsize) c->windows * conv->run_numbers[r], conv->run_elements[r], numbers);
      c->rows[r] = c->src[r].f;
    }
  buffer_init_elements (&c->residual, n, conv->residual_element, numbers);
  c->plain = g_new (float, (gsize) c->numbers * conv->out_channels);
  fill_random (c->plain, (gsize) c->numbers * conv->out_channels, NUMBERS_ORDINARY);
  n = conv->out_element == ACU_ELEMENT_F16 ? (n + 1) / 2 : n;
  buffer_init (&c->expected, n, TRUE);
  buffer_init (&c->got, n, g_test_rand_bit ());
  for (int order = 0; order < 2; order++)
    {
      conv->order = order;
      buffer_init (&c->weights[order], acu_pointwise_weights_bytes (conv) / 4, TRUE);
      buffer_init (&c->scratch[order], (acu_pointwise_scratch_bytes (conv) + 63) / 64 * 16, TRUE);
    }
  buffer_init (&c->factor, padded, TRUE);
  buffer_init (&c->bias, padded, TRUE);
  buffer_init (&c->slope, padded, TRUE);
  fill_random (c->bias.f, padded, NUMBERS_ORDINARY);
  fill_random (c->slope.f, padded, NUMBERS_ORDINARY);
  pack (c);
  conv->factor = c->factor.f;
  conv->bias = c->bias.f;
  conv->slope = c->slope.f;
}

static void
case_clear (Case *c)
{
  for (int r = 0; r < c->conv.runs; r++)
    buffer_clear (&c->src[r], "pointwise source");
  buffer_clear (&c->residual, "pointwise residual");
  buffer_clear (&c->expected, "pointwise C");
  buffer_clear (&c->got, "pointwise result");
  buffer_clear (&c->factor, "pointwise factor");
  buffer_clear (&c->bias, "pointwise bias");
  buffer_clear (&c->slope, "pointwise slope");
  for (int order = 0; order < 2; order++)
    {
      buffer_clear (&c->weights[order], "pointwise weights");
      buffer_clear (&c->scratch[order], "pointwise scratch");
    }
  g_free (c->plain);
}

static float
number_at (const Buffer *buffer, AcuElement element, gsize at)
{
  return element == ACU_ELEMENT_F16 ? acu_half_to_float (((const guint16 *) (void *) buffer->f)[at]) : buffer->f[at];
}

static void
random_case (Case *c, int i)
{
  AcuPointwise *conv = &c->conv;

  *c = (Case) { .windows = g_test_rand_int_range (1, 80) };
  conv->runs = g_test_rand_int_range (1, 6);
  for (int r = 0; r < conv->runs; r++)
    {
      conv->run_numbers[r] = 16 * g_test_rand_int_range (1, 6);
      conv->run_elements[r] = g_test_rand_int_range (0, 2);
    }
  conv->out_channels = g_test_rand_bit () ? g_test_rand_int_range (1, 130) : 16 * g_test_rand_int_range (1, 8);
  conv->out_element = g_test_rand_int_range (0, 2);
  conv->activation = i % ACU_WINOGRAD_GATE;
  c->adds = g_test_rand_bit ();
  conv->residual_element = g_test_rand_int_range (0, 2);
  conv->scale[0] = (float) g_test_rand_double_range (-1, 1);
  conv->scale[1] = (float) g_test_rand_double_range (-1, 1);
}

static const void *
residual_of (const Case *c)
{
  return c->adds ? c->residual.f : NULL;
}

static double
activate (double v, const AcuPointwise *conv, int out)
{
  switch (conv->activation)
    {
    case ACU_WINOGRAD_SLOPE: return v < 0 ? v * conv->slope[out] : v;
    case ACU_WINOGRAD_SIGMOID: return 1 / (1 + exp (-v));
    case ACU_WINOGRAD_SWISH: return v / (1 + exp (-v));
    default: return v;
    }
}

static double
direct (const Case *c, int window, int out)
{
  const AcuPointwise *conv = &c->conv;
  const float *w = c->plain + (gsize) out * c->numbers;
  double v = conv->bias[out];

  for (int r = 0; r < conv->runs; r++)
    for (int k = 0; k < conv->run_numbers[r]; k++)
      v += (double) *w++ * number_at (&c->src[r], conv->run_elements[r], (gsize) window * conv->run_numbers[r] + k);
  v = activate (v, conv, out);
  if (c->adds)
    v = v * conv->scale[0] + number_at (&c->residual, conv->residual_element, (gsize) window * conv->out_channels + out) * (double) conv->scale[1];
  return v;
}

/* The reference against the definition: sixteen bits of each number, of which hundreds are added. */
static void
test_against_double (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 12; i++)
    {
      Case c;
      double sum = 0, error = 0;

      random_case (&c, i);
      case_init (&c, NUMBERS_ORDINARY);
      g_assert_true (k.pointwise (c.expected.f, c.rows, residual_of (&c), &c.conv, c.windows, c.scratch[c.conv.order].f));
      for (int window = 0; window < c.windows; window++)
        for (int out = 0; out < c.conv.out_channels; out++)
          {
            double truth = direct (&c, window, out);
            double got = number_at (&c.expected, c.conv.out_element, (gsize) window * c.conv.out_channels + out);

            sum += truth * truth;
            error += (got - truth) * (got - truth);
          }
      g_test_message ("%d numbers: %.1f dB", c.numbers, 10 * log10 (sum / error));
      g_assert_cmpfloat (10 * log10 (sum / error), >, 65);
      case_clear (&c);
    }
}

typedef struct Compare
{
  Case *c;
  int fits;
} Compare;

static void
compare_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Compare *compare = data;
  Case *c = compare->c;

  memset (c->got.f, 0xa5, c->got.n * sizeof (float));
  set_order (c, kernels->i16_order);
  g_assert_cmpint (kernels->pointwise (c->got.f, c->rows, residual_of (c), &c->conv, c->windows, c->scratch[c->conv.order].f), ==, compare->fits);
  for (gsize i = 0; i < (gsize) c->windows * c->conv.out_channels; i++)
    if (!same_float (number_at (&c->expected, c->conv.out_element, i), number_at (&c->got, c->conv.out_element, i)))
      {
        g_test_message ("pointwise, %s: number %zu is %a, expected %a", isa, i, number_at (&c->got, c->conv.out_element, i),
                        number_at (&c->expected, c->conv.out_element, i));
        g_assert_not_reached ();
      }
}

static void
test_random (void)
{
  AcuKernels k;

  acu_kernels_init (&k, 0);
  for (int i = 0; i < 60; i++)
    {
      Case c;
      Compare compare = { &c };

      random_case (&c, i);
      case_init (&c, i % N_NUMBERS);
      compare.fits = k.pointwise (c.expected.f, c.rows, residual_of (&c), &c.conv, c.windows, c.scratch[c.conv.order].f);
      for_each_i16_level (compare_level, &compare);
      case_clear (&c);
    }
}

/* Sums of hundreds of the largest numbers fit 32 bits; what does not fit 16-bit floats, or is no number, is told. */
static void
range_level (const char *isa, const AcuKernels *k, gpointer data)
{
  static const struct
  {
    float value;
    AcuElement out;
    int fits;
  } rows[] = {
    { 1e-20f, ACU_ELEMENT_F16, TRUE }, { 1, ACU_ELEMENT_F16, TRUE }, { 1e4f, ACU_ELEMENT_F16, FALSE },
    { 1e4f, ACU_ELEMENT_F32, TRUE }, { 1e30f, ACU_ELEMENT_F32, FALSE }, { NAN, ACU_ELEMENT_F32, FALSE },
    { INFINITY, ACU_ELEMENT_F16, FALSE }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Case c = { .conv = { .runs = 1, .run_numbers = { 512 }, .out_channels = 16, .out_element = rows[i].out }, .windows = 1 };

      case_init (&c, NUMBERS_ORDINARY);
      for (gsize j = 0; j < 512 * 16; j++)
        c.plain[j] = 0.5f;
      memset (c.bias.f, 0, c.bias.n * sizeof (float));
      pack (&c);
      set_order (&c, k->i16_order);
      for (int j = 0; j < 512; j++)
        c.src[0].f[j] = rows[i].value;
      g_assert_cmpint (k->pointwise (c.got.f, c.rows, NULL, &c.conv, 1, c.scratch[c.conv.order].f), ==, rows[i].fits);
      for (int out = 0; rows[i].fits && out < 16; out++)
        g_assert_cmpfloat_with_epsilon (number_at (&c.got, rows[i].out, out), 256 * rows[i].value, 256 * rows[i].value * 1e-3f + 1e-7f);
      case_clear (&c);
    }
}

static void
test_range (void)
{
  for_each_i16_level (range_level, NULL);
}

void
add_pointwise_tests (void)
{
  g_test_add_func ("/kernels/pointwise/double", test_against_double);
  g_test_add_func ("/kernels/pointwise/random", test_random);
  g_test_add_func ("/kernels/pointwise/range", test_range);
}
