/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The loader of ncnn files on bytes in memory, for tests and fuzzing. */
#ifndef ACU_LOAD_NCNN_H
#define ACU_LOAD_NCNN_H

#include "weights.h"

/* As acu_load_ncnn(), from copies of these bytes; `name` stands for the path in messages. */
AcuWeights *acu_load_ncnn_bytes (const char *param, gsize param_bytes, const guint8 *bin, gsize bin_bytes,
                                 const char *name, GError **error);

#endif
