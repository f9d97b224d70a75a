/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "worker.h"

#include "pool.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Vectors of raw gradients: one for each thread that can be kept busy, as many as fit into this. */
#define MAX_PARTS 16
#define PARTS_BYTES (512u << 20)

/* What a thread needs for itself. */
typedef struct Seat
{
  AcuTape *tape, *features, *teacher, *judge;
  AcuForward *forward;
  float *result, *gradient;       /* of one large picture, interleaved */
  float *wanted;                  /* features of the true picture, or the teacher's result */
  float *score;                   /* a map of the judge's */
  float *judged;                  /* what it reads: a picture, for a diffusion with √η in a fourth channel */
} Seat;

struct AcuWorker
{
  AcuWorkerOptions options;
  int threads, parts;
  gsize small_floats, large_floats, feature_floats, score_floats;
  guint n_losses, extra[4];       /* numbers of the losses beside the terms */
  Seat *seats;
  float **sums, **judge_sums;
  double *losses;                 /* [picture][loss] */
  gsize input_floats;             /* of what the net reads */
  float *inputs, *bases, *gains, *roots;  /* diffusion: [picture][input_floats], [picture][large_floats], [picture]; roots: √η */
  float *real, *fake, *real_gradient, *fake_gradient, *generator_gradient;    /* [picture][score_floats] */
  const AcuBatch *batch;
};

enum { EXTRA_FEATURES, EXTRA_TEACHER, EXTRA_GENERATOR, EXTRA_DISCRIMINATOR };
static const char *const extra_names[] = { "features", "teacher", "generator", "discriminator" };
#define NO_LOSS G_MAXUINT

static gboolean
allocate (float **memory, guint64 n)
{
  return (*memory = acu_try_alloc (n, sizeof (float))) != NULL;
}

static gsize
result_floats (const AcuTape *tape)
{
  const AcuMap *map = acu_tape_output_gradient ((AcuTape *) tape);

  return (gsize) map->width * map->height * map->channels;
}

static gboolean
prepare_seat (AcuWorker *worker, Seat *seat, GError **error)
{
  const AcuWorkerOptions *o = &worker->options;
  int side = o->side, large = o->side * o->scale, read = o->diffusion ? acu_train_diffusion_cells (o->diffusion, side) : side;

  return (seat->tape = acu_tape_new (o->net, read, read, TRUE, FALSE, error))
         && (!o->diffusion || (seat->forward = acu_forward_new (o->diffusion, side, error)))
         && (!o->features || (seat->features = acu_tape_new (o->features, large, large, FALSE, TRUE, error)))
         && (!o->teacher || (seat->teacher = acu_tape_new (o->teacher, side, side, FALSE, FALSE, error)))
         && (!o->judge || (seat->judge = acu_tape_new (o->judge, large, large, TRUE, TRUE, error)));
}

static gboolean
check_sizes (const AcuWorker *worker, GError **error)
{
  const AcuWorkerOptions *o = &worker->options;
  const Seat *seat = &worker->seats[0];
  const AcuMap *result = acu_tape_output_gradient (seat->tape);

  if (result_floats (seat->tape) != worker->large_floats || result->width != o->side * o->scale || result->channels != 3)
    g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The network makes %d × %d pixels of %d × %d; %d times as many a side are wanted."),
                 result->width, result->height, o->side, o->side, o->scale);
  else if (seat->teacher && result_floats (seat->teacher) != worker->large_floats)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The teacher does not enlarge as many times as the network does."));
  else
    return TRUE;
  return FALSE;
}

static gboolean
allocate_all (AcuWorker *worker)
{
  const AcuWorkerOptions *o = &worker->options;
  gboolean enough = TRUE;
  guint64 scores = (guint64) worker->score_floats * o->count;
  float **const batch[] = { &worker->real, &worker->fake, &worker->real_gradient, &worker->fake_gradient, &worker->generator_gradient };

  for (int i = 0; i < worker->parts; i++)
    enough &= allocate (&worker->sums[i], o->net->n_sums) && (!o->judge || allocate (&worker->judge_sums[i], o->judge->n_sums));
  for (int i = 0; i < worker->threads; i++)
    {
      Seat *seat = &worker->seats[i];

      enough &= allocate (&seat->result, worker->large_floats) && allocate (&seat->gradient, worker->large_floats)
                && allocate (&seat->wanted, MAX (worker->feature_floats, worker->large_floats))
                && (!o->judge || !o->diffusion || allocate (&seat->judged, worker->large_floats / 3 * 4))
                && allocate (&seat->score, MAX (worker->score_floats, worker->feature_floats));
    }
  if (o->diffusion)
    enough &= allocate (&worker->inputs, (guint64) worker->input_floats * o->count)
              && allocate (&worker->bases, (guint64) worker->large_floats * o->count) && allocate (&worker->gains, o->count)
              && allocate (&worker->roots, o->count);
  for (guint i = 0; o->judge && i < G_N_ELEMENTS (batch); i++)
    enough &= allocate (batch[i], scores);
  return enough;
}

