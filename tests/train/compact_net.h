/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The compact network (SRVGG) with random weights: a convolution, `convolutions` more with PReLU, and one to the shuffled result, added to the repeated
 * picture. */
#ifndef ACU_TEST_COMPACT_NET_H
#define ACU_TEST_COMPACT_NET_H

#include "nets.h"

AcuNet *compact_net_new (int channels, int convolutions, int scale);

#endif
