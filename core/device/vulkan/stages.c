/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* The program's stages as shaders, constants and numbers. */
#include "matrices.h"

#include "cpu.h"

#include <acuity/size.h>
#include <string.h>

/* Cards have this many registers. Transposed convolutions have no other. */
const AcuVulkanTile acu_vulkan_plain_tile = { 4, 4, 0 };
#define NUMBERS_LINE 256

static gboolean
convolves (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONV2D || stage->kind == ACU_STAGE_DECONV2D;
}

/* The inputs that the shader reads as `from`. */
static guint
parts (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONV2D ? stage->n_inputs - stage->residual : stage->kind == ACU_STAGE_CONCAT ? stage->n_inputs : 1;
}

static int
in_groups (const AcuProgram *program, const AcuStage *stage)
{
  int groups = 0;

  for (guint k = 0; k < parts (stage); k++)
    groups += acu_vulkan_groups (program->buffers[stage->inputs[k]].channels);
  return groups;
}

static const AcuVulkanTile *
tile_of (const AcuProgram *program, const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONV2D ? &((const AcuVulkanDevice *) program->device)->tile : &acu_vulkan_plain_tile;
}

/* Groups of output channels that an invocation of a convolution makes: as many as waste little. */
static int
groups_at_once (const AcuProgram *program, const AcuStage *stage)
{
  int groups = acu_vulkan_groups (program->buffers[stage->output].channels), most = tile_of (program, stage)->groups;
  int times = (groups + most - 1) / most;

  return (groups + times - 1) / times;
}

/* Among how many invocations its groups are shared out, evenly but for one. */
static int
shares (const AcuProgram *program, const AcuStage *stage)
{
  int groups = acu_vulkan_groups (program->buffers[stage->output].channels), at_once = groups_at_once (program, stage);

  return (groups + at_once - 1) / at_once;
}

/* Groups of which there are biases and slopes: matrices make whole blocks of them. */
static int
vector_groups (const AcuProgram *program, const AcuStage *stage)
{
  return acu_vulkan_by_matrices (program, stage) ? acu_vulkan_matrix_groups (program, stage)
                                                 : acu_vulkan_groups (program->buffers[stage->output].channels);
}

/* Of four channels of a pixel. */
static guint64
four_bytes (const AcuBuffer *buffer)
{
  return ACU_VULKAN_GROUP * acu_map_element_bytes (buffer->element);
}

static AcuVulkanMap
map_of (const AcuBuffer *buffer)
{
  return (AcuVulkanMap) {
    .width = buffer->width, .height = buffer->height, .channels = buffer->channels, .groups = acu_vulkan_groups (buffer->channels),
    .slots = buffer->slots, .row = (gint32) (buffer->row_bytes / four_bytes (buffer)), .half = buffer->element == ACU_MAP_F16
  };
}

/* Binds what lies from `first` to `end` of the arena; maps in there begin at their offset from what is bound. */
static AcuVulkanRange
range_of (const AcuVulkanDevice *device, guint64 first, guint64 end)
{
  guint64 start = first / device->limits.minStorageBufferOffsetAlignment * device->limits.minStorageBufferOffsetAlignment;

  return (AcuVulkanRange) { start, end - start };
}

static AcuVulkanRange
bind_inputs (const AcuVulkanDevice *device, const AcuProgram *program, const AcuStage *stage, guint from, guint to, AcuVulkanMap *maps)
{
  guint64 first = G_MAXUINT64, end = 0;
  AcuVulkanRange range;

  for (guint k = from; k < to; k++)
    {
      const AcuBuffer *in = &program->buffers[stage->inputs[k]];

      first = MIN (first, in->offset);
      end = MAX (end, in->offset + in->row_bytes * in->slots);
    }
  range = range_of (device, first, end);
  for (guint k = from; k < to; k++)
    {
      const AcuBuffer *in = &program->buffers[stage->inputs[k]];

      maps[k] = map_of (in);
      maps[k].base = (gint32) ((in->offset - range.offset) / four_bytes (in));
    }
  return range;
}

