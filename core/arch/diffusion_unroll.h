/* SPDX-License-Identifier: LGPL-3.0-or-later */
#ifndef ACU_DIFFUSION_UNROLL_H
#define ACU_DIFFUSION_UNROLL_H

#include "diffusion.h"

G_BEGIN_DECLS

/* The net that makes a picture, of as many steps as b->sampling says. Its noise is that of seed 0 until acu_net_seeded() gives it another. */
guint acu_diffusion_build_unrolled (AcuBuilder *b, guint picture);

G_END_DECLS

#endif
