/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libFuzzer on ONNX: the loader, the graph, what finds faces, the planner and small plans. */
#include "arch.h"
#include "detector.h"
#include "load_onnx.h"
#include "try_net.h"

#define MOST_OPERATIONS 2e7

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
try (AcuNet *net, size_t size)
{
  if (net)
    try_net (net, (int) (size % TRY_WAYS), MOST_OPERATIONS);
  acu_net_unref (net);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  AcuWeights *weights = acu_load_onnx_bytes (data, size, "fuzz.onnx", NULL);

  if (weights)
    {
      try (acu_arch_build (weights, NULL), size);
      try (acu_detector_build (weights, NULL), size);
    }
  acu_weights_free (weights);
  return 0;
}
