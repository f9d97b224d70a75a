/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

static void
test_hand_made (void)
{
  /* Three pixels of one channel, a kernel row of two columns. */
  static const float src[] = { 1, 2, 3, 4 };
  float gradient[3 * ACU_CONV2D_GROUP] = { 0 }, sums[2 * ACU_CONV2D_GROUP] = { 0 };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (int x = 0; x < 3; x++)
    gradient[x * ACU_CONV2D_GROUP + 5] = x + 1;
  sums[5] = 100;
  c.conv2d_gradient (sums, 0, src, 1, 2, gradient, ACU_CONV2D_GROUP, 3);
  g_assert_cmpfloat (sums[5], ==, 100 + 1 + 4 + 9);
  g_assert_cmpfloat (sums[ACU_CONV2D_GROUP + 5], ==, 2 + 6 + 12);
  g_assert_cmpfloat (sums[4], ==, 0);
}

typedef struct Case
{
  int width, step, taps, groups;
  gsize group_floats;
  Buffer src, gradient, before;
  float *expected;
} Case;

static void
check_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Case *k = data;
  Buffer sums;

  buffer_init (&sums, k->before.n, g_test_rand_bit ());
  memcpy (sums.f, k->before.f, sums.n * sizeof (float));
  kernels->conv2d_gradient (sums.f, (ptrdiff_t) k->group_floats, k->src.f, k->step, k->taps, k->gradient.f,
                            k->groups * ACU_CONV2D_GROUP, k->width);
  assert_same ("conv2d gradient", isa, k->expected, sums.f, sums.n);
  buffer_clear (&sums, "conv2d gradient");
}

static void
check (Case *k, Numbers numbers)
{
  AcuKernels c;
  gsize gap = g_test_rand_int_range (0, 3) * ACU_CONV2D_GROUP;

  acu_kernels_init (&c, 0);
  k->group_floats = (gsize) k->taps * ACU_CONV2D_GROUP + gap;
  buffer_init (&k->src, (gsize) (k->width - 1) * k->step + k->taps, TRUE);
  buffer_init (&k->gradient, (gsize) k->width * k->groups * ACU_CONV2D_GROUP, TRUE);
  buffer_init (&k->before, k->group_floats * k->groups - gap, TRUE);
  fill_random (k->src.f, k->src.n, numbers);
  fill_random (k->gradient.f, k->gradient.n, numbers);
  fill_random (k->before.f, k->before.n, NUMBERS_ORDINARY);
  k->expected = g_memdup2 (k->before.f, k->before.n * sizeof (float));
  c.conv2d_gradient (k->expected, (ptrdiff_t) k->group_floats, k->src.f, k->step, k->taps, k->gradient.f,
                     k->groups * ACU_CONV2D_GROUP, k->width);
  for_each_level (check_level, k);
  g_free (k->expected);
  buffer_clear (&k->src, "source");
  buffer_clear (&k->gradient, "gradient");
  buffer_clear (&k->before, "sums");
}

static void
test_shapes (void)
{
  static const int widths[] = { 1, 2, 48 }, taps[] = { 1, 5, 6, 7, 27, 48, 144 }, groups[] = { 1, 2, 3, 4, 5, 9 };

  for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
    for (gsize t = 0; t < G_N_ELEMENTS (taps); t++)
      for (gsize g = 0; g < G_N_ELEMENTS (groups); g++)
        for (int numbers = 0; numbers < N_NUMBERS; numbers++)
          {
            Case k = { widths[w], g_test_rand_int_range (1, 20), taps[t], groups[g] };

            check (&k, numbers);
          }
}

typedef struct Speed
{
  const AcuKernels *kernels;
  Case *k;
} Speed;

static void
work (gpointer data)
{
  const Speed *speed = data;
  const Case *k = speed->k;

  speed->kernels->conv2d_gradient (k->before.f, (ptrdiff_t) k->group_floats, k->src.f, k->step, k->taps, k->gradient.f,
                                   k->groups * ACU_CONV2D_GROUP, k->width);
}

static void
time_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  Speed speed = { kernels, data };
  const Case *k = data;
  double operations = 2.0 * k->width * k->taps * k->groups * ACU_CONV2D_GROUP;

  g_test_message ("%s: %.1f GFLOP/s", isa, operations / best_seconds (work, &speed) / 1e9);
}

static void
test_speed (void)
{
  Case k = { 48, 64, 192, 4, 3 * 192 * ACU_CONV2D_GROUP };

  buffer_init (&k.src, (gsize) (k.width - 1) * k.step + k.taps, TRUE);
  buffer_init (&k.gradient, (gsize) k.width * k.groups * ACU_CONV2D_GROUP, TRUE);
  buffer_init (&k.before, k.group_floats * k.groups, TRUE);
  fill_random (k.src.f, k.src.n, NUMBERS_ORDINARY);
  fill_random (k.gradient.f, k.gradient.n, NUMBERS_ZEROS);
  fill_random (k.before.f, k.before.n, NUMBERS_ORDINARY);
  for_each_level (time_level, &k);
  buffer_clear (&k.src, "source");
  buffer_clear (&k.gradient, "gradient");
  buffer_clear (&k.before, "sums");
}

void
add_conv2d_gradient_tests (void)
{
  g_test_add_func ("/kernels/conv2d-gradient/hand-made", test_hand_made);
  g_test_add_func ("/kernels/conv2d-gradient/shapes", test_shapes);
  if (g_test_perf () || g_test_thorough ())
    g_test_add_func ("/kernels/conv2d-gradient/speed", test_speed);
}
