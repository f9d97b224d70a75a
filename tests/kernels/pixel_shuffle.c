/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

static void
test_hand_made (void)
{
  /* Two pixels of two channels times 2 × 2. */
  static const float src[] = { 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17 };
  static const float expected[2][8] = { { 0, 4, 1, 5, 10, 14, 11, 15 }, { 2, 6, 3, 7, 12, 16, 13, 17 } };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int row = 0; row < 2; row++)
    {
      float got[8];

      c.pixel_shuffle (got, src, NULL, 2, 2, row, 2);
      assert_same ("pixel shuffle", "c", expected[row], got, 8);
    }
}

typedef struct Shape
{
  int channels, factor, row, width;
  gboolean based;
} Shape;

static void
check_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Shape *s = data;
  int plane = s->factor * s->factor;
  Buffer src, dst, base;

  buffer_init (&src, (gsize) s->width * s->channels * plane, TRUE);
  buffer_init (&dst, (gsize) s->width * s->channels * s->factor, g_test_rand_bit ());
  buffer_init (&base, (gsize) s->width * s->channels, TRUE);
  for (gsize i = 0; i < src.n; i++)
    src.f[i] = i;
  for (gsize i = 0; i < base.n; i++)
    base.f[i] = 0.25f * i;
  kernels->pixel_shuffle (dst.f, src.f, s->based ? base.f : NULL, s->channels, s->factor, s->row, s->width);
  for (int x = 0; x < s->width * s->factor; x++)
    for (int c = 0; c < s->channels; c++)
      {
        float expected = x / s->factor * s->channels * plane + (c * s->factor + s->row) * s->factor + x % s->factor;

        if (s->based)
          expected += 0.25f * (x / s->factor * s->channels + c);
        assert_same ("pixel shuffle", isa, &expected, &dst.f[x * s->channels + c], 1);
      }
  buffer_clear (&src, "pixel shuffle");
  buffer_clear (&dst, "pixel shuffle");
  buffer_clear (&base, "pixel shuffle base");
}

static void
test_shapes (void)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int channels = 1; channels <= 16; channels++)
    for (int factor = 1; factor <= 5; factor++)
      for (int row = 0; row < factor; row++)
        for (int width = 0; width <= 9; width += 3)
          {
            Shape shape = { channels, factor, row, width };

            for (; shape.based <= TRUE; shape.based++)
              {
                check_level ("c", &c, &shape);
                for_each_level (check_level, &shape);
              }
          }
}

void
add_pixel_shuffle_tests (void)
{
  g_test_add_func ("/kernels/pixel-shuffle/hand-made", test_hand_made);
  g_test_add_func ("/kernels/pixel-shuffle/shapes", test_shapes);
}
