/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "diffusion.h"

#include "kernels_once.h"
#include "random.h"

#include <acuity/acuity.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define COLOURS 3
#define MOST_FACTOR 8

/* PURPOSE_STEP is the last: a way's steps follow it. */
enum { PURPOSE_TIME = 100, PURPOSE_NOISE, PURPOSE_WAY, PURPOSE_STEP };

#define FEWEST_STEPS 4
#define MOST_STEPS 15

struct AcuForward
{
  const AcuTrainDiffusion *diffusion;
  AcuTape *before, *first;
  int side;                       /* in cells */
  float *small;                   /* the picture that stands for the small one; NULL: it does so itself */
};

/* One of the frozen networks as a net of its own, prepared. */
static gboolean
prepare (const AcuWeights *weights, guint (*build) (AcuBuilder *b, guint picture), gboolean bf16, AcuNet **net, AcuTrainNet **train, GError **error)
{
  AcuBuilder b = { acu_net_new (weights->path), weights, TRUE, error };
  AcuWeights *none = acu_weights_new (weights->path);

  acu_net_add (b.net, ACU_LAYER_INPUT, "picture", NULL, 0, NULL)->channels = COLOURS;
  build (&b, 0);
  *net = b.net;
  *train = b.failed ? NULL : acu_train_net_new (b.net, none, acu_kernels (), bf16, error);
  acu_weights_free (none);
  if (*train)
    acu_train_net_pack (*train, (*train)->values, (int) g_get_num_processors ());
  return *train != NULL;
}

AcuTrainDiffusion *
acu_train_diffusion_new (const AcuWeights *weights, guint64 seed, gboolean bf16, GError **error)
{
  AcuTrainDiffusion *d = g_new0 (AcuTrainDiffusion, 1);

  d->seed = seed;
  if (acu_diffusion_read (weights, &d->numbers, error)
      && (d->numbers.before == 1 || prepare (weights, acu_diffusion_build_before, bf16, &d->before_net, &d->before, error))
      && prepare (weights, acu_diffusion_build_first, bf16, &d->first_net, &d->first, error))
    return d;
  acu_train_diffusion_free (d);
  return NULL;
}

void
acu_train_diffusion_free (AcuTrainDiffusion *d)
{
  if (!d)
    return;
  acu_train_net_free (d->before);
  acu_train_net_free (d->first);
  if (d->before_net)
    acu_net_unref (d->before_net);
  if (d->first_net)
    acu_net_unref (d->first_net);
  g_free (d);
}

int
acu_train_diffusion_cells (const AcuTrainDiffusion *diffusion, int side)
{
  return side * diffusion->numbers.before;
}

gsize
acu_train_diffusion_input_floats (const AcuTrainDiffusion *diffusion, int side)
{
  gsize cells = (gsize) acu_train_diffusion_cells (diffusion, side);

  return cells * cells * (gsize) acu_diffusion_step_channels (diffusion->numbers.factor);
}

AcuForward *
acu_forward_new (const AcuTrainDiffusion *diffusion, int side, GError **error)
{
  AcuForward *f = g_new0 (AcuForward, 1);

  f->diffusion = diffusion;
  f->side = acu_train_diffusion_cells (diffusion, side);
  f->small = diffusion->before ? acu_try_alloc ((guint64) f->side * f->side, COLOURS * sizeof (float)) : NULL;
  if (diffusion->before && !f->small)
    g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for batches of that size."));
  else if ((!diffusion->before || (f->before = acu_tape_new (diffusion->before, side, side, FALSE, FALSE, error)))
           && (f->first = acu_tape_new (diffusion->first, f->side, f->side, FALSE, FALSE, error)))
    return f;
  acu_forward_free (f);
  return NULL;
}

void
acu_forward_free (AcuForward *forward)
{
  if (!forward)
    return;
  acu_tape_free (forward->before);
  acu_tape_free (forward->first);
  acu_free (forward->small);
  g_free (forward);
}

