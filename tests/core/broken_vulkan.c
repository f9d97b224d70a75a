/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Stands in for Vulkan's loader (ACUITY_TEST_VULKAN, its path), and fails: ACUITY_TEST_FAIL="FUNCTION N RESULT [on]" makes the N-th call of
 * that function, or all from it on, return RESULT without doing anything. "nan" and "black" for RESULT, of WaitForFences, spoil what the card
 * has written for the host instead. Says on standard error how often each function was called, if ACUITY_TEST_COUNT is set. With
 * ACUITY_TEST_DISGUISE, every device says that it is a card; with ACUITY_TEST_POISON, new memory is full of what is no number. A program that has loaded
 * it can set anew what fails, and ask for the counts. */
#define VK_NO_PROTOTYPES
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#ifdef VK_KHR_cooperative_matrix
#define MATRIX_FUNCTIONS(F) \
  F (GetPhysicalDeviceCooperativeMatrixPropertiesKHR, (VkPhysicalDevice a, uint32_t *b, VkCooperativeMatrixPropertiesKHR *c), (a, b, c))
#else
#define MATRIX_FUNCTIONS(F)
#endif

#define FUNCTIONS(F) \
  MATRIX_FUNCTIONS (F) \
  F (CreateInstance, (const VkInstanceCreateInfo *a, const VkAllocationCallbacks *b, VkInstance *c), (a, b, c)) \
  F (EnumeratePhysicalDevices, (VkInstance a, uint32_t *b, VkPhysicalDevice *c), (a, b, c)) \
  F (EnumerateDeviceExtensionProperties, (VkPhysicalDevice a, const char *b, uint32_t *c, VkExtensionProperties *d), (a, b, c, d)) \
  F (CreateDevice, (VkPhysicalDevice a, const VkDeviceCreateInfo *b, const VkAllocationCallbacks *c, VkDevice *d), (a, b, c, d)) \
  F (CreateBuffer, (VkDevice a, const VkBufferCreateInfo *b, const VkAllocationCallbacks *c, VkBuffer *d), (a, b, c, d)) \
  F (AllocateMemory, (VkDevice a, const VkMemoryAllocateInfo *b, const VkAllocationCallbacks *c, VkDeviceMemory *d), (a, b, c, d)) \
  F (BindBufferMemory, (VkDevice a, VkBuffer b, VkDeviceMemory c, VkDeviceSize d), (a, b, c, d)) \
  F (MapMemory, (VkDevice a, VkDeviceMemory b, VkDeviceSize c, VkDeviceSize d, VkMemoryMapFlags e, void **f), (a, b, c, d, e, f)) \
  F (CreateShaderModule, (VkDevice a, const VkShaderModuleCreateInfo *b, const VkAllocationCallbacks *c, VkShaderModule *d), (a, b, c, d)) \
  F (CreateDescriptorSetLayout, (VkDevice a, const VkDescriptorSetLayoutCreateInfo *b, const VkAllocationCallbacks *c, VkDescriptorSetLayout *d), (a, b, c, d)) \
  F (CreatePipelineLayout, (VkDevice a, const VkPipelineLayoutCreateInfo *b, const VkAllocationCallbacks *c, VkPipelineLayout *d), (a, b, c, d)) \
  F (CreatePipelineCache, (VkDevice a, const VkPipelineCacheCreateInfo *b, const VkAllocationCallbacks *c, VkPipelineCache *d), (a, b, c, d)) \
  F (GetPipelineCacheData, (VkDevice a, VkPipelineCache b, size_t *c, void *d), (a, b, c, d)) \
  F (CreateComputePipelines, (VkDevice a, VkPipelineCache b, uint32_t c, const VkComputePipelineCreateInfo *d, const VkAllocationCallbacks *e, VkPipeline *f), (a, b, c, d, e, f)) \
  F (CreateDescriptorPool, (VkDevice a, const VkDescriptorPoolCreateInfo *b, const VkAllocationCallbacks *c, VkDescriptorPool *d), (a, b, c, d)) \
  F (AllocateDescriptorSets, (VkDevice a, const VkDescriptorSetAllocateInfo *b, VkDescriptorSet *c), (a, b, c)) \
  F (CreateCommandPool, (VkDevice a, const VkCommandPoolCreateInfo *b, const VkAllocationCallbacks *c, VkCommandPool *d), (a, b, c, d)) \
  F (AllocateCommandBuffers, (VkDevice a, const VkCommandBufferAllocateInfo *b, VkCommandBuffer *c), (a, b, c)) \
  F (BeginCommandBuffer, (VkCommandBuffer a, const VkCommandBufferBeginInfo *b), (a, b)) \
  F (EndCommandBuffer, (VkCommandBuffer a), (a)) \
  F (CreateFence, (VkDevice a, const VkFenceCreateInfo *b, const VkAllocationCallbacks *c, VkFence *d), (a, b, c, d)) \
  F (ResetFences, (VkDevice a, uint32_t b, const VkFence *c), (a, b, c)) \
  F (WaitForFences, (VkDevice a, uint32_t b, const VkFence *c, VkBool32 d, uint64_t e), (a, b, c, d, e)) \
  F (QueueSubmit, (VkQueue a, uint32_t b, const VkSubmitInfo *c, VkFence d), (a, b, c, d))

