/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Networks that find things in pictures instead of enlarging them. */
#ifndef ACU_ARCH_DETECTOR_H
#define ACU_ARCH_DETECTOR_H

#include "net.h"
#include "weights.h"

G_BEGIN_DECLS

/* CenterFace (Xu et al. 2019): for every ACU_DETECTOR_CELL × ACU_DETECTOR_CELL pixels of an RGB picture of 0 to 255, which is continued to multiples of ACU_DETECTOR_ALIGN, how
 * sure it is that a face's middle is there, 0 to 1; the logarithm of its height and width in cells; the middle's place (y, x) from the cell's; and
 * (y, x) of five landmarks, as parts of height and width from the upper left corner: right eye (the left one in the picture), left eye, nose, both corners of the mouth. */
#define ACU_DETECTOR_CELL 4
#define ACU_DETECTOR_ALIGN 32
enum { ACU_DETECTOR_SCORE, ACU_DETECTOR_SIZE, ACU_DETECTOR_OFFSET = 3, ACU_DETECTOR_LANDMARKS = 5, ACU_DETECTOR_CHANNELS = 15 };

/* ACU_ERROR_UNSUPPORTED for weights that make something else. */
AcuNet *acu_detector_build (const AcuWeights *weights, GError **error);

G_END_DECLS

#endif
