/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A small network with a stage for every shader is run on the device and on the processor. What came of it is kept in the user's cache folder until
 * the driver or the shaders change. A driver that ended the process in its test again and again is not tried any more. */
#include "vk.h"

#include "cpu.h"
#include "pool.h"

#include <acuity/size.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_STAGES 12
#define MARGIN 8
/* A process may also have been ended by the person who started it, or by GIMP's Cancel. */
#define MOST_TRIES 3
/* Of results between 0 and about 1. */
#define TOLERANCE 1e-4f
#define HALF_TOLERANCE 1e-2f
/* Of products of the same numbers in another order; sums in 16 bits would be farther away. */
#define MATRIX_TOLERANCE 2e-3f
#define WIDTH 45
#define HEIGHT 21
#define PACE_CHANNELS 64
/* How often its quickest time is looked for, and for how many seconds unless that takes longer. */
#define PACE_RUNS 12
#define PACE_SECONDS 0.3

typedef struct PaceSize
{
  int width, height;
  guint layers;
} PaceSize;

/* Large enough for a card to be busy; what takes a processor long enough to compare. */
static const PaceSize card_size = { 256, 128, 4 }, small_size = { 64, 32, 1 }, small_half_size = { 64, 32, 2 };
#define CARD_SECONDS 0.002

/* The first one works everywhere; lanes: TRUE, to become a subgroup's. */
static const AcuVulkanTile tiles[] = { { 4, 4, FALSE }, { 4, 4, TRUE }, { 8, 4, TRUE } };
/* Rows of a subgroup that multiplies matrices. */
static const gint32 matrix_rows[] = { 2, 4 };

typedef struct Network
{
  AcuProgram program;
  AcuStage stages[MOST_STAGES];
  AcuBuffer buffers[MOST_STAGES];
  guint32 random;
} Network;

static float
draw (Network *net)
{
  net->random = net->random * 1664525u + 1013904223u;
  return (float) (net->random >> 8) / (1 << 23) - 1;
}

static GBytes *
draw_all (Network *net, gsize n, float spread)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = draw (net) * spread;
  return g_bytes_new_take (values, n * sizeof (float));
}

static AcuStage *
add_stage (Network *net, AcuStageKind kind, guint input, int channels, int width, int height)
{
  guint number = net->program.n_stages++;
  AcuStage *stage = &net->stages[number];
  AcuBuffer *buffer = &net->buffers[number];

  stage->kind = kind;
  stage->name = "test";
  stage->n_inputs = kind != ACU_STAGE_INPUT;
  stage->inputs[0] = input;
  stage->output = number;
  stage->granularity = 1;
  stage->factor = 2;
  stage->cubic = -0.75;
  stage->scale[0] = 0.75f;
  stage->scale[1] = 0.5f;
  stage->gate[0] = 1.5f;
  stage->gate[1] = -0.25f;
  stage->row_operations = 2.0 * width * channels;
  stage->in_width = stage->whole_width = width;
  stage->in_height = stage->whole_height = height;
  stage->repeats = 1;
  buffer->channels = channels;
  buffer->width = width;
  buffer->height = buffer->slots = height;
  return stage;
}

/* Of as many inputs as the stage has, but a residual. */
static void
add_weights (Network *net, AcuStage *stage, int kernel, int stride)
{
  const AcuBuffer *out = &net->buffers[stage->output];
  int channels = 0;

  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    channels += net->buffers[stage->inputs[k]].channels;
  stage->kernel_width = stage->kernel_height = kernel;
  stage->stride = stride;
  stage->left = stage->top = 1;
  stage->row_operations *= (double) channels * kernel * kernel;
  stage->weights = draw_all (net, (gsize) out->channels * channels * kernel * kernel, 1.5f / (float) (kernel * sqrt (channels)));
  stage->bias = draw_all (net, out->channels, 0.2f);
}

static void
add_input (AcuStage *stage, guint input)
{
  stage->inputs[stage->n_inputs++] = input;
}

