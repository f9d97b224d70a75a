/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libFuzzer on PyTorch's files: the loader, the architectures, the planner and small plans. Also on the pickle alone, which it would seldom find inside of an archive. */
#include "arch.h"
#include "load_pytorch.h"
#include "pickle.h"
#include "try_net.h"

#define MOST_OPERATIONS 2e7

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  AcuWeights *weights = acu_load_pytorch_bytes (data, size, "fuzz.pth", NULL);
  AcuNet *net = weights ? acu_arch_build (weights, NULL) : NULL;

  acu_pickle_free (acu_pickle_read (data, size, "fuzz.pth", NULL));
  acu_weights_free (weights);
  if (net)
    {
      try_net (net, (int) (size % TRY_WAYS), MOST_OPERATIONS);
      acu_net_unref (net);
    }
  return 0;
}
