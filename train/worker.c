/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "worker.h"

#include "pool.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <string.h>

/* Vectors of raw gradients: one for each thread that can be kept busy, as many as fit into this. */
#define MAX_PARTS 16
#define PARTS_BYTES (512u << 20)

/* What a thread needs for itself. */
typedef struct Seat
{
  AcuTape *tape;
  float *result, *gradient;       /* of one large picture, interleaved */
} Seat;

struct AcuWorker
{
  const AcuTrainNet *net;
  const AcuLossTerm *terms;
  guint n_terms;
  int count, threads, parts;
  gsize small_floats, large_floats;
  Seat *seats;
  float **sums;
  double *losses;                 /* [picture][term] */
  const AcuBatch *batch;
};

static gboolean
prepare (AcuWorker *worker, int side, int scale, GError **error)
{
  gboolean enough = TRUE;
  const AcuMap *result;

  for (int i = 0; i < worker->parts; i++)
    enough &= (worker->sums[i] = acu_try_alloc (worker->net->n_sums, sizeof (float))) != NULL;
  for (int i = 0; i < worker->threads; i++)
    {
      Seat *seat = &worker->seats[i];

      if (!(seat->tape = acu_tape_new (worker->net, side, side, TRUE, FALSE, error)))
        return FALSE;
      enough &= (seat->result = acu_try_alloc (worker->large_floats, sizeof (float))) != NULL;
      enough &= (seat->gradient = acu_try_alloc (worker->large_floats, sizeof (float))) != NULL;
    }
  if (!enough)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for batches of that size."));
      return FALSE;
    }
  result = acu_tape_output_gradient (worker->seats[0].tape);
  if (result->width == side * scale && result->height == side * scale && result->channels == 3)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The network makes %d × %d pixels of %d × %d; %d times as many a side are wanted."),
               result->width, result->height, side, side, scale);
  return FALSE;
}

AcuWorker *
acu_worker_new (const AcuTrainNet *net, const AcuLossTerm *terms, guint n_terms, int count, int side, int scale, int threads,
                GError **error)
{
  AcuWorker *worker = g_new0 (AcuWorker, 1);
  gsize parts = PARTS_BYTES / (MAX (net->n_sums, 1) * sizeof (float));

  worker->net = net;
  worker->terms = terms;
  worker->n_terms = n_terms;
  worker->count = count;
  worker->parts = (int) CLAMP (parts, 1, (gsize) MIN (count, MAX_PARTS));
  worker->threads = MIN (threads, worker->parts);
  worker->small_floats = (gsize) side * side * 3;
  worker->large_floats = worker->small_floats * scale * scale;
  worker->seats = g_new0 (Seat, worker->threads);
  worker->sums = g_new0 (float *, worker->parts);
  worker->losses = g_new0 (double, (gsize) count * MAX (n_terms, 1));
  if (prepare (worker, side, scale, error))
    return worker;
  acu_worker_free (worker);
  return NULL;
}

void
acu_worker_free (AcuWorker *worker)
{
  if (!worker)
    return;
  for (int i = 0; i < worker->threads; i++)
    {
      acu_tape_free (worker->seats[i].tape);
      acu_free (worker->seats[i].result);
      acu_free (worker->seats[i].gradient);
    }
  for (int i = 0; i < worker->parts; i++)
    acu_free (worker->sums[i]);
  g_free (worker->seats);
  g_free (worker->sums);
  g_free (worker->losses);
  g_free (worker);
}

static void
from_map (float *pixels, const AcuMap *map)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, pixels += map->channels)
      memcpy (pixels, acu_map_row (map, y) + (gsize) x * map->stored, map->channels * sizeof (float));
}

static void
to_map (const AcuMap *map, const float *pixels)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, pixels += map->channels)
      memcpy (acu_map_row (map, y) + (gsize) x * map->stored, pixels, map->channels * sizeof (float));
}

static void
run_picture (AcuWorker *worker, int number, Seat *seat, float *sums)
{
  const float *small = worker->batch->small + number * worker->small_floats, *large = worker->batch->large + number * worker->large_floats;
  const AcuMap *result = acu_tape_forward (seat->tape, small);

  from_map (seat->result, result);
  memset (seat->gradient, 0, worker->large_floats * sizeof (float));
  for (guint t = 0; t < worker->n_terms; t++)
    worker->losses[(gsize) number * worker->n_terms + t]
      = worker->terms[t].loss->function (seat->result, large, result->width, result->height, 3, worker->terms[t].weight, seat->gradient);
  to_map (acu_tape_output_gradient (seat->tape), seat->gradient);
  acu_tape_backward (seat->tape, sums);
}

static void
run_part (void *data, int part, int thread)
{
  AcuWorker *worker = data;

  memset (worker->sums[part], 0, worker->net->n_sums * sizeof (float));
  for (int number = part; number < worker->batch->count; number += worker->parts)
    run_picture (worker, number, &worker->seats[thread], worker->sums[part]);
}

void
acu_worker_run (AcuWorker *worker, const AcuBatch *batch, float *gradients, double *losses)
{
  worker->batch = batch;
  acu_pool_run (worker->parts, worker->threads, run_part, worker);
  acu_train_net_collect (worker->net, worker->sums, worker->parts, 1.0f / batch->count, gradients, worker->threads);
  for (guint t = 0; t < worker->n_terms; t++)
    {
      losses[t] = 0;
      for (int number = 0; number < batch->count; number++)
        losses[t] += worker->losses[(gsize) number * worker->n_terms + t] / batch->count;
    }
}
