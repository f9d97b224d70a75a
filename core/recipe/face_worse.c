/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Whether a face was made worse by noise, blur or compression. The network for faces puts that right, but knows less of faces in good pictures than networks for good
 * pictures do: these keep those faces. */
#include "faces_private.h"

#include <acuity/acuity.h>
#include <math.h>
#include <string.h>

enum { DETAILS_FINE, DETAILS_MIDDLE, DETAILS_COARSE, N_DETAILS };

/* How likely it is, by logistic regression over 1, these signs and their squares, which models/face_worse.py found with faces of 66 people. */
enum { N_SIGNS = 7 };
static const double mean[N_SIGNS] = { -0.2769, -0.2888, -0.3154, -0.3504, -1.3892, -1.3506, -0.7147 };
static const double spread[N_SIGNS] = { 0.1702, 0.1293, 0.2279, 0.2395, 0.4882, 0.3923, 0.2321 };
static const double constant = -0.336;
static const double weights[N_SIGNS] = { -1.174, -0.28, -1.022, -0.865, -0.554, -0.613, 1.531 };
static const double square_weights[N_SIGNS] = { 0.898, -0.263, 0.251, 0.581, 1.016, 0.081, -0.082 };
/* Signs farther from the mean, in spreads, say no more. */
#define FARTHEST 3.0
/* Added to all details, which may be none, in levels of 255. */
#define LEAST 0.05
/* With less of the coarsest details in its colours, a face is gray, and they say nothing. */
#define GRAY 0.2

typedef struct Planes
{
  int width, height;
  float *values, *smooth, *between;
  guint8 *inside;
  int n_inside;
} Planes;

/* A binomial filter over pixels that are `step` apart, from smooth by way of between. */
static void
blur (Planes *planes, int step)
{
  int width = planes->width, height = planes->height;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const float *row = planes->smooth + (gsize) y * width;

        planes->between[(gsize) y * width + x] = (row[MAX (x - step, 0)] + 2 * row[x] + row[MIN (x + step, width - 1)]) / 4;
      }
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const float *column = planes->between + x;

        planes->smooth[(gsize) y * width + x] = (column[(gsize) MAX (y - step, 0) * width] + 2 * column[(gsize) y * width]
                                                 + column[(gsize) MIN (y + step, height - 1) * width]) / 4;
      }
}

static int
compare (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* The middle one of the differences' sizes within the face; planes->between gets them. */
static double
median (Planes *planes)
{
  int n = 0;

  for (gsize i = 0; i < (gsize) planes->width * planes->height; i++)
    if (planes->inside[i])
      planes->between[n++] = fabsf (planes->values[i] - planes->smooth[i]);
  qsort (planes->between, n, sizeof (float), compare);
  return (planes->between[(n - 1) / 2] + planes->between[n / 2]) / 2;
}

/* Adds the mean squares of three kinds of details of what is in values, within the face; those of the finest have a median, too. */
static void
measure (Planes *planes, double *squares, double *middle)
{
  gsize n = (gsize) planes->width * planes->height;

  memcpy (planes->smooth, planes->values, n * sizeof (float));
  for (int k = 0; k < N_DETAILS; k++)
    {
      blur (planes, 1 << k);
      for (gsize i = 0; i < n; i++)
        if (planes->inside[i])
          {
            double difference = planes->values[i] - planes->smooth[i];

            squares[k] += difference * difference / planes->n_inside;
          }
      if (k == 0 && middle)
        *middle = median (planes);
      memcpy (planes->values, planes->smooth, n * sizeof (float));
    }
}

static void
mark_inside (Planes *planes, const AcuFacePatch *patch)
{
  for (int y = 0; y < planes->height; y++)
    for (int x = 0; x < planes->width; x++)
      {
        gboolean inside = acu_face_patch_at (patch, patch->box_x + x + 0.5, patch->box_y + y + 0.5) < 1;

        planes->inside[(gsize) y * planes->width + x] = inside;
        planes->n_inside += inside;
      }
}

/* Luma, or how far blue (plane 1) or red (plane 2) is from it, in levels of 255. */
static void
take_plane (Planes *planes, const AcuFacePatch *patch, int plane)
{
  for (gsize i = 0; i < (gsize) planes->width * planes->height; i++)
    {
      const float *pixel = patch->box + 3 * i;
      float luma = 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];

      planes->values[i] = 255 * (plane == 0 ? luma : pixel[plane == 1 ? 2 : 0] - luma);
    }
}

static void
measure_all (Planes *planes, const AcuFacePatch *patch, double *signs)
{
  double luma[N_DETAILS] = { 0 }, colour[N_DETAILS] = { 0 }, middle;
  gboolean gray;

  take_plane (planes, patch, 0);
  measure (planes, luma, &middle);
  for (int plane = 1; plane <= 2; plane++)
    {
      take_plane (planes, patch, plane);
      measure (planes, colour, NULL);
    }
  gray = sqrt (colour[DETAILS_COARSE]) < GRAY;
  for (int k = 0; k < N_DETAILS; k++)
    {
      luma[k] = log (sqrt (luma[k]) + LEAST);
      colour[k] = log (sqrt (colour[k]) + LEAST);
    }
  signs[0] = luma[DETAILS_FINE] - luma[DETAILS_MIDDLE];
  signs[1] = luma[DETAILS_MIDDLE] - luma[DETAILS_COARSE];
  signs[2] = colour[DETAILS_FINE] - colour[DETAILS_MIDDLE];
  signs[3] = colour[DETAILS_MIDDLE] - colour[DETAILS_COARSE];
  signs[4] = colour[DETAILS_FINE] - luma[DETAILS_FINE];
  signs[5] = colour[DETAILS_MIDDLE] - luma[DETAILS_MIDDLE];
  signs[6] = log (middle + LEAST) - luma[DETAILS_FINE];
  for (int i = 2; gray && i <= 5; i++)
    signs[i] = mean[i];
}

static double
likelihood (const double *signs)
{
  double sum = constant;

  for (int i = 0; i < N_SIGNS; i++)
    {
      double sign = CLAMP ((signs[i] - mean[i]) / spread[i], -FARTHEST, FARTHEST);

      sum += weights[i] * sign + square_weights[i] * sign * sign;
    }
  return 1 / (1 + exp (-sum));
}

gboolean
acu_face_patch_judge (AcuFacePatch *patch)
{
  gsize n = (gsize) patch->box_width * patch->box_height;
  Planes planes = { patch->box_width, patch->box_height, acu_try_alloc (n, sizeof (float)), acu_try_alloc (n, sizeof (float)), acu_try_alloc (n, sizeof (float)),
                    acu_try_alloc (n, 1) };
  gboolean enough = planes.values && planes.smooth && planes.between && planes.inside;
  double signs[N_SIGNS];

  if (enough)
    {
      mark_inside (&planes, patch);
      /* Of faces that are outside of the picture, nothing is shown. */
      patch->worse = 1;
      if (planes.n_inside)
        {
          measure_all (&planes, patch, signs);
          patch->worse = likelihood (signs);
        }
    }
  acu_free (planes.values);
  acu_free (planes.smooth);
  acu_free (planes.between);
  acu_free (planes.inside);
  return enough;
}
