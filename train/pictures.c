/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "pictures.h"

#include "tool.h"

#include <glib/gi18n.h>

void
acu_train_picture_free (AcuTrainPicture *picture)
{
  if (!picture)
    return;
  acu_free (picture->pixels);
  acu_free (picture->truth);
  g_free (picture->name);
  g_free (picture);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
no_memory (const char *name, GError **error)
{
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture %s."), name);
}

static int
shrunk (int side, double shrink)
{
  return MAX (1, (int) (side / shrink));
}

GPtrArray *
acu_train_pictures_list (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  GPtrArray *names;
  const char *name;

  if (!dir)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (name[0] != '.' && !g_file_test (path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Of RGB pixels, which are replaced. */
static gboolean
shrink_pixels (guint8 **pixels, const char *name, int width, int height, double shrink, GError **error)
{
  AcuResamplerParams params = {
    .filter = acu_filter_find ("area"), .src_width = width, .src_height = height,
    .dst_width = shrunk (width, shrink), .dst_height = shrunk (height, shrink), .channels = 3
  };
  guint8 *smaller = acu_try_alloc ((guint64) params.dst_width * params.dst_height, 3);

  if (!smaller)
    {
      no_memory (name, error);
      return FALSE;
    }
  if (!acu_resample_picture (&params, ACU_SAMPLE_U8, *pixels, (gsize) width * 3, smaller, (gsize) params.dst_width * 3,
                             (int) g_get_num_processors (), error))
    {
      acu_free (smaller);
      return FALSE;
    }
  acu_free (*pixels);
  *pixels = smaller;
  return TRUE;
}

static gboolean
shrink_picture (AcuTrainPicture *picture, double shrink, GError **error)
{
  if (shrink <= 1)
    return TRUE;
  if (!shrink_pixels (&picture->pixels, picture->name, picture->width, picture->height, shrink, error)
      || (picture->truth && !shrink_pixels (&picture->truth, picture->name, picture->width, picture->height, shrink, error)))
    return FALSE;
  picture->width = shrunk (picture->width, shrink);
  picture->height = shrunk (picture->height, shrink);
  return TRUE;
}

static guint8 *
read_pixels (const ToolPicture *file, const char *name, GError **error)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (file->buffer);
  guint8 *pixels = acu_try_alloc ((guint64) extent->width * extent->height, 3);

  if (pixels)
    gegl_buffer_get (file->buffer, extent, 1.0, babl_format ("R'G'B' u8"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  else
    no_memory (name, error);
  return pixels;
}

static AcuTrainPicture *
load (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  ToolPicture *file = tool_picture_load (path, error);
  AcuTrainPicture *picture;

  if (!file)
    return NULL;
  picture = g_new0 (AcuTrainPicture, 1);
  picture->name = g_strdup (name);
  picture->width = gegl_buffer_get_width (file->buffer);
  picture->height = gegl_buffer_get_height (file->buffer);
  picture->pixels = read_pixels (file, name, error);
  tool_picture_free (file);
  if (!picture->pixels)
    g_clear_pointer (&picture, acu_train_picture_free);
  return picture;
}

/* Where the mask of FOLDER/NAME.EXT would be. */
static char *
mask_path (const char *folder, const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *stem = dot ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);
  g_autofree char *file = g_strconcat (stem, ".mask.png", NULL);

  return g_build_filename (folder, "masks", file, NULL);
}

static gboolean
load_mask (AcuTrainPicture *picture, const char *folder, GError **error)
{
  g_autofree char *path = mask_path (folder, picture->name);
  ToolPicture *file;
  const Babl *format;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      picture->truth = acu_try_alloc0 ((guint64) picture->width * picture->height, 3);
      if (!picture->truth)
        no_memory (picture->name, error);
      return picture->truth != NULL;
    }
  if (!(file = tool_picture_load (path, error)))
    return FALSE;
  format = gegl_buffer_get_format (file->buffer);
  if (babl_format_get_n_components (format) != 1 || babl_format_get_type (format, 0) != babl_type ("u8"))
    g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s is not gray with 8 bits."), path);
  else if (gegl_buffer_get_width (file->buffer) != picture->width || gegl_buffer_get_height (file->buffer) != picture->height)
    g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%s is not as large as its picture."), path);
  else
    picture->truth = read_pixels (file, picture->name, error);
  tool_picture_free (file);
  return picture->truth != NULL;
}

static AcuTrainPicture *
load_wanted (const char *folder, const char *name, const AcuPictureFolders *wanted, GError **error)
{
  AcuTrainPicture *picture = load (folder, name, error);

  if (picture && ((wanted->masks && !load_mask (picture, folder, error)) || !shrink_picture (picture, wanted->shrink, error)))
    g_clear_pointer (&picture, acu_train_picture_free);
  if (picture && MIN (picture->width, picture->height) < wanted->least_side)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%d × %d pixels are too few."), picture->width, picture->height);
      g_clear_pointer (&picture, acu_train_picture_free);
    }
  return picture;
}

AcuTrainPicture *
acu_train_picture_load (const char *folder, const char *name, double shrink, int least_side, GError **error)
{
  const AcuPictureFolders wanted = { NULL, shrink, least_side };

  return load_wanted (folder, name, &wanted, error);
}

/* FALSE only when nothing more should be tried. */
static gboolean
add_picture (GPtrArray *pictures, const AcuPictureFolders *wanted, const char *folder, const char *name, GError **error)
{
  g_autoptr (GError) problem = NULL;
  AcuTrainPicture *picture = load_wanted (folder, name, wanted, &problem);

  if (picture)
    g_ptr_array_add (pictures, picture);
  else if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  else
    g_printerr (_("%s is left out: %s\n"), name, problem->message);
  return TRUE;
}

GPtrArray *
acu_train_pictures_load (const AcuPictureFolders *wanted, GError **error)
{
  g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) acu_train_picture_free);

  for (int i = 0; wanted->folders[i]; i++)
    {
      g_autoptr (GPtrArray) names = acu_train_pictures_list (wanted->folders[i], error);
      guint first = pictures->len;

      if (!names)
        return NULL;
      for (guint k = 0; k < names->len && (!wanted->most || (int) (pictures->len - first) < wanted->most); k++)
        if (!add_picture (pictures, wanted, wanted->folders[i], g_ptr_array_index (names, k), error))
          return NULL;
      if (pictures->len == first)
        {
          g_set_error (error, ACU_ERROR, ACU_ERROR_NOT_FOUND, _("%s: there are no pictures in this folder that are large enough."),
                       wanted->folders[i]);
          return NULL;
        }
    }
  return g_steal_pointer (&pictures);
}

void
acu_train_picture_part (const AcuTrainPicture *picture, gboolean truth, int x, int y, int width, int height, int turn, float *part)
{
  gboolean transposed = turn & 4;

  for (int py = 0; py < height; py++)
    for (int px = 0; px < width; px++, part += 3)
      {
        int sx = turn & 1 ? width - 1 - px : px, sy = turn & 2 ? height - 1 - py : py;
        const guint8 *from = (truth ? picture->truth : picture->pixels)
                             + ((gsize) (y + (transposed ? sx : sy)) * picture->width + x + (transposed ? sy : sx)) * 3;

        for (int c = 0; c < 3; c++)
          part[c] = from[c] * (1 / 255.0f);
      }
}
