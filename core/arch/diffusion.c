/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A diffusion upscaler (see diffusion.h). Keys: first.body.0, .1, … (compact); before.body.0, … likewise, or none; step.head, step.blocks.0.conv1, .slope, .conv2, …, step.tail:
 * residual blocks. Metadata: kappa, spread. */
#include "diffusion.h"

#include "compact.h"
#include "diffusion_unroll.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define BEFORE "before."
#define FIRST "first."
#define COLOURS 3
/* As photo-x4 has. */
#define FIRST_CHANNELS 48
#define FIRST_BLOCKS 10
#define SPREAD_BLOCK 0.1

static gboolean
recognise_tensors (const AcuWeights *weights)
{
  return acu_builder_conv (weights, "step.head") && acu_builder_shuffle_factor (acu_builder_conv (weights, "step.tail"));
}

static gboolean
read_number (const AcuWeights *weights, const char *key, double least, double most, double *number, GError **error)
{
  const char *text = acu_weights_metadata (weights, key);
  char *end = NULL;

  *number = text ? g_ascii_strtod (text, &end) : NAN;
  if (text && end != text && !*end && *number >= least && *number <= most)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_FORMAT, _("%s: its metadata must have “%s”, a number from %g to %g."), weights->path, key, least, most);
  return FALSE;
}

gboolean
acu_diffusion_read (const AcuWeights *weights, AcuDiffusion *diffusion, GError **error)
{
  int first = acu_compact_scale (weights, FIRST), before = acu_compact_scale (weights, BEFORE);

  diffusion->before = before ? before : 1;
  diffusion->factor = acu_builder_shuffle_factor (acu_builder_conv (weights, "step.tail"));
  if (diffusion->factor > 0 && first == diffusion->factor)
    return read_number (weights, "kappa", 0.01, 100, &diffusion->kappa, error)
           && read_number (weights, "spread", 1e-6, 10, &diffusion->spread, error);
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("%s: its first network and its steps do not enlarge alike."), weights->path);
  return FALSE;
}

static double
variance (double kappa, double eta)
{
  return (1 - eta) * (1 - eta) + kappa * kappa * eta;
}

double
acu_diffusion_unit (double kappa, double eta)
{
  return 1 / sqrt (variance (kappa, eta));
}

double
acu_diffusion_skip (double kappa, double eta)
{
  return (1 - eta) / variance (kappa, eta);
}

double
acu_diffusion_gain (double kappa, double eta)
{
  return kappa * sqrt (eta / variance (kappa, eta));
}

int
acu_diffusion_step_channels (int factor)
{
  return 2 * COLOURS * factor * factor + COLOURS + 1;
}

guint
acu_diffusion_build_before (AcuBuilder *b, guint picture)
{
  return acu_compact_scale (b->weights, BEFORE) ? acu_compact_build (b, BEFORE, picture) : picture;
}

/* Every colour as often as a cell has pixels. */
static guint
build_repeated (AcuBuilder *b, guint picture, int pixels)
{
  guint at = 0;
  AcuLayer *layer = b->failed ? NULL : acu_net_add (b->net, ACU_LAYER_CONV2D, "first.repeated", &picture, 1, &at);
  float *weights;

  if (!layer)
    return 0;
  layer->channels = COLOURS * pixels;
  layer->kernel_width = layer->kernel_height = layer->stride = 1;
  if (!(layer->weights = acu_arch_floats (NULL, (guint64) layer->channels * COLOURS, &weights, b->error)))
    {
      b->failed = TRUE;
      return 0;
    }
  for (int c = 0; c < layer->channels; c++)
    for (int i = 0; i < COLOURS; i++)
      weights[c * COLOURS + i] = i == c / pixels;
  return at;
}

guint
acu_diffusion_build_first (AcuBuilder *b, guint picture)
{
  int scale = acu_compact_scale (b->weights, FIRST);
  guint chain = acu_compact_build_chain (b, FIRST, picture);

  return acu_build_add (b, "first.sum", chain, 1, build_repeated (b, picture, scale * scale), 1);
}

static guint
build_block (AcuBuilder *b, int i, guint in)
{
  g_autofree char *first = g_strdup_printf ("step.blocks.%d.conv1", i), *slope = g_strdup_printf ("step.blocks.%d.slope", i);
  g_autofree char *second = g_strdup_printf ("step.blocks.%d.conv2", i), *sum = g_strdup_printf ("step.blocks.%d.sum", i);
  guint at = acu_build_prelu (b, slope, acu_build_conv (b, first, in, 1, 1));

  return acu_build_add (b, sum, acu_build_conv (b, second, at, 1, 1), 1, in, 1);
}

guint
acu_diffusion_build_step (AcuBuilder *b, guint input)
{
  guint at = acu_build_conv (b, "step.head", input, 1, 1);

  for (int i = 0; !b->failed && acu_builder_conv_at (b->weights, "step.blocks.%d.conv1", i); i++)
    at = build_block (b, i, at);
  return acu_build_conv (b, "step.tail", acu_build_prelu (b, "step.slope", at), 1, 1);
}

/* F as a picture, of what a step reads. */
static guint
build_training (AcuBuilder *b, guint input, int factor)
{
  ((AcuLayer *) g_ptr_array_index (b->net->layers, input))->channels = acu_diffusion_step_channels (factor);
  return acu_build_shuffle (b, "shuffle", acu_diffusion_build_step (b, input), factor);
}

static guint
build (AcuBuilder *b, guint picture)
{
  return b->training ? build_training (b, picture, acu_builder_shuffle_factor (acu_builder_conv (b->weights, "step.tail"))) : acu_diffusion_build_unrolled (b, picture);
}

static void
create (AcuCreator *c)
{
  int channels = c->options->channels, factor = c->options->scale;

  acu_compact_create (c, FIRST, factor, FIRST_CHANNELS, FIRST_BLOCKS);
  acu_create_conv (c, "step.head", channels, acu_diffusion_step_channels (factor), 3, 1);
  for (int i = 0; i < c->options->blocks; i++)
    {
      g_autofree char *first = g_strdup_printf ("step.blocks.%d.conv1", i), *slope = g_strdup_printf ("step.blocks.%d.slope", i);
      g_autofree char *second = g_strdup_printf ("step.blocks.%d.conv2", i);

      acu_create_conv (c, first, channels, channels, 3, ACU_GAIN_PRELU);
      acu_create_prelu (c, slope, channels);
      acu_create_conv (c, second, channels, channels, 3, SPREAD_BLOCK);
    }
  acu_create_prelu (c, "step.slope", channels);
  acu_create_conv_spread (c, "step.tail", COLOURS * factor * factor, channels, 3, ACU_SPREAD_LAST);
  acu_create_text (c, "kappa", "1");
  acu_create_text (c, "spread", "1");
}

const AcuArch acu_arch_diffusion = { "diffusion", ACU_BORDER_REPLICATE, .key = "diffusion", .channels = 64, .blocks = 4,
                                     .recognise_tensors = recognise_tensors, .build = build, .create = create };
