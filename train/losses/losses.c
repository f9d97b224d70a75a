/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "losses.h"
#include <math.h>
static double
charbonnier (const float *r, const float *t, int w, int h, int ch, double weight, float *g)
{
  size_t n = (size_t) w * h * ch; double sum = 0; float f = (float) (weight / n);
  for (size_t i = 0; i < n; i++) { float d = r[i] - t[i], s = sqrtf (d * d + 1e-6f); sum += s; g[i] += f * d / s; }
  return sum / n;
}
static double
l1 (const float *r, const float *t, int w, int h, int ch, double weight, float *g)
{
  size_t n = (size_t) w * h * ch; double sum = 0; float f = (float) (weight / n);
  for (size_t i = 0; i < n; i++) { float d = r[i] - t[i]; sum += fabsf (d); g[i] += d > 0 ? f : d < 0 ? -f : 0; }
  return sum / n;
}
const AcuLoss acu_losses[] = { { "l1", "l1", l1, 1 }, { "charbonnier", "c", charbonnier, 1 }, { 0 } };
const AcuLoss *acu_loss_find (const char *name) { for (const AcuLoss *l = acu_losses; l->name; l++) if (g_str_equal (l->name, name)) return l; return NULL; }
