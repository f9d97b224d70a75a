/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What a run that goes on must find as it was. */
#ifndef ACU_TRAIN_IDENTITY_H
#define ACU_TRAIN_IDENTITY_H

#include "run_file.h"

G_BEGIN_DECLS

/* A checksum of all that the steps to come depend on: the run file's fingerprint, the contents of the networks that guide it, the pictures to learn from
 * (AcuTrainPicture*), the number of processes and whether convolutions multiply bfloat16 numbers. Not of the network it began with, which its checkpoints hold. g_free(); NULL with
 * ACU_ERROR_IO. */
char *acu_train_identity (const AcuRunFile *run, const GPtrArray *pictures, int processes, gboolean bf16, GError **error);

G_END_DECLS

#endif
