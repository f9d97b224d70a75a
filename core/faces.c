/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "faces_private.h"
#include "pool.h"
#include "upscaler_private.h"

#include <math.h>
#include <string.h>

typedef struct Rows
{
  const float *pixels;
  int width;
} Rows;

static gboolean
read_row (void *data, int y, float *row, GError **error)
{
  const Rows *rows = data;
  const float *from = rows->pixels + (gsize) y * rows->width * 3;

  for (gsize i = 0; i < (gsize) rows->width * 3; i++)
    row[i] = isfinite (from[i]) ? from[i] : 0;
  return TRUE;
}

gboolean
acu_faces_find (const float *pixels, int width, int height, int threads, AcuFace *faces, int *n, GError **error)
{
  Rows rows = { pixels, width };
  g_autofree AcuFaceList *list = g_new (AcuFaceList, 1);
  AcuFaceSearch search = { .detector = acu_detector_net (error), .device = acu_device_find ("cpu", NULL), .width = width, .height = height,
                           .threads = threads ? threads : MIN ((int) g_get_num_processors (), ACU_POOL_MAX_THREADS), .precision = ACU_PRECISION_FAST, .read = read_row, .data = &rows };
  gboolean done = search.detector && acu_faces_search (&search, list, error);

  acu_net_unref ((AcuNet *) search.detector);
  *n = done ? list->n : 0;
  memcpy (faces, list->faces, *n * sizeof *faces);
  return done;
}
