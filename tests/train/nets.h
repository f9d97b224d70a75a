/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Small nets with every kind of layer that is trained, and their weights as a model file would name them. */
#ifndef ACU_TEST_TRAIN_NETS_H
#define ACU_TEST_TRAIN_NETS_H

#include "net.h"
#include "weights.h"

typedef struct TestNet
{
  const char *name;
  int channels;                   /* of the picture */
  void (*build) (AcuNet *net, GRand *rand);
} TestNet;

/* Ended by a NULL name. */
extern const TestNet test_nets[];

AcuNet *test_net_new (const TestNet *test, GRand *rand);
/* The tensors of all layers that have numbers of their own, but those whose names begin with "fixed". */
AcuWeights *test_net_weights (const AcuNet *net);

#endif
