/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

#include <math.h>

void
acu_conv2d_gradient_c (float *sums, ptrdiff_t group_floats, const float *src, ptrdiff_t src_step, int taps,
                       const float *gradient, int out_channels, int width)
{
  for (int x = 0; x < width; x++, src += src_step, gradient += out_channels)
    for (int o = 0; o < out_channels; o++)
      for (int t = 0; t < taps; t++)
        {
          float *sum = sums + o / ACU_CONV2D_GROUP * group_floats + t * ACU_CONV2D_GROUP + o % ACU_CONV2D_GROUP;

          *sum = fmaf (src[t], gradient[o], *sum);
        }
}
