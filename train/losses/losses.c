/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "losses_private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

const AcuLoss acu_losses[] = {
  { "l1", N_("Mean difference"), acu_loss_l1, 1 },
  { "charbonnier", N_("Mean difference, smooth at 0 (Charbonnier)"), acu_loss_charbonnier, 1 },
  { "mse", N_("Mean squared difference"), acu_loss_mse, 1 },
  { "ssim", N_("Structural similarity (1 − SSIM)"), acu_loss_ssim, 11 },
  { "fft", N_("Mean difference of frequencies"), acu_loss_fft, 1 },
  { "edge", N_("Mean difference, more at edges"), acu_loss_edge, 1 },
  { "gradient", N_("Mean difference of slopes"), acu_loss_gradient, 1 },
  { NULL, NULL, NULL, 0 },
};

const AcuLoss *
acu_loss_find (const char *name)
{
  for (const AcuLoss *loss = acu_losses; loss->name != NULL; loss++)
    if (strcmp (loss->name, name) == 0)
      return loss;
  return NULL;
}
