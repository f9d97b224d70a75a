/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* What dispatches ask of a card, counted from what is recorded for them: how many invocations are started, which rows they read. */
#include "matrices.h"

#include <math.h>

void
acu_vulkan_set_rows (const AcuProgram *program, guint number, AcuVulkanStage *described, int first, int rows)
{
  const AcuStage *stage = &program->stages[number];
  const gint32 *local = described->constants;
  AcuVulkanStageInfo *info = &described->info;

  info->first = first;
  info->rows = rows;
  info->dispatch.y = (guint32) ((rows + local[1] - 1) / local[1]);
  if (described->numbered)
    {
      guint64 groups = ((guint64) described->columns * (guint64) rows + ACU_VULKAN_LOCAL - 1) / ACU_VULKAN_LOCAL;

      info->dispatch.y = (guint32) ((groups + ACU_VULKAN_MOST_GROUPS - 1) / ACU_VULKAN_MOST_GROUPS);
      info->dispatch.x = (guint32) ((groups + info->dispatch.y - 1) / info->dispatch.y);
    }
  if (stage->kind == ACU_STAGE_GLOBAL_POOL)
    {
      /* Rows lie across: one row of the grid has all of a step. */
      info->dispatch.x = (guint32) ((rows + local[0] - 1) / local[0]);
      info->dispatch.y = 1;
      info->last = (VkDispatchIndirectCommand) { first + rows == program->buffers[stage->inputs[0]].height, 1, info->dispatch.z };
    }
  if (described->tile_height)
    {
      info->dispatch.x = (guint32) ((info->to.width + described->tile_width - 1) / described->tile_width);
      info->dispatch.y = (guint32) ((rows + described->tile_height - 1) / described->tile_height);
    }
}

static int
floor_div (int a, int b)
{
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* How many rows of an input are read for these. */
static int
rows_read (const AcuStage *stage, guint input, const AcuVulkanMap *in, const AcuVulkanStageInfo *info)
{
  int low = info->first, high = info->first + info->rows - 1;
  double ratio = (double) in->height / stage->whole_height;

  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
    case ACU_STAGE_DEPTHWISE:
      if (stage->residual && input == stage->n_inputs - 1)
        break;
      low = floor_div (low * stage->stride - stage->top, stage->repeats);
      high = floor_div (high * stage->stride - stage->top + stage->kernel_height - 1, stage->repeats);
      break;
    case ACU_STAGE_DECONV2D:
      low = floor_div (low + stage->top - stage->kernel_height + stage->stride, stage->stride);
      high = floor_div (high + stage->top, stage->stride);
      break;
    case ACU_STAGE_ADD:
      low += stage->from_top[input];
      high += stage->from_top[input];
      break;
    case ACU_STAGE_CROP:
      low += stage->top;
      high += stage->top;
      break;
    case ACU_STAGE_NEAREST:
    case ACU_STAGE_PIXEL_SHUFFLE:
      low /= stage->factor;
      high /= stage->factor;
      break;
    case ACU_STAGE_BICUBIC:
      if (input == 1)
        {
          low /= stage->factor;
          high /= stage->factor;
          break;
        }
      low = (int) floor ((low + 0.5) * ratio - 0.5) - 1;
      high = (int) floor ((high + 0.5) * ratio - 0.5) + 2;
      break;
    default:
      break;
    }
  return in->height == 1 ? 1 : MAX (1, CLAMP (high, 0, in->height - 1) - CLAMP (low, 0, in->height - 1) + 1);
}

/* Of a row of a map, without what pads it to whole lines. */
static double
map_row_bytes (const AcuVulkanMap *map)
{
  return (double) map->width * map->groups * ACU_VULKAN_GROUP * (map->half ? 2 : 4);
}

/* Multiplications and additions of the invocations that are started, idle ones as well. */
static double
issued (const AcuStage *stage, const AcuVulkanStage *described, double needed)
{
  const AcuVulkanStageInfo *info = &described->info;
  const gint32 *c = described->constants;
  double invocations = (double) info->dispatch.x * info->dispatch.y * info->dispatch.z * c[0] * c[1];
  double numbers = (double) info->to.width * info->to.channels * info->rows, shared = (double) info->to.groups / info->dispatch.z;

  switch (stage->kind)
    {
    case ACU_STAGE_CONV2D:
      if (described->tile_height)
        return acu_vulkan_matrix_operations (described);
      return 2 * invocations * c[10] * shared * ACU_VULKAN_GROUP * c[6] * c[7] * info->numbers[2] * c[9];
    case ACU_STAGE_DECONV2D:
      return 2 * invocations * c[10] * shared * ACU_VULKAN_GROUP * c[6] * c[7] / (c[8] * c[8]) * info->numbers[2] * ACU_VULKAN_GROUP;
    case ACU_STAGE_GLOBAL_POOL:
      return needed;
    default:
      return needed * invocations * ACU_VULKAN_GROUP / numbers;
    }
}

void
acu_vulkan_add_work (const AcuProgram *program, guint number, const AcuVulkanStage *described, AcuVulkanWork *work)
{
  const AcuVulkanStageInfo *info = &described->info;
  const AcuStage *stage = &program->stages[number];
  gboolean pools = stage->kind == ACU_STAGE_GLOBAL_POOL;
  double needed = stage->kind == ACU_STAGE_INPUT ? 0 : stage->row_operations * info->rows;
  guint inputs = stage->kind == ACU_STAGE_INPUT ? 0 : stage->n_inputs;

  work->dispatches += 1 + pools;
  /* One in front of each; one that the host waits for. */
  work->barriers += 1 + pools + described->to_host;
  work->needed += needed;
  work->issued += issued (stage, described, needed);
  work->numbers += (double) acu_vulkan_numbers_bytes (program, stage);
  if (!pools)
    work->bytes += (described->to_host ? (double) info->to.width * info->to.channels * 4 : map_row_bytes (&info->to)) * info->rows;
  if (described->from_host)
    work->bytes += (double) info->to.width * info->to.channels * 4 * info->rows;
  for (guint k = 0; k < inputs; k++)
    work->bytes += map_row_bytes (&info->from[k]) * rows_read (stage, k, &info->from[k], info);
}
