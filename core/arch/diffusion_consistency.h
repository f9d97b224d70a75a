/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What holds a diffusion upscaler to its picture: the result made small, compared with the picture, and the difference put back into the result. */
#ifndef ACU_DIFFUSION_CONSISTENCY_H
#define ACU_DIFFUSION_CONSISTENCY_H

#include "diffusion.h"

G_BEGIN_DECLS

/* Layers and numbers that all corrections share. */
typedef struct AcuConsistency
{
  const AcuDiffusion *diffusion;
  guint missing;                  /* a layer, of the picture's size: what E made small lacks of it, less near the ends, where the filter reaches beyond them */
  GBytes *down, *up;              /* weights: of a result's cells to the picture's pixels; of the picture's pixels to all of a pixel's cells */
} AcuConsistency;

/* For E, a map of cells, and the picture itself. FALSE after a failure; nothing to clear then. */
gboolean acu_consistency_init (AcuConsistency *consistency, AcuBuilder *b, const AcuDiffusion *diffusion, guint picture, guint first);
void acu_consistency_clear (AcuConsistency *consistency);

/* d̂, a map of cells, moved by `strength` (0 to 1) towards what makes E + spread · d̂ the picture when it is made small. */
guint acu_consistency_correct (const AcuConsistency *consistency, AcuBuilder *b, const char *suffix, guint guess, double strength);

G_END_DECLS

#endif
