/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How much detail a picture really has, whatever its size in pixels. */
#ifndef ACU_SHARPNESS_H
#define ACU_SHARPNESS_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* Above so many times its size, nearly all fine detail of a result is made up. */
#define ACU_FAR_FACTOR 6.0

/* Measures by the spectrum of width × height encoded RGB floats (0..1) how many times smaller a picture could be made without losing anything: 1 for a sharp one,
 * about 2 for one that was enlarged twice or is out of focus by a pixel, at most 5. Sharp pictures lose less than a factor of 40 in power within
 * an octave, all the way up; above the frequency where one loses more there is nothing to make detail of. It is the sharpest part with much contrast that
 * counts: a blurred background does no harm. 1 as well for pictures that say nothing of it: flat ones, noise (which hides blur), less than 64 pixels each way.
 * `step` floats lie between the beginnings of two pixels: 3, or 4 with something else between. Thread-safe. */
ACU_API double acu_measure_oversize (const float *pixels, int width, int height, int step);

/* What is to be said of such a picture that is to become `factor` times larger: one or two plain sentences in the user's language, or NULL where nothing needs to be
 * said. `oversize`: of acu_measure_oversize(); 1 where it is not known. g_free(). */
ACU_API char *acu_limits_text (double factor, double oversize);

G_END_DECLS

#endif
