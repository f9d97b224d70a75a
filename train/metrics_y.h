/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* PSNR and SSIM (Wang et al. 2004) of luma Y as the field measures them: BT.601, MATLAB's rgb2ycbcr, without a border. */
#ifndef ACU_METRICS_Y_H
#define ACU_METRICS_Y_H

/* Of two pictures of interleaved RGB floats, 0..1; `border` pixels are cut off all around. In dB; infinite for equal pictures. */
double acu_metric_psnr_y (const float *a, const float *b, int width, int height, int border);
/* 11 × 11 Gaussian with σ 1.5, where it fits; NaN where it fits nowhere. */
double acu_metric_ssim_y (const float *a, const float *b, int width, int height, int border);

#endif
