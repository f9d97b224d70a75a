/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Graphics cards through Vulkan 1.2; what it leaves optional is used where it is there, and nothing of that is needed.
 *
 * Every stage has a command buffer that is recorded once; which of its rows are made stands in memory that the card reads. A
 * submission is a list of stages. What is asked of the device waits until it is worth a submission, or is needed. */
#ifndef ACU_VULKAN_H
#define ACU_VULKAN_H

#include "device.h"
#include "loader.h"

#include <acuity/devices.h>

G_BEGIN_DECLS

/* Channels are kept in groups of so many. */
#define ACU_VULKAN_GROUP 4

/* What multiplies matrices in convolutions of maps in 16 bits. */
typedef enum AcuVulkanMatrices
{
  ACU_VULKAN_NO_MATRICES,
  ACU_VULKAN_MATRICES,            /* the device */
  ACU_VULKAN_MATRICES_TWIN        /* the shader's twin, for tests */
} AcuVulkanMatrices;

/* How a convolution's work is parted. */
typedef struct AcuVulkanTile
{
  gint32 pixels, groups;          /* of an invocation, at most: what it reads is used that often */
  gint32 lanes;                   /* not 0: invocations of a subgroup, which hand each other the weights */
  gint32 matrices;                /* AcuVulkanMatrices: what they are not made for is made as above */
  gint32 rows;                    /* of a subgroup that multiplies matrices */
} AcuVulkanTile;

extern const AcuVulkanTile acu_vulkan_plain_tile;
/* Invocations of a workgroup; 128 would be allowed everywhere. */
#define ACU_VULKAN_LOCAL 64
/* Workgroups of a dispatch in one direction; more is not allowed everywhere. */
#define ACU_VULKAN_MOST_GROUPS 65535
/* A workgroup's rows, at most. */
#define ACU_VULKAN_ROWS 8

typedef struct AcuVulkanDevice
{
  AcuDevice base;                 /* first: a device is handed around as that */
  AcuDeviceInfo info;
  VkPhysicalDevice physical;
  VkPhysicalDeviceLimits limits;
  VkPhysicalDeviceMemoryProperties memory;
  guint64 most_allocation;        /* bytes of one allocation */
  guint32 family;                 /* of its compute queue */
  guint32 vendor, number, driver_version;
  guint8 uuid[VK_UUID_SIZE], driver_uuid[VK_UUID_SIZE], cache_uuid[VK_UUID_SIZE];
  gboolean software, tells_budget, portability, tells_subgroups;
  gint32 subgroup;                /* invocations that can read each other's numbers; 0: none */
  gint32 side, together;          /* of the matrices that it multiplies, 0: none; invocations of a subgroup that holds one */
  gboolean asks_together;         /* shaders must ask for that many */
  AcuVulkanTile tile;
  GMutex lock;                    /* of the test's result */
  AcuDeviceState state;
  double pace, processor_pace;    /* operations a second, its own and the processor's, when tested */
} AcuVulkanDevice;

/* Memory of the device. */
typedef struct AcuVulkanMemory
{
  VkBuffer buffer;
  VkDeviceMemory memory;
  void *mapped;                   /* NULL where the host cannot see it */
  guint64 bytes;
} AcuVulkanMemory;

typedef enum AcuVulkanPlace
{
  ACU_VULKAN_ON_DEVICE,           /* the host need not see it */
  ACU_VULKAN_WRITTEN,             /* by the host */
  ACU_VULKAN_READ                 /* by the host */
} AcuVulkanPlace;

/* Everything that is made on a device, and the first thing that failed: nothing is done after that. */
typedef struct AcuVulkanContext
{
  const AcuVulkanDevice *device;
  gboolean half;
  AcuVulkanFunctions vk;
  VkDevice handle;
  VkQueue queue;
  VkCommandPool commands;
  VkFence fence;
  VkPipelineCache cache;
  gsize cache_bytes;              /* that an earlier process has kept */
  VkDescriptorSetLayout set_layout;
  VkPipelineLayout layout;
  GArray *pipelines;              /* see pipelines.c */
  VkResult result;
  const char *failed;             /* what was being done */
} AcuVulkanContext;

