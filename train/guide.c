/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "guide.h"

#include "arch.h"
#include "kernels_once.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>

static gboolean
cut (AcuGuide *guide, const char *path, const char *layer, GError **error)
{
  const GPtrArray *layers = guide->net->layers;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 1; i < layers->len; i++)
    {
      const char *name = ((const AcuLayer *) g_ptr_array_index (layers, i))->name;

      if (g_str_equal (name, layer))
        {
          guide->train->n_layers = i + 1;
          return TRUE;
        }
      if (i < 8)
        g_string_append_printf (names, "%s, ", name);
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s has no layer “%s”; it has %s…"), path, layer, names->str);
  return FALSE;
}

AcuGuide *
acu_guide_new (const char *path, const char *layer, gboolean bf16, GError **error)
{
  AcuGuide *guide = g_new0 (AcuGuide, 1);
  AcuWeights *weights = acu_load_weights (path, error), *none = acu_weights_new (path);

  guide->net = weights ? acu_arch_build (weights, error) : NULL;
  guide->train = guide->net ? acu_train_net_new (guide->net, none, acu_kernels (), bf16, error) : NULL;
  acu_weights_free (weights);
  acu_weights_free (none);
  if (guide->train && (!layer || !*layer || cut (guide, path, layer, error)))
    {
      acu_train_net_pack (guide->train, guide->train->values, (int) g_get_num_processors ());
      return guide;
    }
  acu_guide_free (guide);
  return NULL;
}

void
acu_guide_free (AcuGuide *guide)
{
  if (!guide)
    return;
  acu_train_net_free (guide->train);
  if (guide->net)
    acu_net_unref (guide->net);
  g_free (guide);
}
