/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

/* One pixel: channels lie behind one another everywhere, so that the compiler makes vectors of these loops. */
static void
pixel (float *restrict dst, const float *const *src, int x, const AcuDepthwise *d)
{
  int channels = d->channels;

  for (int c = 0; c < channels; c++)
    dst[c] = d->bias ? d->bias[c] : 0;
  for (int row = 0; row < d->kernel_height; row++)
    for (int column = 0; column < d->kernel_width; column++)
      {
        const float *restrict from = src[row] + ((ptrdiff_t) x * d->stride + column) * channels;
        const float *restrict weights = d->weights + ((ptrdiff_t) row * d->kernel_width + column) * channels;

        for (int c = 0; c < channels; c++)
          dst[c] += weights[c] * from[c];
      }
  for (int c = 0; d->slope && c < channels; c++)
    dst[c] = dst[c] < 0 ? dst[c] * d->slope[c] : dst[c];
}

void
acu_depthwise_c (float *dst, const float *const *src, const AcuDepthwise *depthwise, int width)
{
  for (int x = 0; x < width; x++)
    pixel (dst + (ptrdiff_t) x * depthwise->channels, src, x, depthwise);
}
