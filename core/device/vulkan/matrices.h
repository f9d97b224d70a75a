/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Convolutions as products of matrices: which devices can, and which convolutions; see shaders/conv2d_matrices.comp. */
#ifndef ACU_VULKAN_MATRICES_H
#define ACU_VULKAN_MATRICES_H

#include "vk.h"

G_BEGIN_DECLS

/* Of a workgroup that multiplies matrices. */
#define ACU_VULKAN_SUBGROUPS 4

/* matrices.c: notes in a device that is described what matrices it multiplies: of as many rows as columns, factors in 16 bits, sums in 32. */
void acu_vulkan_find_matrices (AcuVulkanDevice *device);

/* What a device is asked for so that its shaders may multiply matrices. */
typedef struct AcuVulkanMatrixFeatures
{
  VkPhysicalDeviceShaderFloat16Int8Features half;
  VkPhysicalDeviceVulkanMemoryModelFeatures memory;
  VkPhysicalDeviceSubgroupSizeControlFeaturesEXT subgroups;
#ifdef VK_KHR_cooperative_matrix
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrices;
#endif
  const char *extensions[2];
} AcuVulkanMatrixFeatures;

/* Fills what is asked for; `next` follows. Returns what is first. It stays valid as long as `features`. */
void *acu_vulkan_matrix_features (AcuVulkanMatrixFeatures *features, void *next);

/* Makes a shader's subgroups as large as a matrix needs; `size` is to live until the pipeline is made. */
void acu_vulkan_ask_for_subgroups (const AcuVulkanDevice *device, VkPipelineShaderStageCreateInfo *stage,
                                   VkPipelineShaderStageRequiredSubgroupSizeCreateInfoEXT *size);

/* matrix_stages.c: whether the device's tile makes this stage by matrices: maps in 16 bits, every pixel, little that only fills matrices up, and no more than
 * workgroups have room for. */
gboolean acu_vulkan_by_matrices (const AcuProgram *program, const AcuStage *stage);
/* Of such a stage, groups of output channels, filled up; groups of four numbers that its weights take; the weights themselves. */
int acu_vulkan_matrix_groups (const AcuProgram *program, const AcuStage *stage);
guint64 acu_vulkan_matrix_fours (const AcuProgram *program, const AcuStage *stage);
void acu_vulkan_fill_matrices (const AcuProgram *program, const AcuStage *stage, const float *weights, guint16 *numbers);
/* Changes what is described for other shaders. */
void acu_vulkan_describe_matrices (const AcuProgram *program, const AcuStage *stage, AcuVulkanStage *described);
/* Multiplications and additions of a dispatch. */
double acu_vulkan_matrix_operations (const AcuVulkanStage *described);

G_END_DECLS

#endif