static gboolean
prepare (AcuWorker *worker, GError **error)
{
  for (int i = 0; i < worker->threads; i++)
    if (!prepare_seat (worker, &worker->seats[i], error))
      return FALSE;
  if (!check_sizes (worker, error))
    return FALSE;
  worker->feature_floats = worker->seats[0].features ? result_floats (worker->seats[0].features) : 0;
  worker->score_floats = worker->seats[0].judge ? result_floats (worker->seats[0].judge) : 0;
  if (allocate_all (worker))
    return TRUE;
  g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for batches of that size."));
  return FALSE;
}

AcuWorker *
acu_worker_new (const AcuWorkerOptions *options, GError **error)
{
  AcuWorker *worker = g_new0 (AcuWorker, 1);
  gsize n_sums = options->net->n_sums + (options->judge ? options->judge->n_sums : 0);
  gsize parts = PARTS_BYTES / (MAX (n_sums, 1) * sizeof (float));
  const gboolean wanted[] = { options->features != NULL, options->teacher != NULL, options->judge != NULL, options->judge != NULL };

  worker->options = *options;
  worker->parts = (int) CLAMP (parts, 1, (gsize) MIN (options->count, MAX_PARTS));
  worker->threads = MIN (options->threads, worker->parts);
  worker->small_floats = (gsize) options->side * options->side * 3;
  worker->input_floats = options->diffusion ? acu_train_diffusion_input_floats (options->diffusion, options->side) : worker->small_floats;
  worker->large_floats = worker->small_floats * options->scale * options->scale;
  worker->n_losses = options->n_terms;
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    worker->extra[i] = wanted[i] ? worker->n_losses++ : NO_LOSS;
  worker->seats = g_new0 (Seat, worker->threads);
  worker->sums = g_new0 (float *, worker->parts);
  worker->judge_sums = g_new0 (float *, worker->parts);
  worker->losses = g_new0 (double, (gsize) options->count * MAX (worker->n_losses, 1));
  if (prepare (worker, error))
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
      Seat *seat = &worker->seats[i];
      AcuTape *const tapes[] = { seat->tape, seat->features, seat->teacher, seat->judge };
      float *const memory[] = { seat->result, seat->gradient, seat->wanted, seat->score, seat->judged };

      acu_forward_free (seat->forward);
      for (guint k = 0; k < G_N_ELEMENTS (tapes); k++)
        acu_tape_free (tapes[k]);
      for (guint k = 0; k < G_N_ELEMENTS (memory); k++)
        acu_free (memory[k]);
    }
  for (int i = 0; i < worker->parts; i++)
    {
      acu_free (worker->sums[i]);
      acu_free (worker->judge_sums[i]);
    }
  acu_free (worker->inputs);
  acu_free (worker->bases);
  acu_free (worker->gains);
  acu_free (worker->roots);
  acu_free (worker->real);
  acu_free (worker->fake);
  acu_free (worker->real_gradient);
  acu_free (worker->fake_gradient);
  acu_free (worker->generator_gradient);
  g_free (worker->seats);
  g_free (worker->sums);
  g_free (worker->judge_sums);
  g_free (worker->losses);
  g_free (worker);
}

guint
acu_worker_n_losses (const AcuWorker *worker)
{
  return worker->n_losses;
}

const char *
acu_worker_loss_name (const AcuWorker *worker, guint i)
{
  for (guint k = 0; k < G_N_ELEMENTS (extra_names); k++)
    if (worker->extra[k] == i)
      return extra_names[k];
  return worker->options.terms[i].loss->name;
}

double
acu_worker_loss_weight (const AcuWorker *worker, guint i)
{
  const AcuWorkerOptions *o = &worker->options;
  const double weights[] = { o->features_weight, o->teacher_weight, o->adversarial_weight, 0 };

  for (guint k = 0; k < G_N_ELEMENTS (extra_names); k++)
    if (worker->extra[k] == i)
      return weights[k];
  return o->terms[i].weight;
}

static void
from_map (float *pixels, const AcuMap *map)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, pixels += map->channels)
      memcpy (pixels, acu_map_row (map, y) + (gsize) x * map->stored, map->channels * sizeof (float));
}

