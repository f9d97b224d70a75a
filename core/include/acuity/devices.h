/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What networks can be computed on. */
#ifndef ACU_DEVICES_H
#define ACU_DEVICES_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/**
 * AcuDeviceState:
 * @ACU_DEVICE_UNTESTED: nobody has asked
 * @ACU_DEVICE_SOUND: it makes the numbers that the processor makes, within its precision
 * @ACU_DEVICE_WRONG: it does not, or failed to
 */
typedef enum AcuDeviceState
{
  ACU_DEVICE_UNTESTED,
  ACU_DEVICE_SOUND,
  ACU_DEVICE_WRONG
} AcuDeviceState;

typedef struct AcuDeviceInfo
{
  char *name;                     /* of the option "device" */
  char *title;                    /* as its maker calls it */
  char *driver;                   /* with its version; NULL for the processor */
  guint64 memory;                 /* bytes that it has; 0 for the processor */
  gboolean software;              /* the processor in disguise: never taken unless it is named */
  gboolean half, integers, matrices;    /* what it has beyond single precision: 16-bit floats, dot products of bytes, products of matrices */
  AcuDeviceState state;
  gboolean slow;                  /* it was slower than the processor in its test: "auto" does not take it */
  gboolean fast_half, fast_matrices;    /* in fast jobs: what is between layers has 16 bits; and its matrices multiply them, as its test found that quicker */
} AcuDeviceInfo;

ACU_API void acu_device_info_free (AcuDeviceInfo *info);

/* All devices of this machine, the processor first: AcuDeviceInfo*; free with g_ptr_array_unref(). Each is tested unless that has been done
 * before, which takes seconds. Thread-safe. */
ACU_API GPtrArray *acu_devices_list (void);

G_END_DECLS

#endif
