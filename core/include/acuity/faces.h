/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Where faces are in a picture. */
#ifndef ACU_FACES_H
#define ACU_FACES_H

#include <acuity/api.h>
#include <glib.h>

G_BEGIN_DECLS

/* Of one picture; the surest ones are kept. */
#define ACU_MAX_FACES 512

typedef enum AcuFaceLandmark
{
  ACU_FACE_LEFT_EYE,              /* as seen in the picture */
  ACU_FACE_RIGHT_EYE,
  ACU_FACE_NOSE,
  ACU_FACE_MOUTH_LEFT,
  ACU_FACE_MOUTH_RIGHT,
  ACU_FACE_LANDMARKS
} AcuFaceLandmark;

/**
 * AcuFace: all in pixels, the outer edges of the picture being 0 and its width or height
 * @score: how sure it is, 0 to 1
 * @x, @y, @width, @height: the face from hairline to chin
 * @landmarks: (x, y) of each
 */
typedef struct AcuFace
{
  float score;
  float x, y, width, height;
  float landmarks[ACU_FACE_LANDMARKS][2];
} AcuFace;

/* Looks for faces in width × height encoded RGB floats (0..1) with the network that `acuity models install faces` fetches. faces[] has room for ACU_MAX_FACES; *n gets
 * their number. Faces from 10 pixels of width on, turned by up to 45°; small ones that are turned are often missed in pictures of more than 2^20 pixels. `threads` 0: all.
 * ACU_ERROR_NOT_FOUND where the network is not installed, the errors of a damaged one, ACU_ERROR_MEMORY, ACU_ERROR_SIZE. Thread-safe. */
ACU_API gboolean acu_faces_find (const float *pixels, int width, int height, int threads, AcuFace *faces, int *n, GError **error);

G_END_DECLS

#endif