/* map = scale * pixels */
static void
to_map (const AcuMap *map, const float *pixels, float scale)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, pixels += map->channels)
      for (int c = 0; c < map->channels; c++)
        acu_map_row (map, y)[(gsize) x * map->stored + c] = scale * pixels[c];
}

/* The colours of a map; it may have a channel more. */
static void
add_map (float *pixels, const AcuMap *map)
{
  int channels = MIN (map->channels, 3);

  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++, pixels += channels)
      for (int c = 0; c < channels; c++)
        pixels[c] += acu_map_row (map, y)[(gsize) x * map->stored + c];
}

static double *
loss_of (AcuWorker *worker, int number, guint i)
{
  return &worker->losses[(gsize) number * worker->n_losses + i];
}

/* The result of one picture, into the seat. */
static void
make_result (AcuWorker *worker, int number, Seat *seat)
{
  const AcuWorkerOptions *o = &worker->options;
  const float *inputs = o->diffusion ? worker->inputs : worker->batch->small;

  from_map (seat->result, acu_tape_forward (seat->tape, inputs + number * worker->input_floats));
  for (gsize i = 0, first = number * worker->large_floats; o->diffusion && i < worker->large_floats; i++)
    seat->result[i] = worker->bases[first + i] + worker->gains[number] * seat->result[i];
}

/* Losses that see one picture and nothing of the others: they are added to seat->gradient. */
static void
compare_picture (AcuWorker *worker, int number, Seat *seat, const float *small, const float *large)
{
  const AcuWorkerOptions *o = &worker->options;
  int side = o->side * o->scale;

  for (guint t = 0; t < o->n_terms; t++)
    *loss_of (worker, number, t) = o->terms[t].loss->function (seat->result, large, side, side, 3, o->terms[t].weight, seat->gradient);
  if (o->teacher)
    {
      from_map (seat->wanted, acu_tape_forward (seat->teacher, small));
      *loss_of (worker, number, worker->extra[EXTRA_TEACHER])
        = acu_feature_loss (seat->result, seat->wanted, worker->large_floats, o->teacher_weight, seat->gradient);
    }
  if (o->features)
    {
      g_autofree float *features = g_new (float, worker->feature_floats);

      from_map (seat->wanted, acu_tape_forward (seat->features, large));
      from_map (features, acu_tape_forward (seat->features, seat->result));
      memset (seat->score, 0, worker->feature_floats * sizeof (float));
      *loss_of (worker, number, worker->extra[EXTRA_FEATURES])
        = acu_feature_loss (features, seat->wanted, worker->feature_floats, o->features_weight, seat->score);
      to_map (acu_tape_output_gradient (seat->features), seat->score, 1);
      acu_tape_backward (seat->features, NULL);
      add_map (seat->gradient, acu_tape_input_gradient (seat->features));
    }
}

/* What the judge says of a picture that was found in the noise of picture `number`. */
static const AcuMap *
judge_of (AcuWorker *worker, int number, Seat *seat, const float *picture)
{
  if (!worker->options.diffusion)
    return acu_tape_forward (seat->judge, picture);
  for (gsize i = 0; i < worker->large_floats / 3; i++)
    {
      memcpy (seat->judged + 4 * i, picture + 3 * i, 3 * sizeof (float));
      seat->judged[4 * i + 3] = worker->roots[number];
    }
  return acu_tape_forward (seat->judge, seat->judged);
}

/* The judge on the result, for the net that made it and for itself, and on the true picture. Its gradients are those of means over
 * the batch, while all others are divided by its size later. */
static void
judge_picture (AcuWorker *worker, int number, Seat *seat, const float *large, float *judge_sums)
{
  gsize at = (gsize) number * worker->score_floats;
  const AcuMap *output = acu_tape_output_gradient (seat->judge);
  float count = (float) worker->batch->count;

  judge_of (worker, number, seat, seat->result);
  to_map (output, worker->generator_gradient + at, count);
  acu_tape_backward (seat->judge, NULL);
  add_map (seat->gradient, acu_tape_input_gradient (seat->judge));
  to_map (output, worker->fake_gradient + at, count);
  acu_tape_backward (seat->judge, judge_sums);
  judge_of (worker, number, seat, large);
  to_map (output, worker->real_gradient + at, count);
  acu_tape_backward (seat->judge, judge_sums);
}

