/* SPDX-License-Identifier: LGPL-3.0-or-later */
#include "matrices.h"

#include "fingerprint.h"

#include "bicubic_comp.h"
#include "bicubic_half_comp.h"
#include "conv2d_comp.h"
#include "conv2d_half_comp.h"
#include "conv2d_lanes_comp.h"
#include "conv2d_lanes_half_comp.h"
#ifdef ACU_VULKAN_HAS_MATRICES
#include "conv2d_matrices_half_comp.h"
#endif
#include "conv2d_twin_half_comp.h"
#include "deconv2d_comp.h"
#include "deconv2d_half_comp.h"
#include "depthwise_comp.h"
#include "depthwise_half_comp.h"
#include "elementwise_comp.h"
#include "elementwise_half_comp.h"
#include "global_pool_comp.h"
#include "global_pool_half_comp.h"
#include "input_comp.h"
#include "input_half_comp.h"

#include <glib/gstdio.h>
#include <string.h>

/* A driver's cache larger than this is none of ours. */
#define MOST_CACHE (64 << 20)

typedef struct Pipeline
{
  AcuVulkanShader shader;
  gint32 constants[ACU_VULKAN_CONSTANTS];
  VkPipeline handle;
} Pipeline;

/* Of maps in single precision, and of those in 16 bits. */
static const struct
{
  const guint32 *words[2];
  gsize bytes[2];
} shaders[ACU_VULKAN_SHADERS] = {
#define SHADER(name) { { name##_comp, name##_half_comp }, { sizeof name##_comp, sizeof name##_half_comp } }
  [ACU_VULKAN_INPUT] = SHADER (input),
  [ACU_VULKAN_CONV2D] = SHADER (conv2d),
  [ACU_VULKAN_DECONV2D] = SHADER (deconv2d),
  [ACU_VULKAN_ELEMENTWISE] = SHADER (elementwise),
  [ACU_VULKAN_BICUBIC] = SHADER (bicubic),
  [ACU_VULKAN_GLOBAL_POOL] = SHADER (global_pool),
  [ACU_VULKAN_CONV2D_LANES] = SHADER (conv2d_lanes),
  [ACU_VULKAN_DEPTHWISE] = SHADER (depthwise),
#define HALF_SHADER(name) { { NULL, name##_half_comp }, { 0, sizeof name##_half_comp } }
#ifdef ACU_VULKAN_HAS_MATRICES
  [ACU_VULKAN_CONV2D_MATRICES] = HALF_SHADER (conv2d_matrices),
#endif
  [ACU_VULKAN_CONV2D_TWIN] = HALF_SHADER (conv2d_twin)
};

char *
acu_vulkan_device_key (const AcuVulkanDevice *device)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const guint32 numbers[] = { device->vendor, device->number, device->driver_version };
  char *key;

  g_checksum_update (sum, (const guchar *) device->info.title, -1);
  g_checksum_update (sum, (const guchar *) device->info.driver, -1);
  g_checksum_update (sum, (const guchar *) numbers, sizeof numbers);
  g_checksum_update (sum, device->uuid, sizeof device->uuid);
  g_checksum_update (sum, device->driver_uuid, sizeof device->driver_uuid);
  g_checksum_update (sum, device->cache_uuid, sizeof device->cache_uuid);
  for (guint i = 0; i < ACU_VULKAN_SHADERS; i++)
    for (int half = 0; half < 2; half++)
      if (shaders[i].words[half])
        g_checksum_update (sum, (const guchar *) shaders[i].words[half], (gssize) shaders[i].bytes[half]);
  key = g_strdup (g_checksum_get_string (sum));
  key[32] = 0;
  return key;
}

static char *
cache_path (const AcuVulkanDevice *device)
{
  g_autofree char *key = acu_vulkan_device_key (device), *name = g_strconcat (key, ".pipelines", NULL);

  return g_build_filename (g_get_user_cache_dir (), "acuity", "vulkan", name, NULL);
}