/* Notes what failed first; TRUE if all is well. */
gboolean acu_vulkan_check (AcuVulkanContext *context, VkResult result, const char *what) G_GNUC_WARN_UNUSED_RESULT;
#define ACU_VULKAN_DO(context, call) acu_vulkan_check (context, (context)->vk.call, #call)
/* What failed, as an error: ACU_ERROR_DEVICE, or ACU_ERROR_MEMORY. Always FALSE. */
gboolean acu_vulkan_explain (const AcuVulkanContext *context, GError **error);

/* context.c: half: for programs with maps in 16 bits, which the device must have. */
AcuVulkanContext *acu_vulkan_context_new (const AcuVulkanDevice *device, gboolean half, GError **error);
/* Waits until nothing runs any more, before what is used is freed. */
void acu_vulkan_settle (AcuVulkanContext *context);
void acu_vulkan_context_free (AcuVulkanContext *context);
/* Memory of at least one byte; written with zeros where the host sees it. */
gboolean acu_vulkan_allocate (AcuVulkanContext *context, AcuVulkanMemory *memory, guint64 bytes, AcuVulkanPlace place) G_GNUC_WARN_UNUSED_RESULT;
void acu_vulkan_release (AcuVulkanContext *context, AcuVulkanMemory *memory);
/* Runs command buffers and waits for them, for some seconds at most. */
gboolean acu_vulkan_submit (AcuVulkanContext *context, const VkCommandBuffer *commands, guint n) G_GNUC_WARN_UNUSED_RESULT;
/* Copies from memory of the host's, `bytes` from its start. */
gboolean acu_vulkan_copy (AcuVulkanContext *context, const AcuVulkanMemory *to, guint64 offset, const AcuVulkanMemory *from, guint64 bytes) G_GNUC_WARN_UNUSED_RESULT;

/* pipelines.c */
typedef enum AcuVulkanShader
{
  ACU_VULKAN_INPUT,
  ACU_VULKAN_CONV2D,
  ACU_VULKAN_DECONV2D,
  ACU_VULKAN_ELEMENTWISE,
  ACU_VULKAN_BICUBIC,
  ACU_VULKAN_GLOBAL_POOL,
  ACU_VULKAN_CONV2D_LANES,
  ACU_VULKAN_DEPTHWISE,
  ACU_VULKAN_CONV2D_MATRICES,
  ACU_VULKAN_CONV2D_TWIN,
  ACU_VULKAN_SHADERS
} AcuVulkanShader;

#define ACU_VULKAN_CONSTANTS 16
/* Storage buffers: numbers, the map made, maps read, another one; and, with maps in 16 bits, the word that says whether one overflowed. */
#define ACU_VULKAN_STORAGE 4
#define ACU_VULKAN_MOST_STORAGE 5

/* A shader with its constants, compiled once a context; VK_NULL_HANDLE on failure. */
VkPipeline acu_vulkan_pipeline (AcuVulkanContext *context, AcuVulkanShader shader, const gint32 *constants);
gboolean acu_vulkan_pipelines_begin (AcuVulkanContext *context) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps the driver's cache for the next process. */
void acu_vulkan_pipelines_keep (AcuVulkanContext *context);
void acu_vulkan_pipelines_end (AcuVulkanContext *context);
/* A word that changes with the shaders, the device and its driver. Free with g_free(). */
char *acu_vulkan_device_key (const AcuVulkanDevice *device);

/* stages.c: what a stage is for the shaders. As `Stage` in shaders/common.glsl. */
typedef struct AcuVulkanMap
{
  gint32 width, height, channels, groups, slots, row, base, half;
} AcuVulkanMap;

