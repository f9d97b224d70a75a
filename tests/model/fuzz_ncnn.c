/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* libFuzzer on the loader, the architectures, the planner, small plans and whole jobs: the .param, then a zero byte, then the .bin. */
#include "arch.h"
#include "load_ncnn.h"
#include "try_net.h"

#include <glib/gstdio.h>
#include <string.h>

#define MOST_OPERATIONS 2e7

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

/* A whole job wants files. The last model is kept by path: two take turns. */
static void
run_job (const guint8 *param, gsize param_bytes, const guint8 *bin, gsize bin_bytes, int way)
{
  static guint turn;
  static char *folder;
  g_autofree char *param_path = NULL, *bin_path = NULL;

  if (!folder)
    g_assert_nonnull (folder = g_dir_make_tmp ("acuity-fuzz-XXXXXX", NULL));
  turn++;
  param_path = g_strdup_printf ("%s/%u.param", folder, turn % 2);
  bin_path = g_strdup_printf ("%s/%u.bin", folder, turn % 2);
  if (g_file_set_contents_full (param_path, (const char *) param, param_bytes, G_FILE_SET_CONTENTS_NONE, 0600, NULL)
      && g_file_set_contents_full (bin_path, (const char *) bin, bin_bytes, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    try_job (param_path, way, MOST_OPERATIONS);
  g_unlink (param_path);
  g_unlink (bin_path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  const guint8 *end = size ? memchr (data, 0, size) : NULL;
  gsize param_bytes = end ? (gsize) (end - data) : size, bin_bytes = end ? size - param_bytes - 1 : 0;
  const guint8 *bin = end ? end + 1 : (const guint8 *) "";
  AcuWeights *weights = acu_load_ncnn_bytes ((const char *) data, param_bytes, bin, bin_bytes, "fuzz.param", NULL);
  AcuNet *net = weights ? acu_arch_build (weights, NULL) : NULL;

  acu_weights_free (weights);
  for (int way = 0; net && way < TRY_WAYS; way++)
    if (try_net (net, way, MOST_OPERATIONS) && way == (int) (size % TRY_WAYS))
      run_job (data, param_bytes, bin, bin_bytes, way);
  acu_net_unref (net);
  return 0;
}
