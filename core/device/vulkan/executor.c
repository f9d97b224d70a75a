/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "vk.h"

#include <acuity/size.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* Systems kill what keeps a card busy for two seconds, and windows stand still meanwhile. */
#define DISPATCH_SECONDS 0.01
#define SUBMISSION_SECONDS 0.05
/* Operations a second until more is known, and how far one measurement may be believed. */
#define FIRST_PACE 2e9
#define SLOWER 8.0
#define FASTER 0.25
/* Of the memory that may be used: one of so many parts is taken without being asked. */
#define COMFORTABLE_SHARE 4
/* Where a stage's info begins: a multiple of whatever a device may ask for. */
#define INFO_BYTES 512

typedef struct Executor
{
  AcuVulkanContext *context;
  const AcuProgram *program;
  AcuVulkanMemory arena, numbers, sums, in, out, infos;
  AcuVulkanMemory trouble;        /* of maps in 16 bits: a word, whether a number was too large for one */
  VkDescriptorPool sets;
  VkCommandBuffer *commands;      /* by stage */
  AcuVulkanStage *stages;
  double *pace;                   /* by stage: seconds a row, as far as is known */
  guint *pending;                 /* stages to be submitted, in order */
  guint n_pending;
  double pending_seconds;
  AcuVulkanCounts counts;
} Executor;

static const AcuVulkanDevice *
device_of (const AcuProgram *program)
{
  return (const AcuVulkanDevice *) program->device;
}

static gboolean
has_halves (const AcuProgram *program)
{
  for (guint i = 0; i < program->n_stages; i++)
    if (program->buffers[i].element == ACU_MAP_F16)
      return TRUE;
  return FALSE;
}

/* Bytes of rows of the picture or the result, as the host has them. */
static guint64
host_bytes (const AcuBuffer *buffer)
{
  return (guint64) buffer->width * buffer->channels * buffer->slots * sizeof (float);
}

static guint64
vulkan_bytes (const AcuProgram *program, int threads)
{
  guint n = program->n_stages;

  return acu_vulkan_all_numbers_bytes (program, n) + acu_vulkan_sums_bytes (program, n) + host_bytes (&program->buffers[0])
         + host_bytes (&program->buffers[n - 1]) + (guint64) n * (INFO_BYTES + sizeof (AcuVulkanStage));
}

guint64
acu_vulkan_budget (const AcuVulkanDevice *device)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT };
  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget };
  guint64 most = 0;

  if (device->tells_budget)
    acu_vulkan_instance ()->GetPhysicalDeviceMemoryProperties2 (device->physical, &memory);
  for (guint32 i = 0; i < device->memory.memoryHeapCount; i++)
    if (device->memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      {
        guint64 size = device->memory.memoryHeaps[i].size;

        if (device->tells_budget)
          size = budget.heapBudget[i] > budget.heapUsage[i] ? budget.heapBudget[i] - budget.heapUsage[i] : 0;
        most = MAX (most, size);
      }
  return most / 10 * 8;
}

/* Whether what a stage's shader sees fits what the device lets it see. */
static gboolean
accept_stage (const AcuProgram *program, guint number, GError **error)
{
  const AcuVulkanDevice *device = device_of (program);
  const AcuStage *stage = &program->stages[number];
  AcuVulkanStage described;
  guint64 most;

  for (guint k = 0; k <= stage->n_inputs; k++)
    if (program->buffers[k < stage->n_inputs ? stage->inputs[k] : number].element != ACU_MAP_F32 && !device->info.half)
      goto refused;
  /* The result is the host's. */
  if (number == program->n_stages - 1 && program->buffers[number].element != ACU_MAP_F32)
    goto refused;
  if (stage->algorithm != ACU_ALGORITHM_DIRECT || stage->granularity != 1 || stage->n_inputs > ACU_STAGE_MAX_INPUTS)
    goto refused;
  acu_vulkan_describe (device, program, number, &described);
  most = MAX (MAX (described.to.bytes, described.from.bytes), MAX (described.also.bytes, acu_vulkan_numbers_bytes (program, stage)));
  if (described.from_host || described.to_host)
    most = MAX (most, host_bytes (&program->buffers[number]));
  if (stage->kind == ACU_STAGE_GLOBAL_POOL)
    most = MAX (most, acu_vulkan_sums_bytes (program, number + 1) - acu_vulkan_sums_bytes (program, number));
  if (most <= device->limits.maxStorageBufferRange && most <= G_MAXINT32 && described.info.dispatch.z <= ACU_VULKAN_MOST_GROUPS
      && described.columns / described.constants[0] < ACU_VULKAN_MOST_GROUPS)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("What “%s” makes of this picture is larger than the graphics card “%s” can look at."),
               stage->name, device->info.title);
  return FALSE;