/* As shaders/elementwise.comp names them. */
G_STATIC_ASSERT (ACU_STAGE_SLOPE == 3 && ACU_STAGE_ADD == 5 && ACU_STAGE_AFFINE == 8 && ACU_STAGE_NEAREST == 13 && ACU_STAGE_PIXEL_SHUFFLE == 15
                 && ACU_STAGE_NOISE == 19);

static AcuVulkanShader
shader_of (const AcuProgram *program, const AcuStage *stage)
{
  switch (stage->kind)
    {
    case ACU_STAGE_INPUT: return ACU_VULKAN_INPUT;
    case ACU_STAGE_CONV2D: return tile_of (program, stage)->lanes ? ACU_VULKAN_CONV2D_LANES : ACU_VULKAN_CONV2D;
    case ACU_STAGE_DECONV2D: return ACU_VULKAN_DECONV2D;
    case ACU_STAGE_DEPTHWISE: return ACU_VULKAN_DEPTHWISE;
    case ACU_STAGE_BICUBIC: return ACU_VULKAN_BICUBIC;
    case ACU_STAGE_GLOBAL_POOL: return ACU_VULKAN_GLOBAL_POOL;
    default: return ACU_VULKAN_ELEMENTWISE;
    }
}

/* How the slices of a convolution are kept; see conv2d.comp. */
static int
kept (const AcuProgram *program, const AcuStage *stage)
{
  guint halves = 0;

  for (guint k = 0; k < parts (stage); k++)
    halves += program->buffers[stage->inputs[k]].element == ACU_MAP_F16;
  return halves == 0 ? 0 : halves == parts (stage) ? 1 : 2;
}

/* The shaders' constants from number 3 on. */
static void
fill_constants (const AcuProgram *program, const AcuStage *stage, gint32 *constants)
{
  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
    case ACU_STAGE_DECONV2D:
    case ACU_STAGE_DEPTHWISE:
      constants[3] = stage->slope != NULL;
      constants[4] = stage->activation;
      constants[5] = stage->gated ? 2 : stage->residual;
      constants[6] = stage->kernel_width;
      constants[7] = stage->kernel_height;
      constants[8] = stage->stride;
      constants[9] = in_groups (program, stage) == 1 ? program->buffers[stage->inputs[0]].channels : ACU_VULKAN_GROUP;
      constants[10] = tile_of (program, stage)->pixels;
      constants[11] = groups_at_once (program, stage);
      constants[12] = kept (program, stage);
      constants[13] = tile_of (program, stage)->lanes;
      constants[14] = stage->repeats;
      constants[15] = acu_vulkan_groups (program->buffers[stage->output].channels) % groups_at_once (program, stage) != 0;
      break;
    case ACU_STAGE_GLOBAL_POOL:
      constants[3] = 1;
      break;
    case ACU_STAGE_BICUBIC:
      constants[3] = stage->residual;
      break;
    case ACU_STAGE_INPUT:
      break;
    default:
      constants[3] = stage->kind;
      constants[4] = stage->kind == ACU_STAGE_ACTIVATION ? (gint32) stage->activation : stage->kind == ACU_STAGE_PAD ? stage->reflect
                     : stage->kind == ACU_STAGE_CONCAT ? (gint32) stage->n_inputs : stage->kind == ACU_STAGE_STENCIL ? stage->cells != NULL
                     : stage->residual;
    }
}

/* Convolutions number their invocations themselves. Others: nearly square, so that neighbours read the same pixels, unless that leaves many invocations idle. */
static void
shape_workgroup (const AcuStage *stage, AcuVulkanStage *described)
{
  guint64 least = G_MAXUINT64;
  int columns = described->columns;

  for (int across = ACU_VULKAN_LOCAL / ACU_VULKAN_ROWS; across <= ACU_VULKAN_LOCAL / 2; across *= 2)
    {
      guint64 issued = (guint64) (columns + across - 1) / across * across;

      if (issued >= least)
        continue;
      least = issued;
      described->constants[0] = across;
      described->constants[1] = ACU_VULKAN_LOCAL / across;
    }
  if (stage->kind == ACU_STAGE_GLOBAL_POOL || described->numbered)
    {
      described->constants[0] = ACU_VULKAN_LOCAL;
      described->constants[1] = 1;
    }
  described->info.dispatch.x = (guint32) ((columns + described->constants[0] - 1) / described->constants[0]);
}

