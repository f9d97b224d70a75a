/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whether two networks are the same one. */
#ifndef ACU_SAME_NET_H
#define ACU_SAME_NET_H

#include "net.h"

G_BEGIN_DECLS

/* Layer by layer and weight by weight, but for what is lost when weights are written in 16 bits. Names do not matter. */
gboolean acu_net_is_same (const AcuNet *a, const AcuNet *b);

G_END_DECLS

#endif