static void
build_all (Network *net)
{
  AcuStage *stage;

  add_stage (net, ACU_STAGE_INPUT, 0, 3, WIDTH, HEIGHT);
  stage = add_stage (net, ACU_STAGE_CONV2D, 0, 20, WIDTH, HEIGHT);
  add_weights (net, stage, 3, 1);
  stage->slope = draw_all (net, 20, 0.5f);
  stage = add_stage (net, ACU_STAGE_CONV2D, 1, 12, WIDTH, HEIGHT);
  add_weights (net, stage, 3, 1);
  stage->activation = ACU_STAGE_SWISH;
  stage = add_stage (net, ACU_STAGE_CONV2D, 1, 12, WIDTH, HEIGHT);
  add_input (stage, 2);
  stage->residual = TRUE;
  add_input (stage, 2);
  add_weights (net, stage, 3, 1);
  stage = add_stage (net, ACU_STAGE_CONV2D, 3, 12, WIDTH, HEIGHT);
  stage->residual = stage->gated = TRUE;
  add_input (stage, 2);
  add_weights (net, stage, 3, 1);
  add_stage (net, ACU_STAGE_GLOBAL_POOL, 4, 12, 1, 1)->row_operations = WIDTH * 12;
  add_input (add_stage (net, ACU_STAGE_CHANNEL_MUL, 3, 12, WIDTH, HEIGHT), 5);
  add_input (add_stage (net, ACU_STAGE_ADD, 6, 12, WIDTH, HEIGHT), 4);
  add_weights (net, add_stage (net, ACU_STAGE_DEPTHWISE, 7, 12, WIDTH, HEIGHT), 3, 1);
  add_weights (net, add_stage (net, ACU_STAGE_DECONV2D, 8, 12, 2 * WIDTH, 2 * HEIGHT), 4, 2);
  add_stage (net, ACU_STAGE_PIXEL_SHUFFLE, 9, 3, 4 * WIDTH, 4 * HEIGHT);
  add_stage (net, ACU_STAGE_BICUBIC, 10, 3, 3 * WIDTH, 3 * HEIGHT);
}

/* What networks do most. */
static void
build_pace (Network *net, const PaceSize *size)
{
  add_stage (net, ACU_STAGE_INPUT, 0, size->layers == 1 ? PACE_CHANNELS : 16, size->width, size->height);
  for (guint i = 0; i < size->layers; i++)
    add_weights (net, add_stage (net, ACU_STAGE_CONV2D, i, PACE_CHANNELS, size->width, size->height), 3, 1);
}

static void
lay_out (Network *net, const AcuDevice *device)
{
  int group = MAX (device->group, 1);
  guint64 end = 0;

  net->program.stages = net->stages;
  net->program.buffers = net->buffers;
  net->program.device = device;
  for (guint i = 0; i < net->program.n_stages; i++)
    {
      AcuBuffer *buffer = &net->buffers[i];

      /* Nobody reads the last one with a window. */
      buffer->margin_left = buffer->margin_right = device->group || i == net->program.n_stages - 1 ? 0 : MARGIN;
      buffer->row_bytes = (guint64) (buffer->width + 2 * buffer->margin_left) * ((buffer->channels + group - 1) / group * group)
                          * acu_map_element_bytes (buffer->element);
      buffer->offset = end;
      end += (buffer->row_bytes * buffer->slots + 63) / 64 * 64;
    }
  net->program.arena_bytes = end;
}

static void
clear (Network *net)
{
  for (guint i = 0; i < net->program.n_stages; i++)
    {
      g_clear_pointer (&net->stages[i].weights, g_bytes_unref);
      g_clear_pointer (&net->stages[i].bias, g_bytes_unref);
      g_clear_pointer (&net->stages[i].slope, g_bytes_unref);
    }
}

