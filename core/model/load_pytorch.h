/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The loader of PyTorch's files on bytes in memory, for tests and fuzzing. */
#ifndef ACU_LOAD_PYTORCH_H
#define ACU_LOAD_PYTORCH_H

#include "weights.h"

/* As acu_load_pytorch(), from a copy of these bytes; `name` stands for the path in messages. */
AcuWeights *acu_load_pytorch_bytes (const guint8 *bytes, gsize n, const char *name, GError **error);

#endif