G_STATIC_ASSERT (ACU_STAGE_STENCIL == 17);

/* Groups of four cells. */
static int
cell_fours (const AcuStage *stage)
{
  return stage->cells ? (int) ((g_bytes_get_size (stage->cells) + 3) / 4) : 0;
}

void
acu_vulkan_describe (const AcuVulkanDevice *device, const AcuProgram *program, guint number, AcuVulkanStage *described)
{
  const AcuStage *stage = &program->stages[number];
  const AcuBuffer *out = &program->buffers[number];
  AcuVulkanStageInfo *info = &described->info;
  guint n = parts (stage);

  memset (described, 0, sizeof *described);
  described->shader = shader_of (program, stage);
  described->from_host = stage->kind == ACU_STAGE_INPUT;
  described->to_host = number == program->n_stages - 1;
  described->constants[2] = described->to_host ? 1 : out->element == ACU_MAP_F16 ? 2 : 0;
  fill_constants (program, stage, described->constants);
  info->to = map_of (out);
  if (!described->to_host)
    {
      described->to = range_of (device, out->offset, out->offset + out->row_bytes * out->slots);
      info->to.base = (gint32) ((out->offset - described->to.offset) / four_bytes (out));
    }
  if (!described->from_host)
    described->from = bind_inputs (device, program, stage, 0, n, info->from);
  if (stage->n_inputs > n)
    described->also = bind_inputs (device, program, stage, n, n + 1, info->from);
  memcpy (info->scale, stage->scale, sizeof stage->scale);
  memcpy (info->scale + 2, stage->gate, sizeof stage->gate);
  info->numbers[0] = stage->left;
  info->numbers[1] = stage->top;
  info->numbers[2] = described->from_host ? 0 : in_groups (program, stage);
  info->numbers[3] = 2 * vector_groups (program, stage);
  info->numbers[4] = stage->factor;
  info->numbers[5] = (gint32) stage->seed;
  info->numbers[6] = (gint32) stage->step;
  info->numbers[7] = (gint32) n;
  info->dispatch.z = info->to.groups;
  described->columns = out->width;
  if (convolves (stage))
    {
      int apart = stage->kind == ACU_STAGE_DECONV2D ? stage->stride : 1, pixels = tile_of (program, stage)->pixels;

      info->dispatch.z = (guint32) shares (program, stage);
      described->columns = (out->width + pixels * apart - 1) / (pixels * apart) * apart;
      described->numbered = TRUE;
    }
  if (stage->kind == ACU_STAGE_CONV2D)
    {
      info->numbers[4] = stage->in_width;
      info->numbers[5] = stage->in_height;
    }
  if (stage->kind == ACU_STAGE_ADD)
    {
      info->numbers[0] = stage->from_left[0];
      info->numbers[1] = stage->from_top[0];
      info->numbers[5] = stage->from_left[1];
      info->numbers[6] = stage->from_top[1];
    }
  if (stage->kind == ACU_STAGE_STENCIL)
    {
      info->numbers[4] = cell_fours (stage);
      info->numbers[5] = stage->factor;
    }
  info->columns = described->columns;
  shape_workgroup (stage, described);
  if (acu_vulkan_by_matrices (program, stage))
    acu_vulkan_describe_matrices (program, stage, described);
}

