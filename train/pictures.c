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
  g_free (picture->name);
  g_free (picture);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
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
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static gboolean
shrink_picture (AcuTrainPicture *picture, double shrink, GError **error)
{
  AcuResamplerParams params = {
    .filter = acu_filter_find ("area"), .src_width = picture->width, .src_height = picture->height,
    .dst_width = MAX (1, (int) (picture->width / shrink)), .dst_height = MAX (1, (int) (picture->height / shrink)), .channels = 3
  };
  guint8 *smaller;

  if (shrink <= 1)
    return TRUE;
  smaller = acu_try_alloc ((guint64) params.dst_width * params.dst_height, 3);
  if (!smaller)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture %s."), picture->name);
      return FALSE;
    }
  if (!acu_resample_picture (&params, ACU_SAMPLE_U8, picture->pixels, (gsize) picture->width * 3, smaller,
                             (gsize) params.dst_width * 3, (int) g_get_num_processors (), error))
    {
      acu_free (smaller);
      return FALSE;
    }
  acu_free (picture->pixels);
  picture->pixels = smaller;
  picture->width = params.dst_width;
  picture->height = params.dst_height;
  return TRUE;
}

static AcuTrainPicture *
load (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  ToolPicture *file = tool_picture_load (path, error);
  AcuTrainPicture *picture;
  const GeglRectangle *extent;

  if (!file)
    return NULL;
  extent = gegl_buffer_get_extent (file->buffer);
  picture = g_new0 (AcuTrainPicture, 1);
  picture->name = g_strdup (name);
  picture->width = extent->width;
  picture->height = extent->height;
  picture->pixels = acu_try_alloc ((guint64) extent->width * extent->height, 3);
  if (!picture->pixels)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the picture %s."), name);
      g_clear_pointer (&picture, acu_train_picture_free);
    }
  else
    gegl_buffer_get (file->buffer, extent, 1.0, babl_format ("R'G'B' u8"), picture->pixels, GEGL_AUTO_ROWSTRIDE,
                     GEGL_ABYSS_NONE);
  tool_picture_free (file);
  return picture;
}

AcuTrainPicture *
acu_train_picture_load (const char *folder, const char *name, double shrink, int least_side, GError **error)
{
  AcuTrainPicture *picture = load (folder, name, error);

  if (picture && !shrink_picture (picture, shrink, error))
    g_clear_pointer (&picture, acu_train_picture_free);
  if (picture && MIN (picture->width, picture->height) < least_side)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%d × %d pixels are too few."), picture->width, picture->height);
      g_clear_pointer (&picture, acu_train_picture_free);
    }
  return picture;
}

/* FALSE only when nothing more should be tried. */
static gboolean
add_picture (GPtrArray *pictures, const AcuPictureFolders *wanted, const char *folder, const char *name, GError **error)
{
  g_autoptr (GError) problem = NULL;
  AcuTrainPicture *picture = acu_train_picture_load (folder, name, wanted->shrink, wanted->least_side, &problem);

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
acu_train_picture_part (const AcuTrainPicture *picture, int x, int y, int width, int height, int turn, float *part)
{
  gboolean transposed = turn & 4;

  for (int py = 0; py < height; py++)
    for (int px = 0; px < width; px++, part += 3)
      {
        int sx = turn & 1 ? width - 1 - px : px, sy = turn & 2 ? height - 1 - py : py;
        const guint8 *from = picture->pixels
                             + ((gsize) (y + (transposed ? sx : sy)) * picture->width + x + (transposed ? sy : sx)) * 3;

        for (int c = 0; c < 3; c++)
          part[c] = from[c] * (1 / 255.0f);
      }
}