typedef struct AcuVulkanStageInfo
{
  AcuVulkanMap to, from[ACU_STAGE_MAX_INPUTS];
  float scale[4];
  gint32 numbers[8];
  gint32 first, rows, columns, unused;          /* columns: as in AcuVulkanStage, for the shaders */
  VkDispatchIndirectCommand dispatch, last;     /* not for the shaders; of GLOBAL_POOL's second step */
} AcuVulkanStageInfo;

/* A range of some memory. */
typedef struct AcuVulkanRange
{
  guint64 offset, bytes;
} AcuVulkanRange;

typedef struct AcuVulkanStage
{
  AcuVulkanShader shader;
  gint32 constants[ACU_VULKAN_CONSTANTS];
  AcuVulkanStageInfo info;        /* rows and dispatch but for y: to be filled in */
  gboolean from_host, to_host;    /* the picture is read from, the result written to memory that the host sees */
  AcuVulkanRange to, from, also;  /* of the arena */
  int columns;                    /* invocations a row */
  int tile_width, tile_height;    /* of a workgroup that multiplies matrices; 0: it does not */
  gboolean numbered;              /* its invocations lie in one line; see shaders/common.glsl */
} AcuVulkanStage;

/* Channels in whole groups. */
static inline int
acu_vulkan_groups (int channels)
{
  return (channels + ACU_VULKAN_GROUP - 1) / ACU_VULKAN_GROUP;
}

/* Describes stage `number`. */
void acu_vulkan_describe (const AcuVulkanDevice *device, const AcuProgram *program, guint number, AcuVulkanStage *stage);
/* Bytes of the numbers that a stage's shader reads beside maps; 0 if none. Then writes them, all of those bytes; FALSE without memory. */
guint64 acu_vulkan_numbers_bytes (const AcuProgram *program, const AcuStage *stage);
gboolean acu_vulkan_fill_numbers (const AcuProgram *program, const AcuStage *stage, float *numbers) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes of the sums that all global poolings keep, one after the other; of those before stage `end`. */
guint64 acu_vulkan_sums_bytes (const AcuProgram *program, guint end);
/* The same for numbers. Each stage's begin at a multiple of 256. */
guint64 acu_vulkan_all_numbers_bytes (const AcuProgram *program, guint end);

/* work.c: rows first .. first + rows - 1 of a stage in its info, for its shader and as a dispatch. */
void acu_vulkan_set_rows (const AcuProgram *program, guint number, AcuVulkanStage *described, int first, int rows);

typedef struct AcuVulkanWork
{
  guint64 dispatches, barriers;
  double issued, needed;          /* as in AcuCardWork */
  double bytes, numbers;
} AcuVulkanWork;

/* Adds what a dispatch of its info asks for. */
void acu_vulkan_add_work (const AcuProgram *program, guint number, const AcuVulkanStage *described, AcuVulkanWork *work);

/* Of `rows`, a number near `piece` that fills workgroups. */
static inline int
acu_vulkan_whole_rows (int piece, int rows)
{
  return piece >= rows ? rows : piece < ACU_VULKAN_ROWS ? piece : piece / ACU_VULKAN_ROWS * ACU_VULKAN_ROWS;
}

/* executor.c: the functions of a device. */
extern const AcuDevice acu_device_vulkan;
/* Bytes that may be used now. */
guint64 acu_vulkan_budget (const AcuVulkanDevice *device);
/* What an executor has done so far, for tests. */
typedef struct AcuVulkanCounts
{
  guint64 recorded;               /* stages */
  guint64 submissions, last_submissions;        /* all; since the last picture began */
  AcuVulkanWork last_work;
} AcuVulkanCounts;
AcuVulkanCounts acu_vulkan_counts (const AcuExecutor *executor);

/* devices.c: all devices, found once; those that compute in software last. */
AcuVulkanDevice *const *acu_vulkan_devices (guint *n);

/* self_test.c: whether the device calculates rightly; found out once for each driver, and kept. */
AcuDeviceState acu_vulkan_test (AcuVulkanDevice *device);
/* Of a sound device: whether it was quicker than the processor when it was tested. */
gboolean acu_vulkan_is_quicker (AcuVulkanDevice *device);

G_END_DECLS

#endif
