/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "coarse.h"

#include "catalogue.h"
#include "fingerprint.h"
#include "packed_file.h"
#include "plan.h"
#include "pool.h"

#include <acuity/model.h>
#include <acuity/size.h>
#include <math.h>
#include <string.h>

/* What is measured: the result of a small part of a photograph. Of drawn patterns some networks make numbers that no photograph leads to. */
#define SIDE 48
#define SAMPLE ACU_RESOURCE_PREFIX "/org/acuity/sample-48x48.rgb"
/* Layers are tried in groups, the fewer the larger a network is: each trial packs all weights. */
#define MOST_GROUPS 24
#define LEAST_GROUPS 4
#define WEIGHTS_OF_TRIALS 4e7
/* What a trial may take: networks that need more of such a small picture stay as they are. */
#define MOST_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define MOST_OPERATIONS 3e11
/* The mean square of the difference from the exact result that is allowed: that of 72.1 dB; where 16-bit arithmetic itself is not closer by far, a few
 * times its own, but never more than that of 58 dB. */
#define CLOSE 6.2e-8
#define TIMES_OWN 5
#define FAR 1.6e-6

typedef struct Group
{
  guint first, last;              /* of the layers that may be coarse */
  double noise, saved;
} Group;

typedef struct Trial
{
  AcuNet *net;
  guint *layers;                  /* those that may be coarse, in order */
  guint n;
  const AcuDevice *device;
  int threads, width, height, channels;
  AcuCoarseness level;            /* of layers that do not multiply bfloat16 numbers */
  const guint8 *sample;           /* SIDE × SIDE pixels of three bytes */
  float *exact, *result;
} Trial;

static gboolean
read_sample (void *data, int y, int rows, float *pixels, GError **error)
{
  const Trial *trial = data;

  for (int r = y; r < y + rows; r++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < acu_net_layer (trial->net, 0)->channels; c++)
        *pixels++ = trial->sample[(r * SIDE + x) * 3 + c % 3] / 255.0f;
  return TRUE;
}

static gboolean
write_result (void *data, int y, int rows, const float *pixels, GError **error)
{
  const Trial *trial = data;
  gsize row = (gsize) trial->width * trial->channels;

  memcpy (trial->result + y * row, pixels, rows * row * sizeof (float));
  return TRUE;
}

static gint stopped;

void
acu_models_stop_measuring (void)
{
  g_atomic_int_set (&stopped, TRUE);
}

static gboolean
run (Trial *trial, AcuPrecision precision)
{
  AcuPlan *plan = g_atomic_int_get (&stopped) ? NULL : acu_plan_new (trial->net, trial->device, SIDE, SIDE, trial->threads, MOST_BYTES, 0, precision, NULL);
  AcuPlanCallbacks callbacks = { read_sample, write_result, NULL, trial };
  gboolean done = FALSE;

  if (plan && !trial->result)
    {
      gsize floats;

      trial->width = acu_plan_width (plan);
      trial->height = acu_plan_height (plan);
      trial->channels = acu_plan_channels (plan);
      floats = (gsize) trial->width * trial->height * trial->channels;
      trial->exact = acu_try_alloc (floats, sizeof (float));
      trial->result = acu_try_alloc (floats, sizeof (float));
    }
  if (plan)
    acu_plan_pass (plan);
  if (plan && trial->exact && trial->result && acu_plan_operations (plan) <= MOST_OPERATIONS)
    done = acu_plan_run (plan, &callbacks, NULL);
  acu_plan_free (plan);
  return done;
}

/* The mean square of what the result with the layers' present choice is off, as it is shown; infinite if there is none. */
static double
noise (Trial *trial)
{
  gsize n = (gsize) trial->width * trial->height * trial->channels;
  double sum = 0;

  if (!run (trial, ACU_PRECISION_FAST))
    return INFINITY;
  for (gsize i = 0; i < n; i++)
    {
      double difference = CLAMP (trial->result[i], 0, 1) - CLAMP (trial->exact[i], 0, 1);

      sum += difference * difference;
    }
  return sum / n;
}

static AcuLayer *
layer_of (const Trial *trial, guint k)
{
  return g_ptr_array_index (trial->net->layers, trial->layers[k]);
}

static void
set (const Trial *trial, const Group *group, AcuCoarseness coarse)
{
  for (guint k = group->first; k < group->last; k++)
    layer_of (trial, k)->coarse = coarse;
}

static void
set_all (const Trial *trial, AcuCoarseness coarse)
{
  set (trial, &(Group) { 0, trial->n, 0, 0 }, coarse);
}

/* --- which layers, and what they save --- */

static gsize
weights_of (const AcuLayer *layer)
{
  return g_bytes_get_size (layer->weights) / (layer->half ? 2 : sizeof (float));
}