/* E; *small becomes the picture that stands for the small one. */
static const AcuMap *
estimate (AcuForward *f, const float **small)
{
  if (f->before)
    {
      const AcuMap *map = acu_tape_forward (f->before, *small);

      for (int y = 0; y < f->side; y++)
        for (int x = 0; x < f->side; x++)
          memcpy (f->small + ((gsize) y * f->side + x) * COLOURS, acu_map_row (map, y) + (gsize) x * map->stored, COLOURS * sizeof (float));
      *small = f->small;
    }
  return acu_tape_forward (f->first, *small);
}

/* The i-th of independent numbers with variance 1 (Box and Muller 1958): a pair of each 64 random bits. */
static float
normal (guint64 key, gsize i)
{
  guint64 bits = acu_mix (key + (i / 2) * ACU_MIX_STEP);
  float radius = sqrtf (-2 * logf (((float) (bits >> 40) + 1) * 0x1p-24f)), angle = (float) (bits & 0xffffff) * (float) (2 * G_PI * 0x1p-24);

  return radius * (i % 2 ? sinf (angle) : cosf (angle));
}

/* Where channel `channel` of cell (x, y) is in a picture `factor` times as large. */
static gsize
pixel_of (const AcuForward *f, int x, int y, int channel)
{
  int factor = f->diffusion->numbers.factor, within = channel % (factor * factor);

  return (((gsize) y * factor + within / factor) * f->side * factor + (gsize) x * factor + within % factor) * COLOURS + channel / (factor * factor);
}

/* A share of them where use begins, at almost nothing but noise. Of the others, more of much noise, where most of the picture is decided: the density of √η rises evenly. */
static double
draw_eta (const AcuForward *f, guint64 step, guint64 sample)
{
  double first = acu_diffusion_first (f->diffusion->numbers.kappa), last = sqrt (ACU_DIFFUSION_LAST), root;
  double even = (double) (acu_random (f->diffusion->seed, step, sample, PURPOSE_TIME) >> 11) * 0x1p-53, rest = 1 - f->diffusion->first_share;

  root = even < rest ? first + (last - first) * sqrt (even / rest) : last;
  return root * root;
}

/* A cell's coloured noise. */
static void
draw_noise (const AcuForward *f, guint64 key, gsize cell, float *noise)
{
  int n = COLOURS * f->diffusion->numbers.factor * f->diffusion->numbers.factor;
  float plain[COLOURS * MOST_FACTOR * MOST_FACTOR];
  double own, other;

  acu_diffusion_colours (f->diffusion->numbers.likeness, &own, &other);
  for (int c = 0; c < n; c++)
    plain[c] = normal (key, cell * (gsize) n + (gsize) c);
  for (int c = 0; c < n; c++)
    noise[c] = (float) own * plain[c] + (float) other * (plain[(c + n / COLOURS) % n] + plain[(c + 2 * n / COLOURS) % n]);
}

float
acu_forward_fill (AcuForward *f, const float *small, const float *large, guint64 step, guint64 sample, float *input, float *base, double *eta_drawn)
{
  const AcuDiffusion *d = &f->diffusion->numbers;
  double ways[ACU_DIFFUSION_MOST_STEPS], kappa = d->kappa, eta;
  float keep, noise, unit, skip, spread = (float) d->spread, drawn[COLOURS * MOST_FACTOR * MOST_FACTOR];
  guint64 key = acu_random (f->diffusion->seed, step, sample, PURPOSE_NOISE);
  int n = COLOURS * d->factor * d->factor;
  const AcuMap *map = estimate (f, &small);
  gsize cell = 0;

  acu_forward_way (f, step, sample, ways);
  eta = ways[0];
  keep = (float) (1 - eta);
  noise = (float) (kappa * sqrt (eta));
  unit = (float) acu_diffusion_unit (kappa, eta);
  skip = (float) (spread * acu_diffusion_skip (kappa, eta));
  for (int y = 0; y < f->side; y++)
    for (int x = 0; x < f->side; x++, input += acu_diffusion_step_channels (d->factor), small += COLOURS)
      {
        const float *e = acu_map_row (map, y) + (gsize) x * map->stored;

        draw_noise (f, key, cell++, drawn);
        for (int c = 0; c < n; c++)
          {
            gsize at = pixel_of (f, x, y, c);
            float mixed = keep * (large[at] - e[c]) / spread + noise * drawn[c];

            input[c] = unit * mixed;
            base[at] = e[c] + skip * mixed;
          }
        memcpy (input + n, e, n * sizeof (float));
        memcpy (input + 2 * n, small, COLOURS * sizeof (float));
        input[2 * n + COLOURS] = (float) sqrt (eta);
      }
  if (eta_drawn)
    *eta_drawn = eta;
  return (float) (spread * acu_diffusion_gain (kappa, eta));
}

