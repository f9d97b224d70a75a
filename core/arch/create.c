/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "builder.h"

#include "mix.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* A billion weights are more than any network here has. */
#define MAX_NUMBERS 1000000000

static guint64
next_random (AcuCreator *c)
{
  return acu_mix (c->random += ACU_MIX_STEP);
}

void
acu_create_text (AcuCreator *c, const char *key, const char *text)
{
  g_hash_table_replace (c->metadata, g_strdup (key), g_strdup (text));
}

static float *
add_values (AcuCreator *c, const char *prefix, const char *suffix, guint dimensions, const int *shape)
{
  AcuValues values = { g_strconcat (prefix, suffix, NULL), dimensions };
  gsize count = 1;
  float *numbers;

  for (guint i = 0; i < dimensions; i++)
    {
      values.shape[i] = (guint64) shape[i];
      count *= (gsize) shape[i];
    }
  /* Without memory, numbers go nowhere, and make() tells. */
  c->total += count;
  values.values = numbers = c->total <= MAX_NUMBERS ? acu_try_alloc0 (count, sizeof (float)) : NULL;
  c->failed |= !numbers;
  g_array_append_val (c->values, values);
  return numbers;
}

/* An even distribution has the deviation d within ±√3 d. */
static void
fill (AcuCreator *c, float *numbers, gsize n, double spread)
{
  for (gsize i = 0; numbers && i < n; i++)
    numbers[i] = (float) (((double) (next_random (c) >> 11) * 0x1p-52 - 1) * sqrt (3) * spread);
}

void
acu_create_conv_spread (AcuCreator *c, const char *prefix, int out, int in, int kernel, double spread)
{
  const int shape[] = { out, in, kernel, kernel };

  fill (c, add_values (c, prefix, ".weight", 4, shape), (gsize) out * in * kernel * kernel, spread);
  add_values (c, prefix, ".bias", 1, shape);
}

void
acu_create_conv (AcuCreator *c, const char *prefix, int out, int in, int kernel, double gain)
{
  acu_create_conv_spread (c, prefix, out, in, kernel, gain / sqrt ((double) in * kernel * kernel));
}

void
acu_create_deconv (AcuCreator *c, const char *prefix, int in, int out, int kernel, double spread)
{
  const int shape[] = { in, out, kernel, kernel };

  fill (c, add_values (c, prefix, ".weight", 4, shape), (gsize) out * in * kernel * kernel, spread);
  add_values (c, prefix, ".bias", 1, shape + 1);
}

void
acu_create_prelu (AcuCreator *c, const char *prefix, int channels)
{
  float *slopes = add_values (c, prefix, ".weight", 1, &channels);

  for (int i = 0; slopes && i < channels; i++)
    slopes[i] = 0.25f;
}

static AcuWeights *
make (const AcuArch *arch, const AcuArchOptions *options, guint64 seed, GError **error)
{
  AcuArchOptions all = *options;
  AcuCreator creator = { &all, seed, g_array_new (FALSE, FALSE, sizeof (AcuValues)), NULL };
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *scale = NULL;
  AcuWeights *weights = NULL;

  if (!all.scale)
    all.scale = arch->scales && !(arch->scales & (1u << 4)) ? g_bit_nth_lsf (arch->scales, -1) : 4;
  if (arch->scales && !(arch->scales & (1u << all.scale)))
    {
      g_array_unref (creator.values);
      g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("%s does not enlarge %d times."), arch->name, all.scale);
      return NULL;
    }
  all.channels = all.channels ? all.channels : arch->channels;
  all.blocks = all.blocks ? all.blocks : arch->blocks;
  scale = g_strdup_printf ("%d", all.scale);
  creator.metadata = metadata;
  acu_create_text (&creator, "architecture", arch->key);
  acu_create_text (&creator, "scale", scale);
  arch->create (&creator);
  if (creator.failed)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  else
    weights = acu_weights_from_values (arch->key, (const AcuValues *) (void *) creator.values->data, creator.values->len, error);
  for (guint i = 0; i < creator.values->len; i++)
    {
      const AcuValues *values = &g_array_index (creator.values, AcuValues, i);

      g_free ((char *) values->name);
      acu_free ((float *) values->values);
    }
  g_array_unref (creator.values);
  if (weights)
    {
      g_hash_table_unref (weights->metadata);
      weights->metadata = g_steal_pointer (&metadata);
    }
  return weights;
}

AcuWeights *
acu_arch_create (const AcuArchOptions *options, guint64 seed, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  if (options->scale < 0 || options->scale > 8 || options->channels < 0 || options->channels > 512 || options->blocks < 0
      || options->blocks > 256)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_ARGUMENT,
                           _("A network can have scales up to 8, up to 512 channels and up to 256 blocks."));
      return NULL;
    }
  for (guint i = 0; acu_archs[i]; i++)
    {
      if (!acu_archs[i]->create)
        continue;
      if (g_str_equal (acu_archs[i]->key, options->architecture))
        return make (acu_archs[i], options, seed, error);
      g_string_append_printf (known, "%s%s", known->len ? ", " : "", acu_archs[i]->key);
    }
  g_set_error (error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("There is no architecture “%s”; there are %s."), options->architecture,
               known->str);
  return NULL;
}
