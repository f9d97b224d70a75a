/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "row_range.h"

#include "kernels_once.h"
#include "pool.h"

/* A part for a task: some hundred kilobytes. */
#define PART 65536

gboolean
acu_row_range (const float *row, gsize n, float *low, float *high)
{
  return acu_kernels ()->range (row, n, low, high);
}

typedef struct Parts
{
  const float *rows;
  gsize n;
  struct { float low, high; gboolean finite; char apart[52]; } found[ACU_POOL_MAX_THREADS];
} Parts;

static void
look (void *data, int task, int worker)
{
  Parts *parts = data;
  gsize from = (gsize) task * PART;

  if (!acu_row_range (parts->rows + from, MIN (PART, parts->n - from), &parts->found[worker].low, &parts->found[worker].high))
    parts->found[worker].finite = FALSE;
}

gboolean
acu_rows_range (const float *rows, gsize n, int threads, float *low, float *high)
{
  Parts parts;
  gboolean finite = TRUE;

  parts.rows = rows;
  parts.n = n;
  for (int i = 0; i < threads; i++)
    {
      parts.found[i].low = *low;
      parts.found[i].high = *high;
      parts.found[i].finite = TRUE;
    }
  acu_pool_run ((int) ((n + PART - 1) / PART), threads, look, &parts);
  for (int i = 0; i < threads; i++)
    {
      *low = MIN (*low, parts.found[i].low);
      *high = MAX (*high, parts.found[i].high);
      finite = finite && parts.found[i].finite;
    }
  return finite;
}
