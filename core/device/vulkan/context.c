/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "matrices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A submission is meant to take a twentieth of a second. Waiting is counted in waits, so that a process that is stopped loses one only. */
#define WAIT_NANOSECONDS G_GUINT64_CONSTANT (1000000000)
#define MOST_WAITS 30
/* Without a card there is nothing to hang, and a busy processor compiles shaders slowly. */
#define MOST_WAITS_SOFTWARE 900

gboolean
acu_vulkan_check (AcuVulkanContext *context, VkResult result, const char *what)
{
  if (result == VK_SUCCESS)
    return TRUE;
  if (context->result == VK_SUCCESS)
    {
      context->result = result;
      context->failed = what;
      g_debug ("%s: %s: %d", context->device->info.title, what, result);
    }
  return FALSE;
}

gboolean
acu_vulkan_explain (const AcuVulkanContext *context, GError **error)
{
  const char *title = context->device->info.title;

  if (context->result == VK_ERROR_OUT_OF_DEVICE_MEMORY || context->result == VK_ERROR_OUT_OF_HOST_MEMORY)
    g_set_error (error, ACU_ERROR, ACU_ERROR_MEMORY, _("The graphics card “%s” has not enough memory for this picture."), title);
  else
    g_set_error (error, ACU_ERROR, ACU_ERROR_DEVICE, _("The graphics card “%s” stopped working (Vulkan error %d)."), title,
                 context->result);
  return FALSE;
}

static gboolean
create_device (AcuVulkanContext *context)
{
  const AcuVulkanDevice *device = context->device;
  const AcuVulkanInstance *instance = acu_vulkan_instance ();
  const char *extensions[3];
  guint32 n_extensions = 0;
  AcuVulkanMatrixFeatures matrices;
  float priority = 0.5f;
  VkDeviceQueueCreateInfo queue = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = device->family, .queueCount = 1, .pQueuePriorities = &priority
  };
  VkPhysicalDevice16BitStorageFeatures half = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, .storageBuffer16BitAccess = VK_TRUE
  };
  VkDeviceCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pNext = context->half ? &half : NULL, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue,
    .ppEnabledExtensionNames = extensions
  };
  VkDevice handle;

  if (device->portability)
    extensions[n_extensions++] = "VK_KHR_portability_subset";
  if (context->half && device->tile.matrices == ACU_VULKAN_MATRICES)
    {
      info.pNext = acu_vulkan_matrix_features (&matrices, &half);
      for (guint i = 0; i < G_N_ELEMENTS (matrices.extensions); i++)
        extensions[n_extensions++] = matrices.extensions[i];
    }
  info.enabledExtensionCount = n_extensions;
  if (!acu_vulkan_check (context, instance->CreateDevice (device->physical, &info, NULL, &handle), "CreateDevice"))
    return FALSE;
  if (!acu_vulkan_find_functions (&context->vk, handle))
    {
      if (context->vk.DestroyDevice)
        context->vk.DestroyDevice (handle, NULL);
      return acu_vulkan_check (context, VK_ERROR_INITIALIZATION_FAILED, "GetDeviceProcAddr");
    }
  context->handle = handle;
  context->vk.GetDeviceQueue (handle, device->family, 0, &context->queue);
  return TRUE;
}

static gboolean
create_commands (AcuVulkanContext *context)
{
  VkCommandPoolCreateInfo pool = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = context->device->family };
  VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };

  return ACU_VULKAN_DO (context, CreateCommandPool (context->handle, &pool, NULL, &context->commands))
         && ACU_VULKAN_DO (context, CreateFence (context->handle, &fence, NULL, &context->fence));
}

AcuVulkanContext *
acu_vulkan_context_new (const AcuVulkanDevice *device, gboolean half, GError **error)
{
  AcuVulkanContext *context = g_new0 (AcuVulkanContext, 1);

  context->device = device;
  context->half = half;
  if (create_device (context) && create_commands (context) && acu_vulkan_pipelines_begin (context))
    return context;
  acu_vulkan_explain (context, error);
  acu_vulkan_context_free (context);
  return NULL;
}

void
acu_vulkan_settle (AcuVulkanContext *context)
{
  /* Of a lost device this returns at once. One that has not answered for long may never do so. */
  if (context->handle && context->result != VK_TIMEOUT && context->vk.DeviceWaitIdle (context->handle) != VK_SUCCESS)
    g_debug ("%s: it is lost", context->device->info.title);
}

void
acu_vulkan_context_free (AcuVulkanContext *context)
{
  if (!context)
    return;
  /* What may still be running must not be taken away from under it; a device that has hung is left to the system. */
  if (context->handle && context->result != VK_TIMEOUT)
    {
      acu_vulkan_pipelines_end (context);
      context->vk.DestroyFence (context->handle, context->fence, NULL);
      context->vk.DestroyCommandPool (context->handle, context->commands, NULL);
      context->vk.DestroyDevice (context->handle, NULL);
    }
  g_free (context);
}

