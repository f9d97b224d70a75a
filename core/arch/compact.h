/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Compact networks as parts of others: PREFIX is before all their tensors' names ("first."). */
#ifndef ACU_COMPACT_H
#define ACU_COMPACT_H

#include "builder.h"

G_BEGIN_DECLS

/* How many times it enlarges; 0: these are no tensors of such a network. */
int acu_compact_scale (const AcuWeights *weights, const char *prefix);
/* All but what is after the last convolution: 3 · scale² channels, to be shuffled and added to the picture's repeated pixels. */
guint acu_compact_build_chain (AcuBuilder *b, const char *prefix, guint picture);
/* All of it. */
guint acu_compact_build (AcuBuilder *b, const char *prefix, guint picture);
/* Its tensors. */
void acu_compact_create (AcuCreator *c, const char *prefix, int scale, int channels, int blocks);

G_END_DECLS

#endif
