/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Blur kernels, and convolution with them. Thread-safe. */
#ifndef ACU_DEGRADE_BLUR_H
#define ACU_DEGRADE_BLUR_H

#include "numbers.h"

G_BEGIN_DECLS

#define ACU_BLUR_MAX_SIZE 21

/* size × size weights with sum 1, row by row; size is odd. */
typedef struct AcuBlurKernel
{
  int size;
  double weights[ACU_BLUR_MAX_SIZE * ACU_BLUR_MAX_SIZE];
} AcuBlurKernel;

typedef enum AcuBlurShape
{
  ACU_BLUR_GAUSSIAN,              /* exp (-½ q) */
  ACU_BLUR_GENERAL,               /* exp (-½ q^beta) */
  ACU_BLUR_PLATEAU                /* 1 / (1 + q^beta) */
} AcuBlurShape;

/* q = xᵀΣ⁻¹x, where Σ has the axes sigma_x and sigma_y (pixels, above 0), turned by `angle` radians (Liu et al. 2020;
 * Real-ESRGAN's appendix). */
void acu_blur_kernel_make (AcuBlurKernel *kernel, int size, AcuBlurShape shape, double sigma_x, double sigma_y, double angle,
                           double beta);
/* The circular low-pass filter cutoff · J1 (cutoff · r) / (2π r). */
void acu_blur_kernel_sinc (AcuBlurKernel *kernel, int size, double cutoff);

/* Draws a kernel. A kernel of one weight leaves the picture as it is. */
void acu_blur_kernel_draw (AcuBlurKernel *kernel, const AcuDegradationPass *pass, AcuRandom *random);
void acu_blur_sinc_draw (AcuBlurKernel *kernel, const AcuDegradationPass *pass, AcuRandom *random);

/* Convolves interleaved RGB rows in place, mirrored at the border (edge pixels not repeated). The kernel is taken as a sum of products of a
 * column and a row, exact to 1e-5 of its sum. FALSE with ACU_ERROR_MEMORY. */
gboolean acu_blur_run (const AcuBlurKernel *kernel, float *picture, int width, int height, GError **error);

G_END_DECLS

#endif
