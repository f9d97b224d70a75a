/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "matrices.h"

#include "half.h"

/* Channels come in so many at a time: two of the smallest matrices, one of others. */
#define STEP 16
/* Steps of the channels made, and of those read, that a workgroup takes at once. */
#define MOST_STEPS 4
/* Products that are made for each that is wanted. */
#define MOST_FILLED 3
/* Numbers in 16 bits, or bytes, that are kept and brought as one. */
#define EIGHT 8
#define EIGHT_BYTES 16

/* A workgroup's share. */
typedef struct Share
{
  int slice, out;                 /* channels read at once, and made */
  int slices, blocks;
} Share;

static int
in_channels (const AcuProgram *program, const AcuStage *stage)
{
  int groups = 0;

  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    groups += acu_vulkan_groups (program->buffers[stage->inputs[k]].channels);
  return groups * ACU_VULKAN_GROUP;
}

static int
steps_of (int channels)
{
  return (channels + STEP - 1) / STEP;
}

/* Equal parts of at most so many steps. */
static int
evenly (int channels, int most)
{
  int steps = steps_of (channels), parts = (steps + most - 1) / most;

  return (steps + parts - 1) / parts * STEP;
}

/* As in the shader. */
static guint64
shared_bytes (const AcuVulkanDevice *device, const AcuStage *stage, const Share *share)
{
  guint64 pixels = ((guint64) device->side + stage->kernel_width - 1) * ((guint64) device->tile.rows * ACU_VULKAN_SUBGROUPS + stage->kernel_height - 1);
  guint64 maps = pixels * (share->slice / EIGHT + 1), results = (guint64) ACU_VULKAN_SUBGROUPS * device->side * (device->side / ACU_VULKAN_GROUP + 1);
  guint64 weights = (guint64) stage->kernel_width * stage->kernel_height * share->slice * (share->out / EIGHT + 1);

  return (MAX (maps, results) + weights) * EIGHT_BYTES;
}

/* FALSE if there is no room. */
static gboolean
find_share (const AcuProgram *program, const AcuStage *stage, Share *share)
{
  const AcuVulkanDevice *device = (const AcuVulkanDevice *) program->device;
  int in = in_channels (program, stage), out = program->buffers[stage->output].channels;
  /* Kernels of one tap have few weights, and would wait for every step. */
  int depth = stage->kernel_width * stage->kernel_height == 1 ? MOST_STEPS : 1;

  for (int most = MOST_STEPS; most > 0; most--)
    {
      share->slice = evenly (in, depth);
      share->out = evenly (out, most);
      share->slices = (in + share->slice - 1) / share->slice;
      share->blocks = (out + share->out - 1) / share->out;
      if (shared_bytes (device, stage, share) <= device->limits.maxComputeSharedMemorySize)
        return TRUE;
    }
  return FALSE;
}

gboolean
acu_vulkan_by_matrices (const AcuProgram *program, const AcuStage *stage)
{
  const AcuVulkanDevice *device = (const AcuVulkanDevice *) program->device;
  guint64 in = 0, out = program->buffers[stage->output].channels, filled;
  Share share;

  if (stage->kind != ACU_STAGE_CONV2D || device->tile.matrices == ACU_VULKAN_NO_MATRICES || stage->stride != 1)
    return FALSE;
  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    {
      if (program->buffers[stage->inputs[k]].element != ACU_MAP_F16)
        return FALSE;
      in += program->buffers[stage->inputs[k]].channels;
    }
  if (!find_share (program, stage, &share))
    return FALSE;
  filled = (guint64) share.slice * share.slices * share.out * share.blocks;
  return filled <= MOST_FILLED * in * out;
}

int
acu_vulkan_matrix_groups (const AcuProgram *program, const AcuStage *stage)
{
  Share share;

  return find_share (program, stage, &share) ? share.blocks * share.out / ACU_VULKAN_GROUP : 0;
}

guint64
acu_vulkan_matrix_fours (const AcuProgram *program, const AcuStage *stage)
{
  Share share;

  if (!find_share (program, stage, &share))
    return 0;
  return (guint64) share.slice * share.slices * share.out * share.blocks * stage->kernel_width * stage->kernel_height / EIGHT;
}

/* [block of out channels][slice of in channels][row][column][in channel of its slice][out channel of its block] */
void
acu_vulkan_fill_matrices (const AcuProgram *program, const AcuStage *stage, const float *weights, guint16 *numbers)
{
  int out_channels = program->buffers[stage->output].channels, all = 0, before = 0, place = 0;
  int taps = stage->kernel_width * stage->kernel_height;
  Share share;

  if (!find_share (program, stage, &share))
    return;
  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    all += program->buffers[stage->inputs[k]].channels;
  for (guint k = 0; k < stage->n_inputs - stage->residual; k++)
    {
      int channels = program->buffers[stage->inputs[k]].channels;

      for (int o = 0; o < out_channels; o++)
        for (int c = 0; c < channels; c++)
          for (int tap = 0; tap < taps; tap++)
            {
              gsize to = ((gsize) (o / share.out) * share.slices + (place + c) / share.slice) * taps + tap;

              numbers[(to * share.slice + (place + c) % share.slice) * share.out + o % share.out]
                = acu_half_from_float (weights[((gsize) o * all + before + c) * taps + tap]);
            }
      before += channels;
      place += acu_vulkan_groups (channels) * ACU_VULKAN_GROUP;
    }
}

void
acu_vulkan_describe_matrices (const AcuProgram *program, const AcuStage *stage, AcuVulkanStage *described)
{
  const AcuVulkanDevice *device = (const AcuVulkanDevice *) program->device;
  gint32 *constants = described->constants;
  Share share;

  if (!find_share (program, stage, &share))
    return;
  described->shader = device->tile.matrices == ACU_VULKAN_MATRICES ? ACU_VULKAN_CONV2D_MATRICES : ACU_VULKAN_CONV2D_TWIN;
  described->numbered = FALSE;
  described->tile_width = device->side;
  described->tile_height = device->tile.rows * ACU_VULKAN_SUBGROUPS;
  constants[0] = constants[12] = device->together;
  constants[1] = constants[13] = ACU_VULKAN_SUBGROUPS;
  constants[8] = device->side;
  constants[9] = share.slice;
  constants[10] = share.out;
  constants[11] = device->tile.rows;
  described->columns = (described->info.to.width + described->tile_width - 1) / described->tile_width * device->together;
  described->info.dispatch.z = share.blocks;
}

double
acu_vulkan_matrix_operations (const AcuVulkanStage *described)
{
  const VkDispatchIndirectCommand *dispatch = &described->info.dispatch;
  const gint32 *c = described->constants;
  int slices = (described->info.numbers[2] * ACU_VULKAN_GROUP + c[9] - 1) / c[9];
  double pixels = (double) dispatch->x * dispatch->y * described->tile_width * described->tile_height;

  return 2 * pixels * dispatch->z * c[10] * c[6] * c[7] * slices * c[9];
}
