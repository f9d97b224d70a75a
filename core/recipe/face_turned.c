/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A picture turned about its middle and made larger on the way, row by row: what finds faces knows upright ones best. */
#include "faces_private.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

/* Places between two pixels that weights are kept for. */
#define PHASES 256
/* Outside of the picture. */
#define GRAY 128.0f

struct AcuTurnedPicture
{
  int width, height;
  guint8 *pixels;                 /* RGB */
  float weights[PHASES + 1][4];
};

guint64
acu_turned_picture_bytes (int width, int height)
{
  return sizeof (AcuTurnedPicture) + (guint64) width * height * 3;
}

AcuTurnedPicture *
acu_turned_picture_new (int width, int height)
{
  const AcuFilter *filter = acu_filter_find ("cubic");
  AcuTurnedPicture *picture = g_new0 (AcuTurnedPicture, 1);

  picture->width = width;
  picture->height = height;
  picture->pixels = acu_try_alloc ((guint64) width * height, 3);
  for (int phase = 0; phase <= PHASES; phase++)
    for (int tap = 0; tap < 4; tap++)
      picture->weights[phase][tap] = (float) filter->weight (tap - 1 - (double) phase / PHASES);
  if (picture->pixels)
    return picture;
  acu_turned_picture_free (picture);
  return NULL;
}

void
acu_turned_picture_free (AcuTurnedPicture *picture)
{
  if (picture)
    acu_free (picture->pixels);
  g_free (picture);
}

void
acu_turned_picture_set (AcuTurnedPicture *picture, int y, const float *row)
{
  guint8 *pixels = picture->pixels + (gsize) y * picture->width * 3;

  for (int i = 0; i < picture->width * 3; i++)
    pixels[i] = row[i] > 0 ? (guint8) (MIN (row[i], 1) * 255 + 0.5f) : 0;
}

AcuTurn
acu_turn (int width, int height, double factor, double angle)
{
  AcuTurn turn = { .factor = factor, .cosine = cos (angle), .sine = sin (angle), .from_width = width, .from_height = height };

  turn.width = (int) ceil (factor * (fabs (turn.cosine) * width + fabs (turn.sine) * height));
  turn.height = (int) ceil (factor * (fabs (turn.sine) * width + fabs (turn.cosine) * height));
  return turn;
}

void
acu_turn_back (const AcuTurn *turn, double u, double v, double *x, double *y)
{
  u = (u - turn->width / 2.0) / turn->factor;
  v = (v - turn->height / 2.0) / turn->factor;
  *x = turn->cosine * u - turn->sine * v + turn->from_width / 2.0;
  *y = turn->sine * u + turn->cosine * v + turn->from_height / 2.0;
}

static void
sample (const AcuTurnedPicture *picture, double x, double y, float *colour)
{
  int left = (int) floor (x - 0.5), top = (int) floor (y - 0.5);
  const float *across = picture->weights[(int) ((x - 0.5 - left) * PHASES + 0.5)], *down = picture->weights[(int) ((y - 0.5 - top) * PHASES + 0.5)];
  float sum[3] = { 0 };

  for (int i = 0; i < 4; i++)
    {
      const guint8 *row = picture->pixels + (gsize) CLAMP (top + i - 1, 0, picture->height - 1) * picture->width * 3;

      for (int k = 0; k < 4; k++)
        {
          const guint8 *pixel = row + (gsize) CLAMP (left + k - 1, 0, picture->width - 1) * 3;
          float weight = down[i] * across[k];

          for (int c = 0; c < 3; c++)
            sum[c] += weight * pixel[c];
        }
    }
  for (int c = 0; c < 3; c++)
    colour[c] = CLAMP (sum[c], 0, 255);
}

void
acu_turned_picture_row (const AcuTurnedPicture *picture, const AcuTurn *turn, int v, float *row)
{
  for (int u = 0; u < turn->width; u++, row += 3)
    {
      double x, y;

      acu_turn_back (turn, u + 0.5, v + 0.5, &x, &y);
      if (x >= 0 && y >= 0 && x < picture->width && y < picture->height)
        sample (picture, x, y, row);
      else
        row[0] = row[1] = row[2] = GRAY;
    }
}