refused:
  g_set_error (error, ACU_ERROR, ACU_ERROR_UNSUPPORTED, _("The graphics card “%s” cannot calculate the layer “%s” of this network; the processor can (device “cpu”)."),
               device->info.title, stage->name);
  return FALSE;
}

static gboolean
vulkan_accept (const AcuProgram *program, GError **error)
{
  const AcuVulkanDevice *device = device_of (program);
  guint64 needed, budget = acu_vulkan_budget (device);

  for (guint i = 0; i < program->n_stages; i++)
    if (!accept_stage (program, i, error))
      return FALSE;
  if (acu_size_add (program->arena_bytes, vulkan_bytes (program, 1), &needed) && needed <= budget
      && program->arena_bytes <= device->most_allocation && acu_vulkan_all_numbers_bytes (program, program->n_stages) <= device->most_allocation)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("The graphics card “%s” has not enough memory for this picture."), device->info.title);
  return FALSE;
}

/* What is read again at the edges of bands, and weights for each, takes a card longer than what memory could be saved is worth. */
static guint64
vulkan_comfortable (const AcuDevice *base)
{
  const AcuVulkanDevice *device = (const AcuVulkanDevice *) base;

  return device->software ? 0 : acu_vulkan_budget (device) / COMFORTABLE_SHARE;
}

static AcuVulkanStageInfo *
info_of (const Executor *executor, guint stage)
{
  return (AcuVulkanStageInfo *) (void *) ((char *) executor->infos.mapped + (gsize) stage * INFO_BYTES);
}

/* --- prepare --- */

/* Weights go through memory that the host can write, a stage at a time. */
static gboolean
upload_numbers (Executor *executor)
{
  const AcuProgram *program = executor->program;
  AcuVulkanMemory staging = { 0 };
  guint64 most = 0;
  gboolean done;

  for (guint i = 0; i < program->n_stages; i++)
    most = MAX (most, acu_vulkan_numbers_bytes (program, &program->stages[i]));
  done = acu_vulkan_allocate (executor->context, &staging, most, ACU_VULKAN_WRITTEN);
  for (guint i = 0; i < program->n_stages && done; i++)
    {
      guint64 bytes = acu_vulkan_numbers_bytes (program, &program->stages[i]);

      if (bytes == 0)
        continue;
      done = acu_vulkan_fill_numbers (program, &program->stages[i], staging.mapped)
               ? acu_vulkan_copy (executor->context, &executor->numbers, acu_vulkan_all_numbers_bytes (program, i), &staging, bytes)
               : acu_vulkan_check (executor->context, VK_ERROR_OUT_OF_HOST_MEMORY, "weights");
    }
  acu_vulkan_settle (executor->context);
  acu_vulkan_release (executor->context, &staging);
  return done;
}

