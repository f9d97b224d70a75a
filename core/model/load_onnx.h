/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The loader of ONNX files on bytes in memory, for tests and fuzzing. */
#ifndef ACU_LOAD_ONNX_H
#define ACU_LOAD_ONNX_H

#include "weights.h"

/* As acu_load_onnx(), from a copy of these bytes; `name` stands for the path in messages. */
AcuWeights *acu_load_onnx_bytes (const guint8 *bytes, gsize n, const char *name, GError **error);

#endif
