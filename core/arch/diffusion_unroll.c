/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A diffusion upscaler as it is used: one net of all its steps, which share their weights, so that it streams like any other. The schedule and the way back are those of ResShift
 * (Yue et al. 2023, equations 7 and 9), for d(η) that is kept at unit variance. */
#include "diffusion_consistency.h"
#include "diffusion_unroll.h"

#include <acuity/upscaler.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define COLOURS 3
#define DEFAULT_STEPS 4
/* ResShift's p: how early in the schedule the noise goes. */
#define CURVE 0.3
/* Channels of maps that convolutions are quick with. */
#define GROUP 16

typedef struct Unrolling
{
  AcuBuilder *b;
  AcuDiffusion diffusion;
  AcuConsistency consistency;
  double strength;
  int steps;
  AcuNet *step;                   /* F; its picture is what it reads */
  guint first, small;             /* E on cells; the picture that stands for the small one, with channels of zeros */
} Unrolling;

static double
eta_of (const Unrolling *u, int k)
{
  return acu_diffusion_eta (u->diffusion.kappa, u->steps, k);
}

/* As many as somebody asks for, or the file says. */
static gboolean
find_steps (Unrolling *u)
{
  AcuBuilder *b = u->b;
  const char *text = acu_weights_metadata (b->weights, "sampling_steps");
  guint64 steps = DEFAULT_STEPS;

  if (b->sampling && b->sampling->steps)
    {
      u->steps = b->sampling->steps;
      b->failed = u->steps < ACU_MIN_STEPS || u->steps > ACU_MAX_STEPS;
      if (b->failed)
        g_set_error (b->error, ACU_ERROR, ACU_ERROR_ARGUMENT, _("The number of steps must be from %d to %d, or 0 for the model's own."), ACU_MIN_STEPS, ACU_MAX_STEPS);
      return !b->failed;
    }
  if (text && !g_ascii_string_to_unsigned (text, 10, ACU_MIN_STEPS, ACU_MAX_STEPS, &steps, NULL))
    {
      g_autofree char *shown = g_utf8_make_valid (text, -1);

      g_set_error (b->error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: its own number of steps (“sampling_steps”) must be from %d to %d, not “%s”."), b->weights->path,
                   ACU_MIN_STEPS, ACU_MAX_STEPS, shown);
      b->failed = TRUE;
    }
  u->steps = (int) steps;
  return !b->failed;
}

static int
padded (int channels)
{
  return (channels + GROUP - 1) / GROUP * GROUP;
}

/* Weights for as many more input channels of zeros. */
static GBytes *
widen (const AcuLayer *conv, int before, int after, GError **error)
{
  gsize bytes = g_bytes_get_size (conv->weights), from = bytes / (gsize) conv->channels, to = from / (gsize) before * (gsize) after;
  const char *source = g_bytes_get_data (conv->weights, NULL);
  float *room;
  g_autoptr (GBytes) widened = acu_arch_floats (NULL, (to * (gsize) conv->channels + sizeof (float) - 1) / sizeof (float), &room, error);

  if (!widened)
    return NULL;
  memset (room, 0, to * (gsize) conv->channels);
  for (int o = 0; o < conv->channels; o++)
    memcpy ((char *) room + (gsize) o * to, source + (gsize) o * from, from);
  return g_bytes_new_from_bytes (widened, 0, to * (gsize) conv->channels);
}

/* F as a net of its own, which reads as many more channels as make the last of its inputs a whole group. */
static gboolean
build_step (Unrolling *u)
{
  AcuBuilder *b = u->b, of_step = { acu_net_new (b->net->name), b->weights, FALSE, b->error };
  int channels = acu_diffusion_step_channels (u->diffusion.factor), more = padded (COLOURS + 1) - COLOURS - 1;

  u->step = of_step.net;
  acu_net_add (u->step, ACU_LAYER_INPUT, "read", NULL, 0, NULL)->channels = channels;
  acu_diffusion_build_step (&of_step, 0);
  b->failed |= of_step.failed;
  for (guint i = 1; !b->failed && i < u->step->layers->len; i++)
    {
      AcuLayer *layer = g_ptr_array_index (u->step->layers, i);
      GBytes *widened;

      for (guint k = 0; k < layer->n_inputs; k++)
        if (layer->inputs[k] == 0 && layer->kind != ACU_LAYER_CONV2D)
          acu_build_fail (b, _("its layers cannot be put together"));
      if (b->failed || layer->inputs[0] != 0)
        continue;
      if (!(widened = widen (layer, channels, channels + more, b->error)))
        {
          b->failed = TRUE;
          return FALSE;
        }
      g_bytes_unref (layer->weights);
      layer->weights = widened;
    }
  ((AcuLayer *) g_ptr_array_index (u->step->layers, 0))->channels = channels + more;
  return !b->failed;
}