static gboolean
allocate (Executor *executor)
{
  const AcuProgram *program = executor->program;
  AcuVulkanContext *context = executor->context;
  guint n = program->n_stages;

  return acu_vulkan_allocate (context, &executor->arena, program->arena_bytes, ACU_VULKAN_ON_DEVICE)
         && acu_vulkan_allocate (context, &executor->numbers, acu_vulkan_all_numbers_bytes (program, n), ACU_VULKAN_ON_DEVICE)
         && acu_vulkan_allocate (context, &executor->sums, acu_vulkan_sums_bytes (program, n), ACU_VULKAN_ON_DEVICE)
         && acu_vulkan_allocate (context, &executor->in, host_bytes (&program->buffers[0]), ACU_VULKAN_WRITTEN)
         && acu_vulkan_allocate (context, &executor->out, host_bytes (&program->buffers[n - 1]), ACU_VULKAN_READ)
         && acu_vulkan_allocate (context, &executor->infos, (guint64) n * INFO_BYTES, ACU_VULKAN_WRITTEN)
         && acu_vulkan_allocate (context, &executor->trouble, sizeof (gint32), ACU_VULKAN_READ);
}

static gboolean
create_sets (Executor *executor)
{
  /* A global pooling has two. */
  guint32 most = 2 * executor->program->n_stages;
  VkDescriptorPoolSize sizes[] = {
    { VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, most }, { VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, most * ACU_VULKAN_MOST_STORAGE }
  };
  VkDescriptorPoolCreateInfo pool = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = most, .poolSizeCount = G_N_ELEMENTS (sizes), .pPoolSizes = sizes
  };
  VkCommandBufferAllocateInfo buffers = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = executor->context->commands,
    .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY, .commandBufferCount = executor->program->n_stages
  };

  return ACU_VULKAN_DO (executor->context, CreateDescriptorPool (executor->context->handle, &pool, NULL, &executor->sets))
         && ACU_VULKAN_DO (executor->context, AllocateCommandBuffers (executor->context->handle, &buffers, executor->commands));
}

/* What is bound for one dispatch; of GLOBAL_POOL, the first or the second. */
static VkDescriptorSet
make_set (Executor *executor, guint number, gboolean second)
{
  AcuVulkanContext *context = executor->context;
  const AcuProgram *program = executor->program;
  const AcuVulkanStage *stage = &executor->stages[number];
  VkDescriptorSetAllocateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = executor->sets, .descriptorSetCount = 1,
    .pSetLayouts = &context->set_layout
  };
  guint64 numbers = acu_vulkan_numbers_bytes (program, &program->stages[number]);
  /* What is not read is bound to something all the same. */
  VkDescriptorBufferInfo bound[1 + ACU_VULKAN_MOST_STORAGE] = {
    { executor->infos.buffer, (guint64) number * INFO_BYTES, sizeof (AcuVulkanStageInfo) },
    { executor->numbers.buffer, 0, 16 }, { executor->arena.buffer, stage->to.offset, stage->to.bytes },
    { executor->arena.buffer, stage->from.offset, stage->from.bytes }, { executor->numbers.buffer, 0, 16 },
    { executor->trouble.buffer, 0, VK_WHOLE_SIZE }
  };
  guint32 n = 1 + ACU_VULKAN_STORAGE + context->half;
  VkWriteDescriptorSet writes[G_N_ELEMENTS (bound)];
  VkDescriptorSet set;

  if (numbers)
    bound[1] = (VkDescriptorBufferInfo) { executor->numbers.buffer, acu_vulkan_all_numbers_bytes (program, number), numbers };
  if (stage->to_host)
    bound[2] = (VkDescriptorBufferInfo) { executor->out.buffer, 0, VK_WHOLE_SIZE };
  if (stage->from_host)
    bound[3] = (VkDescriptorBufferInfo) { executor->in.buffer, 0, VK_WHOLE_SIZE };
  if (stage->also.bytes)
    bound[4] = (VkDescriptorBufferInfo) { executor->arena.buffer, stage->also.offset, stage->also.bytes };
  if (stage->shader == ACU_VULKAN_GLOBAL_POOL)
    {
      guint64 first = acu_vulkan_sums_bytes (program, number);

      bound[second ? 3 : 2] = (VkDescriptorBufferInfo) { executor->sums.buffer, first, acu_vulkan_sums_bytes (program, number + 1) - first };
    }
  if (!ACU_VULKAN_DO (context, AllocateDescriptorSets (context->handle, &info, &set)))
    return VK_NULL_HANDLE;
  for (guint32 i = 0; i < n; i++)
    writes[i] = (VkWriteDescriptorSet) {
      .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = set, .dstBinding = i, .descriptorCount = 1,
      .descriptorType = i == 0 ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .pBufferInfo = &bound[i]
    };
  context->vk.UpdateDescriptorSets (context->handle, n, writes, 0, NULL);
  return set;
}

