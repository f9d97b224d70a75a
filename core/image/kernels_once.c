/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "kernels_once.h"

#include <glib.h>

const AcuKernels *
acu_kernels (void)
{
  static gsize once;
  static AcuKernels kernels;

  if (g_once_init_enter (&once))
    {
      const char *name = g_getenv ("ACUITY_CPU");
      int known;
      unsigned allowed = acu_cpu_flags_from_name (name && *name ? name : NULL, &known);

      if (!known)
        g_warning ("ACUITY_CPU=%s is not known; everything the processor has is used", name);
      acu_kernels_init (&kernels, acu_cpu_permit (known ? acu_cpu_flags () & allowed : acu_cpu_flags ()));
      g_once_init_leave (&once, 1);
    }
  return &kernels;
}
