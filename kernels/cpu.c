/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels.h"

#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif
#if defined(ACU_HAVE_AMX) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
/* Of <asm/prctl.h>, which older systems' headers lack. */
#define REQUEST_PERMISSION 0x1023
#define TILE_DATA 18
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

#ifdef ACU_HAVE_AMX
#define LEAF_7_TILE (1u << 24)
#define LEAF_7_INT8 (1u << 25)
#define LEAF_7_BF16 (1u << 22)
/* Of XCR0: the system saves tiles' configuration and data. */
#define XCR0_TILES (1u << 17 | 1u << 18)

/* Whether there are AMX-TILE and AMX-INT8, with palette 1 as products_amx.h uses it. */
static int
has_tiles (void)
{
  unsigned a, b, c, d, low, high;

  if (!__get_cpuid (1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
    return 0;
  __asm__ volatile ("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
  if ((low & XCR0_TILES) != XCR0_TILES)
    return 0;
  if (!__get_cpuid_count (7, 0, &a, &b, &c, &d) || !(d & LEAF_7_TILE) || !(d & LEAF_7_INT8))
    return 0;
  /* Bytes of a tile and of all, of a row; tiles; rows. */
  if (!__get_cpuid_count (0x1d, 0, &a, &b, &c, &d) || a < 1)
    return 0;
  return __get_cpuid_count (0x1d, 1, &a, &b, &c, &d) && a >> 16 >= 1024 && (b & 0xffff) >= 64 && b >> 16 >= 8 && (c & 0xffff) >= 16;
}
#endif

#ifdef ACU_HAVE_AMX
/* AMX-BF16, on a processor with tiles. */
static int
has_bf16_tiles (void)
{
  unsigned a, b, c, d;

  return __get_cpuid_count (7, 0, &a, &b, &c, &d) && (d & LEAF_7_BF16) && __builtin_cpu_supports ("avx512bf16");
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
#ifdef ACU_HAVE_AMX
          if ((flags & ACU_CPU_AVX512VNNI) && has_tiles ())
            flags |= has_bf16_tiles () ? ACU_CPU_AMX | ACU_CPU_AMXBF16 : ACU_CPU_AMX;
#endif
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
acu_cpu_permit (unsigned flags)
{
#if defined(ACU_HAVE_AMX) && defined(__linux__)
  if ((flags & ACU_CPU_AMX) && syscall (SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0)
    return flags;
#endif
  return flags & ~(unsigned) (ACU_CPU_AMX | ACU_CPU_AMXBF16);
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
    { "amx", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI | ACU_CPU_AMX | ACU_CPU_AMXBF16 },
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
