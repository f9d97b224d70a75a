/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Which loader a file is for. */
#include "catalogue.h"
#include "load_safetensors.h"

#include <string.h>

static const struct
{
  const char *ending;
  AcuWeights *(*load) (const char *path, GError **error);
} formats[] = {
  { ".param", acu_load_ncnn },
  { ".safetensors", acu_load_safetensors },
  { ".pth", acu_load_pytorch },
  { ".pt", acu_load_pytorch },
  { ".ckpt", acu_load_pytorch },
};

const char *
acu_weights_ending (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (path, formats[i].ending))
      return formats[i].ending;
  return NULL;
}

static AcuWeights *
load_built_in (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = acu_catalogue_file (path, error);
  gsize n;
  const guint8 *data = bytes ? g_bytes_get_data (bytes, &n) : NULL;

  return data ? acu_load_safetensors_bytes (data, n, path, error) : NULL;
}

AcuWeights *
acu_load_weights (const char *path, GError **error)
{
  if (g_str_has_prefix (path, ACU_RESOURCE_PREFIX))
    return load_built_in (path, error);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (path, formats[i].ending))
      return formats[i].load (path, error);
  return acu_load_ncnn (path, error);
}
