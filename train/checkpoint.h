/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Checkpoints of a run: everything that the next step depends on. Two generations are kept, each written completely before it
 * replaces the older one, so that a run killed at any moment goes on from one of them and makes the same numbers as if it had never stopped. */
#ifndef ACU_CHECKPOINT_H
#define ACU_CHECKPOINT_H

#include "optimiser.h"

G_BEGIN_DECLS

/* What is kept: the parameters and the optimiser of one net. */
typedef struct AcuCheckpointPart
{
  const char *name;               /* "net", "discriminator" */
  float *values;                  /* optimiser->n of them */
  AcuOptimiser *optimiser;
} AcuCheckpointPart;

/* Writes checkpoint.safetensors into `folder`; the one before stays as checkpoint-before.safetensors. `fingerprint` tells runs apart that do not
 * belong together. */
gboolean acu_checkpoint_save (const char *folder, const AcuCheckpointPart *parts, guint n, gint64 step, const char *fingerprint,
                              GError **error);

/* Reads the newest checkpoint that is whole into `parts`. *step gets its step, or -1 when the folder has none. FALSE when there are only
 * damaged ones, or those of another run (ACU_ERROR_FORMAT). */
gboolean acu_checkpoint_load (const char *folder, const AcuCheckpointPart *parts, guint n, gint64 *step, const char *fingerprint,
                              GError **error);

/* Removes the checkpoints in FOLDER, if there are any: a run that begins anew must not be gone on with where another ended. FALSE with ACU_ERROR_IO. */
gboolean acu_checkpoint_remove (const char *folder, GError **error);

G_END_DECLS

#endif