/* The driver's cache behind its fingerprint; anything else is as good as none. */
static GBytes *
read_cache (const AcuVulkanDevice *device)
{
  g_autofree char *path = cache_path (device), *data = NULL;
  AcuFingerprint wanted, found;
  GStatBuf info;
  gsize bytes;

  if (g_lstat (path, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MOST_CACHE
      || !g_file_get_contents (path, &data, &bytes, NULL) || bytes <= sizeof wanted)
    return NULL;
  memcpy (&wanted, data, sizeof wanted);
  found = acu_fingerprint (data + sizeof wanted, bytes - sizeof wanted);
  return acu_fingerprint_equal (&wanted, &found) ? g_bytes_new (data + sizeof wanted, bytes - sizeof wanted) : NULL;
}

void
acu_vulkan_pipelines_keep (AcuVulkanContext *context)
{
  g_autofree char *path = cache_path (context->device), *folder = g_path_get_dirname (path), *data = NULL;
  AcuFingerprint print;
  gsize bytes = 0;

  if (context->result != VK_SUCCESS || context->vk.GetPipelineCacheData (context->handle, context->cache, &bytes, NULL) != VK_SUCCESS
      || bytes == context->cache_bytes || bytes > MOST_CACHE - sizeof print || !(data = g_try_malloc (bytes + sizeof print))
      || context->vk.GetPipelineCacheData (context->handle, context->cache, &bytes, data + sizeof print) != VK_SUCCESS)
    return;
  print = acu_fingerprint (data + sizeof print, bytes);
  memcpy (data, &print, sizeof print);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents_full (path, data, (gssize) (bytes + sizeof print), G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

static gboolean
create_layouts (AcuVulkanContext *context)
{
  VkDescriptorSetLayoutBinding bindings[1 + ACU_VULKAN_MOST_STORAGE];
  VkDescriptorSetLayoutCreateInfo set = {
    .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 1 + ACU_VULKAN_STORAGE + context->half, .pBindings = bindings
  };
  VkPipelineLayoutCreateInfo layout = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &context->set_layout
  };

  for (guint32 i = 0; i < G_N_ELEMENTS (bindings); i++)
    bindings[i] = (VkDescriptorSetLayoutBinding) {
      .binding = i, .descriptorType = i == 0 ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
      .descriptorCount = 1, .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT
    };
  return ACU_VULKAN_DO (context, CreateDescriptorSetLayout (context->handle, &set, NULL, &context->set_layout))
         && ACU_VULKAN_DO (context, CreatePipelineLayout (context->handle, &layout, NULL, &context->layout));
}

gboolean
acu_vulkan_pipelines_begin (AcuVulkanContext *context)
{
  VkPipelineCacheCreateInfo info = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  g_autoptr (GBytes) kept = read_cache (context->device);

  context->pipelines = g_array_new (FALSE, FALSE, sizeof (Pipeline));
  if (kept)
    info.pInitialData = g_bytes_get_data (kept, &info.initialDataSize);
  context->cache_bytes = info.initialDataSize;
  return create_layouts (context) && ACU_VULKAN_DO (context, CreatePipelineCache (context->handle, &info, NULL, &context->cache));
}

void
acu_vulkan_pipelines_end (AcuVulkanContext *context)
{
  for (guint i = 0; context->pipelines && i < context->pipelines->len; i++)
    context->vk.DestroyPipeline (context->handle, g_array_index (context->pipelines, Pipeline, i).handle, NULL);
  g_clear_pointer (&context->pipelines, g_array_unref);
  context->vk.DestroyPipelineCache (context->handle, context->cache, NULL);
  context->vk.DestroyPipelineLayout (context->handle, context->layout, NULL);
  context->vk.DestroyDescriptorSetLayout (context->handle, context->set_layout, NULL);
}

static VkPipeline
compile (AcuVulkanContext *context, const Pipeline *pipeline)
{
  VkShaderModuleCreateInfo module_info = {
    .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = shaders[pipeline->shader].bytes[context->half],
    .pCode = shaders[pipeline->shader].words[context->half]
  };
  VkSpecializationMapEntry entries[ACU_VULKAN_CONSTANTS];
  VkSpecializationInfo special = { ACU_VULKAN_CONSTANTS, entries, sizeof pipeline->constants, pipeline->constants };
  VkComputePipelineCreateInfo info = {
    .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO, .layout = context->layout, .basePipelineIndex = -1,
    .stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_COMPUTE_BIT, .pName = "main",
               .pSpecializationInfo = &special }
  };
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT subgroups;
  VkPipeline made = VK_NULL_HANDLE;

  for (guint32 i = 0; i < ACU_VULKAN_CONSTANTS; i++)
    entries[i] = (VkSpecializationMapEntry) { i, i * (guint32) sizeof (gint32), sizeof (gint32) };
  if (pipeline->shader == ACU_VULKAN_CONV2D_MATRICES)
    acu_vulkan_ask_for_subgroups (context->device, &info.stage, &subgroups);
  if (!ACU_VULKAN_DO (context, CreateShaderModule (context->handle, &module_info, NULL, &info.stage.module)))
    return VK_NULL_HANDLE;
  if (!ACU_VULKAN_DO (context, CreateComputePipelines (context->handle, context->cache, 1, &info, NULL, &made)))
    made = VK_NULL_HANDLE;
  context->vk.DestroyShaderModule (context->handle, info.stage.module, NULL);
  return made;
}

VkPipeline
acu_vulkan_pipeline (AcuVulkanContext *context, AcuVulkanShader shader, const gint32 *constants)
{
  Pipeline pipeline = { .shader = shader };

  memcpy (pipeline.constants, constants, sizeof pipeline.constants);
  for (guint i = 0; i < context->pipelines->len; i++)
    {
      const Pipeline *p = &g_array_index (context->pipelines, Pipeline, i);

      if (p->shader == shader && memcmp (p->constants, constants, sizeof p->constants) == 0)
        return p->handle;
    }
  pipeline.handle = compile (context, &pipeline);
  if (pipeline.handle)
    g_array_append_val (context->pipelines, pipeline);
  return pipeline.handle;
}
