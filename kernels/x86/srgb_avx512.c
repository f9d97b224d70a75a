/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"
#include "srgb_body.h"

void
acu_srgb_decode_avx512 (float *dst, const float *src, size_t n)
{
  convert (decode_block, dst, src, n);
}

void
acu_srgb_encode_avx512 (float *dst, const float *src, size_t n)
{
  convert (encode_block, dst, src, n);
}
