/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A face is made upright: taken out of the picture, turned if it has to be, and turned back where it is blended in. */
#include "faces_private.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

/* Landmarks of a model face as ArcFace (Deng et al. 2019) aligns them, from a point between nose and eyes. */
static const double model[ACU_FACE_LANDMARKS][2] = { { -17.7, -8.3 }, { 17.5, -8.5 }, { 0, 11.7 }, { -14.5, 32.4 }, { 14.7, 32.2 } };
/* The ellipse of the face in its units; inside of INNER it counts wholly, outside of OUTER not at all. */
#define RADIUS_X 44.0
#define RADIUS_Y 53.0
#define INNER 0.8
#define OUTER 1.15
/* Pixels around it for the network to see. */
#define CONTEXT 12
/* Less is not turned: that costs more than it gains. */
#define LEAST_ANGLE (10 * G_PI / 180)
#define MOST_ANGLE (60 * G_PI / 180)
/* Landmarks may be so far from the model's places, in its units; and its width so much less or more than the face's. */
#define MOST_ERROR 9.0
#define LEAST_RATIO 0.6
#define MOST_RATIO 1.9
/* The least and the most pixels of a face's width. */
#define LEAST_WIDTH 10
#define MOST_WIDTH 160
/* The network and bicubic interpolation err in different ways: a mixture with so much of the latter is nearer to the person than either, as a recogniser sees it, if the
 * picture was made worse (see models/README.md, Faces). */
#define BICUBIC_SHARE 0.6

gboolean
acu_face_place (const AcuFace *face, AcuFacePlace *place)
{
  double mean[2] = { 0 }, centre[2] = { 0 }, a = 0, b = 0, spread = 0, error = 0, ratio;

  for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
    for (int k = 0; k < 2; k++)
      {
        mean[k] += face->landmarks[i][k] / ACU_FACE_LANDMARKS;
        centre[k] += model[i][k] / ACU_FACE_LANDMARKS;
      }
  /* The turn, size and place that bring the model's landmarks nearest to these (least squares). */
  for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
    {
      double mx = model[i][0] - centre[0], my = model[i][1] - centre[1];
      double x = face->landmarks[i][0] - mean[0], y = face->landmarks[i][1] - mean[1];

      a += mx * x + my * y;
      b += mx * y - my * x;
      spread += mx * mx + my * my;
    }
  a /= spread;
  b /= spread;
  place->unit = hypot (a, b);
  place->angle = atan2 (b, a);
  place->x = mean[0] - (a * centre[0] - b * centre[1]);
  place->y = mean[1] - (b * centre[0] + a * centre[1]);
  if (!(place->unit > 0))
    return FALSE;
  for (int i = 0; i < ACU_FACE_LANDMARKS; i++)
    error += hypot (face->landmarks[i][0] - place->x - (a * model[i][0] - b * model[i][1]),
                    face->landmarks[i][1] - place->y - (b * model[i][0] + a * model[i][1])) / ACU_FACE_LANDMARKS;
  ratio = 2 * RADIUS_X * place->unit / face->width;
  return error < MOST_ERROR * place->unit && ratio > LEAST_RATIO && ratio < MOST_RATIO && fabs (place->angle) < MOST_ANGLE
         && 2 * RADIUS_X * place->unit >= LEAST_WIDTH && 2 * RADIUS_X * place->unit <= MOST_WIDTH;
}

static gboolean
is_turned (const AcuFacePatch *patch)
{
  return patch->sine != 0;
}

/* From a point of the picture to one of the upright part. */
static void
to_upright (const AcuFacePatch *patch, double x, double y, double *u, double *v)
{
  if (!is_turned (patch))
    {
      *u = x - patch->left;
      *v = y - patch->top;
      return;
    }
  x -= patch->place.x;
  y -= patch->place.y;
  *u = patch->cosine * x + patch->sine * y + patch->width / 2.0;
  *v = patch->cosine * y - patch->sine * x + patch->height / 2.0;
}

