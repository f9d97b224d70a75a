/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

void
acu_pixel_shuffle_c (float *dst, const float *src, int channels, int factor, int row, int width)
{
  size_t plane = (size_t) factor * factor;

  for (int x = 0; x < width; x++, src += channels * plane)
    for (int j = 0; j < factor; j++, dst += channels)
      for (int c = 0; c < channels; c++)
        dst[c] = src[c * plane + (size_t) row * factor + j];
}
