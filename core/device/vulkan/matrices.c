/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "matrices.h"

#include <string.h>

#ifdef ACU_VULKAN_HAS_MATRICES
/* Sides that the shader is written for, the better one first. */
static const guint32 sides[] = { 16, 8 };

static gboolean
suits (const VkCooperativeMatrixPropertiesKHR *matrix, guint32 side)
{
  return matrix->MSize == side && matrix->NSize == side && matrix->KSize == side && matrix->AType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && matrix->BType == VK_COMPONENT_TYPE_FLOAT16_KHR && matrix->CType == VK_COMPONENT_TYPE_FLOAT32_KHR
         && matrix->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR && matrix->scope == VK_SCOPE_SUBGROUP_KHR;
}

static guint32
find_side (const AcuVulkanDevice *device)
{
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get = acu_vulkan_instance ()->GetPhysicalDeviceCooperativeMatrixPropertiesKHR;
  g_autofree VkCooperativeMatrixPropertiesKHR *all = NULL;
  guint32 n = 0;

  if (!get || get (device->physical, &n, NULL) != VK_SUCCESS || !(all = g_try_new0 (VkCooperativeMatrixPropertiesKHR, n)))
    return 0;
  for (guint32 i = 0; i < n; i++)
    all[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (get (device->physical, &n, all) != VK_SUCCESS)
    return 0;
  for (guint s = 0; s < G_N_ELEMENTS (sides); s++)
    for (guint32 i = 0; i < n; i++)
      if (suits (&all[i], sides[s]))
        return sides[s];
  return 0;
}

static gboolean
has_features (const AcuVulkanDevice *device)
{
  AcuVulkanMatrixFeatures found;
  VkPhysicalDeviceCooperativeMatrixPropertiesKHR stages = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_PROPERTIES_KHR };
  VkPhysicalDeviceProperties2 properties = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &stages };
  VkPhysicalDeviceFeatures2 features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2 };

  features.pNext = acu_vulkan_matrix_features (&found, NULL);
  acu_vulkan_instance ()->GetPhysicalDeviceFeatures2 (device->physical, &features);
  acu_vulkan_instance ()->GetPhysicalDeviceProperties2 (device->physical, &properties);
  return found.half.shaderFloat16 && found.memory.vulkanMemoryModel && found.subgroups.computeFullSubgroups && found.subgroups.subgroupSizeControl
         && found.matrices.cooperativeMatrix && stages.cooperativeMatrixSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT;
}

void
acu_vulkan_find_matrices (AcuVulkanDevice *device)
{
  VkPhysicalDeviceSubgroupSizeControlPropertiesEXT sizes = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT };
  VkPhysicalDeviceVulkan11Properties some = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES, .pNext = &sizes };
  VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &some };
  guint32 side;

  if (!device->info.matrices || !device->info.half || !device->tells_subgroups || !has_features (device) || (side = find_side (device)) == 0)
    return;
  acu_vulkan_instance ()->GetPhysicalDeviceProperties2 (device->physical, &all);
  device->asks_together = (sizes.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
  if ((!device->asks_together && sizes.minSubgroupSize != sizes.maxSubgroupSize) || some.subgroupSize == 0 || side * side % some.subgroupSize != 0
      || some.subgroupSize * ACU_VULKAN_SUBGROUPS > device->limits.maxComputeWorkGroupInvocations
      || some.subgroupSize > device->limits.maxComputeWorkGroupSize[0])
    return;
  device->together = (gint32) some.subgroupSize;
  device->side = (gint32) side;
}
#else
void
acu_vulkan_find_matrices (AcuVulkanDevice *device)
{
  /* Where the shader could not be compiled, its device is none of that kind. */
}
#endif

void *
acu_vulkan_matrix_features (AcuVulkanMatrixFeatures *features, void *next)
{
  memset (features, 0, sizeof *features);
  features->half = (VkPhysicalDeviceShaderFloat16Int8Features) {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, .pNext = &features->memory, .shaderFloat16 = VK_TRUE
  };
  features->memory = (VkPhysicalDeviceVulkanMemoryModelFeatures) {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES, .pNext = &features->subgroups, .vulkanMemoryModel = VK_TRUE
  };
  features->subgroups = (VkPhysicalDeviceSubgroupSizeControlFeaturesEXT) {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES_EXT, .pNext = next, .subgroupSizeControl = VK_TRUE,
    .computeFullSubgroups = VK_TRUE
  };
  features->extensions[0] = "VK_EXT_subgroup_size_control";
  features->extensions[1] = "VK_KHR_cooperative_matrix";
#ifdef VK_KHR_cooperative_matrix
  features->subgroups.pNext = &features->matrices;
  features->matrices = (VkPhysicalDeviceCooperativeMatrixFeaturesKHR) {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR, .pNext = next, .cooperativeMatrix = VK_TRUE
  };
#endif
  return &features->half;
}

void
acu_vulkan_ask_for_subgroups (const AcuVulkanDevice *device, VkPipelineShaderStageCreateInfo *stage,
                              VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT *size)
{
  *size = (VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT) {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO_EXT, .requiredSubgroupSize = (guint32) device->together
  };
  stage->flags |= VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT_EXT;
  if (device->asks_together)
    stage->pNext = size;
}