enum
{
#define NUMBER(name, types, values) F_##name,
  FUNCTIONS (NUMBER)
  N_FUNCTIONS
};

static const char *const names[] = {
#define NAME(name, types, values) #name,
  FUNCTIONS (NAME)
};

static unsigned calls[N_FUNCTIONS];
/* The second memory of a device that the host sees is what it reads the result from; its buffer is the one made last before. */
static unsigned mapped;
static float *result_memory;
static size_t result_bytes, last_bytes;

/* What fails: a function, its call, how, and whether all later ones do as well. */
static struct
{
  int known;                      /* 0: not asked for yet; -1: nothing */
  char name[64], word[64], rest[8];
  unsigned which;
} failure;

static void
set_failure (const char *text)
{
  memset (&failure, 0, sizeof failure);
  failure.known = text && sscanf (text, "%63s %u %63s %7s", failure.name, &failure.which, failure.word, failure.rest) >= 3 ? 1 : -1;
}

/* Whether this call is to fail; *how gets the word that says how. */
static int
fails (int function, const char **how)
{
  if (!failure.known)
    set_failure (getenv ("ACUITY_TEST_FAIL"));
  calls[function]++;
  *how = failure.word;
  return failure.known > 0 && strcmp (failure.name, names[function]) == 0
         && (calls[function] == failure.which || (failure.rest[0] && calls[function] > failure.which));
}

/* For the program. The first: from now on, as in ACUITY_TEST_FAIL; NULL for nothing; counts begin again. The second: how often a function was called
 * since then, and its name; NULL after the last one. */
void broken_vulkan_fail (const char *text);
const char *broken_vulkan_calls (unsigned function, unsigned *n);

__attribute__ ((visibility ("default"))) void
broken_vulkan_fail (const char *text)
{
  memset (calls, 0, sizeof calls);
  set_failure (text);
}

__attribute__ ((visibility ("default"))) const char *
broken_vulkan_calls (unsigned function, unsigned *n)
{
  if (function >= N_FUNCTIONS)
    return NULL;
  *n = calls[function];
  return names[function];
}

static unsigned spoilt;

static void
spoil (const char *how)
{
  spoilt += result_memory != NULL;
  for (size_t i = 0; result_memory && i < result_bytes / sizeof (float); i++)
    result_memory[i] = how[0] == 'n' ? NAN : 0;
}

