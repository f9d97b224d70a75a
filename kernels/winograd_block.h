/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The scales of Winograd convolutions in block floating point. Each instruction set compiles this for itself: a tile waits for it. */
#ifndef ACU_WINOGRAD_BLOCK_H
#define ACU_WINOGRAD_BLOCK_H

#include "winograd_private.h"

#include <math.h>

/* |Σ u v| is at most the product of the two vectors' norms, in 32 bits for these (weights: see winograd_pack.c); roundings add to each number a half.
 * The bound holds for all data, yet lets typical data use more bits than a bound of the magnitudes would. */
#define V_NORM 32700.0f
/* Norms outside are as good as infinite, or nothing. */
#define SQUARES_MAX 1e36f
#define SQUARES_MIN 1e-36f

/* √Σb² of B's rows. */
#define NORM_0 2.87228132f
#define NORM_1 2.73861279f
#define NORM_3 1.93649167f

/* 1 / Σb². */
static const float row_weights[ACU_WINOGRAD_WINDOW] = { 1 / 8.25f, 1 / 7.5f, 1 / 7.5f, 1 / 3.75f, 1 / 3.75f, 1 / 8.25f };

/* With f the largest of the rows' norms, each divided by its B's norm, no position's vector V over the channels is longer than
 * f * norm_y * norm_x (Cauchy and Schwarz). */
#define POSITION_ROW(norm)                                                                                      \
  { 1 / (norm * NORM_0), 1 / (norm * NORM_1), 1 / (norm * NORM_1), 1 / (norm * NORM_3), 1 / (norm * NORM_3),    \
    1 / (norm * NORM_0) }
static const float position_scales[ACU_WINOGRAD_WINDOW][ACU_WINOGRAD_WINDOW] = {
  POSITION_ROW (NORM_0), POSITION_ROW (NORM_1), POSITION_ROW (NORM_1),
  POSITION_ROW (NORM_3), POSITION_ROW (NORM_3), POSITION_ROW (NORM_0)
};

/* From the sum of squares in each row of column-transformed values: the factor of each position that brings V to 16 bits.
 * Returns what undoes it; NaN if a sum is no ordinary number. */
static inline float
acu_winograd_block (const float *squares, float *scale)
{
  float weighted[ACU_WINOGRAD_WINDOW], most = SQUARES_MIN, f, s;
  int ordinary = 1;

  for (int y = 0; y < ACU_WINOGRAD_WINDOW; y++)
    {
      ordinary &= squares[y] < SQUARES_MAX;
      weighted[y] = squares[y] * row_weights[y];
    }
  if (!ordinary)
    {
      memset (scale, 0, ACU_WINOGRAD_POSITIONS * sizeof *scale);
      return NAN;
    }
  for (int y = 0; y < ACU_WINOGRAD_WINDOW / 2; y++)
    {
      float larger = weighted[y] > weighted[y + 3] ? weighted[y] : weighted[y + 3];

      most = larger > most ? larger : most;
    }
  f = sqrtf (most);
  s = V_NORM / f;
  for (int p = 0; p < ACU_WINOGRAD_POSITIONS; p++)
    scale[p] = s * (&position_scales[0][0])[p];
  return f / V_NORM;
}

#endif
