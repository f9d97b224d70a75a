/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "row_range.h"

#include "kernels_once.h"

gboolean
acu_row_range (const float *row, gsize n, float *low, float *high)
{
  return acu_kernels ()->range (row, n, low, high);
}