/* The picture's point that is (u, v) of the upright part, in its box. */
static void
to_box (const AcuFacePatch *patch, double u, double v, double *x, double *y)
{
  if (!is_turned (patch))
    {
      *x = u + patch->left - patch->box_x;
      *y = v + patch->top - patch->box_y;
      return;
    }
  u -= patch->width / 2.0;
  v -= patch->height / 2.0;
  *x = patch->place.x + patch->cosine * u - patch->sine * v - patch->box_x;
  *y = patch->place.y + patch->sine * u + patch->cosine * v - patch->box_y;
}

static double
half (double radius, const AcuFacePlace *place)
{
  return ceil (radius * OUTER * place->unit) + CONTEXT;
}

void
acu_face_patch_init (AcuFacePatch *patch, const AcuFacePlace *place, int width, int height, int factor)
{
  const AcuFilter *filter = acu_filter_find ("lanczos3");
  double half_width = half (RADIUS_X, place), half_height = half (RADIUS_Y, place), reach_x, reach_y;
  gboolean turned = fabs (place->angle) >= LEAST_ANGLE;

  *patch = (AcuFacePatch) { .place = *place, .cosine = turned ? cos (place->angle) : 1, .sine = turned ? sin (place->angle) : 0,
                            .width = 2 * (int) half_width, .height = 2 * (int) half_height, .factor = factor };
  patch->across[0] = cos (place->angle) / (RADIUS_X * place->unit);
  patch->across[1] = sin (place->angle) / (RADIUS_X * place->unit);
  patch->down[0] = -sin (place->angle) / (RADIUS_Y * place->unit);
  patch->down[1] = cos (place->angle) / (RADIUS_Y * place->unit);
  patch->left = (int) floor (place->x - half_width + 0.5);
  patch->top = (int) floor (place->y - half_height + 0.5);
  reach_x = fabs (patch->cosine) * half_width + fabs (patch->sine) * half_height + (turned ? filter->radius : 0);
  reach_y = fabs (patch->sine) * half_width + fabs (patch->cosine) * half_height + (turned ? filter->radius : 0);
  patch->box_x = CLAMP ((int) floor (place->x - reach_x) - 1, 0, width - 1);
  patch->box_y = CLAMP ((int) floor (place->y - reach_y) - 1, 0, height - 1);
  patch->box_width = CLAMP ((int) ceil (place->x + reach_x) + 1, patch->box_x + 1, width) - patch->box_x;
  patch->box_height = CLAMP ((int) ceil (place->y + reach_y) + 1, patch->box_y + 1, height) - patch->box_y;
}

static guint64
box_pixels (const AcuFacePatch *patch)
{
  return (guint64) patch->box_width * patch->box_height;
}

static guint64
made_pixels (const AcuFacePatch *patch)
{
  return (guint64) patch->width * patch->height * patch->factor * patch->factor;
}

guint64
acu_face_patch_bytes (const AcuFacePatch *patch)
{
  /* To judge it takes three planes and a mask beside the box. */
  return (box_pixels (patch) * 2 + made_pixels (patch)) * 3 * sizeof (float) + box_pixels (patch);
}

gboolean
acu_face_patch_alloc (AcuFacePatch *patch)
{
  patch->box = acu_try_alloc (box_pixels (patch), 3 * sizeof (float));
  patch->pixels = acu_try_alloc (made_pixels (patch), 3 * sizeof (float));
  return patch->box && patch->pixels;
}

void
acu_face_patch_clear (AcuFacePatch *patch)
{
  acu_free (patch->box);
  acu_free (patch->pixels);
  patch->box = patch->pixels = NULL;
}

/* The picture's colour at (u, v) by a filter that is `widen` times as wide; beyond its borders, as at them. */
static void
sample (const float *pixels, int width, int height, double u, double v, const AcuFilter *filter, double widen, float *colour)
{
  double radius = filter->radius * widen, sum[3] = { 0 }, total = 0;

  for (int y = (int) ceil (v - radius - 0.5); y + 0.5 <= v + radius; y++)
    {
      double down = filter->weight ((y + 0.5 - v) / widen);
      const float *row = pixels + (gsize) CLAMP (y, 0, height - 1) * width * 3;

      for (int x = (int) ceil (u - radius - 0.5); down != 0 && x + 0.5 <= u + radius; x++)
        {
          double weight = down * filter->weight ((x + 0.5 - u) / widen);
          const float *pixel = row + (gsize) CLAMP (x, 0, width - 1) * 3;

          for (int c = 0; c < 3; c++)
            sum[c] += weight * pixel[c];
          total += weight;
        }
    }
  for (int c = 0; c < 3; c++)
    colour[c] = (float) (sum[c] / total);
}

