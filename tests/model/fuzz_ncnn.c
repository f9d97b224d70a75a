/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libFuzzer on the loader, the architectures and the planner: the .param, then a zero byte, then the .bin. */
#include "arch.h"
#include "load_ncnn.h"
#include "plan.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const guint8 *end = size ? memchr (data, 0, size) : NULL;
  gsize param = end ? (gsize) (end - data) : size;
  AcuWeights *weights = acu_load_ncnn_bytes ((const char *) data, param, end ? end + 1 : NULL,
                                             end ? size - param - 1 : 0, "fuzz.param", NULL);
  AcuNet *net = weights ? acu_arch_build (weights, NULL) : NULL;

  if (net)
    acu_plan_free (acu_plan_new (net, acu_device_find ("cpu", NULL), 11, 6, 2, 64 << 20, 3, size & 1 ? ACU_PRECISION_EXACT : ACU_PRECISION_FAST, NULL));
  acu_net_unref (net);
  acu_weights_free (weights);
  return 0;
}
