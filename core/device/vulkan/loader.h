/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Vulkan's functions, found at run time: without a loader everything else works. */
#ifndef ACU_VULKAN_LOADER_H
#define ACU_VULKAN_LOADER_H

#define VK_NO_PROTOTYPES
#include <glib.h>
#include <vulkan/vulkan.h>

G_BEGIN_DECLS

#define ACU_VULKAN_INSTANCE_FUNCTIONS(F) \
  F (DestroyInstance) \
  F (EnumeratePhysicalDevices) \
  F (EnumerateDeviceExtensionProperties) \
  F (GetPhysicalDeviceProperties2) \
  F (GetPhysicalDeviceFeatures2) \
  F (GetPhysicalDeviceMemoryProperties2) \
  F (GetPhysicalDeviceQueueFamilyProperties) \
  F (CreateDevice) \
  F (GetDeviceProcAddr)

#define ACU_VULKAN_DEVICE_FUNCTIONS(F) \
  F (DestroyDevice) \
  F (GetDeviceQueue) \
  F (CreateBuffer) \
  F (DestroyBuffer) \
  F (GetBufferMemoryRequirements) \
  F (AllocateMemory) \
  F (FreeMemory) \
  F (BindBufferMemory) \
  F (MapMemory) \
  F (CreateShaderModule) \
  F (DestroyShaderModule) \
  F (CreateDescriptorSetLayout) \
  F (DestroyDescriptorSetLayout) \
  F (CreatePipelineLayout) \
  F (DestroyPipelineLayout) \
  F (CreatePipelineCache) \
  F (DestroyPipelineCache) \
  F (GetPipelineCacheData) \
  F (CreateComputePipelines) \
  F (DestroyPipeline) \
  F (CreateDescriptorPool) \
  F (DestroyDescriptorPool) \
  F (AllocateDescriptorSets) \
  F (UpdateDescriptorSets) \
  F (CreateCommandPool) \
  F (DestroyCommandPool) \
  F (AllocateCommandBuffers) \
  F (BeginCommandBuffer) \
  F (EndCommandBuffer) \
  F (CmdBindPipeline) \
  F (CmdBindDescriptorSets) \
  F (CmdPipelineBarrier) \
  F (CmdDispatchIndirect) \
  F (CmdCopyBuffer) \
  F (CreateFence) \
  F (DestroyFence) \
  F (ResetFences) \
  F (WaitForFences) \
  F (QueueSubmit) \
  F (DeviceWaitIdle)

#define ACU_VULKAN_DECLARE(name) PFN_vk##name name;

typedef struct AcuVulkanInstance
{
  VkInstance handle;
  ACU_VULKAN_INSTANCE_FUNCTIONS (ACU_VULKAN_DECLARE)
#ifdef VK_KHR_cooperative_matrix
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR GetPhysicalDeviceCooperativeMatrixPropertiesKHR;        /* may be NULL */
#endif
} AcuVulkanInstance;

typedef struct AcuVulkanFunctions
{
  ACU_VULKAN_DEVICE_FUNCTIONS (ACU_VULKAN_DECLARE)
} AcuVulkanFunctions;

#undef ACU_VULKAN_DECLARE

/* Vulkan 1.2 of this process, opened at the first call; NULL where there is none. It stays open. Thread-safe. */
const AcuVulkanInstance *acu_vulkan_instance (void);

/* FALSE where one is missing. */
gboolean acu_vulkan_find_functions (AcuVulkanFunctions *functions, VkDevice device) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