void
acu_face_patch_read (const AcuFacePatch *patch, int y, float *row)
{
  const AcuFilter *filter = acu_filter_find ("lanczos3");

  for (int x = 0; x < patch->width; x++, row += 3)
    if (!is_turned (patch))
      memcpy (row, patch->box + ((gsize) CLAMP (patch->top + y - patch->box_y, 0, patch->box_height - 1) * patch->box_width
                                 + CLAMP (patch->left + x - patch->box_x, 0, patch->box_width - 1)) * 3, 3 * sizeof (float));
    else
      {
        double box_x, box_y;

        to_box (patch, x + 0.5, y + 0.5, &box_x, &box_y);
        sample (patch->box, patch->box_width, patch->box_height, box_x, box_y, filter, 1, row);
      }
}

void
acu_face_patch_moderate (AcuFacePatch *patch)
{
  const AcuFilter *filter = acu_filter_find ("cubic");
  float *pixel = patch->pixels, colour[3], much = (float) (BICUBIC_SHARE * patch->worse);

  for (int y = 0; y < patch->height * patch->factor; y++)
    for (int x = 0; x < patch->width * patch->factor; x++, pixel += 3)
      {
        double box_x, box_y;

        to_box (patch, (x + 0.5) / patch->factor, (y + 0.5) / patch->factor, &box_x, &box_y);
        sample (patch->box, patch->box_width, patch->box_height, box_x, box_y, filter, 1, colour);
        for (int c = 0; c < 3; c++)
          pixel[c] += much * (colour[c] - pixel[c]);
      }
}

double
acu_face_patch_at (const AcuFacePatch *patch, double x, double y)
{
  double dx = x - patch->place.x, dy = y - patch->place.y;

  return hypot (patch->across[0] * dx + patch->across[1] * dy, patch->down[0] * dx + patch->down[1] * dy);
}

/* How much of the face there is at a point of the picture. */
static double
share (const AcuFacePatch *patch, double x, double y)
{
  double at = acu_face_patch_at (patch, x, y);

  at = CLAMP ((OUTER - at) / (OUTER - INNER), 0, 1);
  return at * at * (3 - 2 * at);
}

void
acu_face_patch_rows (const AcuFacePatch *patch, int scale, int *first, int *end)
{
  double reach = MAX (RADIUS_X, RADIUS_Y) * OUTER * patch->place.unit;

  *first = (int) floor ((patch->place.y - reach) * scale);
  *end = (int) ceil ((patch->place.y + reach) * scale) + 1;
}

void
acu_face_patch_blend (const AcuFacePatch *patch, int scale, int y, int width, double strength, float *row)
{
  const AcuFilter *filter = acu_filter_find ("cubic");
  double reach = MAX (RADIUS_X, RADIUS_Y) * OUTER * patch->place.unit, widen = MAX ((double) patch->factor / scale, 1), u, v;
  int first = CLAMP ((int) floor ((patch->place.x - reach) * scale), 0, width), end = CLAMP ((int) ceil ((patch->place.x + reach) * scale) + 1, 0, width);
  gboolean same = !is_turned (patch) && patch->factor == scale;

  for (int x = first; x < end; x++)
    {
      double at_x = (x + 0.5) / scale, at_y = (y + 0.5) / scale, much = strength * patch->worse * share (patch, at_x, at_y);
      float *pixel = row + (gsize) x * 3, colour[3];

      if (much <= 0)
        continue;
      if (same)
        memcpy (colour, patch->pixels + ((gsize) (y - patch->top * scale) * patch->width * scale + (x - patch->left * scale)) * 3, sizeof colour);
      else
        {
          to_upright (patch, at_x, at_y, &u, &v);
          sample (patch->pixels, patch->width * patch->factor, patch->height * patch->factor, u * patch->factor, v * patch->factor, filter, widen, colour);
        }
      for (int c = 0; c < 3; c++)
        pixel[c] += (float) much * (colour[c] - pixel[c]);
    }
}
