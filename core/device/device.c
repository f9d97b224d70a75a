/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "cpu.h"

#include <glib/gi18n-lib.h>

const AcuDevice *const acu_devices[] = { &acu_device_cpu, NULL };

const AcuDevice *
acu_device_find (const char *name, GError **error)
{
  if (!name || !*name || g_str_equal (name, "auto"))
    return acu_devices[0];
  for (guint i = 0; acu_devices[i]; i++)
    if (g_str_equal (acu_devices[i]->name, name))
      return acu_devices[i];
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no device called “%s”."), name);
  return NULL;
}
