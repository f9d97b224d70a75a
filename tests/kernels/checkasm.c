/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "amx.h"
#include "checkasm.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PATTERN 0xa5

void
buffer_init (Buffer *buffer, gsize n, gboolean at_end)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  gsize bytes = n * sizeof (float);
  gsize inside = MAX ((bytes + page - 1) / page, 1) * page;

  buffer->n = n;
  buffer->map_bytes = inside + 2 * page;
  buffer->map = mmap (NULL, buffer->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (buffer->map != MAP_FAILED);
  memset (buffer->map + page, PATTERN, inside);
  g_assert_cmpint (mprotect (buffer->map, page, PROT_NONE), ==, 0);
  g_assert_cmpint (mprotect (buffer->map + page + inside, page, PROT_NONE), ==, 0);
  buffer->f = (float *) (void *) (buffer->map + page + (at_end ? inside - bytes : 0));
}

void
buffer_clear (Buffer *buffer, const char *what)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  const guint8 *start = (const guint8 *) buffer->f, *end = (const guint8 *) (buffer->f + buffer->n);

  for (const guint8 *p = buffer->map + page; p < buffer->map + buffer->map_bytes - page; p++)
    if ((p < start || p >= end) && *p != PATTERN)
      {
        g_test_message ("%s: wrote %td bytes from its start (it has %zu)", what, p - start, buffer->n * sizeof (float));
        g_assert_not_reached ();
      }
  munmap (buffer->map, buffer->map_bytes);
}

static float
random_special (void)
{
  static const float specials[] = { 0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1e-45f, -1e-39f, 3.4e38f, -3.4e38f };

  return specials[g_test_rand_int_range (0, G_N_ELEMENTS (specials))];
}

void
fill_random (float *f, gsize n, Numbers numbers)
{
  for (gsize i = 0; i < n; i++)
    {
      float v = (float) g_test_rand_double_range (-1.0, 1.0);

      if (numbers == NUMBERS_WIDE)
        v = ldexpf (v, g_test_rand_int_range (-140, 40));
      else if (numbers == NUMBERS_SPECIAL && g_test_rand_int_range (0, 8) == 0)
        v = random_special ();
      else if (numbers == NUMBERS_ZEROS)
        v = g_test_rand_bit () ? 0.0f : -0.0f;
      f[i] = v;
    }
}

gboolean
same_float (float a, float b)
{
  return !memcmp (&a, &b, sizeof a) || (isnan (a) && isnan (b));
}

void
assert_same (const char *what, const char *isa, const float *expected, const float *got, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!same_float (expected[i], got[i]))
      {
        g_test_message ("%s, %s: float %zu of %zu is %a, expected %a", what, isa, i, n, got[i], expected[i]);
        g_assert_not_reached ();
      }
}

void
for_each_level (LevelFunc run, gpointer data)
{
  static const struct
  {
    const char *isa;
    unsigned flags;
  } levels[] = {
    { "avx2", ACU_CPU_AVX2 },
    { "avx512", ACU_CPU_AVX2 | ACU_CPU_AVX512 },
    { "avx512vnni", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI },
    { "amx", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI | ACU_CPU_AMX },
    { "amx", ACU_CPU_AVX2 | ACU_CPU_AVX512 | ACU_CPU_AVX512VNNI | ACU_CPU_AMX | ACU_CPU_AMXBF16 },
    { "neon", ACU_CPU_NEON },
  };
  unsigned flags = acu_cpu_permit (acu_cpu_flags ());

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((flags & levels[i].flags) == levels[i].flags)
      {
        AcuKernels kernels;

        acu_kernels_init (&kernels, levels[i].flags);
        run (levels[i].isa, &kernels, data);
      }
}

void
for_each_i16_level (LevelFunc run, gpointer data)
{
  AcuKernels kernels;

  for_each_level (run, data);
  acu_kernels_init (&kernels, 0);
  kernels.i16_order = ACU_I16_PLANES;
  kernels.winograd[ACU_WINOGRAD_I16] = winograd_i16_amx_in_c;
  kernels.pointwise = pointwise_amx_in_c;
  run ("amx, emulated, in C", &kernels, data);
#ifdef ACU_TEST_AMX
  if (!(acu_cpu_flags () & ACU_CPU_AVX512))
    return;
  kernels.winograd[ACU_WINOGRAD_I16] = winograd_i16_amx_emulated;
  kernels.pointwise = pointwise_amx_emulated;
  run ("amx, emulated", &kernels, data);
#endif
}

static double
thread_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

double
best_seconds (void (*work) (gpointer data), gpointer data)
{
  double start = thread_seconds (), best = G_MAXDOUBLE;
  int calls = 1;

  work (data);
  calls += (int) (0.005 / MAX (thread_seconds () - start, 1e-7));
  for (int round = 0; round < 5; round++)
    {
      double seconds;

      start = thread_seconds ();
      for (int i = 0; i < calls; i++)
        work (data);
      seconds = (thread_seconds () - start) / calls;
      best = MIN (best, seconds);
    }
  return best;
}

gsize
element_bytes (AcuElement element)
{
  return element == ACU_ELEMENT_F32 ? sizeof (float) : sizeof (guint16);
}

void
buffer_init_elements (Buffer *buffer, gsize n, AcuElement element, Numbers numbers)
{
  buffer_init (buffer, element == ACU_ELEMENT_F16 ? (n + 1) / 2 : n, g_test_rand_bit ());
  if (element == ACU_ELEMENT_F32)
    fill_random (buffer->f, n, numbers);
  else
    for (gsize i = 0; i < n; i++)
      {
        float v;

        fill_random (&v, 1, numbers);
        ((guint16 *) (void *) buffer->f)[i] = acu_half_from_float (v);
      }
}
