/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "save_safetensors.h"

#include <acuity/error.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "half.h"

/* Data begins at a multiple of this. */
#define ALIGNMENT 64
#define PIECE 4096

static void
add_tensor (JsonBuilder *builder, const AcuValues *tensor, AcuTensorType type, guint64 *at)
{
  json_builder_set_member_name (builder, tensor->name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dtype");
  json_builder_add_string_value (builder, type == ACU_TENSOR_F16 ? "F16" : "F32");
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (guint i = 0; i < tensor->dimensions; i++)
    json_builder_add_int_value (builder, (gint64) tensor->shape[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "data_offsets");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, (gint64) *at);
  *at += acu_values_count (tensor) * acu_tensor_element_bytes (type);
  json_builder_add_int_value (builder, (gint64) *at);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* The header with the blanks that align what follows. */
static GString *
make_header (const AcuValues *tensors, guint n, AcuTensorType type, const char *const *metadata)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  JsonNode *root;
  guint64 at = 0;
  GString *header;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  if (metadata && metadata[0])
    {
      json_builder_set_member_name (builder, "__metadata__");
      json_builder_begin_object (builder);
      for (guint i = 0; metadata[i]; i += 2)
        {
          json_builder_set_member_name (builder, metadata[i]);
          json_builder_add_string_value (builder, metadata[i + 1]);
        }
      json_builder_end_object (builder);
    }
  for (guint i = 0; i < n; i++)
    add_tensor (builder, &tensors[i], type, &at);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_node_unref (root);
  json = json_generator_to_data (generator, NULL);
  header = g_string_new (json);
  while ((header->len + 8) % ALIGNMENT)
    g_string_append_c (header, ' ');
  return header;
}

static gboolean
write_half (FILE *file, const float *values, guint64 n, gboolean *fits)
{
  guint16 piece[PIECE];

  for (guint64 first = 0; first < n; first += PIECE)
    {
      gsize count = (gsize) MIN (PIECE, n - first);

      for (gsize i = 0; i < count; i++)
        {
          guint16 half = acu_half_from_float (values[first + i]);

          *fits &= (half & 0x7c00) != 0x7c00;
          piece[i] = GUINT16_TO_LE (half);
        }
      if (fwrite (piece, sizeof *piece, count, file) != count)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_floats (FILE *file, const float *values, guint64 n)
{
  guint32 piece[PIECE];

  for (guint64 first = 0; first < n; first += PIECE)
    {
      gsize count = (gsize) MIN (PIECE, n - first);

      memcpy (piece, values + first, count * sizeof *piece);
      for (gsize i = 0; i < count; i++)
        piece[i] = GUINT32_TO_LE (piece[i]);
      if (fwrite (piece, sizeof *piece, count, file) != count)
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_all (FILE *file, const AcuValues *tensors, guint n, AcuTensorType type, const GString *header, gboolean *fits)
{
  guint64 length = GUINT64_TO_LE (header->len);

  if (fwrite (&length, sizeof length, 1, file) != 1 || fwrite (header->str, 1, header->len, file) != header->len)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (type == ACU_TENSOR_F16 ? !write_half (file, tensors[i].values, acu_values_count (&tensors[i]), fits)
                               : !write_floats (file, tensors[i].values, acu_values_count (&tensors[i])))
      return FALSE;
  return fflush (file) == 0 && fsync (fileno (file)) == 0;
}

gboolean
acu_save_safetensors (const char *path, const AcuValues *tensors, guint n, AcuTensorType type, const char *const *metadata,
                      GError **error)
{
  /* Always the same name: what a killed process leaves is written over by the next one. */
  g_autofree char *temporary = g_strconcat (path, ".part", NULL);
  FILE *file = g_fopen (temporary, "wbe");
  GString *header;
  gboolean fits = TRUE, ok;
  int problem = 0;

  if (!file)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror (errno));
      return FALSE;
    }
  header = make_header (tensors, n, type, metadata);
  ok = write_all (file, tensors, n, type, header, &fits);
  g_string_free (header, TRUE);
  if (!ok)
    problem = errno;
  if (fclose (file) != 0 && ok)
    {
      problem = errno;
      ok = FALSE;
    }
  if (ok && fits && g_rename (temporary, path) != 0)
    {
      problem = errno;
      ok = FALSE;
    }
  ok &= fits;
  if (ok)
    return TRUE;
  if (!fits)
    g_set_error (error, ACU_ERROR, ACU_ERROR_RANGE, _("%s: a weight is too large for 16 bits."), path);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, g_strerror (problem));
  g_unlink (temporary);
  return FALSE;
}
