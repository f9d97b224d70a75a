/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small nets with all that larger ones have, and what they are made of, for tests. */
#ifndef SAMPLE_NETS_H
#define SAMPLE_NETS_H

#include "net.h"

typedef struct SampleNet
{
  const char *name;
  void (*build) (AcuNet *net, GRand *rand);
} SampleNet;

/* Ended by a NULL name. All make three channels of three. */
extern const SampleNet sample_nets[];

/* Three of them. SRVGG: pixel shuffle added to the repeated picture, then shrunk. */
void compact (AcuNet *net, GRand *rand);
/* A dense block: joined channels are read as slices; a residual from far above. */
void dense (AcuNet *net, GRand *rand);
/* A U-Net with channel attention twice, the first of which is read before and after the second: strides, transposed convolutions, crops, barriers. */
void attention (AcuNet *net, GRand *rand);

/* The picture, three channels; its number. */
guint picture (AcuNet *net);
/* Appends a convolution of *at, which becomes its number. */
AcuLayer *conv (AcuNet *net, GRand *rand, guint *at, int channels, int kernel, int stride, int pad);
/* n floats that are all the same. */
GBytes *equal_floats (gsize n, float value);

/* RRDB in short: a first map, TRUNK convolutions, and their sum with the first map; either of them can be left out. */
#define TRUNK 50
void first_and_trunk (AcuNet *net, GRand *rand, gboolean with_trunk, gboolean with_first);

#endif
