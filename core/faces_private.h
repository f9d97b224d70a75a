/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Shared by what looks for faces, what makes them, and who blends them in. */
#ifndef ACU_FACES_PRIVATE_H
#define ACU_FACES_PRIVATE_H

#include <acuity/faces.h>

#include "net.h"
#include "plan.h"

G_BEGIN_DECLS

/* recipe/face_search.c */

/**
 * AcuFaceSearch: what to look through
 * @read: fills row y of the picture as encoded RGB; called from row 0 on for each size at which faces are looked for
 * @report: told how many operations of how many are done; FALSE cancels
 */
typedef struct AcuFaceSearch
{
  const AcuNet *detector;
  const AcuDevice *device;
  int width, height, threads;
  guint64 limit, beside;          /* of memory, as for plans */
  AcuPrecision precision;
  gboolean (*read) (void *data, int y, float *row, GError **error);
  gboolean (*report) (void *data, double done, double all);
  void *data;
} AcuFaceSearch;

typedef struct AcuFaceList
{
  int n;
  AcuFace faces[ACU_MAX_FACES];
} AcuFaceList;

gboolean acu_faces_search (const AcuFaceSearch *search, AcuFaceList *list, GError **error);
/* Bytes that it takes at most; 0 with an error where that is not possible. */
guint64 acu_faces_search_bytes (const AcuFaceSearch *search, GError **error);

/* recipe/face_turned.c */

/* A copy of the picture with 8 bits, to be seen turned. */
typedef struct AcuTurnedPicture AcuTurnedPicture;

/* How a picture is seen: enlarged by a factor and turned about its middle by an angle, so that what was turned by that angle stands upright. */
typedef struct AcuTurn
{
  double factor, cosine, sine;
  int from_width, from_height;    /* of the picture */
  int width, height;              /* of all of it when it is turned */
} AcuTurn;

AcuTurn acu_turn (int width, int height, double factor, double angle);
/* From a point of the turned picture to one of the picture. */
void acu_turn_back (const AcuTurn *turn, double u, double v, double *x, double *y);

guint64 acu_turned_picture_bytes (int width, int height);
/* NULL when there is not enough memory. Free with acu_turned_picture_free(). */
AcuTurnedPicture *acu_turned_picture_new (int width, int height);
void acu_turned_picture_free (AcuTurnedPicture *picture);
/* Row y of the picture, encoded RGB. */
void acu_turned_picture_set (AcuTurnedPicture *picture, int y, const float *row);
/* Row v as it is seen turned, from 0 to 255; gray outside of the picture. */
void acu_turned_picture_row (const AcuTurnedPicture *picture, const AcuTurn *turn, int v, float *row);

/* recipe/face_patch.c */

/* Where a face lies: its middle, pixels for each unit of the model face, and how far it is turned. */
typedef struct AcuFacePlace
{
  double x, y, unit, angle;
} AcuFacePlace;

/* FALSE where its landmarks are not those of a face. */
gboolean acu_face_place (const AcuFace *face, AcuFacePlace *place);

/* A face that is made: what of the picture it needs, then the upright face itself. */
typedef struct AcuFacePatch
{
  AcuFacePlace place;
  double cosine, sine;            /* of what it is turned back by: 1 and 0 for little */
  double across[2], down[2];      /* from a vector of the picture to the face's ellipse */
  double worse;                   /* how likely the picture was made worse here, 0 to 1: so much of the made face counts */
  int left, top;                  /* of the upright part in the picture, where it is not turned */
  int width, height;              /* of the upright part, in the picture's pixels */
  int box_x, box_y, box_width, box_height;      /* of the picture that it is taken from */
  float *box;                     /* RGB; NULL once it is not needed */
  int factor;
  float *pixels;                  /* (factor * width) × (factor * height), RGB */
} AcuFacePatch;

/* Everything but pixels; for pictures of that size. */
void acu_face_patch_init (AcuFacePatch *patch, const AcuFacePlace *place, int width, int height, int factor);
guint64 acu_face_patch_bytes (const AcuFacePatch *patch);
/* Allocates box and pixels; FALSE when there is not enough memory. */
gboolean acu_face_patch_alloc (AcuFacePatch *patch);
void acu_face_patch_clear (AcuFacePatch *patch);
/* Where a point of the picture is: 0 in the middle of the face, 1 on its ellipse. */
double acu_face_patch_at (const AcuFacePatch *patch, double x, double y);
/* Row y of the upright part, from the box. */
void acu_face_patch_read (const AcuFacePatch *patch, int y, float *row);
/* Mixes the made face with the box's own pixels, enlarged by bicubic interpolation: the more of these, the worse the picture was made. */
void acu_face_patch_moderate (AcuFacePatch *patch);
/* Blends the face into a row of the picture enlarged `scale` times (`width` pixels, RGB): as much of it as `strength` says. */
void acu_face_patch_blend (const AcuFacePatch *patch, int scale, int y, int width, double strength, float *row);
/* The rows, from *first to before *end, that it reaches. */
void acu_face_patch_rows (const AcuFacePatch *patch, int scale, int *first, int *end);

/* recipe/face_worse.c */

/* Fills `worse` from the box; FALSE when there is not enough memory. */
gboolean acu_face_patch_judge (AcuFacePatch *patch);

G_END_DECLS

#endif
