/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Tells GEGL which operations this module has: one line an operation. */
#include <dlfcn.h>
#include <gegl-plugin.h>
#include <libintl.h>

static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query (GTypeModule *module);
G_MODULE_EXPORT gboolean gegl_module_register (GTypeModule *module);

void gegl_op_upscale_register_type (GTypeModule *module);
void gegl_op_enhance_register_type (GTypeModule *module);
void gegl_op_text_mask_register_type (GTypeModule *module);
void gegl_op_trust_register_type (GTypeModule *module);

const GeglModuleInfo *
gegl_module_query (GTypeModule *module)
{
  return &info;
}

/* A folder of translations beside the module belongs to a user's copy. A program that has bound the domain, as our own do, knows better.
 * The module is found by `info`: for its functions, those of the same names in another module may stand. */
static void
bind_texts (void)
{
  Dl_info self;
  g_autofree char *folder = dladdr (&info, &self) ? g_path_get_dirname (self.dli_fname) : g_strdup (".");
  g_autofree char *locale = g_build_filename (folder, "locale", NULL);

  if (g_strcmp0 (bindtextdomain (GETTEXT_PACKAGE, NULL), bindtextdomain (GETTEXT_PACKAGE "-unbound", NULL)) == 0)
    bindtextdomain (GETTEXT_PACKAGE, g_file_test (locale, G_FILE_TEST_IS_DIR) ? locale : ACU_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}

gboolean
gegl_module_register (GTypeModule *module)
{
  bind_texts ();
  gegl_op_upscale_register_type (module);
  gegl_op_enhance_register_type (module);
  gegl_op_text_mask_register_type (module);
  gegl_op_trust_register_type (module);
  return TRUE;
}
