/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_private.h"

void
acu_kernels_init (AcuKernels *k, unsigned flags)
{
  *k = (AcuKernels) {
    .conv2d_isa = "c",
    .conv2d = acu_conv2d_c,
    .activation = acu_activation_c,
    .slope = acu_slope_c,
    .add = acu_add_c,
    .mul = acu_mul_c,
    .affine = acu_affine_c,
    .pixel_shuffle = acu_pixel_shuffle_c,
    .resample_horizontal = acu_resample_horizontal_c,
    .resample_vertical = acu_resample_vertical_c,
    .resample_horizontal_u8 = acu_resample_horizontal_u8_c,
    .resample_vertical_u8 = acu_resample_vertical_u8_c,
    .stream = acu_stream_c,
    .stream_end = acu_stream_end_c,
  };

#ifdef __x86_64__
  if (flags & ACU_CPU_AVX2)
    {
      k->conv2d_isa = "avx2";
      k->conv2d = acu_conv2d_avx2;
      k->activation = acu_activation_avx2;
      k->resample_horizontal = acu_resample_horizontal_avx2;
      k->resample_vertical = acu_resample_vertical_avx2;
      k->resample_horizontal_u8 = acu_resample_horizontal_u8_avx2;
      k->resample_vertical_u8 = acu_resample_vertical_u8_avx2;
      k->stream = acu_stream_avx2;
      k->stream_end = acu_stream_end_avx2;
    }
  if (flags & ACU_CPU_AVX512)
    {
      k->conv2d_isa = "avx512";
      k->conv2d = acu_conv2d_avx512;
      k->activation = acu_activation_avx512;
      k->resample_horizontal = acu_resample_horizontal_avx512;
      k->resample_vertical = acu_resample_vertical_avx512;
      k->resample_horizontal_u8 = acu_resample_horizontal_u8_avx512;
      k->resample_vertical_u8 = acu_resample_vertical_u8_avx512;
      k->stream = acu_stream_avx512;
    }
#endif
}
