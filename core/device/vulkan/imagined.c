/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A card that is only described: what a program asks of it is counted, nothing is computed. */
#include "vk.h"

#include <string.h>

/* A share of what data sheets promise: of arithmetic, assumed; of memory, as is usual. */
#define ARITHMETIC 0.3
#define MEMORY 0.8
#define DISPATCH_SECONDS 5e-6
/* What a dispatch may take at most. */
#define LONGEST_DISPATCH 0.01

typedef struct Imagined
{
  AcuVulkanDevice device;         /* first */
  AcuCard card;
  AcuCardWork work;
} Imagined;

typedef struct Executor
{
  const AcuProgram *program;
  Imagined *card;
  AcuVulkanStage *stages;
  float *row;                     /* of the result: zeros */
  int uploaded;                   /* rows that go up together; 0: none */
  int first_uploaded;
} Executor;

static void
imagined_free (AcuExecutor *handle)
{
  Executor *executor = (Executor *) (void *) handle;

  g_free (executor->stages);
  g_free (executor->row);
  g_free (executor);
}

/* Stages that only move pixels: they would be part of what reads them. */
static gboolean
moves (const AcuStage *stage)
{
  return stage->kind == ACU_STAGE_CONCAT || stage->kind == ACU_STAGE_CROP || stage->kind == ACU_STAGE_PAD || stage->kind == ACU_STAGE_NEAREST
         || (stage->kind == ACU_STAGE_PIXEL_SHUFFLE && !stage->residual);
}

static double
numbers_of (const AcuBuffer *buffer)
{
  return (double) buffer->width * buffer->height * buffer->channels;
}

/* Of the map that a stage reads, or of those that are moved to be it. */
static double
numbers_read (const AcuProgram *program, guint from)
{
  const AcuStage *stage = &program->stages[from];
  double numbers = 0;

  if (!moves (stage))
    return numbers_of (&program->buffers[from]);
  for (guint k = 0; k < stage->n_inputs; k++)
    numbers += numbers_read (program, stage->inputs[k]);
  return MIN (numbers, numbers_of (&program->buffers[from]));
}

/* Bytes of a stage's maps, if each is written once and read once by each stage that calculates with it, in 16 bits. The picture comes and the result goes
 * in 32. Of a sum only the part of a map that is added counts. */
static double
least_bytes (const AcuProgram *program, const AcuStage *stage)
{
  const AcuBuffer *out = &program->buffers[stage->output];
  gboolean last = stage->output == program->n_stages - 1;
  double bytes = (last ? 4 : moves (stage) ? 0 : 2) * numbers_of (out);

  if (stage->kind == ACU_STAGE_INPUT)
    return bytes + 4 * numbers_of (out);
  for (guint k = 0; k < stage->n_inputs && (last || !moves (stage)); k++)
    {
      double numbers = numbers_read (program, stage->inputs[k]);

      bytes += 2 * (stage->kind == ACU_STAGE_ADD ? MIN (numbers, numbers_of (out)) : numbers);
    }
  return bytes;
}

static AcuExecutor *
imagined_prepare (const AcuProgram *program, int threads, GError **error)
{
  Executor *executor = g_new0 (Executor, 1);
  const AcuBuffer *out = &program->buffers[program->n_stages - 1];

  executor->program = program;
  executor->card = (Imagined *) (void *) program->device;
  executor->stages = g_new0 (AcuVulkanStage, program->n_stages);
  executor->row = g_new0 (float, (gsize) out->width * out->channels);
  for (guint i = 0; i < program->n_stages; i++)
    acu_vulkan_describe (&executor->card->device, program, i, &executor->stages[i]);
  executor->card->work = (AcuCardWork) { .memory = program->arena_bytes };
  for (guint i = 0; i < program->n_stages; i++)
    executor->card->work.least += least_bytes (program, &program->stages[i]);
  return (AcuExecutor *) (void *) executor;
}

