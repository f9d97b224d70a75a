/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* How far a network sees: asked of its layers, from one pixel of the result back to the picture. */
#include "upscaler_private.h"

#include <math.h>

/* A picture that is larger than any network's sight. Its pixels are counted in int: 16 times as many are far from its end. */
#define FIELD 8192
/* The photo recipe's filter, in pixels of what it reads, and one for rounding. */
#define RESAMPLER_RADIUS 4
#define UNDERPAINT 16

typedef struct Span
{
  int first, last;                /* first > last: nobody reads it */
} Span;

static void
extend (Span *span, int first, int last)
{
  if (span->first > span->last)
    *span = (Span) { first, last };
  else
    *span = (Span) { MIN (span->first, first), MAX (span->last, last) };
}

/* The source pixels that the result's pixels from..to come from, along one direction. */
static Span
trace (const AcuNet *net, const AcuShape *shapes, gboolean vertical, int from, int to)
{
  guint n = net->layers->len;
  g_autofree Span *spans = g_new (Span, n);
  Span source;

  for (guint i = 0; i < n; i++)
    spans[i] = (Span) { 0, -1 };
  spans[n - 1] = (Span) { from, to };
  for (guint i = n; i-- > 1;)
    {
      const AcuLayer *layer = acu_net_layer (net, i);

      for (guint k = 0; spans[i].first <= spans[i].last && k < layer->n_inputs; k++)
        {
          const AcuShape *in = &shapes[layer->inputs[k]];
          int first, last;

          acu_layer_window (layer, k, vertical, vertical ? in->height : in->width, vertical ? shapes[i].height : shapes[i].width,
                            spans[i].first, spans[i].last, &first, &last);
          if (first <= last)
            extend (&spans[layer->inputs[k]], first, last);
        }
    }
  source = spans[0];
  return source;
}

/* How many source pixels make one of the coarsest map's, so that a part that begins at a multiple of it meets the same ones. */
static int
coarsest (const AcuNet *net, const AcuShape *shapes)
{
  int grid = 1;

  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);

      if (layer->kind == ACU_LAYER_PAD)
        grid = MAX (grid, layer->align);
      if (shapes[i].width > 1)
        grid = MAX (grid, (int) lround ((double) FIELD / shapes[i].width));
    }
  return grid;
}

static gboolean
network_reach (const AcuUpscaler *upscaler, const AcuNet *net, int *reach, int *grid)
{
  g_autofree AcuShape *shapes = g_new (AcuShape, net->layers->len);
  int centre = FIELD / 2, scale = net->scale;
  /* of the network's result, where that is made smaller */
  double shrink = fmax (1, fmax ((double) upscaler->src_width * scale / upscaler->dst_width, (double) upscaler->src_height * scale / upscaler->dst_height));
  int beside = (int) ceil (RESAMPLER_RADIUS * shrink);

  if (!acu_net_infer (net, FIELD, FIELD, shapes, NULL))
    return FALSE;
  *reach = 0;
  for (int vertical = 0; vertical < 2; vertical++)
    {
      Span span = trace (net, shapes, vertical, centre * scale - beside, centre * scale + scale - 1 + beside);

      if (span.first <= 0 || span.last >= FIELD - 1)
        return FALSE;
      *reach = MAX (*reach, MAX (centre - span.first, span.last - centre));
    }
  *grid = coarsest (net, shapes);
  return TRUE;
}

gboolean
acu_upscaler_reach (const AcuUpscaler *upscaler, int *reach, int *grid)
{
  const AcuNet *net = upscaler->overlay ? upscaler->overlay : upscaler->plain;
  double shrink = fmax (1, fmax ((double) upscaler->src_width / upscaler->dst_width, (double) upscaler->src_height / upscaler->dst_height));

  *grid = 1;
  /* A region of text may reach anywhere, and faces are looked for in the whole picture. */
  if (upscaler->mask || upscaler->detector)
    return FALSE;
  if (!net)
    *reach = (int) ceil (RESAMPLER_RADIUS * shrink);
  else if (!network_reach (upscaler, net, reach, grid))
    return FALSE;
  if (net && upscaler->format.alpha)
    *reach += UNDERPAINT;
  return TRUE;
}
