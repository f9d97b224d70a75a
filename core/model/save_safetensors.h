/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Writes safetensors. */
#ifndef ACU_SAVE_SAFETENSORS_H
#define ACU_SAVE_SAFETENSORS_H

#include "weights.h"

G_BEGIN_DECLS

/* Writes n tensors, as F32 or F16 (rounded to nearest even), and `metadata`: keys and texts in turn, ended by NULL; NULL: none. The same input makes
 * the same bytes. The file appears, or is replaced, only when it is complete and on the disk. ACU_ERROR_IO; ACU_ERROR_RANGE when a number does
 * not fit into F16. */
gboolean acu_save_safetensors (const char *path, const AcuValues *tensors, guint n, AcuTensorType type,
                               const char *const *metadata, GError **error);

G_END_DECLS

#endif