static void
count (Executor *executor, guint number, int first, int rows)
{
  AcuVulkanStage *stage = &executor->stages[number];
  AcuCardWork *work = &executor->card->work;
  AcuVulkanWork now = { 0 };
  const AcuCard *card = &executor->card->card;

  acu_vulkan_set_rows (executor->program, number, stage, first, rows);
  acu_vulkan_add_work (executor->program, number, stage, &now);
  work->dispatches += now.dispatches;
  work->barriers += now.barriers;
  work->issued += now.issued;
  work->needed += now.needed;
  work->bytes += now.bytes;
  work->numbers += now.numbers;
  work->seconds += MAX (now.issued / (ARITHMETIC * card->operations), (now.bytes + now.numbers) / (MEMORY * card->bytes))
                   + (double) now.dispatches * DISPATCH_SECONDS;
}

static void
count_uploaded (Executor *executor)
{
  if (executor->uploaded)
    count (executor, 0, executor->first_uploaded, executor->uploaded);
  executor->uploaded = 0;
}

static void
imagined_reset (AcuExecutor *handle)
{
  Executor *executor = (Executor *) (void *) handle;
  AcuCardWork empty = { .memory = executor->card->work.memory, .least = executor->card->work.least };

  executor->uploaded = 0;
  executor->card->work = empty;
}

static void
imagined_upload (AcuExecutor *handle, int first, int rows, const float *pixels)
{
  Executor *executor = (Executor *) (void *) handle;
  int slots = executor->program->buffers[0].slots;

  for (int y = first; y < first + rows; y++)
    {
      if (executor->uploaded && executor->first_uploaded + executor->uploaded == y && executor->uploaded < slots)
        {
          executor->uploaded++;
          continue;
        }
      count_uploaded (executor);
      executor->first_uploaded = y;
      executor->uploaded = 1;
    }
}

static gboolean
imagined_run (AcuExecutor *handle, guint number, int first, int rows)
{
  Executor *executor = (Executor *) (void *) handle;

  count_uploaded (executor);
  count (executor, number, first, rows);
  return TRUE;
}

static int
imagined_piece (AcuExecutor *handle, guint number, int rows)
{
  const Executor *executor = (Executor *) (void *) handle;
  double row = executor->program->stages[number].row_operations / (ARITHMETIC * executor->card->card.operations);

  return acu_vulkan_whole_rows ((int) CLAMP (LONGEST_DISPATCH / MAX (row, 1e-12), 1, rows), rows);
}

static gboolean
imagined_complete (AcuExecutor *handle, GError **error)
{
  return TRUE;
}

static int
imagined_download (AcuExecutor *handle, int first, int rows, const float **pixels)
{
  *pixels = ((Executor *) (void *) handle)->row;
  return 1;
}

AcuDevice *
acu_device_imagine (const AcuCard *card)
{
  Imagined *imagined = g_new0 (Imagined, 1);
  AcuVulkanDevice *device = &imagined->device;

  imagined->card = *card;
  device->base = acu_device_vulkan;
  device->base.name = card->name;
  device->base.prepare = imagined_prepare;
  device->base.reset = imagined_reset;
  device->base.upload = imagined_upload;
  device->base.run = imagined_run;
  device->base.piece = imagined_piece;
  device->base.complete = imagined_complete;
  device->base.download = imagined_download;
  device->base.free = imagined_free;
  device->base.halves = TRUE;
  device->info.half = TRUE;
  device->info.title = (char *) card->name;
  device->tile = acu_vulkan_plain_tile;
  device->limits.maxStorageBufferRange = G_MAXUINT32;
  device->limits.minStorageBufferOffsetAlignment = 64;
  device->most_allocation = G_GUINT64_CONSTANT (4) << 30;
  device->memory.memoryHeapCount = 1;
  device->memory.memoryHeaps[0] = (VkMemoryHeap) { card->memory, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT };
  return &device->base;
}

AcuCardWork
acu_device_imagined_work (const AcuDevice *device)
{
  return ((const Imagined *) (const void *) device)->work;
}

void
acu_device_imagined_free (AcuDevice *device)
{
  g_free (device);
}
