/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include <immintrin.h>

#include "products_amx.h"

int
acu_winograd_i16_amx (const AcuWinogradTile *tiles, int n, int ahead, const AcuWinograd *conv, void *scratch)
{
  int fits;

  configure_tiles (acu_winograd_layout (conv).channels);
  fits = acu_winograd_i16_avx512_planes (tiles, n, ahead, conv, scratch, products);
  release_tiles ();
  return fits;
}

int
acu_pointwise_amx (void *dst, const void *const *src, const void *residual, const AcuPointwise *conv, int n, void *scratch)
{
  int fits;

  configure_tiles (acu_pointwise_layout (conv).numbers);
  fits = acu_pointwise_avx512_planes (dst, src, residual, conv, n, scratch, products);
  release_tiles ();
  return fits;
}
