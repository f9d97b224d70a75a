/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

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

/* By the phase in which they begin; of one phase, those that outlive it lie together, and rings follow. */
static int
compare_lives (gconstpointer a, gconstpointer b, gpointer data)
{
  const AcuLife *lives = data, *x = &lives[*(const guint *) a], *y = &lives[*(const guint *) b];

  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  if (x->last != y->last)
    return x->last > y->last ? -1 : 1;
  return *(const guint *) a < *(const guint *) b ? -1 : 1;
}

/* The buffers in the order in which they are placed; NULL without memory. */
static guint *
order_of (const AcuPlan *plan, AcuLife *lives)
{
  guint n = plan->program.n_stages, *order = g_try_new (guint, n);

  for (guint i = 0; order && i < n; i++)
    order[i] = i;
  if (order)
    g_qsort_with_data (order, (gint) n, sizeof *order, compare_lives, lives);
  return order;
}

typedef struct Place
{
  guint64 start, end;
  guint last;                     /* phase */
} Place;

typedef struct Places
{
  Place *places;                  /* in use, by start */
  guint used, at;                 /* so many; where to look from: what begins in one phase does not leave gaps behind */
} Places;

/* Forgets what is over in this phase. */
static void
clear_places (Places *p, guint phase)
{
  guint kept = 0;

  for (guint i = 0; i < p->used; i++)
    if (p->places[i].last >= phase)
      p->places[kept++] = p->places[i];
  p->used = kept;
  p->at = 0;
}

/* First fit. */
static gboolean
find_place (Places *p, guint64 bytes, guint last, guint64 *start, guint64 *end)
{
  guint at = p->at;

  *start = at > 0 ? p->places[at - 1].end : 0;
  for (; at < p->used && p->places[at].start - *start < bytes; at++)
    *start = p->places[at].end;
  if (!acu_size_add (*start, bytes, end))
    return FALSE;
  memmove (&p->places[at + 1], &p->places[at], (p->used - at) * sizeof *p->places);
  p->places[at] = (Place) { *start, *end, last };
  p->used++;
  p->at = at + 1;
  return TRUE;
}

/* A buffer has its place from the phase that first writes it to the last one that reads it. */
static gboolean
place_by_lifetime (AcuPlan *plan, AcuLife *lives)
{
  guint n = plan->program.n_stages;
  g_autofree guint *order = order_of (plan, lives);
  g_autofree Place *room = g_try_new (Place, n);
  Places places = { room };
  guint64 rings = 0;

  if (!order || !room)
    return FALSE;
  plan->program.arena_bytes = plan->rings = 0;
  for (guint k = 0; k < n; k++)
    {
      AcuBuffer *buffer = &plan->program.buffers[order[k]];
      const AcuLife *life = &lives[order[k]];
      guint64 bytes, end;

      if (k > 0 && life->first != lives[order[k - 1]].first)
        {
          clear_places (&places, life->first);
          rings = 0;
        }
      if (!buffer_bytes (buffer, &bytes) || !find_place (&places, bytes, life->last, &buffer->offset, &end))
        return FALSE;
      rings += life->first == life->last ? bytes : 0;
      plan->rings = MAX (plan->rings, rings);
      plan->program.arena_bytes = MAX (plan->program.arena_bytes, end);
    }
  if (plan->whole)
    plan->rings = plan->program.arena_bytes;
  return TRUE;
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
  if (!shape_rows (plan, lives) || !place_by_lifetime (plan, lives)
      || !acu_size_add (plan->program.arena_bytes, plan->device->bytes (&plan->program, plan->threads), &bytes))
    goto no_memory;
  plan->bytes = bytes;
  plan->band_rows = plan->whole ? plan->program.buffers[plan->program.n_stages - 1].height : band_rows;
  return TRUE;

no_memory:
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."), plan->net->name);
  return FALSE;
}
