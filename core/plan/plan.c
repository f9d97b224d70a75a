/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "plan_private.h"

#include <glib/gi18n-lib.h>

/* A step is cut into pieces of about so many seconds, so that progress is told, and cancel heard, that often. At the end of each piece
 * threads wait for one another, so pieces must not be small; how fast the device is shows as the run goes on. The first pieces are
 * those of a slow device: a quick one is soon through with them. */
#define PIECE_SECONDS 0.03
#define FIRST_RATE 2e9            /* operations a second */
/* A piece of fewer operations (a map of one pixel) takes its time for other things. */
#define TELLING_OPERATIONS 1e6

/* Trying a band height goes through its whole schedule: one of more steps than this (about a second) is not tried. */
#define MOST_STEPS 3e7

#define MEGABYTES (G_GUINT64_CONSTANT (1) << 20)

/* Band heights to try (0: the whole picture at once), and how much memory each may take when nobody limits it, beside maps that wait for a barrier
 * whatever the height. Taller bands gain nothing once the maps have left the caches; low ones cost speed (docs/SPEED.md). */
static const struct
{
  int rows;
  guint64 comfortable;
} heights[] = {
  { 0, 96 * MEGABYTES }, { 256, 96 * MEGABYTES }, { 128, 96 * MEGABYTES }, { 64, 96 * MEGABYTES },
  { 32, 256 * MEGABYTES }, { 16, 512 * MEGABYTES }, { 8, 2048 * MEGABYTES }, { 4, 4096 * MEGABYTES },
  { 2, 4096 * MEGABYTES }, { 1, 4096 * MEGABYTES }
};

static gboolean
refuse (const AcuPlan *plan, guint64 memory, GError **error)
{
  g_autofree char *needed = g_format_size (plan->bytes + plan->beside);
  g_autofree char *limit = g_format_size (memory);

  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY,
               _("“%s” needs at least %s of memory for this picture, but only %s may be used."), plan->net->name,
               needed, limit);
  return FALSE;
}

/* Every barrier has bands of its own, and each of them looks at all stages and their inputs. */
static double
schedule_steps (const AcuPlan *plan, int band_rows)
{
  const AcuProgram *program = &plan->program;
  double looks = 0, phases = 1, bands;

  for (guint i = 0; i < program->n_stages; i++)
    {
      looks += 1 + program->stages[i].n_inputs;
      phases += program->stages[i].kind == ACU_STAGE_GLOBAL_POOL;
    }
  bands = band_rows > 0 ? (phases * program->buffers[program->n_stages - 1].height + plan->leads) / band_rows : 0;
  return (bands + phases) * looks;
}

static gboolean
accepted (const AcuPlan *plan, GError **error)
{
  return !plan->device->accept || plan->device->accept (&plan->program, error);
}

/* On cards, whose memory others want as well, all of the maps count. */
static gboolean
is_comfortable (const AcuPlan *plan, guint64 height)
{
  const AcuDevice *device = plan->device;

  return device->comfortable ? plan->program.arena_bytes <= MAX (height, device->comfortable (device)) : plan->program.ring_bytes <= height;
}

