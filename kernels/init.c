/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "conv2d_block_private.h"
#include "kernels_private.h"
#include "winograd_private.h"

void
acu_kernels_init (AcuKernels *k, unsigned flags)
{
  *k = (AcuKernels) {
    .conv2d_isa = "c",
    .conv2d = acu_conv2d_c,
    .conv2d_few = acu_conv2d_few_c,
    .conv2d_gradient = acu_conv2d_gradient_c,
    .winograd = { acu_winograd_f32_c, acu_winograd_i16_c },
    .pointwise = acu_pointwise_c,
    .winograd_isa = { "c", "c" },
    .bf16_narrow = acu_bf16_narrow_c,
    .bf16_pixels = acu_bf16_pixels_c,
    .bf16_planes = acu_bf16_planes_c,
    .bf16_pairs = acu_bf16_pairs_c,
    .conv2d_bf16 = acu_conv2d_bf16_c,
    .conv2d_block = acu_conv2d_block_c,
    .conv2d_gradient_bf16 = acu_conv2d_gradient_bf16_c,
    .finish = acu_finish_c,
    .half_widen = acu_half_widen_c,
    .half_narrow = acu_half_narrow_c,
    .activation = acu_activation_c,
    .slope = acu_slope_c,
    .slope_gradient = acu_slope_gradient_c,
    .add = acu_add_c,
    .mul = acu_mul_c,
    .affine = acu_affine_c,
    .channel_sums = acu_channel_sums_c,
    .noise = acu_noise_c,
    .range = acu_range_c,
    .pixel_shuffle = acu_pixel_shuffle_c,
    .depthwise = acu_depthwise_c,
    .resample_horizontal = acu_resample_horizontal_c,
    .resample_vertical = acu_resample_vertical_c,
    .resample_horizontal_u8 = acu_resample_horizontal_u8_c,
    .resample_vertical_u8 = acu_resample_vertical_u8_c,
    .srgb_decode = acu_srgb_decode_c,
    .srgb_encode = acu_srgb_encode_c,
    .stream = acu_stream_c,
    .stream_end = acu_stream_end_c,
  };

#ifdef __x86_64__
  if (flags & ACU_CPU_AVX2)
    {
      k->conv2d_isa = "avx2";
      k->conv2d = acu_conv2d_avx2;
      k->conv2d_few = acu_conv2d_few_avx2;
      k->conv2d_gradient = acu_conv2d_gradient_avx2;
      k->winograd[ACU_WINOGRAD_F32] = acu_winograd_f32_avx2;
      k->winograd[ACU_WINOGRAD_I16] = acu_winograd_i16_avx2;
      k->pointwise = acu_pointwise_avx2;
      k->winograd_isa[ACU_WINOGRAD_F32] = k->winograd_isa[ACU_WINOGRAD_I16] = "avx2";
      k->half_widen = acu_half_widen_avx2;
      k->half_narrow = acu_half_narrow_avx2;
      k->activation = acu_activation_avx2;
      k->slope = acu_slope_avx2;
      k->slope_gradient = acu_slope_gradient_avx2;
      k->add = acu_add_avx2;
      k->mul = acu_mul_avx2;
      k->affine = acu_affine_avx2;
      k->channel_sums = acu_channel_sums_avx2;
      k->noise = acu_noise_avx2;
      k->range = acu_range_avx2;
      k->pixel_shuffle = acu_pixel_shuffle_avx2;
      k->resample_horizontal = acu_resample_horizontal_avx2;
      k->resample_vertical = acu_resample_vertical_avx2;
      k->resample_vertical_stream = acu_resample_vertical_stream_avx2;
      k->resample_horizontal_u8 = acu_resample_horizontal_u8_avx2;
      k->resample_vertical_u8 = acu_resample_vertical_u8_avx2;
      k->srgb_decode = acu_srgb_decode_avx2;
      k->srgb_encode = acu_srgb_encode_avx2;
      k->stream = acu_stream_avx2;
      k->stream_end = acu_stream_end_avx2;
    }
  if (flags & ACU_CPU_AVX512)
    {
      k->conv2d_isa = "avx512";
      k->conv2d = acu_conv2d_avx512;
      k->conv2d_few = acu_conv2d_few_avx512;
      k->conv2d_gradient = acu_conv2d_gradient_avx512;
      k->winograd[ACU_WINOGRAD_F32] = acu_winograd_f32_avx512;
      k->winograd[ACU_WINOGRAD_I16] = acu_winograd_i16_avx512;
      k->pointwise = acu_pointwise_avx512;
      k->winograd_isa[ACU_WINOGRAD_F32] = k->winograd_isa[ACU_WINOGRAD_I16] = "avx512";
      k->finish = acu_finish_avx512;
      k->half_widen = acu_half_widen_avx512;
      k->half_narrow = acu_half_narrow_avx512;
      k->activation = acu_activation_avx512;
      k->slope = acu_slope_avx512;
      k->slope_gradient = acu_slope_gradient_avx512;
      k->add = acu_add_avx512;
      k->mul = acu_mul_avx512;
      k->affine = acu_affine_avx512;
      k->channel_sums = acu_channel_sums_avx512;
      k->noise = acu_noise_avx512;
      k->range = acu_range_avx512;
      k->pixel_shuffle = acu_pixel_shuffle_avx512;
      k->resample_horizontal = acu_resample_horizontal_avx512;
      k->resample_enlarge = acu_resample_enlarge_avx512;
      k->resample_vertical = acu_resample_vertical_avx512;
      k->resample_vertical_stream = acu_resample_vertical_stream_avx512;
      k->resample_horizontal_u8 = acu_resample_horizontal_u8_avx512;
      k->resample_vertical_u8 = acu_resample_vertical_u8_avx512;
      k->srgb_decode = acu_srgb_decode_avx512;
      k->srgb_encode = acu_srgb_encode_avx512;
      k->stream = acu_stream_avx512;
    }
  if (flags & ACU_CPU_AVX512VNNI)
    {
      k->winograd_isa[ACU_WINOGRAD_I16] = "avx512vnni";
      k->winograd[ACU_WINOGRAD_I16] = acu_winograd_i16_avx512vnni;
      k->pointwise = acu_pointwise_avx512vnni;
    }
#endif
#ifdef ACU_HAVE_AMX
  if (flags & ACU_CPU_AMX)
    {
      k->block_quick = 1;
      k->conv2d_block = acu_conv2d_block_amx;
      k->winograd_isa[ACU_WINOGRAD_I16] = "amx";
      k->winograd[ACU_WINOGRAD_I16] = acu_winograd_i16_amx;
      k->pointwise = acu_pointwise_amx;
      k->i16_order = ACU_I16_PLANES;
    }
  if (flags & ACU_CPU_AMXBF16)
    {
      k->bf16_quick = 1;
      k->finish = acu_finish_avx512bf16;
      k->bf16_narrow = acu_bf16_narrow_avx512;
      k->bf16_pixels = acu_bf16_pixels_avx512;
      k->bf16_planes = acu_bf16_planes_avx512;
      k->bf16_pairs = acu_bf16_pairs_avx512;
      k->conv2d_bf16 = acu_conv2d_bf16_amx;
      k->conv2d_gradient_bf16 = acu_conv2d_gradient_bf16_amx;
    }
#endif
#ifdef __aarch64__
  if (flags & ACU_CPU_NEON)
    {
      k->conv2d_isa = "neon";
      k->conv2d = acu_conv2d_neon;
      k->conv2d_few = acu_conv2d_few_neon;
      k->conv2d_gradient = acu_conv2d_gradient_neon;
      k->winograd[ACU_WINOGRAD_F32] = acu_winograd_f32_neon;
      k->winograd[ACU_WINOGRAD_I16] = acu_winograd_i16_neon;
      k->pointwise = acu_pointwise_neon;
      k->winograd_isa[ACU_WINOGRAD_F32] = k->winograd_isa[ACU_WINOGRAD_I16] = "neon";
      k->half_widen = acu_half_widen_neon;
      k->half_narrow = acu_half_narrow_neon;
      k->activation = acu_activation_neon;
      k->slope = acu_slope_neon;
      k->add = acu_add_neon;
      k->mul = acu_mul_neon;
      k->affine = acu_affine_neon;
      k->pixel_shuffle = acu_pixel_shuffle_neon;
      k->resample_horizontal = acu_resample_horizontal_neon;
      k->resample_vertical = acu_resample_vertical_neon;
      k->resample_horizontal_u8 = acu_resample_horizontal_u8_neon;
      k->resample_vertical_u8 = acu_resample_vertical_u8_neon;
    }
#endif
}
