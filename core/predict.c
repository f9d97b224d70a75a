/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How long networks would take on graphics cards, from counted operations, bytes and dispatches: a model, nothing is measured. */
#include "predict.h"

#include <glib/gi18n-lib.h>

/* From the makers' data sheets: FP32 operations and memory's bytes a second. */
static const AcuCard cards[] = {
  { "NVIDIA GeForce GTX 1650", 2.98e12, 128e9, G_GUINT64_CONSTANT (4) << 30 },
  { "NVIDIA GeForce RTX 3060", 12.74e12, 360e9, G_GUINT64_CONSTANT (12) << 30 },
  { "NVIDIA GeForce RTX 4090", 82.58e12, 1008e9, G_GUINT64_CONSTANT (24) << 30 },
  { "AMD Radeon RX 6600", 8.93e12, 224e9, G_GUINT64_CONSTANT (8) << 30 },
  { "AMD Radeon RX 7900 XTX", 61.4e12, 960e9, G_GUINT64_CONSTANT (24) << 30 },
  { "Intel Arc A770", 19.66e12, 560e9, G_GUINT64_CONSTANT (16) << 30 },
  { "Intel Iris Xe (96 EU)", 2.07e12, 68.3e9, G_GUINT64_CONSTANT (8) << 30 },
  { "Apple M2", 3.58e12, 102.4e9, G_GUINT64_CONSTANT (8) << 30 }
};

static gboolean
read_rows (void *data, int y, int rows, float *pixels, GError **error)
{
  return TRUE;
}

static gboolean
write_rows (void *data, int y, int rows, const float *pixels, GError **error)
{
  return TRUE;
}

gboolean
acu_predict (const AcuNet *net, const AcuCard *card, int width, int height, int band_rows, AcuPrecision precision, AcuCardWork *work, GError **error)
{
  const AcuPlanCallbacks callbacks = { read_rows, write_rows, NULL, NULL };
  AcuDevice *device = acu_device_imagine (card);
  AcuPlan *plan;
  gboolean done;

  if (!device)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("This Acuity was built without graphics cards."));
      return FALSE;
    }
  plan = acu_plan_new (net, device, width, height, 1, 0, band_rows, precision, error);
  done = plan && acu_plan_run (plan, &callbacks, error);
  if (done)
    *work = acu_device_imagined_work (device);
  acu_plan_free (plan);
  acu_device_imagined_free (device);
  return done;
}

static void
append_work (GString *text, const AcuCardWork *work, double pixels)
{
  g_string_append_printf (text, "GFLOP needed       %.2f\n", work->needed / 1e9);
  g_string_append_printf (text, "GFLOP issued       %.2f (%.3f times)\n", work->issued / 1e9, work->issued / work->needed);
  g_string_append_printf (text, "kB a pixel, maps   %.3f (%.3f times what layers in 16 bits, one by one, must read and write)\n", work->bytes / pixels / 1e3,
                          work->bytes / work->least);
  g_string_append_printf (text, "MB of weights      %.1f\n", work->numbers / 1e6);
  g_string_append_printf (text, "dispatches         %" G_GUINT64_FORMAT "\n", work->dispatches);
  g_string_append_printf (text, "barriers           %" G_GUINT64_FORMAT "\n", work->barriers);
}

char *
acu_model_predict (const AcuModelInfo *model, int width, int height, GError **error)
{
  GString *text = g_string_new (NULL);
  AcuNet *net = acu_model_net_of (model, 0, error);
  gboolean any = FALSE;

  for (guint i = 0; net && i < G_N_ELEMENTS (cards); i++)
    {
      g_autoptr (GError) problem = NULL;
      AcuCardWork work;

      if (!acu_predict (net, &cards[i], width, height, 0, ACU_PRECISION_FAST, &work, &problem))
        {
          g_string_append_printf (text, "%-24s %s\n", cards[i].name, problem->message);
          if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
            continue;
          g_propagate_error (error, g_steal_pointer (&problem));
          any = FALSE;
          break;
        }
      if (!any)
        {
          append_work (text, &work, (double) width * height);
          g_string_append_printf (text, "\n%-24s %9s %10s  %s\n", "card", "modelled", "memory", "megapixels/s");
        }
      any = TRUE;
      g_string_append_printf (text, "%-24s %7.3f s %7.0f MB  %.3f\n", cards[i].name, work.seconds, (double) work.memory / 1e6,
                              1e-6 * width * height / work.seconds);
    }
  if (net)
    acu_net_unref (net);
  if (any)
    return g_string_free (text, FALSE);
  g_string_free (text, TRUE);
  if (error && !*error)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("No graphics card has enough memory for this picture."));
  return NULL;
}
