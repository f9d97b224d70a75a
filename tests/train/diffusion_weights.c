/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "diffusion_weights.h"

#include "create.h"

AcuWeights *
test_diffusion_weights (const char *kappa, const char *spread)
{
  AcuArchOptions options = { "diffusion", TEST_DIFFUSION_FACTOR, 16, 1 };
  AcuWeights *weights = acu_arch_create (&options, 2, NULL);

  g_assert_nonnull (weights);
  if (kappa)
    g_hash_table_replace (weights->metadata, g_strdup ("kappa"), g_strdup (kappa));
  else
    g_hash_table_remove (weights->metadata, "kappa");
  if (spread)
    g_hash_table_replace (weights->metadata, g_strdup ("spread"), g_strdup (spread));
  else
    g_hash_table_remove (weights->metadata, "spread");
  return weights;
}
