/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "catalogue.h"

#include <acuity/error.h>
#include <acuity/model.h>
#include <acuity/resample.h>
#include <acuity/size.h>

#include "catalogue-resource.h"
#include "weights.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#define FOLDER "/org/acuity/"
#define CATALOGUE FOLDER "catalogue.json"
#define SHA256_DIGITS 64
#define DIFFUSION "diffusion"
/* Of a file of safetensors: the length of its header, and how much is looked at to see what it says about itself. */
#define LENGTH_BYTES 8
#define BEGINNING 4096

static void
file_copy (AcuModelFile *to, const AcuModelFile *from)
{
  to->entry = g_strdup (from->entry);
  to->sha256 = g_strdup (from->sha256);
  to->bytes = from->bytes;
}

AcuModelInfo *
acu_model_info_copy (const AcuModelInfo *info)
{
  AcuModelInfo *copy = g_new0 (AcuModelInfo, 1);

  *copy = *info;
  copy->name = g_strdup (info->name);
  copy->label = g_strdup (info->label);
  copy->description = g_strdup (info->description);
  copy->architecture = g_strdup (info->architecture);
  copy->licence = g_strdup (info->licence);
  copy->package = g_strdup (info->package);
  copy->version = g_strdup (info->version);
  copy->path = g_strdup (info->path);
  copy->clean_path = g_strdup (info->clean_path);
  file_copy (&copy->param, &info->param);
  file_copy (&copy->bin, &info->bin);
  return copy;
}

void
acu_model_info_free (AcuModelInfo *info)
{
  if (!info)
    return;
  g_free (info->name);
  g_free (info->label);
  g_free (info->description);
  g_free (info->architecture);
  g_free (info->licence);
  g_free (info->package);
  g_free (info->version);
  g_free (info->path);
  g_free (info->clean_path);
  g_free (info->param.entry);
  g_free (info->param.sha256);
  g_free (info->bin.entry);
  g_free (info->bin.sha256);
  g_free (info);
}

static void
free_info (gpointer info)
{
  acu_model_info_free (info);
}

char *
acu_models_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "acuity", "models", NULL);
}

/* The member's text, or NULL if it is not a non-empty text. */
static const char *
text_of (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);
  const char *text = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  return text && *text ? text : NULL;
}

static gint64
number_of (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
           ? json_node_get_int (node) : 0;
}

static gboolean
read_file_entry (JsonObject *model, const char *key, AcuModelFile *file)
{
  JsonNode *node = json_object_get_member (model, key);
  JsonObject *object = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *entry = object ? text_of (object, "entry") : NULL;
  const char *sha256 = object ? text_of (object, "sha256") : NULL;

  if (!entry || !sha256 || number_of (object, "bytes") < 1 || strlen (sha256) != SHA256_DIGITS
      || strspn (sha256, "0123456789abcdef") != SHA256_DIGITS)
    return FALSE;
  file->entry = g_strdup (entry);
  file->sha256 = g_strdup (sha256);
  file->bytes = number_of (object, "bytes");
  return TRUE;
}

/* A name is a file's name too. */
static gboolean
is_sane_name (const char *name)
{
  return g_utf8_validate (name, -1, NULL) && *name != '.' && *name != '-' && !strpbrk (name, "/\\\n\r\t")
         && strlen (name) < 200;
}

/* The path of a file that is in the library itself, beside the catalogue; adds its size to *bytes. NULL: there is none. */
static char *
path_inside (const char *file, guint64 *bytes)
{
  g_autofree char *path = g_strconcat (FOLDER, file, NULL);
  gsize size;

  if (!g_resource_get_info (acu_catalogue_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, &size, NULL, NULL))
    return NULL;
  *bytes += size;
  return g_strconcat (ACU_RESOURCE_PREFIX, path, NULL);
}

/* A network that is in the library itself. */
static gboolean
read_built_in (JsonObject *model, AcuModelInfo *info)
{
  const char *file = text_of (model, "file"), *clean = text_of (model, "clean");

  if (!file || !(info->path = path_inside (file, &info->bytes)) || (clean && !(info->clean_path = path_inside (clean, &info->bytes))))
    return FALSE;
  info->built_in = TRUE;
  return TRUE;
}

