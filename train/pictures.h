/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Folders of pictures in memory. */
#ifndef ACU_TRAIN_PICTURES_H
#define ACU_TRAIN_PICTURES_H

#include <glib.h>

G_BEGIN_DECLS

/* RGB of 8 bits, encoded as sRGB, interleaved without gaps. */
typedef struct AcuTrainPicture
{
  char *name;                     /* of its file, without the folder */
  int width, height;
  guint8 *pixels;
  guint8 *truth;                  /* what is to be made of it, if that is not the picture: its mask, as large; or NULL */
} AcuTrainPicture;

/**
 * AcuPictureFolders: what to load
 * @folders: ended by NULL; those in them are not entered
 * @shrink: pictures are made this many times smaller first (1 or more): photographs straight from a camera are soft at 100 %
 * @least_side: smaller pictures (after that) are left out
 * @most: of each folder, in the order of names; 0: all
 * @masks: the truth of FOLDER/NAME.EXT is FOLDER/masks/NAME.mask.png, gray of 8 bits and as large, or all 0 where there is no such file
 */
typedef struct AcuPictureFolders
{
  const char *const *folders;
  double shrink;
  int least_side;
  int most;
  gboolean masks;
} AcuPictureFolders;

/* The names of files in a folder, in order, without hidden ones and folders, and without looking whether they are pictures. g_free()d with the array. NULL with an error. */
GPtrArray *acu_train_pictures_list (const char *folder, GError **error);

/* Loads one picture; shrink and least_side as above. ACU_ERROR_SIZE when it is too small, ACU_ERROR_MEMORY; any other error says why it is no picture.
 * After gegl_init(). */
AcuTrainPicture *acu_train_picture_load (const char *folder, const char *name, double shrink, int least_side, GError **error);
/* NULL is allowed. */
void acu_train_picture_free (AcuTrainPicture *picture);

/* Loads every picture that GEGL reads, in the order of folders and names; files that are no pictures, or have another mask than that, are passed over with a
 * line on standard error.
 * Returns AcuTrainPicture*, freed with the array. ACU_ERROR_NOT_FOUND when there is none, ACU_ERROR_IO, ACU_ERROR_MEMORY. After
 * gegl_init(). */
GPtrArray *acu_train_pictures_load (const AcuPictureFolders *folders, GError **error);

/* The part of a picture (or of its truth) from (x, y) on as floats 0..1, turned: `turn` 0 to 7 is one of the square's eight symmetries (1: mirrored, 2: upside
 * down, 4: transposed, and their sums); width and height are those of the result. */
void acu_train_picture_part (const AcuTrainPicture *picture, gboolean truth, int x, int y, int width, int height, int turn, float *part);

G_END_DECLS

#endif
