/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels.h"

#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#ifdef __x86_64__
/* Not every compiler's __builtin_cpu_supports() has a word for it; its registers are AVX's. */
static int
has_f16c (void)
{
  unsigned a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) && (c & bit_F16C);
}
#endif

unsigned
acu_cpu_flags (void)
{
  unsigned flags = 0;

#ifdef __x86_64__
  /* These also ask whether the operating system saves the registers. */
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && has_f16c ())
    {
      flags |= ACU_CPU_AVX2;
      if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl"))
        {
          flags |= ACU_CPU_AVX512;
          if (__builtin_cpu_supports ("avx512vnni"))
            flags |= ACU_CPU_AVX512VNNI;
        }
    }
#endif
#ifdef __aarch64__
  /* A part of the architecture, with fused multiply-add. */
  flags |= ACU_CPU_NEON;
#endif
  return flags;
}

unsigned
acu_cpu_flags_from_name (const char *name, int *known)
{
  static const struct
  {
    const char *name;
    unsigned flags;
  } words[] = {
    { "auto", ~0u },
    { "scalar", 0 },
    { "avx2", ACU_CPU_AVX2 },
    { "avx512", ACU_CPU_AVX2 | ACU_CPU_AVX512 },
    { "avx512vnni", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI },
    { "neon", ACU_CPU_NEON },
  };

  if (known)
    *known = 1;
  if (!name)
    return ~0u;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strcmp (name, words[i].name))
      return words[i].flags;
  if (known)
    *known = 0;
  return ~0u;
}