/* A network that a package has. */
static gboolean
read_packaged (JsonObject *model, AcuModelInfo *info)
{
  info->helper = json_object_has_member (model, "onnx");
  if (info->helper ? !read_file_entry (model, "onnx", &info->bin)
                   : !read_file_entry (model, "param", &info->param) || !read_file_entry (model, "bin", &info->bin))
    return FALSE;
  info->package = g_strdup (text_of (model, "package"));
  info->version = g_strdup (text_of (model, "version"));
  info->bytes = info->bin.bytes;
  return info->package && info->version;
}

static AcuModelInfo *
read_model (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  AcuModelInfo *info = g_new0 (AcuModelInfo, 1);

  if (object && (json_object_has_member (object, "file") ? read_built_in (object, info) : read_packaged (object, info)))
    {
      info->name = g_strdup (text_of (object, "name"));
      info->label = g_strdup (text_of (object, "label"));
      info->description = g_strdup (text_of (object, "description"));
      info->architecture = g_strdup (text_of (object, "architecture"));
      info->licence = g_strdup (text_of (object, "licence"));
      info->scale = (int) CLAMP (number_of (object, "scale"), 0, 16);
      info->diffuses = info->architecture && g_ascii_strcasecmp (info->architecture, DIFFUSION) == 0;
      if (info->name && is_sane_name (info->name) && info->label && info->description && info->architecture
          && info->licence && (info->scale || info->helper))
        return info;
    }
  acu_model_info_free (info);
  return NULL;
}

static GPtrArray *
read_catalogue (GError **error)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (acu_catalogue_get_resource (), CATALOGUE,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (free_info);
  gsize size;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  JsonNode *root, *list;

  if (!text || !json_parser_load_from_data (parser, text, size, error))
    return NULL;
  root = json_parser_get_root (parser);
  list = root && JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), "models") : NULL;
  for (guint i = 0; list && JSON_NODE_HOLDS_ARRAY (list) && i < json_array_get_length (json_node_get_array (list)); i++)
    {
      AcuModelInfo *info = read_model (json_array_get_element (json_node_get_array (list), i));

      if (!info)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("Entry %u of the built-in list of models is damaged."), i);
          return NULL;
        }
      g_ptr_array_add (models, info);
    }
  return g_steal_pointer (&models);
}

GBytes *
acu_catalogue_file (const char *path, GError **error)
{
  GBytes *bytes = g_str_has_prefix (path, ACU_RESOURCE_PREFIX)
                    ? g_resource_lookup_data (acu_catalogue_get_resource (), path + strlen (ACU_RESOURCE_PREFIX),
                                              G_RESOURCE_LOOKUP_FLAGS_NONE, NULL)
                    : NULL;

  if (!bytes)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("There is no built-in network “%s”."), path);
  return bytes;
}

static GStrv
model_folders (void)
{
  const char *extra = g_getenv ("ACUITY_MODELS");
  GPtrArray *folders = g_ptr_array_new ();
  g_auto (GStrv) listed = extra ? g_strsplit (extra, G_SEARCHPATH_SEPARATOR_S, -1) : NULL;

  for (guint i = 0; listed && listed[i]; i++)
    if (*listed[i])
      g_ptr_array_add (folders, g_strdup (listed[i]));
  g_ptr_array_add (folders, acu_models_folder ());
  g_ptr_array_add (folders, NULL);
  return (GStrv) g_ptr_array_free (folders, FALSE);
}

static AcuModelInfo *
find_in (const GPtrArray *models, const char *name)
{
  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (((AcuModelInfo *) models->pdata[i])->name, name))
      return models->pdata[i];
  return NULL;
}

/* A built-in one, whose path is no file's. */
static AcuModelInfo *
find_path (const GPtrArray *models, const char *path)
{
  for (guint i = 0; i < models->len; i++)
    if (g_strcmp0 (((AcuModelInfo *) models->pdata[i])->path, path) == 0)
      return models->pdata[i];
  return NULL;
}