int
acu_forward_way (const AcuForward *f, guint64 step, guint64 sample, double etas[ACU_DIFFUSION_MOST_STEPS])
{
  guint64 bits = acu_random (f->diffusion->seed, step, sample, PURPOSE_WAY);
  int steps = FEWEST_STEPS + (int) acu_random_below (bits & 0xffff, MOST_STEPS - FEWEST_STEPS + 1), n;

  etas[0] = draw_eta (f, step, sample);
  if ((double) (bits >> 32) * 0x1p-32 >= f->diffusion->used_share)
    return 1;
  /* The last step changes next to nothing. */
  n = 2 + (int) acu_random_below (bits >> 16 & 0xffff, (guint64) steps - 2);
  for (int i = 0; i < n; i++)
    etas[i] = acu_diffusion_eta (f->diffusion->numbers.kappa, steps, steps - i);
  return n;
}

float
acu_forward_step (const AcuForward *f, const double *etas, int i, const float *answer, guint64 step, guint64 sample, float *input, float *base)
{
  const AcuDiffusion *d = &f->diffusion->numbers;
  double kappa = d->kappa, from = etas[i - 1], to = etas[i], share = 1 - to / from;
  float before = (float) (1 / acu_diffusion_unit (kappa, from)), unit = (float) acu_diffusion_unit (kappa, to), spread = (float) d->spread;
  float kept = (float) (to / from + share * acu_diffusion_skip (kappa, from)), found = (float) (share * acu_diffusion_gain (kappa, from));
  float noise = (float) (kappa * sqrt (to * share)), skip = (float) (spread * acu_diffusion_skip (kappa, to)), drawn[COLOURS * MOST_FACTOR * MOST_FACTOR];
  guint64 key = acu_random (f->diffusion->seed, step, sample, PURPOSE_STEP + (guint64) i);
  int n = COLOURS * d->factor * d->factor;
  gsize cell = 0;

  for (int y = 0; y < f->side; y++)
    for (int x = 0; x < f->side; x++, input += acu_diffusion_step_channels (d->factor))
      {
        draw_noise (f, key, cell++, drawn);
        for (int c = 0; c < n; c++)
          {
            gsize at = pixel_of (f, x, y, c);
            float mixed = kept * before * input[c] + found * answer[at] + noise * drawn[c];

            input[c] = unit * mixed;
            base[at] = input[n + c] + skip * mixed;
          }
        input[2 * n + COLOURS] = (float) sqrt (to);
      }
  return (float) (spread * acu_diffusion_gain (kappa, to));
}

void
acu_forward_missing (AcuForward *f, const float *small, const float *large, double *sums)
{
  int pixels = f->diffusion->numbers.factor * f->diffusion->numbers.factor;
  const AcuMap *map = estimate (f, &small);
  double squares = 0, products = 0, n = (double) f->side * f->side * pixels * COLOURS;

  for (int y = 0; y < f->side; y++)
    for (int x = 0; x < f->side; x++)
      for (int k = 0; k < pixels; k++)
        {
          double missing[COLOURS];

          for (int c = 0; c < COLOURS; c++)
            missing[c] = (double) large[pixel_of (f, x, y, c * pixels + k)] - acu_map_row (map, y)[(gsize) x * map->stored + c * pixels + k];
          for (int c = 0; c < COLOURS; c++)
            {
              squares += missing[c] * missing[c];
              products += missing[c] * missing[(c + 1) % COLOURS];
            }
        }
  sums[0] += squares / n;
  sums[1] += products / n;
}