#define WRAP(name, types, values) \
  static PFN_vk##name real_##name; \
  static VkResult VKAPI_CALL wrapped_##name types \
  { \
    const char *how; \
    int spoils = 0; \
    VkResult result; \
    if (fails (F_##name, &how)) \
      { \
        if (how[0] == '-' || (how[0] >= '0' && how[0] <= '9')) \
          return (VkResult) atoi (how); \
        spoils = 1; \
      } \
    result = real_##name values; \
    if (spoils) \
      spoil (how); \
    return result; \
  }

FUNCTIONS (WRAP)

static VkResult VKAPI_CALL
noting_CreateDevice (VkPhysicalDevice a, const VkDeviceCreateInfo *b, const VkAllocationCallbacks *c, VkDevice *d)
{
  mapped = 0;
  result_memory = NULL;
  return wrapped_CreateDevice (a, b, c, d);
}

static VkResult VKAPI_CALL
noting_CreateBuffer (VkDevice a, const VkBufferCreateInfo *b, const VkAllocationCallbacks *c, VkBuffer *d)
{
  last_bytes = b->size;
  return wrapped_CreateBuffer (a, b, c, d);
}

static VkResult VKAPI_CALL
noting_MapMemory (VkDevice a, VkDeviceMemory b, VkDeviceSize c, VkDeviceSize d, VkMemoryMapFlags e, void **f)
{
  VkResult result = wrapped_MapMemory (a, b, c, d, e, f);

  if (result == VK_SUCCESS && ++mapped == 2)
    {
      result_memory = *f;
      result_bytes = last_bytes;
    }
  return result;
}

static PFN_vkGetDeviceProcAddr real_GetDeviceProcAddr;

/* All ones are no number in 16 bits or 32, and minus one. Of lavapipe's memory the host sees all. */
static VkResult VKAPI_CALL
poisoning_AllocateMemory (VkDevice a, const VkMemoryAllocateInfo *b, const VkAllocationCallbacks *c, VkDeviceMemory *d)
{
  VkResult result = wrapped_AllocateMemory (a, b, c, d);
  PFN_vkMapMemory map = (PFN_vkMapMemory) real_GetDeviceProcAddr (a, "vkMapMemory");
  PFN_vkUnmapMemory unmap = (PFN_vkUnmapMemory) real_GetDeviceProcAddr (a, "vkUnmapMemory");
  void *bytes;

  if (result == VK_SUCCESS && map (a, *d, 0, VK_WHOLE_SIZE, 0, &bytes) == VK_SUCCESS)
    {
      memset (bytes, 0xff, b->allocationSize);
      unmap (a, *d);
    }
  return result;
}

static PFN_vkGetPhysicalDeviceProperties2 real_GetPhysicalDeviceProperties2;

static void VKAPI_CALL
disguised_GetPhysicalDeviceProperties2 (VkPhysicalDevice device, VkPhysicalDeviceProperties2 *properties)
{
  real_GetPhysicalDeviceProperties2 (device, properties);
  properties->properties.deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
}

static PFN_vkGetInstanceProcAddr real_GetInstanceProcAddr;

/* Ours in place of what was found. */
static PFN_vkVoidFunction
wrap (const char *function, PFN_vkVoidFunction found)
{
#define CHOOSE(name, types, values) \
  if (found && strcmp (function, "vk" #name) == 0) \
    { \
      real_##name = (PFN_vk##name) found; \
      found = (PFN_vkVoidFunction) wrapped_##name; \
    }
  FUNCTIONS (CHOOSE)
  if (found == (PFN_vkVoidFunction) wrapped_CreateDevice)
    return (PFN_vkVoidFunction) noting_CreateDevice;
  if (found == (PFN_vkVoidFunction) wrapped_AllocateMemory && getenv ("ACUITY_TEST_POISON"))
    return (PFN_vkVoidFunction) poisoning_AllocateMemory;
  if (found == (PFN_vkVoidFunction) wrapped_CreateBuffer)
    return (PFN_vkVoidFunction) noting_CreateBuffer;
  return found == (PFN_vkVoidFunction) wrapped_MapMemory ? (PFN_vkVoidFunction) noting_MapMemory : found;
}

static PFN_vkVoidFunction VKAPI_CALL
wrapped_GetDeviceProcAddr (VkDevice device, const char *function)
{
  return wrap (function, real_GetDeviceProcAddr (device, function));
}

static void
tell (void)
{
  if (getenv ("ACUITY_TEST_COUNT"))
    fprintf (stderr, "spoilt %u\n", spoilt);
  for (int i = 0; i < N_FUNCTIONS && getenv ("ACUITY_TEST_COUNT"); i++)
    fprintf (stderr, "calls %s %u\n", names[i], calls[i]);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vkGetInstanceProcAddr (VkInstance instance, const char *function);

__attribute__ ((visibility ("default"))) PFN_vkVoidFunction
vkGetInstanceProcAddr (VkInstance instance, const char *function)
{
  PFN_vkVoidFunction found;

  if (!real_GetInstanceProcAddr)
    {
      void *library = dlopen (getenv ("ACUITY_TEST_VULKAN"), RTLD_NOW | RTLD_LOCAL);

      real_GetInstanceProcAddr = library ? (PFN_vkGetInstanceProcAddr) (void (*) (void)) dlsym (library, "vkGetInstanceProcAddr") : NULL;
      if (!real_GetInstanceProcAddr)
        return NULL;
      atexit (tell);
    }
  found = real_GetInstanceProcAddr (instance, function);
  if (found && strcmp (function, "vkGetDeviceProcAddr") == 0)
    {
      real_GetDeviceProcAddr = (PFN_vkGetDeviceProcAddr) found;
      return (PFN_vkVoidFunction) wrapped_GetDeviceProcAddr;
    }
  if (found && strcmp (function, "vkGetPhysicalDeviceProperties2") == 0 && getenv ("ACUITY_TEST_DISGUISE"))
    {
      real_GetPhysicalDeviceProperties2 = (PFN_vkGetPhysicalDeviceProperties2) found;
      return (PFN_vkVoidFunction) disguised_GetPhysicalDeviceProperties2;
    }
  return wrap (function, found);
}
