/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "run_net.h"

#include <string.h>

gboolean
test_rows_read (void *data, int y, int rows, float *pixels, GError **error)
{
  TestRows *p = data;

  g_assert_cmpint (y, ==, p->next_read);
  p->next_read += rows;
  memcpy (pixels, p->in + p->in_row * y, rows * p->in_row * sizeof (float));
  return TRUE;
}

gboolean
test_rows_write (void *data, int y, int rows, const float *pixels, GError **error)
{
  TestRows *p = data;

  g_assert_cmpint (y, ==, p->next_write);
  p->next_write += rows;
  memcpy (p->out + p->out_row * y, pixels, rows * p->out_row * sizeof (float));
  return TRUE;
}

const AcuDevice *
test_device (void)
{
  const char *name = g_getenv ("ACUITY_TEST_DEVICE");
  GError *error = NULL;
  const AcuDevice *device = acu_device_find (name ? name : "cpu", &error);

  g_assert_no_error (error);
  return device;
}

float *
run_net_on (const AcuDevice *device, const AcuNet *net, const float *picture, int *width, int *height, int threads, int bands, guint64 memory,
            AcuPrecision precision)
{
  GError *error = NULL;
  AcuPlan *plan = acu_plan_new (net, device, *width, *height, threads, memory, bands, precision, &error);
  AcuShape *shapes = g_new (AcuShape, net->layers->len);
  TestRows p = { picture };
  AcuPlanCallbacks callbacks = { test_rows_read, test_rows_write, NULL, &p };

  g_assert_no_error (error);
  g_assert_true (acu_net_infer (net, *width, *height, shapes, NULL));
  p.in_row = (gsize) *width * shapes[0].channels;
  p.out_row = (gsize) acu_plan_width (plan) * shapes[net->layers->len - 1].channels;
  *width = acu_plan_width (plan);
  *height = acu_plan_height (plan);
  p.out = g_new (float, p.out_row * *height);
  acu_plan_run (plan, &callbacks, &error);
  g_assert_no_error (error);
  g_assert_cmpint (p.next_write, ==, *height);
  acu_plan_free (plan);
  g_free (shapes);
  return p.out;
}

float *
run_net (const AcuNet *net, const float *picture, int *width, int *height, int threads, int bands, guint64 memory,
         AcuPrecision precision)
{
  return run_net_on (test_device (), net, picture, width, height, threads, bands, memory, precision);
}

GBytes *
floats (const float *values, gsize n)
{
  return g_bytes_new (values, n * sizeof (float));
}

GBytes *
random_floats (GRand *rand, gsize n, double spread)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -spread, spread);
  return g_bytes_new_take (values, n * sizeof (float));
}
