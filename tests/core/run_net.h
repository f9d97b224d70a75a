/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Runs a net on a picture in memory, for tests. */
#ifndef RUN_NET_H
#define RUN_NET_H

#include "net.h"
#include "plan.h"

/* The device that nets run on: the CPU, or what ACUITY_TEST_DEVICE names. */
const AcuDevice *test_device (void);

/**
 * TestRows: pictures in memory for AcuPlanCallbacks, which get a TestRows as their data
 * @in, @out: interleaved floats
 * @in_row, @out_row: floats of a row
 * @next_read, @next_write: rows come in order; 0 before each run
 */
typedef struct TestRows
{
  const float *in;
  float *out;
  gsize in_row, out_row;
  int next_read, next_write;
} TestRows;
gboolean test_rows_read (void *data, int y, int rows, float *pixels, GError **error);
gboolean test_rows_write (void *data, int y, int rows, const float *pixels, GError **error);

/* Interleaved floats in, interleaved floats out (g_free); *width and *height become the result's. */
float *run_net (const AcuNet *net, const float *picture, int *width, int *height, int threads, int bands,
                guint64 memory, AcuPrecision precision);

/* The same on any device. */
float *run_net_on (const AcuDevice *device, const AcuNet *net, const float *picture, int *width, int *height, int threads, int bands,
                   guint64 memory, AcuPrecision precision);

/* n floats as GBytes. */
GBytes *floats (const float *values, gsize n);
/* The same, drawn from a fixed generator, in -spread .. spread. */
GBytes *random_floats (GRand *rand, gsize n, double spread);

#endif
