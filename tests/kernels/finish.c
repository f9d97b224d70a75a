/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

#include <math.h>
#include <string.h>

typedef struct Case
{
  AcuFinish finish;
  int width;
  gboolean adds;
  Buffer sums, residual, expected, got, slope;
  int fits;
} Case;

static void
check (const char *isa, const AcuKernels *kernels, gpointer data)
{
  const Case *k = data;
  gsize n = (gsize) k->width * k->finish.channels;
  int fits = kernels->finish (k->got.f, k->sums.f, k->adds ? k->residual.f : NULL, &k->finish, k->width);

  g_assert_cmpint (fits, ==, k->fits);
  if (k->finish.element == ACU_ELEMENT_F32)
    assert_same ("finish", isa, k->expected.f, k->got.f, n);
  else if (k->fits)
    g_assert_cmpmem (k->expected.f, n * 2, k->got.f, n * 2);
}

static void
try (Case *k, const AcuKernels *c, Numbers numbers)
{
  gsize n = (gsize) k->width * k->finish.channels, floats = k->finish.element == ACU_ELEMENT_F32 ? n : n / 2;

  buffer_init (&k->sums, n, TRUE);
  fill_random (k->sums.f, n, numbers);
  buffer_init_elements (&k->residual, n, k->finish.residual_element, numbers);
  buffer_init (&k->slope, (gsize) k->finish.channels, TRUE);
  fill_random (k->slope.f, (gsize) k->finish.channels, NUMBERS_ORDINARY);
  buffer_init (&k->expected, floats, TRUE);
  buffer_init (&k->got, floats, g_test_rand_bit ());
  k->finish.slope = k->slope.f;
  k->fits = c->finish (k->expected.f, k->sums.f, k->adds ? k->residual.f : NULL, &k->finish, k->width);
  for_each_level (check, k);
  buffer_clear (&k->sums, "sums");
  buffer_clear (&k->residual, "residual");
  buffer_clear (&k->slope, "slope");
  buffer_clear (&k->expected, "expected");
  buffer_clear (&k->got, "got");
}

static void
test_levels (void)
{
  static const AcuElement elements[] = { ACU_ELEMENT_F32, ACU_ELEMENT_F16, ACU_ELEMENT_BF16 };
  AcuKernels c;

  acu_kernels_init (&c, 0);
  for (gsize e = 0; e < G_N_ELEMENTS (elements); e++)
    for (int activation = ACU_WINOGRAD_LINEAR; activation <= ACU_WINOGRAD_GATE; activation++)
      for (int numbers = 0; numbers < N_NUMBERS; numbers++)
        for (int adds = 0; adds < 3; adds++)
          {
            Case k = { .finish = { .channels = 16 * g_test_rand_int_range (1, 5), .element = elements[e], .activation = activation,
                                   .residual_element = adds == 2 ? ACU_ELEMENT_F16 : ACU_ELEMENT_F32, .scale = { 0.2f, 1.5f },
                                   .gate = { 1, -0.5f } },
                       .width = g_test_rand_int_range (1, 9), .adds = adds > 0 };

            try (&k, &c, numbers);
          }
}

/* The reference itself. */
static void
test_by_hand (void)
{
  const float sums[16] = { 2, -2, 70000 }, residual[16] = { 1, 1, 1 }, slope[16] = { 0.5f, 0.5f, 0.5f };
  AcuFinish finish = { .channels = 16, .element = ACU_ELEMENT_F32, .residual_element = ACU_ELEMENT_F32, .activation = ACU_WINOGRAD_SLOPE,
                       .slope = slope, .scale = { 2, 3 }, .gate = { 4, 5 } };
  float got[16];
  uint16_t narrow[16];
  AcuKernels c;

  acu_kernels_init (&c, 0);
  g_assert_true (c.finish (got, sums, NULL, &finish, 1));
  g_assert_cmpfloat (got[0], ==, 2);
  g_assert_cmpfloat (got[1], ==, -1);
  g_assert_true (c.finish (got, sums, residual, &finish, 1));
  g_assert_cmpfloat (got[0], ==, 7);
  g_assert_cmpfloat (got[1], ==, 1);
  finish.activation = ACU_WINOGRAD_GATE;
  g_assert_true (c.finish (got, sums, residual, &finish, 1));
  g_assert_cmpfloat_with_epsilon (got[1], (2 * -2 + 3 * 1) * (1 / (1 + exp (2)) * 4 + 5), 1e-3);
  finish.activation = ACU_WINOGRAD_LINEAR;
  finish.element = ACU_ELEMENT_BF16;
  g_assert_true (c.finish (narrow, sums, NULL, &finish, 1));
  g_assert_cmphex (narrow[0], ==, 0x4000);
  g_assert_cmphex (narrow[1], ==, 0xc000);
  /* Beyond 16-bit floats, which bfloat16 are not. */
  finish.element = ACU_ELEMENT_F16;
  g_assert_false (c.finish (narrow, sums, NULL, &finish, 1));
}

void
add_finish_tests (void)
{
  g_test_add_func ("/kernels/finish/by-hand", test_by_hand);
  g_test_add_func ("/kernels/finish/levels", test_levels);
}