/* Whether memory of this type serves, and not only just: the second choice leaves out what would only be good. */
static gboolean
suits (VkMemoryPropertyFlags flags, AcuVulkanPlace place, gboolean second_choice)
{
  const VkMemoryPropertyFlags seen = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;

  if (flags & (VK_MEMORY_PROPERTY_PROTECTED_BIT | VK_MEMORY_PROPERTY_LAZILY_ALLOCATED_BIT))
    return FALSE;
  if (place == ACU_VULKAN_ON_DEVICE)
    return second_choice || flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  return (flags & seen) == seen && (place == ACU_VULKAN_WRITTEN || second_choice || flags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
}

static VkResult
find_memory (AcuVulkanContext *context, AcuVulkanMemory *memory, AcuVulkanPlace place)
{
  const VkPhysicalDeviceMemoryProperties *all = &context->device->memory;
  VkMemoryAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO };
  VkResult result = VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkMemoryRequirements needs;

  context->vk.GetBufferMemoryRequirements (context->handle, memory->buffer, &needs);
  info.allocationSize = needs.size;
  for (int choice = 0; choice < 2; choice++)
    for (guint32 type = 0; type < all->memoryTypeCount; type++)
      if (needs.memoryTypeBits & (guint32) 1 << type && suits (all->memoryTypes[type].propertyFlags, place, choice > 0))
        {
          info.memoryTypeIndex = type;
          result = context->vk.AllocateMemory (context->handle, &info, NULL, &memory->memory);
          if (result == VK_SUCCESS || result == VK_ERROR_DEVICE_LOST)
            return result;
        }
  return result;
}

gboolean
acu_vulkan_allocate (AcuVulkanContext *context, AcuVulkanMemory *memory, guint64 bytes, AcuVulkanPlace place)
{
  VkBufferCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = MAX (bytes, 16), .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
    .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT
             | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT
  };

  if (!ACU_VULKAN_DO (context, CreateBuffer (context->handle, &info, NULL, &memory->buffer))
      || !acu_vulkan_check (context, find_memory (context, memory, place), "AllocateMemory")
      || !ACU_VULKAN_DO (context, BindBufferMemory (context->handle, memory->buffer, memory->memory, 0)))
    return FALSE;
  memory->bytes = info.size;
  if (place == ACU_VULKAN_ON_DEVICE)
    return TRUE;
  if (!ACU_VULKAN_DO (context, MapMemory (context->handle, memory->memory, 0, VK_WHOLE_SIZE, 0, &memory->mapped)))
    return FALSE;
  memset (memory->mapped, 0, info.size);
  return TRUE;
}

void
acu_vulkan_release (AcuVulkanContext *context, AcuVulkanMemory *memory)
{
  /* Memory that is mapped is unmapped with it. */
  if (context->result != VK_TIMEOUT)
    {
      context->vk.DestroyBuffer (context->handle, memory->buffer, NULL);
      context->vk.FreeMemory (context->handle, memory->memory, NULL);
    }
  memset (memory, 0, sizeof *memory);
}

gboolean
acu_vulkan_submit (AcuVulkanContext *context, const VkCommandBuffer *commands, guint n)
{
  VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = n, .pCommandBuffers = commands };
  int most = context->device->software ? MOST_WAITS_SOFTWARE : MOST_WAITS;
  VkResult waited = VK_TIMEOUT;

  if (context->result != VK_SUCCESS || !ACU_VULKAN_DO (context, ResetFences (context->handle, 1, &context->fence))
      || !ACU_VULKAN_DO (context, QueueSubmit (context->queue, 1, &info, context->fence)))
    return FALSE;
  for (int i = 0; i < most && waited == VK_TIMEOUT; i++)
    waited = context->vk.WaitForFences (context->handle, 1, &context->fence, VK_TRUE, WAIT_NANOSECONDS);
  return acu_vulkan_check (context, waited, "WaitForFences");
}

static void
record_copy (AcuVulkanContext *context, VkCommandBuffer commands, const AcuVulkanMemory *to, guint64 offset,
             const AcuVulkanMemory *from, guint64 bytes)
{
  const VkBufferCopy copy = { 0, offset, bytes };
  const VkMemoryBarrier barrier = {
    .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT, .dstAccessMask = VK_ACCESS_SHADER_READ_BIT
  };

  context->vk.CmdCopyBuffer (commands, from->buffer, to->buffer, 1, &copy);
  context->vk.CmdPipelineBarrier (commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &barrier, 0, NULL,
                                  0, NULL);
}

gboolean
acu_vulkan_copy (AcuVulkanContext *context, const AcuVulkanMemory *to, guint64 offset, const AcuVulkanMemory *from, guint64 bytes)
{
  VkCommandPoolCreateInfo pool_info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = context->device->family,
    .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT
  };
  VkCommandBufferAllocateInfo buffer_info = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY, .commandBufferCount = 1
  };
  VkCommandBufferBeginInfo begin = {
    .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT
  };
  VkCommandPool pool;
  VkCommandBuffer commands;
  gboolean done = FALSE;

  if (!ACU_VULKAN_DO (context, CreateCommandPool (context->handle, &pool_info, NULL, &pool)))
    return FALSE;
  buffer_info.commandPool = pool;
  if (ACU_VULKAN_DO (context, AllocateCommandBuffers (context->handle, &buffer_info, &commands))
      && ACU_VULKAN_DO (context, BeginCommandBuffer (commands, &begin)))
    {
      record_copy (context, commands, to, offset, from, bytes);
      done = ACU_VULKAN_DO (context, EndCommandBuffer (commands)) && acu_vulkan_submit (context, &commands, 1);
    }
  if (!done)
    acu_vulkan_settle (context);
  if (context->result != VK_TIMEOUT)
    context->vk.DestroyCommandPool (context->handle, pool, NULL);
  return done;
}
