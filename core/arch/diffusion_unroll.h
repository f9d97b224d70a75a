/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_DIFFUSION_UNROLL_H
#define ACU_DIFFUSION_UNROLL_H

#include "diffusion_parts.h"

G_BEGIN_DECLS

/* The net that makes a picture, of as many steps as b->sampling says, or the file ("sampling_steps" in its metadata; 4 without). Its noise is that of seed 0 until acu_net_seeded() gives it another. */
guint acu_diffusion_build_unrolled (AcuBuilder *b, guint picture);

G_END_DECLS

#endif