/* All stages, once; the result's rows into `result` unless that is NULL. */
static gboolean
run_once (const Network *net, const AcuDevice *device, AcuExecutor *executor, const float *picture, float *result, GError **error)
{
  const AcuBuffer *in = &net->buffers[0], *out = &net->buffers[net->program.n_stages - 1];
  const float *rows;

  device->reset (executor);
  device->upload (executor, 0, in->height, picture);
  for (guint i = 1; i < net->program.n_stages; i++)
    {
      const AcuStage *stage = &net->stages[i];
      int height = stage->kind == ACU_STAGE_GLOBAL_POOL ? net->buffers[stage->inputs[0]].height : net->buffers[i].height;

      for (int y = 0, now; y < height; y += now)
        {
          now = device->piece ? device->piece (executor, i, height - y) : height - y;
          if (!device->run (executor, i, y, now))
            return device->complete && device->complete (executor, error);
        }
    }
  if (device->complete && !device->complete (executor, error))
    return FALSE;
  device->download (executor, 0, out->height, &rows);
  if (result)
    memcpy (result, rows, (gsize) out->width * out->channels * out->height * sizeof (float));
  return TRUE;
}

static float *
make_picture (Network *net, gsize *n)
{
  float *picture;

  *n = (gsize) net->buffers[0].width * net->buffers[0].height * net->buffers[0].channels;
  picture = g_new (float, *n);
  for (gsize i = 0; i < *n; i++)
    picture[i] = draw (net) * 0.5f + 0.5f;
  return picture;
}

/* Free with g_free(). NULL if it cannot be run. */
static float *
result_on (Network *net, const AcuDevice *device, const float *picture, gsize *n)
{
  const AcuBuffer *out = &net->buffers[net->program.n_stages - 1];
  g_autoptr (GError) error = NULL;
  AcuExecutor *executor;
  float *result;
  gboolean done;

  lay_out (net, device);
  if ((device->accept && !device->accept (&net->program, &error)) || !(executor = device->prepare (&net->program, 1, &error)))
    {
      g_debug ("%s", error->message);
      return NULL;
    }
  *n = (gsize) out->width * out->channels * out->height;
  result = g_new (float, *n);
  done = run_once (net, device, executor, picture, result, &error);
  device->free (executor);
  if (!done)
    {
      g_debug ("%s", error ? error->message : "it cannot be run");
      g_clear_pointer (&result, g_free);
    }
  return result;
}

/* What a device would be given to be quick: all maps but means, what is resampled or reordered, and the result. */
static void
halve (Network *net)
{
  for (guint i = 0; i < net->program.n_stages; i++)
    switch (net->stages[i].kind)
      {
      case ACU_STAGE_INPUT:
      case ACU_STAGE_CONV2D:
      case ACU_STAGE_CHANNEL_MUL:
        net->buffers[i].element = ACU_MAP_F16;
        break;
      default:
        break;
      }
}