static int
in_channels (const AcuLayer *layer)
{
  return (int) (weights_of (layer) / ((gsize) layer->channels * layer->kernel_width * layer->kernel_height));
}

static gboolean
may_be_coarse (const AcuLayer *layer)
{
  return (layer->kind == ACU_LAYER_CONV2D || layer->kind == ACU_LAYER_DECONV2D) && layer->stride <= 2 && layer->channels % 16 == 0 && in_channels (layer) % 16 == 0
         && layer->kernel_width * layer->kernel_height > 1;
}

/* Nanoseconds that an output pixel saves on one core: fitted to convolutions of 32 to 192 channels in AMX tiles (docs/SPEED.md). */
static double
saving (const Trial *trial, const AcuLayer *layer, const AcuShape *shape)
{
  double in = in_channels (layer), out = layer->channels, taps = (double) layer->kernel_width * layer->kernel_height / (layer->kind == ACU_LAYER_DECONV2D ? layer->stride * layer->stride : 1);
  gboolean blocks = trial->level == ACU_BLOCKS && layer->stride == 1 && taps == 9 && acu_plan_prefers_blocks (trial->device, (int) in, (int) out);
  double without = blocks ? 0.15 * in + 0.78 * ceil (in / 64) * out : taps == 9 ? 0.22 * in + 0.55 * out + 0.0055 * in * out : taps * in * out / 100;

  return (without - taps * in * out / 1300 - 0.1 * out - 0.05 * in) * shape->width * shape->height;
}

static guint
find_layers (Trial *trial)
{
  for (guint i = 0; i < trial->net->layers->len; i++)
    if (may_be_coarse (acu_net_layer (trial->net, i)))
      trial->layers[trial->n++] = i;
  return trial->n;
}

static GArray *
make_groups (const Trial *trial, const AcuShape *shapes)
{
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));
  double weights = 1;
  guint n;

  for (guint i = 0; i < trial->net->layers->len; i++)
    if (acu_net_layer (trial->net, i)->weights)
      weights += (double) weights_of (acu_net_layer (trial->net, i));
  n = MIN (trial->n, (guint) CLAMP (WEIGHTS_OF_TRIALS / weights, LEAST_GROUPS, MOST_GROUPS));
  for (guint g = 0; g < n; g++)
    {
      Group group = { g * trial->n / n, (g + 1) * trial->n / n, 0, 0 };

      for (guint k = group.first; k < group.last; k++)
        group.saved += saving (trial, layer_of (trial, k), &shapes[trial->layers[k]]);
      g_array_append_val (groups, group);
    }
  return groups;
}

/* --- the choice --- */

static int
dearest_last (gconstpointer a, gconstpointer b)
{
  const Group *x = a, *y = b;
  double left = x->noise * y->saved, right = y->noise * x->saved;

  return (left > right) - (left < right);
}

/* Groups by what their noise buys, as long as all together stay close enough; the whole is measured once more. */
static void
choose (Trial *trial, GArray *groups, double own, double allowed)
{
  double sum = own;
  guint n = 0;

  g_array_sort (groups, dearest_last);
  for (; n < groups->len; n++)
    {
      const Group *group = &g_array_index (groups, Group, n);

      if (group->saved <= 0 || sum + group->noise > allowed)
        break;
      sum += group->noise;
      set (trial, group, ACU_COARSE);
    }
  while (n > 0 && noise (trial) > allowed)
    set (trial, &g_array_index (groups, Group, --n), trial->level);
}

/* Has all layers left out products of low bytes, if that is close enough. Returns how far off the result is. */
static double
try_blocks (Trial *trial, double own, double allowed)
{
  double blocks = INFINITY;

  set_all (trial, ACU_BLOCKS);
  if (trial->device->block_quick && trial->device->block_quick ())
    blocks = noise (trial);
  if (blocks <= allowed)
    {
      trial->level = ACU_BLOCKS;
      return blocks;
    }
  set_all (trial, ACU_FINE);
  return own;
}

