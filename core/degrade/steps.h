/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The steps of a degradation, each on a picture of interleaved RGB floats in place. Thread-safe. `key` stands for all random numbers of
 * a step, by position, so that no order matters. What fails does so with ACU_ERROR_MEMORY. */
#ifndef ACU_DEGRADE_STEPS_H
#define ACU_DEGRADE_STEPS_H

#include "numbers.h"

G_BEGIN_DECLS

/* Normal noise with σ `sigma` (1 is white), the same in all channels if gray. */
void acu_noise_gaussian (float *picture, gsize pixels, float sigma, gboolean gray, guint64 key);
/* The noise of 256 photons at full white on the picture at 8 bits, times scale; gray: that of BT.601's luma, in all channels. */
void acu_noise_poisson (float *picture, gsize pixels, float scale, gboolean gray, guint64 key);

/* Encodes and decodes as JPEG in memory, values rounded to 8 bits. quality: 1 to 100. full_chroma: 4:4:4 rather than 4:2:0.
 * ACU_ERROR_SIZE on more than 65500 pixels a side; any other trouble of the library is ACU_ERROR_MEMORY. */
gboolean acu_jpeg_run (float *picture, int width, int height, int quality, gboolean full_chroma, GError **error);

/* Red is enlarged from the centre so that the corners move by `red` pixels, blue likewise. */
gboolean acu_lens_aberration (float *picture, int width, int height, double red, double blue, GError **error);
/* Darkens towards the corners by the square of the distance: there the part `loss` is missing. */
void acu_lens_vignetting (float *picture, int width, int height, double loss);

/* The share of pixels that is white; with single, one channel of them. */
void acu_sensor_hot_pixels (float *picture, gsize pixels, double share, gboolean single, guint64 key);
/* Keeps one channel of each pixel, in Bayer's pattern starting at column phase & 1 and row phase >> 1, and fills the others in from
 * the neighbours (bilinear). */
gboolean acu_sensor_mosaic (float *picture, int width, int height, int phase, GError **error);
/* Blurs colour and keeps BT.601's luma. sigma: pixels, up to 6. */
gboolean acu_sensor_chroma_blur (float *picture, int width, int height, double sigma, GError **error);

/* An unsharp mask; sigma: pixels, up to 6. */
gboolean acu_sharpen (float *picture, int width, int height, double amount, double sigma, GError **error);

G_END_DECLS

#endif
