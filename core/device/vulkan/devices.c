/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "matrices.h"

#include <string.h>

typedef struct Found
{
  AcuVulkanDevice **all;
  guint n;
} Found;

static void
find_extensions (AcuVulkanDevice *device)
{
  const AcuVulkanInstance *instance = acu_vulkan_instance ();
  g_autofree VkExtensionProperties *all = NULL;
  guint32 n = 0;

  if (instance->EnumerateDeviceExtensionProperties (device->physical, NULL, &n, NULL) != VK_SUCCESS
      || !(all = g_try_new0 (VkExtensionProperties, n))
      || instance->EnumerateDeviceExtensionProperties (device->physical, NULL, &n, all) != VK_SUCCESS)
    return;
  for (guint32 i = 0; i < n; i++)
    {
      device->tells_budget |= strcmp (all[i].extensionName, "VK_EXT_memory_budget") == 0;
      device->tells_subgroups |= strcmp (all[i].extensionName, "VK_EXT_subgroup_size_control") == 0;
      device->portability |= strcmp (all[i].extensionName, "VK_KHR_portability_subset") == 0;
      device->info.integers |= strcmp (all[i].extensionName, "VK_KHR_shader_integer_dot_product") == 0;
      device->info.matrices |= strcmp (all[i].extensionName, "VK_KHR_cooperative_matrix") == 0;
    }
}

static gboolean
find_queue (AcuVulkanDevice *device)
{
  VkQueueFamilyProperties families[32];
  guint32 n = G_N_ELEMENTS (families);

  acu_vulkan_instance ()->GetPhysicalDeviceQueueFamilyProperties (device->physical, &n, families);
  for (device->family = 0; device->family < n; device->family++)
    if (families[device->family].queueFlags & VK_QUEUE_COMPUTE_BIT)
      return TRUE;
  return FALSE;
}

static void
describe_memory (AcuVulkanDevice *device)
{
  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 };

  acu_vulkan_instance ()->GetPhysicalDeviceMemoryProperties2 (device->physical, &memory);
  device->memory = memory.memoryProperties;
  for (guint32 i = 0; i < device->memory.memoryHeapCount; i++)
    if (device->memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)
      device->info.memory = MAX (device->info.memory, device->memory.memoryHeaps[i].size);
}

static char *
driver_name (const VkPhysicalDeviceVulkan12Properties *properties, guint32 version)
{
  return properties->driverInfo[0] ? g_strdup_printf ("%s, %s", properties->driverName, properties->driverInfo)
                                   : g_strdup_printf ("%s, %u", properties->driverName, version);
}

/* Invocations of a subgroup that can read each other's numbers; 0 where a driver may make them narrower or wider from shader to shader. */
static gint32
find_subgroup (const AcuVulkanDevice *device, const VkPhysicalDeviceVulkan11Properties *some)
{
  VkPhysicalDeviceSubgroupSizeControlPropertiesEXT sizes = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES_EXT };
  VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &sizes };

  /* Whole subgroups make a workgroup. */
  if (!device->tells_subgroups || !(some->subgroupSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT)
      || !(some->subgroupSupportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT) || some->subgroupSize < 4 || ACU_VULKAN_LOCAL % some->subgroupSize != 0)
    return 0;
  acu_vulkan_instance ()->GetPhysicalDeviceProperties2 (device->physical, &all);
  return sizes.minSubgroupSize == some->subgroupSize && sizes.maxSubgroupSize == some->subgroupSize ? (gint32) some->subgroupSize : 0;
}

/* FALSE for devices that are too old or cannot compute. */
static gboolean
describe (AcuVulkanDevice *device, VkPhysicalDevice physical)
{
  const AcuVulkanInstance *instance = acu_vulkan_instance ();
  VkPhysicalDeviceVulkan12Properties more = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES };
  VkPhysicalDeviceVulkan11Properties some = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES, .pNext = &more };
  VkPhysicalDeviceProperties2 all = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2 };
  VkPhysicalDeviceVulkan12Features new_features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES };
  VkPhysicalDeviceVulkan11Features features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, .pNext = &new_features };
  VkPhysicalDeviceFeatures2 all_features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features };

  device->physical = physical;
  instance->GetPhysicalDeviceProperties2 (physical, &all);
  if (all.properties.apiVersion < VK_API_VERSION_1_2 || !find_queue (device))
    return FALSE;
  all.pNext = &some;
  instance->GetPhysicalDeviceProperties2 (physical, &all);
  instance->GetPhysicalDeviceFeatures2 (physical, &all_features);
  find_extensions (device);
  device->limits = all.properties.limits;
  device->vendor = all.properties.vendorID;
  device->number = all.properties.deviceID;
  device->driver_version = all.properties.driverVersion;
  device->software = device->info.software = all.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  device->most_allocation = some.maxMemoryAllocationSize;
  memcpy (device->uuid, some.deviceUUID, VK_UUID_SIZE);
  memcpy (device->driver_uuid, some.driverUUID, VK_UUID_SIZE);
  memcpy (device->cache_uuid, all.properties.pipelineCacheUUID, VK_UUID_SIZE);
  device->info.title = g_strdup (all.properties.deviceName);
  device->info.driver = driver_name (&more, all.properties.driverVersion);
  /* One storage buffer more than all devices have. */
  device->info.half = features.storageBuffer16BitAccess && device->limits.maxPerStageDescriptorStorageBuffers >= ACU_VULKAN_MOST_STORAGE;
  device->subgroup = find_subgroup (device, &some);
  acu_vulkan_find_matrices (device);
  device->info.matrices = device->side > 0;
  describe_memory (device);
  g_mutex_init (&device->lock);
  return TRUE;
}

/* What a user types to mean this one and no other. */
static char *
name_of (const Found *found, const AcuVulkanDevice *device)
{
  guint same = 1;

  for (guint i = 0; i < found->n; i++)
    same += g_str_equal (found->all[i]->info.title, device->info.title);
  return same == 1 ? g_strdup_printf ("vulkan:%s", device->info.title) : g_strdup_printf ("vulkan:%s #%u", device->info.title, same);
}

static Found
find (void)
{
  const AcuVulkanInstance *instance = acu_vulkan_instance ();
  VkPhysicalDevice physical[16];
  guint32 n = G_N_ELEMENTS (physical);
  Found found = { g_new0 (AcuVulkanDevice *, G_N_ELEMENTS (physical)), 0 };
  VkResult result = instance ? instance->EnumeratePhysicalDevices (instance->handle, &n, physical) : VK_ERROR_INITIALIZATION_FAILED;

  if (result != VK_SUCCESS && result != VK_INCOMPLETE)
    return found;
  for (int software = 0; software < 2; software++)
    for (guint32 i = 0; i < n; i++)
      {
        AcuVulkanDevice *device = g_new0 (AcuVulkanDevice, 1);

        if (!describe (device, physical[i]) || device->software != software)
          {
            g_free (device->info.title);
            g_free (device->info.driver);
            g_free (device);
            continue;
          }
        device->base = acu_device_vulkan;
        device->tile = acu_vulkan_plain_tile;
        device->base.name = device->info.name = name_of (&found, device);
        found.all[found.n++] = device;
      }
  return found;
}

AcuVulkanDevice *const *
acu_vulkan_devices (guint *n)
{
  static Found found;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      found = find ();
      g_once_init_leave (&once, 1);
    }
  *n = found.n;
  return found.all;
}
