/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "amx_emulated.h"

#include "amx.h"
#include "checkasm.h"
#include "vec_c.h"
#include "x86/products_amx.h"

static void
products_f32 (float *m, const float *v, const float *weights, int n, int channels, int groups, int positions, Ahead *ahead)
{
  g_assert_not_reached ();
}

#include "winograd_body.h"

#include "pointwise_body.h"

int
winograd_i16_amx_in_c (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  int fits;

  configure_tiles (acu_winograd_layout (conv).channels);
  fits = winograd (tiles, n, ahead, conv, scratch, products, ACU_WINOGRAD_I16, 1);
  release_tiles ();
  return fits;
}

int
pointwise_amx_in_c (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  int fits;

  configure_tiles (acu_pointwise_layout (conv).numbers);
  fits = pointwise (dst, src, residual, conv, n, scratch, products, 1);
  release_tiles ();
  return fits;
}

/* Bytes whose signs matter, in all four kinds of products; and that nothing is written beyond a tile's rows. */
static void
test_emulator (void)
{
  static const struct
  {
    gboolean a_signed, b_signed;
    int sums[2];
  } rows[] = {
    { TRUE, TRUE, { -128 * -128 - 1 * 127, -128 + 127 } },
    { TRUE, FALSE, { -128 * 128 - 1 * 127, 128 + 127 } },
    { FALSE, TRUE, { 128 * -128 + 255 * 127, -128 + 127 } },
    { FALSE, FALSE, { 128 * 128 + 255 * 127, 128 + 127 } },
  };
  static const uint8_t a[2][4] = { { 128, 255 }, { 1, 1, 1, 1 } }, b[4] = { 128, 127 };
  uint8_t config[64] = { 1 };

  /* Tiles 0 and 1 have two rows of one word, tile 2 has one. */
  config[16] = config[18] = config[20] = 4;
  config[48] = config[49] = 2;
  config[50] = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int32_t sums[3] = { 7, 7, 7 };

      _tile_loadconfig (config);
      _tile_loadd (0, sums, 4);
      _tile_loadd (1, a, 4);
      _tile_loadd (2, b, 4);
      if (rows[i].b_signed)
        rows[i].a_signed ? _tile_dpbssd (0, 1, 2) : _tile_dpbusd (0, 1, 2);
      else
        rows[i].a_signed ? _tile_dpbsud (0, 1, 2) : _tile_dpbuud (0, 1, 2);
      _tile_stored (0, sums, 4);
      _tile_release ();
      g_assert_cmpint (sums[0], ==, 7 + rows[i].sums[0]);
      g_assert_cmpint (sums[1], ==, 7 + rows[i].sums[1]);
      g_assert_cmpint (sums[2], ==, 7);
    }
}

static void
test_processor (void)
{
  const unsigned tiles = ACU_CPU_AMX | ACU_CPU_AMXBF16;
  unsigned flags = acu_cpu_flags ();

  g_assert_true (!(flags & ACU_CPU_AMX) || (flags & ACU_CPU_AVX512VNNI));
  g_assert_true (!(flags & ACU_CPU_AMXBF16) || (flags & ACU_CPU_AMX));
  g_assert_cmphex (acu_cpu_permit (flags & ~tiles), ==, flags & ~tiles);
  if (!(flags & ACU_CPU_AMX))
    {
      g_test_skip ("AMX: skipped, this processor has none (emulated instead)");
      return;
    }
  if (!(acu_cpu_permit (flags) & ACU_CPU_AMX))
    g_test_skip ("AMX: skipped, the system does not permit it (emulated instead)");
}

void
add_amx_tests (void)
{
  g_test_add_func ("/kernels/amx/emulator", test_emulator);
  g_test_add_func ("/kernels/amx/processor", test_processor);
}