static gboolean
choose_bands (AcuPlan *plan, guint64 memory, int band_rows, GError **error)
{
  int height = plan->program.buffers[plan->program.n_stages - 1].height;
  guint64 limit = !memory ? G_MAXUINT64 : memory > plan->beside ? memory - plan->beside : 0, least = G_MAXUINT64;
  g_autoptr (GError) problem = NULL;
  int leanest = 0;

  if (band_rows > 0)
    {
      if (!acu_plan_place (plan, band_rows >= height ? 0 : band_rows, error) || !accepted (plan, error))
        return FALSE;
      return plan->bytes <= limit || refuse (plan, memory, error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      /* One band is always tried: it goes through each stage just once. */
      if (heights[i].rows >= height || (heights[i].rows > 0 && schedule_steps (plan, heights[i].rows) > MOST_STEPS))
        continue;
      if (!acu_plan_place (plan, heights[i].rows, error))
        return FALSE;
      g_clear_error (&problem);
      if (!accepted (plan, &problem))
        {
          if (g_error_matches (problem, ACU_ERROR, ACU_ERROR_MEMORY))
            continue;
          break;
        }
      if (plan->bytes <= limit && is_comfortable (plan, heights[i].comfortable))
        return TRUE;
      if (plan->bytes < least)
        {
          least = plan->bytes;
          leanest = heights[i].rows;
        }
    }
  if (least == G_MAXUINT64 && problem)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  /* Barriers keep whole maps: then one band, whose maps share memory, may need less than many. */
  return acu_plan_place (plan, leanest, error) && (plan->bytes <= limit || refuse (plan, memory, error));
}

AcuPlan *
acu_plan_new_beside (const AcuNet *net, const AcuDevice *device, int width, int height, int threads, guint64 memory,
                     guint64 beside, int band_rows, AcuPrecision precision, GError **error)
{
  AcuPlan *plan = g_new0 (AcuPlan, 1);

  plan->net = net;
  plan->device = plan->program.device = device;
  plan->threads = threads;
  plan->precision = precision;
  plan->beside = beside;
  if (!acu_plan_make_stages (plan, width, height, error) || !choose_bands (plan, memory, band_rows, error))
    {
      acu_plan_free (plan);
      return NULL;
    }
  return plan;
}

void
acu_plan_free (AcuPlan *plan)
{
  if (!plan)
    return;
  if (plan->executor)
    plan->device->free (plan->executor);
  g_free (plan->program.stages);
  g_free (plan->program.buffers);
  g_free (plan->layers);
  g_free (plan->layer_stage);
  g_free (plan->consumers_start);
  g_free (plan->consumers);
  g_free (plan);
}

static const AcuBuffer *
result (const AcuPlan *plan)
{
  return &plan->program.buffers[plan->program.n_stages - 1];
}

int
acu_plan_width (const AcuPlan *plan)
{
  return result (plan)->width;
}

int
acu_plan_height (const AcuPlan *plan)
{
  return result (plan)->height;
}

int
acu_plan_channels (const AcuPlan *plan)
{
  return result (plan)->channels;
}

int
acu_plan_band_rows (const AcuPlan *plan)
{
  return plan->band_rows;
}

guint64
acu_plan_bytes (const AcuPlan *plan)
{
  return plan->bytes;
}

double
acu_plan_operations (const AcuPlan *plan)
{
  return plan->operations;
}

char *
acu_plan_print (const AcuPlan *plan)
{
  static const char *const names[] = {
    "input", "conv2d", "deconv2d", "slope", "activation", "add", "mul", "channel_mul", "affine", "concat", "append",
    "crop", "pad", "nearest", "bicubic", "pixel_shuffle", "global_pool", "stencil", "depthwise", "noise"
  };
  static const char *const algorithms[] = { "direct", "winograd f32", "winograd i16", "pointwise i16", "bf16", "block i16", "few" };
  static const char *const elements[] = { [ACU_MAP_F32] = "f32", [ACU_MAP_F16] = "f16", [ACU_MAP_BF16] = "bf16" };
  GString *text = g_string_new (NULL);
  g_autofree char *bytes = g_format_size (plan->bytes);

  g_string_append_printf (text, "plan: %u stages on %s, %s, %s in all, %.3g GFLOP\n", plan->program.n_stages,
                          plan->device->name, plan->whole ? "whole picture" : "bands", bytes,
                          plan->operations / 1e9);
  if (!plan->whole)
    g_string_append_printf (text, "bands of %d result rows\n", plan->band_rows);
  for (guint i = 0; i < plan->program.n_stages; i++)
    {
      const AcuStage *stage = &plan->program.stages[i];
      const AcuBuffer *buffer = &plan->program.buffers[i];

      g_string_append_printf (text, "%5u %-13s", i, names[stage->kind]);
      for (guint k = 0; k < stage->n_inputs; k++)
        g_string_append_printf (text, "%s%u", k ? "," : " ", stage->inputs[k]);
      if (stage->kind == ACU_STAGE_CONV2D || stage->kind == ACU_STAGE_DECONV2D)
        g_string_append_printf (text, " %s %d×%d%s%s%s", algorithms[stage->algorithm], stage->kernel_width, stage->kernel_height,
                                stage->slope ? " +slope" : "", stage->activation ? " +activation" : "",
                                stage->gated ? " +gate" : stage->residual ? " +residual" : "");
      g_string_append_printf (text, " -> %d × %d × %d %s, %d of %d rows, %.1f kB\n", buffer->channels, buffer->height,
                              buffer->width, elements[buffer->element], buffer->slots, buffer->height,
                              (double) buffer->row_bytes * buffer->slots / 1e3);
    }
  return g_string_free (text, FALSE);
}

void
acu_plan_pass (AcuPlan *plan)
{
  plan->program.passing = TRUE;
}

gboolean
acu_plan_prepare (AcuPlan *plan, GError **error)
{
  if (!plan->executor)
    plan->executor = plan->device->prepare (&plan->program, plan->threads, error);
  return plan->executor != NULL;
}

#define RATES (2 * ACU_N_ALGORITHMS + 1)

typedef struct Run
{
  AcuPlan *plan;
  const AcuPlanCallbacks *callbacks;
  float *in;                      /* one row */
  double done;                    /* operations */
  int made, made_rows;            /* the first row of the result that has not been handed over, and how many there are */
  GError *error;                  /* of handing them over beside other work */
  /* Operations a second of the last piece: of a convolution by its algorithm, of a transposed one, of all that waits for memory. */
  double rates[RATES];
} Run;

static guint
rate_of (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONV2D ? stage->algorithm
         : stage->kind == ACU_STAGE_DECONV2D ? ACU_N_ALGORITHMS + stage->algorithm : RATES - 1;
}

static gboolean
report (Run *run, GError **error)
{
  if (!run->callbacks->progress || run->callbacks->progress (run->callbacks->data, run->done))
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_CANCELLED, _("Cancelled."));
  return FALSE;
}

