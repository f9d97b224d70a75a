/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tells GEGL which operations this module has: one line an operation. */
#include <gegl-plugin.h>

static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query (GTypeModule *module);
G_MODULE_EXPORT gboolean gegl_module_register (GTypeModule *module);

void gegl_op_upscale_register_type (GTypeModule *module);

const GeglModuleInfo *
gegl_module_query (GTypeModule *module)
{
  return &info;
}

gboolean
gegl_module_register (GTypeModule *module)
{
  gegl_op_upscale_register_type (module);
  return TRUE;
}
