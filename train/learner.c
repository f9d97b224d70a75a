/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "learner.h"

#include "kernels_once.h"
#include "model_file.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>

static gboolean
start_from (AcuLearner *learner, const char *start, GError **error)
{
  AcuWeights *model = acu_load_weights (start, error);
  int copied;

  if (!model)
    return FALSE;
  copied = acu_model_copy_tensors (learner->weights, model, error);
  acu_weights_free (model);
  if (copied == 0)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: none of its tensors fits the network that is to be trained."), start);
  return copied > 0;
}

static gboolean
allocate (AcuLearner *learner, gboolean spectral, GError **error)
{
  gsize n = learner->train->n_values;

  learner->gradients = acu_try_alloc0 (n, sizeof (float));
  learner->effective = spectral ? acu_try_alloc0 (n, sizeof (float)) : NULL;
  learner->spectral = spectral ? acu_spectral_new (learner->train) : NULL;
  if (learner->optimiser && learner->gradients && (!spectral || learner->effective))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's weights."));
  return FALSE;
}

AcuLearner *
acu_learner_new (AcuWeights *weights, const char *start, const AcuOptimiserOptions *options, gint64 steps, gboolean spectral, gboolean bf16,
                 GError **error)
{
  AcuLearner *learner = g_new0 (AcuLearner, 1);

  learner->weights = weights;
  if (weights && (!start || start_from (learner, start, error))
      && (learner->net = acu_arch_build_training (learner->weights, error))
      && (learner->train = acu_train_net_new (learner->net, learner->weights, acu_kernels (), bf16, error)))
    {
      learner->optimiser = acu_optimiser_new (options, steps, learner->train->values, learner->train->n_values);
      if (allocate (learner, spectral, error))
        return learner;
    }
  acu_learner_free (learner);
  return NULL;
}

void
acu_learner_free (AcuLearner *learner)
{
  if (!learner)
    return;
  acu_spectral_free (learner->spectral);
  acu_optimiser_free (learner->optimiser);
  acu_train_net_free (learner->train);
  if (learner->net)
    acu_net_unref (learner->net);
  acu_weights_free (learner->weights);
  acu_free (learner->gradients);
  acu_free (learner->effective);
  g_free (learner);
}

void
acu_learner_prepare (AcuLearner *learner, int threads)
{
  if (learner->spectral)
    acu_spectral_apply (learner->spectral, learner->train->values, learner->effective, threads);
  acu_train_net_pack (learner->train, learner->spectral ? learner->effective : learner->train->values, threads);
}

double
acu_learner_step (AcuLearner *learner, int threads)
{
  if (learner->spectral)
    acu_spectral_gradient (learner->spectral, learner->effective, learner->gradients, threads);
  return acu_optimiser_step (learner->optimiser, learner->train->values, learner->gradients, threads);
}
