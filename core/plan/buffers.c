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
shape_rows (AcuPlan *plan, const int *slots)
{
  int group = MAX (plan->device->group, 1);

  for (guint i = 0; i < plan->program.n_stages; i++)
    {
      AcuBuffer *buffer = &plan->program.buffers[i];
      guint64 width;

      /* A map that nobody reads still gets its rows written. */
      buffer->slots = MAX (slots[i], 1);
      width = (guint64) buffer->width + buffer->margin_left + buffer->margin_right;
      if (!acu_size_mul (width, (buffer->channels + group - 1) / group * group, &buffer->row_bytes)
          || !acu_size_mul (buffer->row_bytes, acu_map_element_bytes (buffer->element), &buffer->row_bytes))
        return FALSE;
    }
  return TRUE;
}

static guint
last_reader (const AcuPlan *plan, guint stage)
{
  guint last = stage;

  if (stage == plan->program.n_stages - 1)
    return G_MAXUINT;
  for (guint c = plan->consumers_start[stage]; c < plan->consumers_start[stage + 1]; c++)
    last = MAX (last, plan->consumers[c]);
  /* The tail runs again and again. */
  return last >= plan->tail ? G_MAXUINT : last;
}

/* Every buffer its own place. */
static gboolean
place_all (AcuPlan *plan)
{
  guint64 end = 0, bytes;

  for (guint i = 0; i < plan->program.n_stages; i++)
    {
      plan->program.buffers[i].offset = end;
      if (!buffer_bytes (&plan->program.buffers[i], &bytes) || !acu_size_add (end, bytes, &end))
        return FALSE;
    }
  plan->program.arena_bytes = end;
  return TRUE;
}

typedef struct Place
{
  guint64 start, end;
  guint last;
} Place;

/* With one band, stage i runs once, as step i: a buffer is needed from its stage to its last reader. First fit. */
static gboolean
place_by_lifetime (AcuPlan *plan)
{
  guint n = plan->program.n_stages, used = 0;
  g_autofree Place *places = g_try_new (Place, n);        /* in use, by start */
  guint64 peak = 0;

  if (!places)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint64 bytes, start = 0, end;
      guint at, kept = 0;

      for (guint p = 0; p < used; p++)
        if (places[p].last >= i)
          places[kept++] = places[p];
      used = kept;
      if (!buffer_bytes (&plan->program.buffers[i], &bytes))
        return FALSE;
      for (at = 0; at < used && places[at].start - start < bytes; at++)
        start = places[at].end;
      if (!acu_size_add (start, bytes, &end))
        return FALSE;
      for (guint p = used; p > at; p--)
        places[p] = places[p - 1];
      places[at] = (Place) { start, end, last_reader (plan, i) };
      used++;
      plan->program.buffers[i].offset = start;
      peak = MAX (peak, end);
    }
  plan->program.arena_bytes = peak;
  return TRUE;
}

gboolean
acu_plan_place (AcuPlan *plan, int band_rows, GError **error)
{
  g_autofree int *slots = g_try_new0 (int, plan->program.n_stages);
  guint64 bytes;

  if (!slots)
    goto no_memory;
  if (!acu_plan_schedule (plan, band_rows, slots, NULL, NULL, error))
    return FALSE;
  plan->whole = band_rows == 0;
  if (!shape_rows (plan, slots) || !(plan->whole ? place_by_lifetime (plan) : place_all (plan))
      || !acu_size_add (plan->program.arena_bytes, plan->device->bytes (&plan->program, plan->threads), &bytes))
    goto no_memory;
  plan->bytes = bytes;
  plan->band_rows = plan->whole ? plan->program.buffers[plan->program.n_stages - 1].height : band_rows;
  return TRUE;

no_memory:
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to plan “%s”."), plan->net->name);
  return FALSE;
}
