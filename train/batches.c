/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "batches.h"

#include "random.h"
#include "recolour.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <string.h>

/* Batches that are ready or being made. */
#define AHEAD 4

enum { PURPOSE_PICTURE, PURPOSE_X, PURPOSE_Y, PURPOSE_TURN, PURPOSE_DEGRADATION, PURPOSE_RECOLOUR, PURPOSE_COLOURS };

struct AcuBatches
{
  AcuBatchOptions options;
  AcuBatch ring[AHEAD];           /* batch n is in ring[n % AHEAD] */
  GThread *thread;
  GMutex lock;
  GCond changed;
  gint64 made, taken;             /* the next batch to be made; the one that the caller has */
  gboolean stop;
  GError *error;
  float *large, *small;           /* a crop with its margin */
};

static int
small_side (const AcuBatchOptions *options)
{
  return options->side + 2 * options->margin;
}

int
acu_batches_least_side (const AcuBatchOptions *options)
{
  return small_side (options) * options->scale;
}

/* The middle of a picture with a margin all around. */
static void
cut (const float *from, int side, int margin, float *to)
{
  int width = side + 2 * margin;

  for (int y = 0; y < side; y++)
    memcpy (to + (gsize) y * side * 3, from + ((gsize) (y + margin) * width + margin) * 3, (gsize) side * 3 * sizeof (float));
}

static gboolean
make_crop (AcuBatches *batches, gint64 number, int sample, float *large, float *small, float *large_out, float *small_out, GError **error)
{
  const AcuBatchOptions *o = &batches->options;
  int side = acu_batches_least_side (o);
  guint64 pick = acu_random (o->seed, number, sample, PURPOSE_PICTURE);
  const AcuTrainPicture *picture = g_ptr_array_index (o->pictures, acu_random_below (pick, o->pictures->len));
  int x = (int) acu_random_below (acu_random (o->seed, number, sample, PURPOSE_X), picture->width - side + 1);
  int y = (int) acu_random_below (acu_random (o->seed, number, sample, PURPOSE_Y), picture->height - side + 1);
  int turn = (int) acu_random_below (acu_random (o->seed, number, sample, PURPOSE_TURN), (guint64) o->turns);

  acu_train_picture_part (picture, FALSE, x, y, side, side, turn, large);
  if ((double) (acu_random (o->seed, number, sample, PURPOSE_RECOLOUR) >> 11) * 0x1p-53 < o->recolour)
    acu_train_recolour (large, (gsize) side * side, acu_random (o->seed, number, sample, PURPOSE_COLOURS));
  if (!o->degrade (o->degrade_data, large, side, side, o->scale, acu_random (o->seed, number, sample, PURPOSE_DEGRADATION), small,
                   error))
    return FALSE;
  if (picture->truth)
    acu_train_picture_part (picture, TRUE, x, y, side, side, turn, large);
  cut (large, o->side * o->scale, o->margin * o->scale, large_out);
  cut (small, o->side, o->margin, small_out);
  return TRUE;
}

static gboolean
make_batch (AcuBatches *batches, gint64 number, float *large, float *small, GError **error)
{
  const AcuBatchOptions *o = &batches->options;
  AcuBatch *batch = &batches->ring[number % AHEAD];
  gsize small_floats = (gsize) o->side * o->side * 3, large_floats = small_floats * o->scale * o->scale;
  int n = 0;

  for (int sample = o->first; sample < o->size; sample += o->every, n++)
    if (!make_crop (batches, number, sample, large, small, batch->large + n * large_floats, batch->small + n * small_floats, error))
      return FALSE;
  batch->number = number;
  batch->count = n;
  return TRUE;
}

static gpointer
make_ahead (gpointer data)
{
  AcuBatches *batches = data;

  g_mutex_lock (&batches->lock);
  while (!batches->stop && !batches->error)
    {
      gint64 number = batches->made;
      GError *error = NULL;

      if (number >= batches->taken + AHEAD)
        {
          g_cond_wait (&batches->changed, &batches->lock);
          continue;
        }
      g_mutex_unlock (&batches->lock);
      make_batch (batches, number, batches->large, batches->small, &error);
      g_mutex_lock (&batches->lock);
      batches->error = error;
      batches->made += !error;
      g_cond_broadcast (&batches->changed);
    }
  g_mutex_unlock (&batches->lock);
  return NULL;
}

AcuBatches *
acu_batches_new (const AcuBatchOptions *options, gint64 next, GError **error)
{
  AcuBatches *batches;
  gsize count = (options->size - options->first + options->every - 1) / options->every;
  gsize floats = (gsize) options->side * options->side * 3;

  for (guint i = 0; i < options->pictures->len; i++)
    {
      const AcuTrainPicture *picture = g_ptr_array_index (options->pictures, i);
      int least = acu_batches_least_side (options);

      if (MIN (picture->width, picture->height) >= least)
        continue;
      g_set_error (error, ACU_ERROR, ACU_ERROR_SIZE, _("%s has %d × %d pixels; crops need %d on a side."), picture->name,
                   picture->width, picture->height, least);
      return NULL;
    }
  batches = g_new0 (AcuBatches, 1);
  batches->options = *options;
  batches->made = next;
  batches->taken = next - 1;
  g_mutex_init (&batches->lock);
  g_cond_init (&batches->changed);
  batches->large = acu_try_alloc ((guint64) acu_batches_least_side (options) * acu_batches_least_side (options), 3 * sizeof (float));
  batches->small = acu_try_alloc ((guint64) small_side (options) * small_side (options), 3 * sizeof (float));
  for (int i = 0; i < AHEAD; i++)
    {
      batches->ring[i].small = acu_try_alloc (count, floats * sizeof (float));
      batches->ring[i].large = acu_try_alloc (count, floats * options->scale * options->scale * sizeof (float));
      if (batches->large && batches->small && batches->ring[i].small && batches->ring[i].large)
        continue;
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for batches of that size."));
      acu_batches_free (batches);
      return NULL;
    }
  batches->thread = g_thread_new ("batches", make_ahead, batches);
  return batches;
}

void
acu_batches_free (AcuBatches *batches)
{
  if (!batches)
    return;
  if (batches->thread)
    {
      g_mutex_lock (&batches->lock);
      batches->stop = TRUE;
      g_cond_broadcast (&batches->changed);
      g_mutex_unlock (&batches->lock);
      g_thread_join (batches->thread);
    }
  for (int i = 0; i < AHEAD; i++)
    {
      acu_free (batches->ring[i].small);
      acu_free (batches->ring[i].large);
    }
  acu_free (batches->large);
  acu_free (batches->small);
  g_clear_error (&batches->error);
  g_mutex_clear (&batches->lock);
  g_cond_clear (&batches->changed);
  g_free (batches);
}

const AcuBatch *
acu_batches_next (AcuBatches *batches, GError **error)
{
  const AcuBatch *batch = NULL;

  g_mutex_lock (&batches->lock);
  batches->taken++;
  g_cond_broadcast (&batches->changed);
  while (batches->made <= batches->taken && !batches->error)
    g_cond_wait (&batches->changed, &batches->lock);
  if (batches->made > batches->taken)
    batch = &batches->ring[batches->taken % AHEAD];
  else
    g_propagate_error (error, g_error_copy (batches->error));
  g_mutex_unlock (&batches->lock);
  return batch;
}
