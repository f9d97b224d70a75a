/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Runs what a hostile file became on small pictures, when that takes few operations. */
#ifndef TRY_NET_H
#define TRY_NET_H

#include "net.h"

/* Pictures and precisions to try. */
#define TRY_WAYS 4

/* Plans the net in one of TRY_WAYS ways and runs the plan. Asserts that it either fails with one sentence or writes every row. Returns
 * whether it ran. */
gboolean try_net (const AcuNet *net, int way, double most_operations);
/* The same for a whole job with the model at this path. */
gboolean try_job (const char *path, int way, double most_operations);

#endif