/* How many groups of four numbers a stage has. */
static guint64
numbers_fours (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  guint64 groups = (guint64) vector_groups (program, stage);

  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
    case ACU_STAGE_DECONV2D:
      if (acu_vulkan_by_matrices (program, stage))
        return 2 * groups + acu_vulkan_matrix_fours (program, stage);
      return 2 * groups + groups * (guint64) in_groups (program, stage) * stage->kernel_width * stage->kernel_height * ACU_VULKAN_GROUP;
    case ACU_STAGE_DEPTHWISE:
      return 2 * groups + groups * stage->kernel_width * stage->kernel_height;
    case ACU_STAGE_STENCIL:
      return stage->cells ? (guint64) cell_fours (stage) + ((guint64) out->width + 3) / 4 + ((guint64) out->height + 3) / 4 : 0;
    case ACU_STAGE_SLOPE:
    case ACU_STAGE_AFFINE:
      return 2 * groups;
    case ACU_STAGE_APPEND:
      return acu_vulkan_groups (out->channels);
    case ACU_STAGE_BICUBIC:
      return 2 * ((guint64) out->width + out->height);
    default:
      return 0;
    }
}

guint64
acu_vulkan_numbers_bytes (const AcuProgram *program, const AcuStage *stage)
{
  return numbers_fours (program, stage) * ACU_VULKAN_GROUP * sizeof (float);
}

guint64
acu_vulkan_all_numbers_bytes (const AcuProgram *program, guint end)
{
  guint64 bytes = 0;

  for (guint i = 0; i < end; i++)
    bytes += (acu_vulkan_numbers_bytes (program, &program->stages[i]) + NUMBERS_LINE - 1) / NUMBERS_LINE * NUMBERS_LINE;
  return bytes;
}

guint64
acu_vulkan_sums_bytes (const AcuProgram *program, guint end)
{
  guint64 bytes = 0;

  for (guint i = 0; i < end; i++)
    if (program->stages[i].kind == ACU_STAGE_GLOBAL_POOL)
      {
        const AcuBuffer *in = &program->buffers[program->stages[i].inputs[0]];

        bytes += ((guint64) in->height * acu_vulkan_groups (in->channels) * ACU_VULKAN_GROUP * sizeof (float) + NUMBERS_LINE - 1)
                 / NUMBERS_LINE * NUMBERS_LINE;
      }
  return bytes;
}

/* A vector in every other group of four: place 0 or 1. */
static void
fill_vector (float *numbers, GBytes *source, int place, int channels)
{
  const float *values = source ? g_bytes_get_data (source, NULL) : NULL;

  for (int c = 0; values && c < channels; c++)
    numbers[(2 * (c / ACU_VULKAN_GROUP) + place) * ACU_VULKAN_GROUP + c % ACU_VULKAN_GROUP] = values[c];
}

/* [out group][in group][row][column][in channel of its group][out channel of its group] */
static void
fill_weights (const AcuProgram *program, const AcuStage *stage, const float *weights, float *numbers)
{
  int out_channels = program->buffers[stage->output].channels, groups = in_groups (program, stage), all = 0, before = 0, group = 0;
  int taps = stage->kernel_width * stage->kernel_height;

  for (guint k = 0; k < parts (stage); k++)
    all += program->buffers[stage->inputs[k]].channels;
  for (guint k = 0; k < parts (stage); k++)
    {
      int channels = program->buffers[stage->inputs[k]].channels;

      for (int o = 0; o < out_channels; o++)
        for (int c = 0; c < channels; c++)
          for (int tap = 0; tap < taps; tap++)
            {
              gsize to = ((gsize) (o / ACU_VULKAN_GROUP) * groups + group + c / ACU_VULKAN_GROUP) * taps + tap;

              numbers[(to * ACU_VULKAN_GROUP + c % ACU_VULKAN_GROUP) * ACU_VULKAN_GROUP + o % ACU_VULKAN_GROUP]
                = weights[((gsize) o * all + before + c) * taps + tap];
            }
      before += channels;
      group += acu_vulkan_groups (channels);
    }
}

