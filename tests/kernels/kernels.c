/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "checkasm.h"

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    unsigned flags;
    gboolean known;
  } rows[] = {
    { NULL, ~0u, TRUE },
    { "auto", ~0u, TRUE },
    { "scalar", 0, TRUE },
    { "avx2", ACU_CPU_AVX2, TRUE },
    { "avx512", ACU_CPU_AVX2 | ACU_CPU_AVX512, TRUE },
    { "avx512vnni", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI, TRUE },
    { "amx", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI | ACU_CPU_AMX | ACU_CPU_AMXBF16, TRUE },
    { "neon", ACU_CPU_NEON, TRUE },
    { "", ~0u, FALSE },
    { "AVX2", ~0u, FALSE },
    { "avx512 ", ~0u, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int known = 7;

      g_assert_cmphex (acu_cpu_flags_from_name (rows[i].name, &known), ==, rows[i].flags);
      g_assert_cmpint (known, ==, rows[i].known);
    }
}

static void
count_level (const char *isa, const AcuKernels *kernels, gpointer data)
{
  AcuKernels c;

  acu_kernels_init (&c, 0);
  g_assert_cmpstr (kernels->winograd_isa[ACU_WINOGRAD_I16], ==, isa);
  g_assert_true (kernels->conv2d != c.conv2d);
  ++*(int *) data;
}

static void
test_levels (void)
{
  AcuKernels kernels;
  unsigned flags = acu_cpu_flags ();
  int levels = 0;

  acu_kernels_init (&kernels, 0);
  g_assert_cmpstr (kernels.conv2d_isa, ==, "c");
  g_assert_true (!(flags & ACU_CPU_AVX512) || (flags & ACU_CPU_AVX2));
  for_each_level (count_level, &levels);
  g_test_message ("this processor: flags %#x, %d levels above C", flags, levels);
  if (!levels)
    g_test_skip ("this processor runs the C reference only: there is nothing to compare it with");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/cpu/names", test_names);
  g_test_add_func ("/kernels/cpu/levels", test_levels);
  add_amx_tests ();
  add_bf16_tests ();
  add_conv2d_block_tests ();
  add_finish_tests ();
  add_few_tests ();
  add_conv2d_tests ();
  add_conv2d_gradient_tests ();
  add_winograd_tests ();
  add_pointwise_tests ();
  add_activation_tests ();
  add_elementwise_tests ();
  add_pixel_shuffle_tests ();
  add_depthwise_tests ();
  add_noise_tests ();
  add_resample_tests ();
  add_resample_u8_tests ();
  add_srgb_tests ();
  return g_test_run ();
}
