/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

static void
test_hand_made (void)
{
  /* Two channels, two rows of three pixels, kernels of 2 × 2. */
  static const float top[] = { 1, -1, 2, -2, 3, -3 }, bottom[] = { 4, -4, 5, -5, 6, -6 };
  static const float weights[] = { 1, 1, 10, 10, 100, 100, 1000, 1000 }, bias[] = { 0.5f, 0 }, slope[] = { 0, 0.25f };
  static const float expected[] = { 5421.5f, -0.25f * 5421, 6532.5f, -0.25f * 6532 }, strided[] = { 5421, -5421 };
  const float *rows[] = { top, bottom };
  AcuDepthwise d = { 2, 2, 2, 1, weights, bias, slope };
  AcuKernels c;
  float got[4];

  acu_kernels_init (&c, 0);
  c.depthwise (got, rows, &d, 2);
  assert_same ("depthwise", "c", expected, got, 4);
  d = (AcuDepthwise) { 2, 2, 2, 2, weights, NULL, NULL };
  c.depthwise (got, rows, &d, 1);
  assert_same ("depthwise", "c", strided, got, 2);
}

typedef struct Shape
{
  int channels, kernel, stride, width;
} Shape;

/* Kernels neither read nor write beyond, and agree with the sum written down once more. */
static void
check_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Shape *s = data;
  int columns = s->width ? (s->width - 1) * s->stride + s->kernel : 0, taps = s->kernel * s->kernel;
  AcuDepthwise d = { s->channels, s->kernel, s->kernel, s->stride };
  Buffer src[5], weights, vectors, dst;
  const float *rows[5];

  buffer_init (&weights, (gsize) taps * s->channels, TRUE);
  buffer_init (&vectors, (gsize) 2 * s->channels, TRUE);
  buffer_init (&dst, (gsize) s->width * s->channels, g_test_rand_bit ());
  for (int k = 0; k < s->kernel; k++)
    {
      buffer_init (&src[k], (gsize) columns * s->channels, TRUE);
      for (gsize i = 0; i < src[k].n; i++)
        src[k].f[i] = (float) g_test_rand_double_range (-1, 1);
      rows[k] = src[k].f;
    }
  for (gsize i = 0; i < weights.n; i++)
    weights.f[i] = (float) g_test_rand_double_range (-1, 1);
  for (gsize i = 0; i < vectors.n; i++)
    vectors.f[i] = (float) g_test_rand_double_range (-1, 1);
  d.weights = weights.f;
  d.bias = vectors.f;
  d.slope = vectors.f + s->channels;
  kernels->depthwise (dst.f, rows, &d, s->width);
  for (int x = 0; x < s->width; x++)
    for (int c = 0; c < s->channels; c++)
      {
        volatile float sum = d.bias[c];

        for (int k = 0; k < taps; k++)
          {
            volatile float product = d.weights[k * s->channels + c] * rows[k / s->kernel][(x * s->stride + k % s->kernel) * s->channels + c];

            sum += product;
          }
        if (sum < 0)
          sum *= d.slope[c];
        assert_same ("depthwise", isa, (const float[]) { sum }, &dst.f[x * s->channels + c], 1);
      }
  for (int k = 0; k < s->kernel; k++)
    buffer_clear (&src[k], "depthwise source");
  buffer_clear (&weights, "depthwise weights");
  buffer_clear (&vectors, "depthwise vectors");
  buffer_clear (&dst, "depthwise");
}

static void
test_shapes (void)
{
  static const int channels[] = { 1, 3, 16, 33 };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    for (int kernel = 1; kernel <= 5; kernel += 2)
      for (int stride = 1; stride <= 2; stride++)
        for (int width = 0; width <= 7; width++)
          {
            Shape shape = { channels[i], kernel, stride, width };

            check_level ("c", &c, &shape);
            for_each_level (check_level, &shape);
          }
}

void
add_depthwise_tests (void)
{
  g_test_add_func ("/kernels/depthwise/hand-made", test_hand_made);
  g_test_add_func ("/kernels/depthwise/shapes", test_shapes);
}
