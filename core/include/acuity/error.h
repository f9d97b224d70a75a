/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Errors. Every function that can fail takes a GError and fills it with one clear sentence for a
 * person, translated, saying what was wrong and where. */
#ifndef ACU_ERROR_H
#define ACU_ERROR_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

#define ACU_ERROR (acu_error_quark ())

/**
 * AcuError:
 * @ACU_ERROR_ARGUMENT: an option or argument is outside its range
 * @ACU_ERROR_FORMAT: a file is damaged, truncated or hostile
 * @ACU_ERROR_UNSUPPORTED: a file is sound but uses something Acuity does not have
 * @ACU_ERROR_NOT_FOUND: no such model, file or device
 * @ACU_ERROR_SIZE: a size is beyond what numbers or formats can hold
 * @ACU_ERROR_MEMORY: the memory limit or the machine's memory is too small
 * @ACU_ERROR_OUTPUT: the network's result is unusable (NaN, infinite or blank)
 * @ACU_ERROR_IO: reading or writing failed
 * @ACU_ERROR_CANCELLED: the caller asked to stop
 * @ACU_ERROR_RANGE: numbers are too large for the fast arithmetic
 * @ACU_ERROR_DEVICE: a graphics card failed, or calculates wrongly
 */
typedef enum AcuError
{
  ACU_ERROR_ARGUMENT,
  ACU_ERROR_FORMAT,
  ACU_ERROR_UNSUPPORTED,
  ACU_ERROR_NOT_FOUND,
  ACU_ERROR_SIZE,
  ACU_ERROR_MEMORY,
  ACU_ERROR_OUTPUT,
  ACU_ERROR_IO,
  ACU_ERROR_CANCELLED,
  ACU_ERROR_RANGE,
  ACU_ERROR_DEVICE
} AcuError;

ACU_API GQuark acu_error_quark (void);

G_END_DECLS

#endif
