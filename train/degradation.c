/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "degradation.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <string.h>

struct AcuTrainDegradation
{
  AcuDegradation recipe;
};

static gboolean
set (AcuTrainDegradation *degradation, const AcuRunFile *run, const char *setting, GError **error)
{
  const char *equals = strchr (setting, '=');
  g_autofree char *key = g_strndup (setting, (gsize) (equals - setting));

  if (acu_degradation_set (&degradation->recipe, key, equals + 1, error))
    return TRUE;
  g_prefix_error (error, "%s: [degradation] ", run->path);
  return FALSE;
}

AcuTrainDegradation *
acu_train_degradation_new (const AcuRunFile *run, GError **error)
{
  const AcuDegradationPreset *preset = acu_degradation_preset_find (run->preset);
  AcuTrainDegradation *degradation;
  g_autoptr (GString) known = g_string_new (NULL);

  if (!preset)
    {
      for (preset = acu_degradation_presets (); preset->name; preset++)
        g_string_append_printf (known, "%s%s", known->len ? ", " : "", preset->name);
      g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: [degradation] preset=%s: it is one of %s."), run->path, run->preset,
                   known->str);
      return NULL;
    }
  degradation = g_new0 (AcuTrainDegradation, 1);
  degradation->recipe = preset->recipe;
  for (guint i = 0; i < run->settings->len; i++)
    if (!set (degradation, run, g_ptr_array_index (run->settings, i), error))
      {
        acu_train_degradation_free (degradation);
        return NULL;
      }
  acu_degradation_weaken (&degradation->recipe, run->degradation_strength);
  return degradation;
}

void
acu_train_degradation_free (AcuTrainDegradation *degradation)
{
  g_free (degradation);
}

gboolean
acu_train_degrade (const void *data, const float *large, int width, int height, int scale, guint64 bits, float *small, GError **error)
{
  const AcuTrainDegradation *degradation = data;

  return acu_degrade (&degradation->recipe, bits, scale, large, width, height, small, error);
}