static gboolean
are_near (const AcuVulkanDevice *device, const float *made, const float *wanted, gsize n, float tolerance)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabsf (made[i] - wanted[i]) <= tolerance * MAX (1, fabsf (wanted[i]))))
      {
        g_debug ("%s: number %zu is %g instead of %g", device->info.title, i, made[i], wanted[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
is_right (const AcuVulkanDevice *device, gboolean half)
{
  Network net = { .random = 1 };
  g_autofree float *picture = NULL, *wanted = NULL, *made = NULL;
  gsize n;
  gboolean right;

  build_all (&net);
  picture = make_picture (&net, &n);
  wanted = result_on (&net, &acu_device_cpu, picture, &n);
  if (half)
    halve (&net);
  made = result_on (&net, &device->base, picture, &n);
  right = wanted && made && are_near (device, made, wanted, n, half ? HALF_TOLERANCE : TOLERANCE);
  clear (&net);
  return right;
}

/* Operations a second, the quickest of a few runs; 0 if there were none. *seconds: what that run took. `result` unless it is NULL: of the last one.
 * half: with maps in 16 bits. */
static double
pace_of (const AcuDevice *device, const PaceSize *size, gboolean half, double *seconds, float *result)
{
  Network net = { .random = 2 };
  g_autofree float *picture = NULL;
  double operations = 0, spent = 0;
  AcuExecutor *executor;
  gsize n;

  *seconds = G_MAXDOUBLE;
  build_pace (&net, size);
  for (guint i = 1; half && i + 1 < net.program.n_stages; i++)
    net.buffers[i].element = ACU_MAP_F16;
  picture = make_picture (&net, &n);
  for (guint i = 1; i < net.program.n_stages; i++)
    {
      operations += net.stages[i].row_operations * net.buffers[i].height;
      if (!device->group)
        {
          net.stages[i].algorithm = ACU_ALGORITHM_WINOGRAD_I16;
          net.stages[i].granularity = ACU_WINOGRAD_ROWS;
        }
    }
  lay_out (&net, device);
  executor = device->prepare (&net.program, MIN ((int) g_get_num_processors (), ACU_POOL_MAX_THREADS), NULL);
  /* The first ones are for compiling, and for finding out how much may be asked for at once. */
  for (int i = 0; executor && i < PACE_RUNS && (i < 3 || spent < PACE_SECONDS); i++)
    {
      gint64 started = g_get_monotonic_time ();
      double took;

      if (!run_once (&net, device, executor, picture, result, NULL))
        break;
      took = 1e-6 * (double) MAX (g_get_monotonic_time () - started, 1);
      *seconds = MIN (*seconds, took);
      spent += i > 0 ? took : 0;
    }
  if (executor)
    device->free (executor);
  clear (&net);
  return operations / *seconds;
}

/* Of convolutions, with the tile that the device has now. */
static double
tile_pace (const AcuVulkanDevice *device, gboolean half, float *result)
{
  double seconds, pace = pace_of (&device->base, half ? &small_half_size : &small_size, half, &seconds, result);

  return seconds < CARD_SECONDS ? pace_of (&device->base, &card_size, half, &seconds, NULL) : pace;
}

/* Whether this device could be asked to work with the tile; then what its lanes are. */
static gboolean
may_have (const AcuVulkanDevice *device, AcuVulkanTile *tile)
{
  gboolean lanes = tile->lanes;

  tile->lanes = lanes ? device->subgroup : 0;
  return !lanes || device->subgroup > 0;
}

/* The quickest one that is right. */
static gboolean
choose_tile (AcuVulkanDevice *device)
{
  const gsize n = (gsize) small_size.width * small_size.height * PACE_CHANNELS;
  g_autofree float *first = g_new0 (float, n), *other = g_new0 (float, n);
  AcuVulkanTile best = tiles[0];
  double best_pace = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      AcuVulkanTile tile = tiles[i];
      double pace;

      if (!may_have (device, &tile))
        continue;
      device->tile = tile;
      pace = tile_pace (device, FALSE, i == 0 ? first : other);
      g_debug ("%s: %d pixels, %d groups, %d lanes: %.3g operations a second", device->info.title, tile.pixels, tile.groups, tile.lanes, pace);
      if (pace > best_pace && (i == 0 || are_near (device, other, first, n, TOLERANCE)))
        {
          best = tile;
          best_pace = pace;
        }
    }
  device->tile = best;
  if (is_right (device, FALSE))
    return TRUE;
  if (!best.lanes)
    return FALSE;
  device->tile = tiles[0];
  return is_right (device, FALSE);
}

/* Multiplies matrices where that is right and quicker than what the device does else with maps in 16 bits. */
static void
choose_matrices (AcuVulkanDevice *device)
{
  const gsize n = (gsize) small_half_size.width * small_half_size.height * PACE_CHANNELS;
  g_autofree float *plain = g_new0 (float, n), *made = g_new0 (float, n);
  AcuVulkanTile best = device->tile;
  double best_pace = tile_pace (device, TRUE, plain);

  for (guint i = 0; i < G_N_ELEMENTS (matrix_rows) && device->side > 0; i++)
    {
      double pace;

      device->tile.matrices = ACU_VULKAN_MATRICES;
      device->tile.rows = matrix_rows[i];
      if (!is_right (device, TRUE))
        continue;
      pace = tile_pace (device, TRUE, made);
      g_debug ("%s: matrices, %d rows: %.3g operations a second beside %.3g", device->info.title, device->tile.rows, pace, best_pace);
      if (pace > best_pace && are_near (device, made, plain, n, MATRIX_TOLERANCE))
        {
          best = device->tile;
          best_pace = pace;
        }
    }
  device->tile = best;
}

static char *
result_path (const AcuVulkanDevice *device)
{
  g_autofree char *key = acu_vulkan_device_key (device), *name = g_strconcat (key, ".test", NULL);

  return g_build_filename (g_get_user_cache_dir (), "acuity", "vulkan", name, NULL);
}

static void
keep (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

static gboolean
is_known (const AcuVulkanDevice *device, const AcuVulkanTile *tile)
{
  gboolean plain = FALSE, matrices = tile->matrices == ACU_VULKAN_NO_MATRICES && tile->rows == 0;

  for (guint i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      AcuVulkanTile known = tiles[i];

      plain |= may_have (device, &known) && known.pixels == tile->pixels && known.groups == tile->groups && known.lanes == tile->lanes;
    }
  for (guint i = 0; i < G_N_ELEMENTS (matrix_rows); i++)
    matrices |= device->side > 0 && tile->matrices == ACU_VULKAN_MATRICES && tile->rows == matrix_rows[i];
  return plain && matrices;
}

/* *tries: how often a test was begun that never ended. */
static gboolean
recall (AcuVulkanDevice *device, const char *path, int *tries)
{
  g_autofree char *text = NULL;
  int pid, halves, found;
  AcuVulkanTile tile;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  if (sscanf (text, "sound %lf %lf %d %d %d %d %d %d\n", &device->pace, &device->processor_pace, &halves, &tile.pixels, &tile.groups, &tile.lanes,
              &tile.matrices, &tile.rows) == 8
      && is_known (device, &tile))
    {
      device->tile = tile;
      device->state = ACU_DEVICE_SOUND;
      device->base.halves = device->info.half && halves == 1;
    }
  else if (g_str_equal (text, "wrong\n"))
    device->state = ACU_DEVICE_WRONG;
  /* Whoever was testing and is no more has been ended meanwhile. */
  else if (sscanf (text, "begun %d %d\n", &pid, &found) == 2 && pid > 0 && kill (pid, 0) != 0 && errno == ESRCH)
    {
      *tries = CLAMP (found, 1, MOST_TRIES);
      if (*tries == MOST_TRIES)
        device->state = ACU_DEVICE_WRONG;
    }
  return device->state != ACU_DEVICE_UNTESTED;
}

static void
keep_result (const AcuVulkanDevice *device, const char *path)
{
  g_autofree char *result = NULL;

  result = device->state == ACU_DEVICE_SOUND
             ? g_strdup_printf ("sound %.0f %.0f %d %d %d %d %d %d\n", device->pace, device->processor_pace, device->base.halves, device->tile.pixels,
                                device->tile.groups, device->tile.lanes, device->tile.matrices, device->tile.rows)
             : g_strdup ("wrong\n");
  keep (path, result);
}

static void
test (AcuVulkanDevice *device, const char *path, int tries)
{
  g_autofree char *begun = g_strdup_printf ("begun %d %d\n", (int) getpid (), tries + 1);
  double seconds;

  keep (path, begun);
  device->state = choose_tile (device) ? ACU_DEVICE_SOUND : ACU_DEVICE_WRONG;
  /* One that is wrong with 16 bits may still be right without. */
  device->base.halves = device->state == ACU_DEVICE_SOUND && device->info.half && is_right (device, TRUE);
  /* Nobody takes a software device to be quick. */
  if (device->state == ACU_DEVICE_SOUND && !device->software)
    {
      device->pace = pace_of (&device->base, &card_size, FALSE, &seconds, NULL);
      device->processor_pace = pace_of (&acu_device_cpu, &card_size, FALSE, &seconds, NULL);
    }
  /* Should a driver end the process over matrices, this is what is left. */
  keep_result (device, path);
  if (!device->base.halves || device->side == 0)
    return;
  choose_matrices (device);
  keep_result (device, path);
}

AcuDeviceState
acu_vulkan_test (AcuVulkanDevice *device)
{
  AcuDeviceState state;

  g_mutex_lock (&device->lock);
  if (device->state == ACU_DEVICE_UNTESTED)
    {
      g_autofree char *path = result_path (device);
      int tries = 0;

      if (!recall (device, path, &tries))
        test (device, path, tries);
    }
  state = device->state;
  g_mutex_unlock (&device->lock);
  return state;
}

gboolean
acu_vulkan_is_quicker (AcuVulkanDevice *device)
{
  return device->pace > device->processor_pace;
}
