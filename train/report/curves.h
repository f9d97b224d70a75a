/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where things are in the picture of a run's curves. */
#ifndef ACU_CURVES_H
#define ACU_CURVES_H

#include "canvas.h"
#include "run_log.h"
#include "scale.h"

G_BEGIN_DECLS

#define ACU_CURVES_WIDTH 1200
#define ACU_CURVES_HEIGHT 1000

typedef enum AcuPanelKind
{
  ACU_PANEL_LOSS,
  ACU_PANEL_VALIDATION,
  ACU_PANEL_RATE,
  ACU_PANELS
} AcuPanelKind;

typedef struct AcuPanel
{
  double left, top, right, bottom;        /* of what curves are drawn in */
  AcuScale steps;
  AcuScale values;                        /* the axis to the left */
  AcuScale second;                        /* the axis to the right: SSIM */
} AcuPanel;

extern const AcuColour acu_curve_loss, acu_curve_raw, acu_curve_psnr, acu_curve_ssim, acu_curve_rate;

/* Whether a column is taken for a part of the loss. */
gboolean acu_curves_is_part (const AcuRunLog *log, guint column);
void acu_curves_layout (const AcuRunLog *log, AcuPanel panels[ACU_PANELS]);

/* Each number with its neighbours, weighted with a Gaussian of that standard deviation in rows, numbers that are not known left out; NaN
 * where the number itself is not known. Free with g_free(). */
double *acu_curves_smooth (const double *numbers, guint n, double sigma);

G_END_DECLS

#endif
