/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>

/* Buffers start at multiples of this many bytes (a cache line). */
#define LINE 64

static gboolean
buffer_bytes (const AcuBuffer *buffer, guint64 *bytes)
{
  guint64 size;

  if (!acu_size_mul (buffer->row_bytes, buffer->slots, &size) || !acu_size_add (size, LINE - 1, &size))
    return FALSE;
  *bytes = size / LINE * LINE;
  return TRUE;
}

static gboolean
shape_rows (AcuPlan *plan, const AcuLife *lives)
{
  int group = MAX (plan->device->group, 1);

  for (guint i = 0; i < plan->program.n_stages; i++)
    {
      AcuBuffer *buffer = &plan->program.buffers[i];
      guint64 width;

      /* A map that nobody reads still gets its rows written. */
      buffer->slots = MAX (lives[i].rows, 1);
      width = (guint64) buffer->width + buffer->margin_left + buffer->margin_right;
      if (!acu_size_mul (width, (buffer->channels + group - 1) / group * group, &buffer->row_bytes)
          || !acu_size_mul (buffer->row_bytes, acu_map_element_bytes (buffer->element), &buffer->row_bytes))
        return FALSE;
    }
  return TRUE;
}

typedef struct Placed
{
  AcuLife life;
  guint buffer;
} Placed;

/* By the phase in which they begin; of those the longest lived first, so that they lie together. */
static int
compare_lives (const void *a, const void *b)
{
  const Placed *x = a, *y = b;

  if (x->life.first != y->life.first)
    return x->life.first < y->life.first ? -1 : 1;
  if (x->life.last != y->life.last)
    return x->life.last > y->life.last ? -1 : 1;
  return x->buffer < y->buffer ? -1 : 1;
}

/* The buffers in the order in which they are placed; NULL without memory. */
static Placed *
order_of (const AcuPlan *plan, const AcuLife *lives)
{
  guint n = plan->program.n_stages;
  Placed *order = g_try_new (Placed, n);

  for (guint i = 0; order && i < n; i++)
    order[i] = (Placed) { lives[i], i };
  if (order)
    qsort (order, n, sizeof *order, compare_lives);
  return order;
}

static gboolean
is_ring (const AcuPlan *plan, const AcuLife *life)
{
  return !plan->whole && life->first == life->last;
}

/* At the beginning of the arena the rings of each phase, one after the other: where those of the phase before were, in caches and pages. */
static gboolean
place_rings (AcuPlan *plan, const Placed *order)
{
  guint64 end = 0, bytes;
  guint phase = 0;

  plan->program.ring_bytes = 0;
  for (guint k = 0; k < plan->program.n_stages; k++)
    {
      AcuBuffer *buffer = &plan->program.buffers[order[k].buffer];

      if (!is_ring (plan, &order[k].life))
        continue;
      if (order[k].life.first != phase)
        end = 0;
      phase = order[k].life.first;
      buffer->offset = end;
      if (!buffer_bytes (buffer, &bytes) || !acu_size_add (end, bytes, &end))
        return FALSE;
      plan->program.ring_bytes = MAX (plan->program.ring_bytes, end);
    }
  return TRUE;
}

typedef struct Place
{
  guint64 start, end;
  guint last;
} Place;

/* Behind the rings what outlives a phase: from the one that first writes it to the last one that reads it. First fit. */
static gboolean
place_by_lifetime (AcuPlan *plan, const Placed *order)
{
  guint n = plan->program.n_stages, used = 0;
  g_autofree Place *places = g_try_new (Place, n);        /* in use, by start */

  if (!places)
    return FALSE;
  plan->program.arena_bytes = plan->program.ring_bytes;
  for (guint k = 0; k < n; k++)
    {
      const AcuLife *life = &order[k].life;
      guint64 bytes, start = plan->program.ring_bytes, end;
      guint at, kept = 0;

      if (is_ring (plan, life))
        continue;
      for (guint p = 0; p < used; p++)
        if (places[p].last >= life->first)
          places[kept++] = places[p];
      used = kept;
      if (!buffer_bytes (&plan->program.buffers[order[k].buffer], &bytes))
        return FALSE;
      for (at = 0; at < used && places[at].start - start < bytes; at++)
        start = places[at].end;
      if (!acu_size_add (start, bytes, &end))
        return FALSE;
      for (guint p = used; p > at; p--)
        places[p] = places[p - 1];
      places[at] = (Place) { start, end, life->last };
      used++;
      plan->program.buffers[order[k].buffer].offset = start;
      plan->program.arena_bytes = MAX (plan->program.arena_bytes, end);
    }
  if (plan->whole)
    plan->program.ring_bytes = plan->program.arena_bytes;
  return TRUE;
}

static gboolean
place (AcuPlan *plan, const AcuLife *lives)
{
  g_autofree Placed *order = order_of (plan, lives);

  return order && place_rings (plan, order) && place_by_lifetime (plan, order);
}

gboolean
acu_plan_place (AcuPlan *plan, int band_rows, GError **error)
{
  g_autofree AcuLife *lives = g_try_new0 (AcuLife, plan->program.n_stages);
  guint64 bytes;

  if (!lives)
    goto no_memory;
  if (!acu_plan_schedule (plan, band_rows, lives, NULL, NULL, error))
    return FALSE;
  plan->whole = band_rows == 0;
  if (!shape_rows (plan, lives) || !place (plan, lives)
      || !acu_size_add (plan->program.arena_bytes, plan->device->bytes (&plan->program, plan->threads), &bytes))
    goto no_memory;
  plan->bytes = bytes;
  plan->band_rows = plan->whole ? plan->program.buffers[plan->program.n_stages - 1].height : band_rows;
  return TRUE;

no_memory:
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."), plan->net->name);
  return FALSE;
}
