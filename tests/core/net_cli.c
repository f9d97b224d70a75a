/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Runs the network of a model on raw floats (rows of interleaved RGB) so that tests can compare it with others.
 *
 *   net_cli MODEL.param WIDTH HEIGHT IN OUT [THREADS [BAND_ROWS [MEMORY [fast|exact [DEVICE]]]]]
 *
 * Prints one line: scale, seconds of the run, planned bytes. */
#include "arch.h"
#include "run_net.h"
#include "weights.h"

#include <stdio.h>
#include <stdlib.h>

static int
fail (GError *error)
{
  fprintf (stderr, "net_cli: %s\n", error ? error->message : "bad arguments");
  return 1;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  int width = argc > 5 ? atoi (argv[2]) : 0, height = argc > 5 ? atoi (argv[3]) : 0;
  int threads = argc > 6 ? atoi (argv[6]) : 1, bands = argc > 7 ? atoi (argv[7]) : 0;
  guint64 memory = argc > 8 ? g_ascii_strtoull (argv[8], NULL, 10) : 0;
  AcuPrecision precision = argc > 9 && g_str_equal (argv[9], "fast") ? ACU_PRECISION_FAST : ACU_PRECISION_EXACT;
  AcuWeights *weights;
  AcuNet *net;
  const AcuDevice *device;
  AcuPlan *plan;
  gsize bytes;
  gint64 start;
  FILE *file;
  TestRows p = { 0 };
  g_autofree char *read = NULL;
  AcuPlanCallbacks callbacks = { test_rows_read, test_rows_write, NULL, &p };

  if (width < 1 || height < 1)
    return fail (NULL);
  weights = acu_load_weights (argv[1], &error);
  net = weights ? acu_arch_build (weights, &error) : NULL;
  net = net ? acu_net_fold (net) : NULL;
  acu_weights_free (weights);
  if (!net)
    return fail (error);
  device = acu_device_find (argc > 10 ? argv[10] : "cpu", &error);
  if (!device)
    return fail (error);
  plan = acu_plan_new (net, device, width, height, threads, memory, bands, precision, &error);
  if (!plan || !g_file_get_contents (argv[4], &read, &bytes, &error))
    return fail (error);
  if (bytes != (gsize) width * height * 3 * sizeof (float))
    return fail (NULL);
  p.in = (const float *) (const void *) read;
  p.in_row = 3 * (gsize) width;
  p.out_row = 3 * (gsize) acu_plan_width (plan);
  bytes = (gsize) acu_plan_width (plan) * acu_plan_height (plan) * 3 * sizeof (float);
  p.out = g_malloc (bytes);
  if (!acu_plan_prepare (plan, &error))
    return fail (error);
  start = g_get_monotonic_time ();
  if (!acu_plan_run (plan, &callbacks, &error))
    return fail (error);
  printf ("%d %.4f %" G_GUINT64_FORMAT "\n", net->scale, (g_get_monotonic_time () - start) / 1e6,
          acu_plan_bytes (plan));
  /* Not replaced: it may be a device. */
  file = fopen (argv[5], "wbe");
  if (!file || fwrite (p.out, 1, bytes, file) != bytes || fclose (file) != 0)
    {
      perror (argv[5]);
      return 1;
    }
  g_free (p.out);
  acu_plan_free (plan);
  acu_net_unref (net);
  return 0;
}
