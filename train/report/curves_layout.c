/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "curves.h"

#include <math.h>

#define MARGIN 92
#define TITLE 84
/* Above each panel, for its name and legend; below the last one, for the steps. */
#define HEADING 46
#define FOOT 58

gboolean
acu_curves_is_part (const AcuRunLog *log, guint column)
{
  static const char *const others[] = { "step", "seconds", "pictures_per_second", "learning_rate", "gradient_norm", "loss", "psnr_y",
                                        "ssim_y", NULL };
  const double *loss = acu_run_log_column (log, "loss"), *part = log->numbers + (gsize) column * log->rows;
  gboolean same = loss != NULL;

  if (g_strv_contains (others, log->names[column]) || !*log->names[column])
    return FALSE;
  /* A loss of one part is that part. */
  for (guint r = 0; same && r < log->rows; r++)
    same = part[r] == loss[r] || (isnan (part[r]) && isnan (loss[r]));
  return !same;
}

static void
include_column (AcuScale *scale, const double *numbers, guint n)
{
  for (guint i = 0; numbers && i < n; i++)
    acu_scale_include (scale, numbers[i]);
}

void
acu_curves_layout (const AcuRunLog *log, AcuPanel panels[ACU_PANELS])
{
  static const double shares[ACU_PANELS] = { 0.42, 0.36, 0.22 };
  const double room = ACU_CURVES_HEIGHT - TITLE - FOOT - ACU_PANELS * HEADING;
  const AcuScale empty = { INFINITY, -INFINITY, FALSE, 0, 0 };
  AcuScale *loss = &panels[ACU_PANEL_LOSS].values, *rate = &panels[ACU_PANEL_RATE].values;
  AcuScale steps = { 0, -INFINITY, FALSE, MARGIN, ACU_CURVES_WIDTH - MARGIN };
  double top = TITLE;

  include_column (&steps, acu_run_log_column (log, "step"), log->rows);
  if (!(steps.high > steps.low))
    steps.high = steps.low + 1;
  for (int p = 0; p < ACU_PANELS; p++)
    {
      AcuPanel *panel = &panels[p];

      top += HEADING;
      *panel = (AcuPanel) { MARGIN, round (top), ACU_CURVES_WIDTH - MARGIN, round (top + shares[p] * room), steps, empty, empty };
      top += shares[p] * room;
      panel->values.from = panel->second.from = panel->bottom;
      panel->values.to = panel->second.to = panel->top;
    }
  include_column (loss, acu_run_log_column (log, "loss"), log->rows);
  for (guint c = 0; c < log->columns; c++)
    if (acu_curves_is_part (log, c))
      include_column (loss, log->numbers + (gsize) c * log->rows, log->rows);
  loss->logarithmic = acu_scale_known (loss) ? loss->low > 0 : TRUE;
  include_column (&panels[ACU_PANEL_VALIDATION].values, acu_run_log_column (log, "psnr_y"), log->rows);
  include_column (&panels[ACU_PANEL_VALIDATION].second, acu_run_log_column (log, "ssim_y"), log->rows);
  include_column (rate, acu_run_log_column (log, "learning_rate"), log->rows);
  if (acu_scale_known (rate))
    acu_scale_include (rate, 0);
  for (int p = 0; p < ACU_PANELS; p++)
    {
      acu_scale_pad (&panels[p].values, 0.06);
      acu_scale_pad (&panels[p].second, 0.06);
    }
  rate->low = fmin (rate->low, 0);
}

double *
acu_curves_smooth (const double *numbers, guint n, double sigma)
{
  double *smooth = g_new (double, n + 1);
  int reach = (int) fmin (ceil (3 * sigma), n);

  for (int i = 0; i < (int) n; i++)
    {
      double sum = 0, total = 0;

      for (int j = MAX (i - reach, 0); isfinite (numbers[i]) && j <= MIN (i + reach, (int) n - 1); j++)
        if (isfinite (numbers[j]))
          {
            double weight = sigma > 0 ? exp (-0.5 * (i - j) * (i - j) / (sigma * sigma)) : 1;

            sum += weight * numbers[j];
            total += weight;
          }
      smooth[i] = total > 0 ? sum / total : NAN;
    }
  return smooth;
}
