/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A training run from its run file to its model. */
#ifndef ACU_TRAIN_SESSION_H
#define ACU_TRAIN_SESSION_H

#include "run_file.h"

G_BEGIN_DECLS

/**
 * AcuSessionOptions:
 * @folder: where checkpoints, log and model go; made if it is not there
 * @restart: a checkpoint that is there is not taken
 * @quiet: no progress on standard error
 * @stop: asked after every step: whether to stop, with a checkpoint; NULL: never
 */
typedef struct AcuSessionOptions
{
  const char *folder;
  gboolean restart, quiet;
  gboolean (*stop) (void);
} AcuSessionOptions;

/* Trains until the run's last step. In the folder: model.safetensors, the moving average of the weights; log.csv; the checkpoints. FALSE with
 * an error, ACU_ERROR_CANCELLED when it was stopped; then the same call goes on from there, to the same result bit for bit. */
gboolean acu_session_run (const AcuRunFile *run, const AcuSessionOptions *options, GError **error);

G_END_DECLS

#endif
