/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which convolutions of a network may multiply numbers of 8 bits (bfloat16), or leave products of low bytes out of those of 16 bits, where a processor has tiles for
 * that: by what it saves and by how far it moves the result, measured once for each network and kept in the user's cache folder. */
#ifndef ACU_COARSE_H
#define ACU_COARSE_H

#include "device.h"
#include "net.h"

G_BEGIN_DECLS

/* Sets `coarse` of the net's layers; nobody else may use it meanwhile. Does nothing where such products are not quicker on that device. What cannot be measured stays as
 * it is. The choice depends on the network only, not on how fast the machine is at that moment, nor on the threads (0: one for each processor). */
void acu_net_choose_coarse (AcuNet *net, const AcuDevice *device, int threads);

/* What was chosen for `from` for the layers of the same names in `net`, which was made of the same file: copies of a layer, in whose names " (" follows, count as one, which
 * may be as coarse as all of them may. */
void acu_net_copy_coarse (AcuNet *net, const AcuNet *from);

G_END_DECLS

#endif
