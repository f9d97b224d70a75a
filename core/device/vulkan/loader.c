/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "loader.h"

#include <dlfcn.h>
#include <string.h>

#ifdef __APPLE__
#define LIBRARY "libvulkan.1.dylib"
#else
#define LIBRARY "libvulkan.so.1"
#endif

static gboolean
has_extension (PFN_vkEnumerateInstanceExtensionProperties enumerate, const char *name)
{
  g_autofree VkExtensionProperties *all = NULL;
  guint32 n = 0;

  if (enumerate (NULL, &n, NULL) != VK_SUCCESS || !(all = g_try_new0 (VkExtensionProperties, n))
      || enumerate (NULL, &n, all) != VK_SUCCESS)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (strcmp (all[i].extensionName, name) == 0)
      return TRUE;
  return FALSE;
}

static VkInstance
create (PFN_vkGetInstanceProcAddr get)
{
  PFN_vkCreateInstance create_instance = (PFN_vkCreateInstance) get (NULL, "vkCreateInstance");
  PFN_vkEnumerateInstanceVersion version_of = (PFN_vkEnumerateInstanceVersion) get (NULL, "vkEnumerateInstanceVersion");
  PFN_vkEnumerateInstanceExtensionProperties enumerate
    = (PFN_vkEnumerateInstanceExtensionProperties) get (NULL, "vkEnumerateInstanceExtensionProperties");
  VkApplicationInfo application = {
    .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .pApplicationName = "Acuity", .pEngineName = "Acuity", .apiVersion = VK_API_VERSION_1_2
  };
  VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application };
  static const char *const portability[] = { "VK_KHR_portability_enumeration" };
  VkInstance instance = VK_NULL_HANDLE;
  guint32 version = 0;

  if (!create_instance || !version_of || !enumerate || version_of (&version) != VK_SUCCESS || version < VK_API_VERSION_1_2)
    return VK_NULL_HANDLE;
  if (has_extension (enumerate, portability[0]))
    {
      info.flags = 1;             /* VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR, which older headers lack */
      info.enabledExtensionCount = 1;
      info.ppEnabledExtensionNames = portability;
    }
  return create_instance (&info, NULL, &instance) == VK_SUCCESS ? instance : VK_NULL_HANDLE;
}

static gboolean
open_instance (AcuVulkanInstance *instance)
{
  void *library = dlopen (LIBRARY, RTLD_NOW | RTLD_LOCAL);
  PFN_vkGetInstanceProcAddr get = library ? (PFN_vkGetInstanceProcAddr) (void (*) (void)) dlsym (library, "vkGetInstanceProcAddr") : NULL;
  gboolean complete = TRUE;

  if (!get || !(instance->handle = create (get)))
    return FALSE;
#define FIND(name) complete &= (instance->name = (PFN_vk##name) get (instance->handle, "vk" #name)) != NULL;
  ACU_VULKAN_INSTANCE_FUNCTIONS (FIND)
#undef FIND
#ifdef VK_KHR_cooperative_matrix
  instance->GetPhysicalDeviceCooperativeMatrixPropertiesKHR = (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)
    get (instance->handle, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
#endif
  return complete;
}

const AcuVulkanInstance *
acu_vulkan_instance (void)
{
  static AcuVulkanInstance instance;
  static gsize once;
  static gboolean opened;

  if (g_once_init_enter (&once))
    {
      opened = open_instance (&instance);
      g_once_init_leave (&once, 1);
    }
  return opened ? &instance : NULL;
}

gboolean
acu_vulkan_find_functions (AcuVulkanFunctions *functions, VkDevice device)
{
  const AcuVulkanInstance *instance = acu_vulkan_instance ();
  gboolean complete = TRUE;

#define FIND(name) complete &= (functions->name = (PFN_vk##name) instance->GetDeviceProcAddr (device, "vk" #name)) != NULL;
  ACU_VULKAN_DEVICE_FUNCTIONS (FIND)
#undef FIND
  return complete;
}