static void
record_barrier (AcuVulkanContext *context, VkCommandBuffer commands, VkPipelineStageFlags reader, VkAccessFlags access)
{
  const VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT, .dstAccessMask = access
  };

  context->vk.CmdPipelineBarrier (commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, reader, 0, 1, &barrier, 0, NULL, 0, NULL);
}

/* One dispatch, after all that came before. */
static gboolean
record_dispatch (Executor *executor, guint number, const gint32 *constants, gboolean second)
{
  AcuVulkanContext *context = executor->context;
  VkCommandBuffer commands = executor->commands[number];
  VkPipeline pipeline = acu_vulkan_pipeline (context, executor->stages[number].shader, constants);
  VkDescriptorSet set = pipeline ? make_set (executor, number, second) : VK_NULL_HANDLE;
  guint64 at = (guint64) number * INFO_BYTES + (second ? offsetof (AcuVulkanStageInfo, last) : offsetof (AcuVulkanStageInfo, dispatch));

  if (!set)
    return FALSE;
  record_barrier (context, commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
  context->vk.CmdBindPipeline (commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  context->vk.CmdBindDescriptorSets (commands, VK_PIPELINE_BIND_POINT_COMPUTE, context->layout, 0, 1, &set, 0, NULL);
  context->vk.CmdDispatchIndirect (commands, executor->infos.buffer, at);
  return TRUE;
}

static gboolean
record (Executor *executor, guint number)
{
  AcuVulkanContext *context = executor->context;
  AcuVulkanStage *stage = &executor->stages[number];
  VkCommandBufferBeginInfo begin = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO };
  gboolean pools = executor->program->stages[number].kind == ACU_STAGE_GLOBAL_POOL;
  gint32 first[ACU_VULKAN_CONSTANTS], last[ACU_VULKAN_CONSTANTS];

  acu_vulkan_describe (context->device, executor->program, number, stage);
  memcpy (info_of (executor, number), &stage->info, sizeof stage->info);
  memcpy (first, stage->constants, sizeof first);
  memcpy (last, stage->constants, sizeof last);
  /* Rows' sums are never the result itself. */
  first[2] = pools ? 0 : first[2];
  last[3] = 0;
  if (!ACU_VULKAN_DO (context, BeginCommandBuffer (executor->commands[number], &begin)) || !record_dispatch (executor, number, first, FALSE)
      || (pools && !record_dispatch (executor, number, last, TRUE)))
    return FALSE;
  if (stage->to_host)
    record_barrier (context, executor->commands[number], VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  executor->counts.recorded++;
  return ACU_VULKAN_DO (context, EndCommandBuffer (executor->commands[number]));
}

static void
vulkan_free (AcuExecutor *handle)
{
  Executor *executor = (Executor *) (void *) handle;
  AcuVulkanContext *context = executor->context;

  if (context)
    {
      AcuVulkanMemory *all[] = { &executor->arena, &executor->numbers, &executor->sums, &executor->in, &executor->out, &executor->infos,
                                 &executor->trouble };

      acu_vulkan_settle (context);
      if (context->result != VK_TIMEOUT)
        context->vk.DestroyDescriptorPool (context->handle, executor->sets, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (all); i++)
        acu_vulkan_release (context, all[i]);
      acu_vulkan_context_free (context);
    }
  g_free (executor->commands);
  g_free (executor->stages);
  g_free (executor->pace);
  g_free (executor->pending);
  g_free (executor);
}

static AcuExecutor *
vulkan_prepare (const AcuProgram *program, int threads, GError **error)
{
  Executor *executor = g_new0 (Executor, 1);
  guint n = program->n_stages;
  gboolean done;

  executor->program = program;
  executor->commands = g_try_new0 (VkCommandBuffer, n);
  executor->stages = g_try_new0 (AcuVulkanStage, n);
  executor->pace = g_try_new0 (double, n);
  executor->pending = g_try_new0 (guint, n);
  if (!executor->commands || !executor->stages || !executor->pace || !executor->pending)
    {
      g_set_error_literal (error, ACU_ERROR, ACU_ERROR_MEMORY, _("There is not enough memory for the network's feature maps."));
      vulkan_free ((AcuExecutor *) (void *) executor);
      return NULL;
    }
  executor->context = acu_vulkan_context_new (device_of (program), has_halves (program), error);
  if (!executor->context)
    {
      vulkan_free ((AcuExecutor *) (void *) executor);
      return NULL;
    }
  done = allocate (executor) && upload_numbers (executor) && create_sets (executor);
  for (guint i = 0; i < n && done; i++)
    {
      executor->pace[i] = program->stages[i].row_operations / FIRST_PACE;
      done = record (executor, i);
    }
  if (!done)
    {
      acu_vulkan_explain (executor->context, error);
      vulkan_free ((AcuExecutor *) (void *) executor);
      return NULL;
    }
  acu_vulkan_pipelines_keep (executor->context);
  return (AcuExecutor *) (void *) executor;
}

/* --- run --- */

static void
forget_pending (Executor *executor)
{
  executor->n_pending = 0;
  executor->pending_seconds = 0;
}

/* How long it took says how much may be asked for next time. */
static void
learn_pace (Executor *executor, double seconds)
{
  double factor = CLAMP (seconds / MAX (executor->pending_seconds, 1e-9), FASTER, SLOWER);

  for (guint i = 0; i < executor->n_pending; i++)
    executor->pace[executor->pending[i]] *= factor;
}

static gboolean
flush (Executor *executor)
{
  g_autofree VkCommandBuffer *commands = NULL;
  gint64 started = g_get_monotonic_time ();

  if (executor->n_pending == 0 || executor->context->result != VK_SUCCESS)
    {
      forget_pending (executor);
      return executor->context->result == VK_SUCCESS;
    }
  commands = g_new (VkCommandBuffer, executor->n_pending);
  for (guint i = 0; i < executor->n_pending; i++)
    {
      commands[i] = executor->commands[executor->pending[i]];
      acu_vulkan_add_work (executor->program, executor->pending[i], &executor->stages[executor->pending[i]],
                           &executor->counts.last_work);
    }
  executor->counts.submissions++;
  executor->counts.last_submissions++;
  if (acu_vulkan_submit (executor->context, commands, executor->n_pending))
    learn_pace (executor, 1e-6 * (double) (g_get_monotonic_time () - started));
  forget_pending (executor);
  return executor->context->result == VK_SUCCESS;
}

/* Here, and where the card reads it. */
static void
set_rows (Executor *executor, guint number, int first, int rows)
{
  AcuVulkanStageInfo *info = info_of (executor, number), *own = &executor->stages[number].info;

  acu_vulkan_set_rows (executor->program, number, &executor->stages[number], first, rows);
  info->first = own->first;
  info->rows = own->rows;
  info->dispatch = own->dispatch;
  info->last = own->last;
}

static gboolean
is_pending (const Executor *executor, guint stage)
{
  for (guint i = 0; i < executor->n_pending; i++)
    if (executor->pending[i] == stage)
      return TRUE;
  return FALSE;
}

static void
vulkan_reset (AcuExecutor *handle)
{
  Executor *executor = (Executor *) (void *) handle;

  forget_pending (executor);
  memset (executor->trouble.mapped, 0, sizeof (gint32));
  executor->counts.last_submissions = 0;
  memset (&executor->counts.last_work, 0, sizeof executor->counts.last_work);
}

static int
vulkan_piece (AcuExecutor *handle, guint stage, int rows)
{
  const Executor *executor = (Executor *) (void *) handle;

  return acu_vulkan_whole_rows ((int) CLAMP (DISPATCH_SECONDS / MAX (executor->pace[stage], 1e-12), 1, MIN (rows, ACU_VULKAN_MOST_GROUPS)), rows);
}

static gboolean
vulkan_run (AcuExecutor *handle, guint number, int first, int rows)
{
  Executor *executor = (Executor *) (void *) handle;

  if (is_pending (executor, number) && !flush (executor))
    return FALSE;
  set_rows (executor, number, first, rows);
  executor->pending[executor->n_pending++] = number;
  executor->pending_seconds += executor->pace[number] * rows;
  return executor->pending_seconds < SUBMISSION_SECONDS || flush (executor);
}

static void
vulkan_upload (AcuExecutor *handle, int first, int rows, const float *pixels)
{
  Executor *executor = (Executor *) (void *) handle;
  const AcuBuffer *buffer = &executor->program->buffers[0];
  gsize floats = (gsize) buffer->width * buffer->channels;
  const AcuVulkanStageInfo *info = &executor->stages[0].info;

  for (int y = first; y < first + rows; y++, pixels += floats)
    {
      /* Rows that follow one another go up as one, but none into the place of one that waits there. */
      if (executor->n_pending == 1 && executor->pending[0] == 0 && info->first + info->rows == y && info->rows < buffer->slots)
        set_rows (executor, 0, info->first, info->rows + 1);
      else
        {
          if (!flush (executor))
            return;
          set_rows (executor, 0, y, 1);
          executor->pending[executor->n_pending++] = 0;
        }
      executor->pending_seconds += executor->pace[0];
      memcpy ((float *) executor->in.mapped + (gsize) (y % buffer->slots) * floats, pixels, floats * sizeof (float));
    }
}

static gboolean
vulkan_complete (AcuExecutor *handle, GError **error)
{
  Executor *executor = (Executor *) (void *) handle;

  if (!flush (executor))
    return acu_vulkan_explain (executor->context, error);
  if (*(const volatile gint32 *) executor->trouble.mapped == 0)
    return TRUE;
  g_set_error (error, ACU_ERROR, ACU_ERROR_RANGE, _("The numbers of this picture are too large for fast arithmetic on the graphics card “%s”."),
               executor->context->device->info.title);
  return FALSE;
}

static int
vulkan_download (AcuExecutor *handle, int first, int rows, const float **pixels)
{
  const Executor *executor = (Executor *) (void *) handle;
  const AcuBuffer *buffer = &executor->program->buffers[executor->program->n_stages - 1];
  int slot = first % buffer->slots;

  *pixels = (const float *) executor->out.mapped + (gsize) slot * buffer->width * buffer->channels;
  return MIN (rows, buffer->slots - slot);
}

AcuVulkanCounts
acu_vulkan_counts (const AcuExecutor *handle)
{
  return ((const Executor *) (const void *) handle)->counts;
}

const AcuDevice acu_device_vulkan = {
  "vulkan", NULL, NULL, vulkan_bytes, vulkan_prepare, vulkan_reset, vulkan_upload, vulkan_run, NULL, vulkan_download, vulkan_free,
  .group = ACU_VULKAN_GROUP, .accept = vulkan_accept, .comfortable = vulkan_comfortable, .piece = vulkan_piece, .complete = vulkan_complete
};