/* FALSE: there was no memory for it, say, and a later process may know better. */
static gboolean
search (Trial *trial)
{
  g_autofree AcuShape *shapes = g_new (AcuShape, trial->net->layers->len);
  GArray *groups;
  double own, allowed;

  if (!acu_net_infer (trial->net, SIDE, SIDE, shapes, NULL) || !run (trial, ACU_PRECISION_EXACT))
    return FALSE;
  memcpy (trial->exact, trial->result, (gsize) trial->width * trial->height * trial->channels * sizeof (float));
  own = noise (trial);
  /* Nothing to compare with: no result, or one that holds no numbers. */
  if (!isfinite (own))
    return TRUE;
  allowed = own < 0.75 * CLOSE ? CLOSE : MIN (TIMES_OWN * own, FAR);
  /* Often enough all of them may be, and the search, which takes seconds with large networks, is spared. */
  set_all (trial, ACU_COARSE);
  if (noise (trial) <= allowed)
    return TRUE;
  own = try_blocks (trial, own, allowed);
  groups = make_groups (trial, shapes);
  for (guint g = 0; g < groups->len; g++)
    {
      Group *group = &g_array_index (groups, Group, g);

      set (trial, group, ACU_COARSE);
      /* Against what 16 bits are off by themselves little cannot be told apart. */
      group->noise = MAX (noise (trial) - own, own / 50);
      set (trial, group, trial->level);
    }
  choose (trial, groups, own, allowed);
  g_array_unref (groups);
  return TRUE;
}

/* FALSE, and no choice, if it was stopped. */
static gboolean
measure (Trial *trial)
{
  gboolean done = search (trial) && !g_atomic_int_get (&stopped);

  if (!done)
    set_all (trial, ACU_FINE);
  return done;
}

/* Everything that the choice follows from. */
static AcuFingerprint
key_of (const AcuNet *net)
{
  g_autoptr (GByteArray) text = g_byte_array_new ();
  AcuFingerprint parts[2];

  g_byte_array_append (text, (const guint8 *) ACU_VERSION " coarse 4", sizeof ACU_VERSION " coarse 4");
  for (guint i = 0; i < net->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (net, i);
      gint32 numbers[] = { layer->kind, layer->channels, layer->kernel_width, layer->kernel_height, layer->stride, layer->factor, layer->half };

      g_byte_array_append (text, (const guint8 *) numbers, sizeof numbers);
      g_byte_array_append (text, (const guint8 *) layer->inputs, layer->n_inputs * sizeof *layer->inputs);
      g_byte_array_append (text, (const guint8 *) layer->scale, sizeof layer->scale);
      for (int k = 0; k < 2; k++)
        {
          GBytes *bytes = k ? layer->bias : layer->weights;
          gsize size = 0;
          const void *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

          parts[k] = acu_fingerprint (data, size);
        }
      g_byte_array_append (text, (const guint8 *) parts, sizeof parts);
    }
  return acu_fingerprint (text->data, text->len);
}

void
acu_net_choose_coarse (AcuNet *net, const AcuDevice *device, int threads)
{
  Trial trial = { .net = net, .device = device, .threads = threads > 0 ? threads : MIN ((int) g_get_num_processors (), ACU_POOL_MAX_THREADS) };
  g_autofree guint *layers = g_new (guint, net->layers->len);
  g_autofree guint8 *choice = NULL;
  g_autoptr (GBytes) sample = acu_catalogue_file (SAMPLE, NULL);
  AcuFingerprint key;

  g_assert (sample && g_bytes_get_size (sample) == 3 * SIDE * SIDE);
  trial.sample = g_bytes_get_data (sample, NULL);
  trial.layers = layers;
  if (!trial.device->bf16_quick || !trial.device->bf16_quick () || find_layers (&trial) == 0)
    return;
  choice = g_new0 (guint8, trial.n);
  key = key_of (net);
  if (acu_packed_file_read (&key, choice, trial.n, 1))
    {
      for (guint k = 0; k < trial.n; k++)
        layer_of (&trial, k)->coarse = MIN (choice[k], ACU_COARSE);
      return;
    }
  if (measure (&trial))
    {
      for (guint k = 0; k < trial.n; k++)
        choice[k] = (guint8) layer_of (&trial, k)->coarse;
      acu_packed_file_save (&key, choice, trial.n, 1);
    }
  acu_free (trial.exact);
  acu_free (trial.result);
}

static char *
shared_name (const AcuLayer *layer)
{
  const char *copy = strstr (layer->name, " (");

  return copy ? g_strndup (layer->name, (gsize) (copy - layer->name)) : g_strdup (layer->name);
}

void
acu_net_copy_coarse (AcuNet *net, const AcuNet *from)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < from->layers->len; i++)
    {
      const AcuLayer *layer = acu_net_layer (from, i);
      char *name = shared_name (layer);
      AcuCoarseness least = layer->coarse;

      if (g_hash_table_contains (known, name))
        least = MIN (least, (AcuCoarseness) GPOINTER_TO_INT (g_hash_table_lookup (known, name)));
      g_hash_table_replace (known, name, GINT_TO_POINTER (least));
    }
  for (guint i = 0; i < net->layers->len; i++)
    {
      AcuLayer *layer = g_ptr_array_index (net->layers, i);
      g_autofree char *name = shared_name (layer);

      layer->coarse = (AcuCoarseness) GPOINTER_TO_INT (g_hash_table_lookup (known, name));
    }
}