static gboolean
hand_over (Run *run, GError **error)
{
  const AcuPlan *plan = run->plan;
  int end = run->made + run->made_rows;

  run->made_rows = 0;
  for (int y = run->made, now; y < end; y += now)
    {
      const float *pixels;

      now = plan->device->download (plan->executor, y, MIN (end - y, acu_plan_turn_rows (plan)), &pixels);
      if (!run->callbacks->write (run->callbacks->data, y, now, pixels, error) || !report (run, error))
        return FALSE;
    }
  return TRUE;
}

static void
hand_over_beside (void *data)
{
  Run *run = data;

  hand_over (run, &run->error);
}

static gboolean
run_step (void *data, guint number, int first, int rows, GError **error)
{
  Run *run = data;
  AcuPlan *plan = run->plan;
  const AcuStage *stage;
  double *rate;

  if (number == G_MAXUINT)
    {
      if (plan->device->complete && !plan->device->complete (plan->executor, error))
        return FALSE;
      if (!hand_over (run, error))
        return FALSE;
      run->made = first;
      run->made_rows = rows;
      return plan->device->beside ? TRUE : hand_over (run, error);
    }
  /* These are where the last stage writes now. */
  if (number == plan->program.n_stages - 1 && !hand_over (run, error))
    return FALSE;
  stage = &plan->program.stages[number];
  if (stage->kind == ACU_STAGE_INPUT)
    {
      for (int y = first; y < first + rows; y++)
        {
          if (!run->callbacks->read (run->callbacks->data, y, 1, run->in, error))
            return FALSE;
          plan->device->upload (plan->executor, y, 1, run->in);
        }
      return report (run, error);
    }
  if (run->made_rows > 0)
    plan->device->beside (plan->executor, hand_over_beside, run);
  rate = &run->rates[rate_of (stage)];
  for (int y = first, now; y < first + rows; y += now)
    {
      gint64 started = g_get_monotonic_time ();
      gboolean alone = run->made_rows == 0, kept;
      int piece = plan->device->piece ? plan->device->piece (plan->executor, number, rows)
                                       : (int) CLAMP (*rate * PIECE_SECONDS / stage->row_operations, 1, rows);

      piece = (piece + stage->granularity - 1) / stage->granularity * stage->granularity;
      /* A first, short step leads to where whole ones begin. */
      now = y % stage->granularity == stage->phase ? piece : piece - stage->granularity + stage->phase;
      now = now <= 0 ? piece : now;
      /* Little would be left. */
      if (first + rows - y < now + stage->granularity)
        now = first + rows - y;

      kept = plan->device->run (plan->executor, number, y, now);
      if (run->error)
        {
          g_propagate_error (error, run->error);
          return FALSE;
        }
      if (!kept
          && (plan->device->complete || plan->precision != ACU_PRECISION_EXACT))
        {
          if (plan->device->complete && !plan->device->complete (plan->executor, error))
            return FALSE;
          g_set_error (error, ACU_ERROR, ACU_ERROR_RANGE,
                       _("The numbers that “%s” makes of this picture are too large for fast arithmetic."), plan->net->name);
          return FALSE;
        }
      run->done += stage->row_operations * now;
      if (alone && stage->row_operations * now >= TELLING_OPERATIONS)
        *rate = stage->row_operations * now / MAX (1e-6 * (double) (g_get_monotonic_time () - started), 1e-4);
      if (!report (run, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
acu_plan_run (AcuPlan *plan, const AcuPlanCallbacks *callbacks, GError **error)
{
  const AcuBuffer *source = &plan->program.buffers[0];
  g_autofree float *in = NULL;
  Run run = { plan, callbacks };

  for (guint i = 0; i < RATES; i++)
    run.rates[i] = FIRST_RATE;
  if (!acu_plan_prepare (plan, error))
    return FALSE;
  in = g_try_malloc_n ((gsize) source->width * source->channels, sizeof (float));
  if (!in)
    {
      g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory to run “%s”."), plan->net->name);
      return FALSE;
    }
  run.in = in;
  plan->device->reset (plan->executor);
  return acu_plan_schedule (plan, plan->whole ? 0 : plan->band_rows, NULL, run_step, &run, error) && hand_over (&run, error);
}
