/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which part of a layer makes a part of its result. */
#include "patch.h"

#include <math.h>

/* So many pixels further out there may be a better place to cut. */
#define SEARCH 96
/* So near, in pixels of the result, is near enough. */
#define NEAR 0.02

typedef struct Side
{
  int source, result;
} Side;

/* From `start` on in steps of `step`, the cut in the layer that is nearest to a cut between pixels of the result. */
static Side
best_cut (int start, int step, int length, int scaled)
{
  Side best = { start, 0 };
  double least = INFINITY;

  for (int at = start; at >= 0 && at <= length && ABS (at - start) <= SEARCH; at += step)
    {
      double exact = (double) at * scaled / length, distance = fabs (exact - round (exact));

      if (distance < least)
        {
          least = distance;
          best = (Side) { at, (int) round (exact) };
        }
      if (least < NEAR)
        break;
    }
  return best;
}

static void
cut_axis (int length, int scaled, int view, int view_length, int margin, int grid, int *first, int *n, int *result, int *n_result)
{
  int low = (int) floor ((double) view * length / scaled) - margin;
  int high = (int) ceil ((double) (view + view_length) * length / scaled) + margin;
  Side from = { 0, 0 }, to = { length, scaled };

  if (low >= grid)
    from = best_cut (low / grid * grid, -grid, length, scaled);
  if (high < length)
    to = best_cut (high, 1, length, scaled);
  *first = from.source;
  *n = to.source - from.source;
  *result = from.result;
  *n_result = to.result - from.result;
}

void
plugin_place (PluginPlace *place, int width, int height, int scaled_width, int scaled_height, const GeglRectangle *view,
              int margin, int grid)
{
  place->view = *view;
  cut_axis (width, scaled_width, view->x, view->width, margin, grid, &place->part.x, &place->part.width, &place->result.x,
            &place->result.width);
  cut_axis (height, scaled_height, view->y, view->height, margin, grid, &place->part.y, &place->part.height, &place->result.y,
            &place->result.height);
}