/* Whether that is a file that a model is opened by; *stem (not NULL) gets its path without the ending. */
static gboolean
is_model_file (const char *path, char **stem)
{
  const char *ending = acu_weights_ending (path);

  if (ending)
    *stem = g_strndup (path, strlen (path) - strlen (ending));
  return ending != NULL;
}

/* A model's name from its file's path; NULL for no model, or PATH.param without a PATH.bin beside it. *bytes gets the size of its weights. */
static char *
model_name (const char *path, guint64 *bytes)
{
  g_autofree char *stem = NULL, *bin = NULL;
  GStatBuf info;

  if (!is_model_file (path, &stem))
    return NULL;
  bin = g_str_has_suffix (path, ".param") ? g_strconcat (stem, ".bin", NULL) : g_strdup (path);
  if (g_stat (bin, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  *bytes = info.st_size;
  return g_path_get_basename (stem);
}

/* The weights beside a model's that clean, or NULL. */
static char *
clean_beside (const char *path)
{
  g_autofree char *stem = g_str_has_suffix (path, ".safetensors") ? g_strndup (path, strlen (path) - strlen (".safetensors")) : NULL;
  g_autofree char *clean = stem ? g_strconcat (stem, "-clean.safetensors", NULL) : NULL;

  return clean && g_file_test (clean, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&clean) : NULL;
}

/* Whether a file of safetensors says at its beginning, where acuity-train puts it, that it is a diffusion network. Only a hint: what it is shows when it is loaded. */
static gboolean
says_diffusion (const char *path)
{
  char start[BEGINNING + 1] = { 0 };
  FILE *file = g_str_has_suffix (path, ".safetensors") ? fopen (path, "rbe") : NULL;
  gsize n = file ? fread (start, 1, BEGINNING, file) : 0;

  if (file)
    fclose (file);
  return n > LENGTH_BYTES && g_strstr_len (start + LENGTH_BYTES, (gssize) (n - LENGTH_BYTES), "\"architecture\":\"" DIFFUSION "\"");
}

static AcuModelInfo *
own_model (const char *param, const char *name, guint64 bytes)
{
  AcuModelInfo *info = g_new0 (AcuModelInfo, 1);

  info->name = g_strdup (name);
  info->label = g_strdup (name);
  info->description = g_strdup (_("Your own model."));
  info->architecture = g_strdup (_("unknown"));
  info->licence = g_strdup (_("unknown"));
  info->bytes = bytes;
  info->path = g_strdup (param);
  info->clean_path = clean_beside (param);
  info->diffuses = says_diffusion (param);
  return info;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
look_into (GPtrArray *models, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  const char *file;

  while (dir && (file = g_dir_read_name (dir)))
    {
      g_autofree char *stem = NULL;

      if (is_model_file (file, &stem) && is_sane_name (file))
        g_ptr_array_add (files, g_strdup (file));
    }
  g_ptr_array_sort (files, compare_names);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *param = g_build_filename (folder, files->pdata[i], NULL);
      guint64 bytes = 0;
      g_autofree char *name = model_name (param, &bytes);
      AcuModelInfo *known = name ? find_in (models, name) : NULL;

      if (!name)
        continue;
      if (!known)
        g_ptr_array_add (models, own_model (param, name, bytes));
      else if (!known->path)
        known->path = g_strdup (param);
    }
}

static void
add_classic (GPtrArray *models)
{
  for (const AcuFilter *filter = acu_filters_all (); filter->name; filter++)
    {
      AcuModelInfo *info = g_new0 (AcuModelInfo, 1);

      info->name = g_strdup (filter->name);
      info->label = g_strdup (_(filter->label));
      info->description = g_strdup (_("A classic filter: exact and quick, adds no detail."));
      info->architecture = g_strdup ("resampler");
      info->licence = g_strdup ("LGPL-3.0-or-later");
      info->classic = TRUE;
      g_ptr_array_add (models, info);
    }
}

/* The catalogue's networks that enlarge pictures, or those that do not. */
static GPtrArray *
read_part (gboolean helpers, GError **error)
{
  GPtrArray *models = read_catalogue (error);

  for (guint i = models ? models->len : 0; i-- > 0;)
    if (((AcuModelInfo *) models->pdata[i])->helper != helpers)
      g_ptr_array_remove_index (models, i);
  return models;
}

GPtrArray *
acu_models_helpers (GError **error)
{
  GPtrArray *models = read_part (TRUE, error);
  g_auto (GStrv) folders = model_folders ();

  for (guint i = 0; models && i < models->len; i++)
    for (char **folder = folders; *folder; folder++)
      {
        AcuModelInfo *info = models->pdata[i];
        g_autofree char *file = g_strconcat (info->name, ".onnx", NULL), *path = g_build_filename (*folder, file, NULL);

        if (!info->path && g_file_test (path, G_FILE_TEST_IS_REGULAR))
          info->path = g_steal_pointer (&path);
      }
  return models;
}

char *
acu_catalogue_helper (const char *name, GError **error)
{
  g_autoptr (GPtrArray) models = acu_models_helpers (error);
  const AcuModelInfo *info = models ? find_in (models, name) : NULL;

  if (info && info->path)
    return g_strdup (info->path);
  if (models)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The network “%s” is not installed; “acuity models install %s” fetches it."), name, name);
  return NULL;
}

GPtrArray *
acu_models_list (GError **error)
{
  GPtrArray *models = read_part (FALSE, error);
  g_auto (GStrv) folders = model_folders ();

  if (!models)
    return NULL;
  for (guint i = 0; folders[i]; i++)
    look_into (models, folders[i]);
  add_classic (models);
  return models;
}

/* The first installed one of the catalogue that reaches the scale by itself, else the one that comes nearest; whoever wants a picture out of noise asks for it. */
static const AcuModelInfo *
choose (const GPtrArray *models, double scale)
{
  const AcuModelInfo *best = NULL;

  for (guint i = 0; i < models->len; i++)
    {
      const AcuModelInfo *info = models->pdata[i];

      if (!info->path || !(info->built_in || info->package) || info->scale < 2 || info->diffuses)
        continue;
      if (info->scale >= scale)
        return info;
      if (!best || info->scale > best->scale)
        best = info;
    }
  return best ? best : find_in (models, "lanczos3");
}

static AcuModelInfo *
model_at (const char *path, GError **error)
{
  guint64 bytes = 0;
  g_autofree char *name = model_name (path, &bytes);

  if (name && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return own_model (path, name, bytes);
  g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,g_str_has_suffix (path, ".param") ? _("There is no model “%s” with its .bin file beside it.")
               : _("There is no model “%s”."), path);
  return NULL;
}

AcuModelInfo *
acu_model_find (const char *name, double scale, GError **error)
{
  g_autoptr (GPtrArray) models = NULL;
  g_autofree char *stem = NULL;
  const AcuModelInfo *info;

  if (!g_str_has_prefix (name, ACU_RESOURCE_PREFIX) && is_model_file (name, &stem))
    return model_at (name, error);
  models = acu_models_list (error);
  if (!models)
    return NULL;
  info = g_str_has_prefix (name, ACU_RESOURCE_PREFIX) ? find_path (models, name) : !*name || g_str_equal (name, "auto") ? choose (models, scale) : find_in (models, name);
  if (info && (info->path || info->classic))
    return acu_model_info_copy (info);
  if (info)
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,
                 _("The model “%s” is not installed; “acuity models install %s” fetches it."), name, name);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,
                 _("There is no model called “%s”; “acuity models” lists what there is."), name);
  return NULL;
}

gboolean
acu_model_cleans (const char *name, double scale)
{
  AcuModelInfo *model = acu_model_find (name, scale, NULL);
  gboolean cleans = model && model->clean_path;

  acu_model_info_free (model);
  return cleans;
}

gboolean
acu_model_diffuses (const char *name, double scale)
{
  AcuModelInfo *model = acu_model_find (name, scale, NULL);
  gboolean diffuses = model && model->diffuses;

  acu_model_info_free (model);
  return diffuses;
}
