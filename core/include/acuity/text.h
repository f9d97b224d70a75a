/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where text is in a picture. */
#ifndef ACU_TEXT_H
#define ACU_TEXT_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* Looks for text and logos in width × height encoded RGB floats (0..1) with the built-in network for it: mask[y * width + x] becomes 0 where there is
 * none, or too little and too doubtful, to 1 where there is some; between 0.3 and 0.7 the network for text is blended in (AcuUpscalerParams.text). `threads` 0: all. Both pictures are the caller's.
 * ACU_ERROR_MEMORY, ACU_ERROR_SIZE. Thread-safe. */
ACU_API gboolean acu_text_mask (const float *pixels, int width, int height, int threads, float *mask, GError **error);

G_END_DECLS

#endif