static guint
add_noise (const Unrolling *u, const char *suffix, int k, guint like)
{
  AcuBuilder *b = u->b;
  g_autofree char *name = g_strconcat ("noise", suffix, NULL), *coloured = g_strconcat ("coloured noise", suffix, NULL);
  guint index = 0;
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_NOISE, name, &like, 1, &index);

  if (!layer)
    return acu_build_fail (b, _("its layers cannot be put together"));
  layer->channels = COLOURS * u->diffusion.factor * u->diffusion.factor;
  layer->step = (guint32) k;
  layer->factor = u->diffusion.before;
  return acu_diffusion_build_coloured (b, coloured, index, &u->diffusion);
}

/* The small picture, √η, and zeros. */
static guint
add_time (const Unrolling *u, const char *suffix, double eta)
{
  AcuBuilder *b = u->b;
  g_autofree char *name = g_strconcat ("time", suffix, NULL);
  float values[GROUP] = { (float) sqrt (eta) };
  int n = padded (COLOURS + 1) - COLOURS;
  guint index = 0;
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_APPEND, name, &u->small, 1, &index);

  if (!layer)
    return acu_build_fail (b, _("its layers cannot be put together"));
  layer->channels = COLOURS + n;
  layer->weights = g_bytes_new (values, (gsize) n * sizeof (float));
  return index;
}

/* d̂ from d(η) at unit variance. */
static guint
add_guess (const Unrolling *u, const char *suffix, double eta, guint noisy)
{
  AcuBuilder *b = u->b;
  double kappa = u->diffusion.kappa;
  g_autofree char *name = g_strconcat ("read", suffix, NULL), *sum = g_strconcat ("guess", suffix, NULL);
  const guint parts[] = { noisy, u->first, add_time (u, suffix, eta) };
  guint input = acu_build_concat (b, name, parts, G_N_ELEMENTS (parts)), at;

  if (b->failed || !acu_net_append (b->net, u->step, input, suffix))
    return acu_build_fail (b, _("its layers cannot be put together"));
  at = acu_build_add (b, sum, b->net->layers->len - 1, (float) acu_diffusion_gain (kappa, eta), noisy,
                      (float) (acu_diffusion_skip (kappa, eta) / acu_diffusion_unit (kappa, eta)));
  return u->strength > 0 ? acu_consistency_correct (&u->consistency, b, suffix, at, u->strength) : at;
}

/* From d(η) of step k and what it is taken to come from to that of step k - 1. */
static guint
add_posterior (const Unrolling *u, const char *suffix, int k, guint noisy, guint guess)
{
  AcuBuilder *b = u->b;
  double kappa = u->diffusion.kappa, eta = eta_of (u, k), next = eta_of (u, k - 1), share = (eta - next) / eta;
  double unit = acu_diffusion_unit (kappa, next);
  g_autofree char *stirred = g_strconcat ("stirred", suffix, NULL), *sum = g_strconcat ("noisy", suffix, NULL);
  guint noise = add_noise (u, suffix, k - 1, noisy), at;

  at = acu_build_add (b, stirred, noisy, (float) (unit * next / eta / acu_diffusion_unit (kappa, eta)), noise,
                      (float) (unit * kappa * sqrt (next * share)));
  return acu_build_add (b, sum, at, 1, guess, (float) (unit * share));
}

static guint
add_steps (const Unrolling *u)
{
  AcuBuilder *b = u->b;
  double eta = eta_of (u, u->steps), kappa = u->diffusion.kappa;
  guint noisy = add_noise (u, "", u->steps, u->first), guess = 0;

  noisy = acu_build_affine (b, "start", noisy, (float) (acu_diffusion_unit (kappa, eta) * kappa * sqrt (eta)), 0);
  for (int k = u->steps; !b->failed && k > 0; k--)
    {
      /* The first copy's layers are called as their tensors are. */
      g_autofree char *suffix = k == u->steps ? g_strdup ("") : g_strdup_printf (" (step %d)", u->steps + 1 - k);

      guess = add_guess (u, suffix, eta_of (u, k), noisy);
      if (k > 1)
        noisy = add_posterior (u, suffix, k, noisy, guess);
    }
  return acu_build_add (b, "result", u->first, 1, guess, (float) u->diffusion.spread);
}

guint
acu_diffusion_build_unrolled (AcuBuilder *b, guint picture)
{
  Unrolling u = { .b = b, .strength = b->sampling ? b->sampling->consistency : 1 };
  guint last = 0;

  if (!acu_diffusion_read (b->weights, &u.diffusion, b->error))
    b->failed = TRUE;
  if (b->failed || !find_steps (&u))
    return 0;
  u.small = acu_diffusion_build_before (b, picture);
  u.first = acu_diffusion_build_first (b, u.small);
  if (!b->failed && build_step (&u) && (u.strength <= 0 || acu_consistency_init (&u.consistency, b, &u.diffusion, picture, u.first)))
    {
      last = acu_build_shuffle (b, "shuffle", add_steps (&u), u.diffusion.factor);
      acu_consistency_clear (&u.consistency);
    }
  acu_net_unref (u.step);
  return last;
}