static void
run_part (void *data, int part, int thread)
{
  AcuWorker *worker = data;
  const AcuWorkerOptions *o = &worker->options;
  Seat *seat = &worker->seats[thread];

  memset (worker->sums[part], 0, o->net->n_sums * sizeof (float));
  if (o->judge)
    memset (worker->judge_sums[part], 0, o->judge->n_sums * sizeof (float));
  for (int number = part; number < worker->batch->count; number += worker->parts)
    {
      const float *small = worker->batch->small + number * worker->small_floats;
      const float *large = worker->batch->large + number * worker->large_floats;

      make_result (worker, number, seat);
      memset (seat->gradient, 0, worker->large_floats * sizeof (float));
      compare_picture (worker, number, seat, small, large);
      if (o->judge)
        judge_picture (worker, number, seat, large, worker->judge_sums[part]);
      to_map (acu_tape_output_gradient (seat->tape), seat->gradient, o->diffusion ? worker->gains[number] : 1);
      acu_tape_backward (seat->tape, worker->sums[part]);
    }
}

/* What the step of a diffusion reads of one picture; where that comes about as in use, steps are made that nothing is learnt from. */
static void
diffuse_picture (void *data, int number, int thread)
{
  AcuWorker *worker = data;
  const AcuWorkerOptions *o = &worker->options;
  const AcuBatch *batch = worker->batch;
  Seat *seat = &worker->seats[thread];
  double etas[ACU_DIFFUSION_MOST_STEPS];
  guint64 step = (guint64) batch->number, sample = (guint64) (o->every ? o->first + number * o->every : number);
  float *input = worker->inputs + number * worker->input_floats, *base = worker->bases + number * worker->large_floats;
  int n = acu_forward_way (seat->forward, step, sample, etas);

  worker->gains[number] = acu_forward_fill (seat->forward, batch->small + number * worker->small_floats, batch->large + number * worker->large_floats,
                                            step, sample, input, base, NULL);
  for (int i = 1; i < n; i++)
    {
      from_map (seat->result, acu_tape_forward (seat->tape, input));
      worker->gains[number] = acu_forward_step (seat->forward, etas, i, seat->result, step, sample, input, base);
    }
  worker->roots[number] = (float) sqrt (etas[n - 1]);
}

/* Scores of one picture and of its true one. */
static void
score_picture (void *data, int number, int thread)
{
  AcuWorker *worker = data;
  Seat *seat = &worker->seats[thread];
  gsize at = (gsize) number * worker->score_floats;

  make_result (worker, number, seat);
  from_map (worker->fake + at, judge_of (worker, number, seat, seat->result));
  from_map (worker->real + at, judge_of (worker, number, seat, worker->batch->large + number * worker->large_floats));
}

/* What is lost against the judge follows from all scores of the batch, so these are found first. */
static void
judge_batch (AcuWorker *worker, double *losses)
{
  const AcuWorkerOptions *o = &worker->options;
  gsize n = (gsize) worker->score_floats * worker->batch->count;

  acu_pool_run (worker->batch->count, worker->threads, score_picture, worker);
  memset (worker->real_gradient, 0, n * sizeof (float));
  memset (worker->fake_gradient, 0, n * sizeof (float));
  memset (worker->generator_gradient, 0, n * sizeof (float));
  losses[worker->extra[EXTRA_DISCRIMINATOR]]
    = o->adversarial->discriminator (worker->real, worker->fake, n, 1, worker->real_gradient, worker->fake_gradient);
  losses[worker->extra[EXTRA_GENERATOR]]
    = o->adversarial->generator (worker->real, worker->fake, n, o->adversarial_weight, worker->generator_gradient);
}

void
acu_worker_run (AcuWorker *worker, const AcuBatch *batch, float *gradients, float *judge_gradients, double *losses)
{
  const AcuWorkerOptions *o = &worker->options;
  float scale = 1.0f / (float) batch->count;

  worker->batch = batch;
  if (o->diffusion)
    acu_pool_run (batch->count, worker->threads, diffuse_picture, worker);
  if (o->judge)
    judge_batch (worker, losses);
  acu_pool_run (worker->parts, worker->threads, run_part, worker);
  acu_train_net_collect (o->net, worker->sums, worker->parts, scale, gradients, worker->threads);
  if (o->judge)
    acu_train_net_collect (o->judge, worker->judge_sums, worker->parts, scale, judge_gradients, worker->threads);
  for (guint t = 0; t < worker->n_losses; t++)
    {
      if (t == worker->extra[EXTRA_GENERATOR] || t == worker->extra[EXTRA_DISCRIMINATOR])
        continue;
      losses[t] = 0;
      for (int number = 0; number < batch->count; number++)
        losses[t] += *loss_of (worker, number, t) / batch->count;
    }
}
