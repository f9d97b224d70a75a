/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What the losses' sources share. */
#ifndef ACU_LOSSES_PRIVATE_H
#define ACU_LOSSES_PRIVATE_H

#include "losses.h"

G_BEGIN_DECLS

/* Contracts: losses.h. */
double acu_loss_l1 (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_charbonnier (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_mse (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_edge (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_gradient (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_ssim (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);
double acu_loss_fft (const float *result, const float *target, int width, int height, int channels, double weight, float *gradient);

/* 1, 0 or -1; 0 for NaN. */
static inline float
acu_sign (float v)
{
  return (v > 0.0f ? 1.0f : 0.0f) - (v < 0.0f ? 1.0f : 0.0f);
}

/* So many numbers are worked on at a time: their terms stay in the cache until they have been added up. */
#define ACU_LOSS_RUN 512

/* The sum of n terms, in an order that depends on n only and lets compilers use vectors. */
static inline double
acu_loss_sum (const float *terms, gsize n)
{
  double lanes[8] = { 0 };
  double sum = 0;
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++)
      lanes[k] += terms[i + k];
  for (; i < n; i++)
    sum += terms[i];
  for (int k = 0; k < 8; k++)
    sum += lanes[k];
  return sum;
}

G_END_DECLS

#endif