static void
fill_taps (const AcuStage *stage, int in, int out, int wanted, float *numbers)
{
  for (int at = 0; at < wanted; at++, numbers += 2 * ACU_VULKAN_GROUP)
    numbers[ACU_VULKAN_GROUP] = (float) acu_bicubic_taps (stage->cubic, at, in, out, MIN (4, in), numbers);
}

/* [group][tap][channel of its group] */
static void
fill_depthwise (const AcuStage *stage, int channels, float *numbers)
{
  const float *weights = g_bytes_get_data (stage->weights, NULL);
  int taps = stage->kernel_width * stage->kernel_height;

  for (int tap = 0; tap < taps; tap++)
    for (int c = 0; c < channels; c++)
      numbers[(c / ACU_VULKAN_GROUP * taps + tap) * ACU_VULKAN_GROUP + c % ACU_VULKAN_GROUP] = weights[tap * channels + c];
}

/* Which cell a pixel is in takes a division of more bits than shaders have. */
static void
fill_cells (const AcuStage *stage, const AcuBuffer *out, float *numbers)
{
  gsize bytes, columns = (gsize) stage->factor, rows;
  const guint8 *cells = g_bytes_get_data (stage->cells, &bytes);

  rows = bytes / columns;
  for (gsize i = 0; i < bytes; i++)
    numbers[i] = cells[i] != 0;
  numbers += cell_fours (stage) * ACU_VULKAN_GROUP;
  for (gsize x = 0; x < (gsize) out->width; x++)
    numbers[x] = (float) (x * columns / (gsize) out->width);
  numbers += (out->width + 3) / 4 * ACU_VULKAN_GROUP;
  for (gsize y = 0; y < (gsize) out->height; y++)
    numbers[y] = (float) (y * rows / (gsize) out->height);
}

gboolean
acu_vulkan_fill_numbers (const AcuProgram *program, const AcuStage *stage, float *numbers)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  const AcuBuffer *in = stage->n_inputs ? &program->buffers[stage->inputs[0]] : NULL;
  const float *weights;
  float *room;

  memset (numbers, 0, acu_vulkan_numbers_bytes (program, stage));
  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
    case ACU_STAGE_DECONV2D:
      if (!(weights = acu_cpu_weights (stage, &room)))
        return FALSE;
      fill_vector (numbers, stage->bias, 0, out->channels);
      fill_vector (numbers, stage->slope, 1, out->channels);
      numbers += 2 * vector_groups (program, stage) * ACU_VULKAN_GROUP;
      if (acu_vulkan_by_matrices (program, stage))
        acu_vulkan_fill_matrices (program, stage, weights, (guint16 *) (void *) numbers);
      else
        fill_weights (program, stage, weights, numbers);
      acu_free (room);
      break;
    case ACU_STAGE_DEPTHWISE:
      fill_vector (numbers, stage->bias, 0, out->channels);
      fill_vector (numbers, stage->slope, 1, out->channels);
      fill_depthwise (stage, out->channels, numbers + 2 * acu_vulkan_groups (out->channels) * ACU_VULKAN_GROUP);
      break;
    case ACU_STAGE_STENCIL:
      if (stage->cells)
        fill_cells (stage, out, numbers);
      break;
    case ACU_STAGE_SLOPE:
      fill_vector (numbers, stage->slope, 0, out->channels);
      break;
    case ACU_STAGE_AFFINE:
      fill_vector (numbers, stage->weights, 0, out->channels);
      fill_vector (numbers, stage->bias, 1, out->channels);
      break;
    case ACU_STAGE_APPEND:
      memcpy (numbers, g_bytes_get_data (stage->weights, NULL), (gsize) (out->channels - in->channels) * sizeof (float));
      break;
    case ACU_STAGE_BICUBIC:
      fill_taps (stage, in->width, stage->whole_width, out->width, numbers);
      fill_taps (stage, in->height, stage->whole_height, out->height, numbers + (gsize) 2 * out->width * ACU_VULKAN_GROUP);
      break;
    default:
      break;
    }
  return TRUE;
}
