/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "detector.h"

#include "arch.h"

#include <glib/gi18n-lib.h>

static gboolean
add_layers (AcuNet *net, const AcuWeights *weights, GError **error)
{
  guint picture, at;
  AcuLayer *border;

  acu_net_add (net, ACU_LAYER_INPUT, "picture", NULL, 0, &picture)->channels = 3;
  border = acu_net_add (net, ACU_LAYER_PAD, "border", &picture, 1, &at);
  border->align = ACU_DETECTOR_ALIGN;
  border->border = ACU_BORDER_REPLICATE;
  return acu_arch_add_records (net, weights, at, &at, error);
}

/* Asks the net itself what it makes. */
static gboolean
check_shape (const AcuNet *net, GError **error)
{
  static const int sides[] = { ACU_DETECTOR_ALIGN, 5 * ACU_DETECTOR_ALIGN };
  g_autofree AcuShape *shapes = g_try_new (AcuShape, net->layers->len);
  const AcuShape *made = shapes + net->layers->len - 1;

  for (guint i = 0; shapes && i < G_N_ELEMENTS (sides); i++)
    {
      if (!acu_net_infer (net, sides[i] - 1, sides[i], shapes, error))
        return FALSE;
      if (made->channels == ACU_DETECTOR_CHANNELS && made->width == sides[i] / ACU_DETECTOR_CELL && made->height == sides[i] / ACU_DETECTOR_CELL)
        continue;
      g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: this network does not find faces."), net->name);
      return FALSE;
    }
  if (!shapes)
    g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for “%s”."), net->name);
  return shapes != NULL;
}

AcuNet *
acu_detector_build (const AcuWeights *weights, GError **error)
{
  g_autofree char *name = g_path_get_basename (weights->path);
  AcuNet *net = acu_net_new (name);

  net->architecture = g_strdup ("CenterFace");
  if (add_layers (net, weights, error) && check_shape (net, error))
    return net;
  acu_net_unref (net);
  return NULL;
}
